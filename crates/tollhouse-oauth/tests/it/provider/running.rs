//! The provider's process: its packages are installed once below the target directory, it is told what to do by lines,
//! and it ends with its holder.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

/// A provider under way.
pub(super) struct Running {
    pub(super) url: String,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    _child: Child,
}

impl Running {
    /// Starts one. None if this machine cannot, which is a failure where everything has to be there.
    #[expect(
        clippy::print_stderr,
        reason = "whoever runs the tests is told what is missing"
    )]
    pub(super) async fn start() -> Option<Self> {
        let dir = match installed() {
            Ok(dir) => dir,
            Err(why) if std::env::var_os("CI").is_none_or(|ci| ci != "true") => {
                eprintln!("skipped: {why}");
                return None;
            }
            Err(why) => panic!("{why}"),
        };
        let mut child = Command::new("node")
            .arg("issuer.mjs")
            .current_dir(dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut running = Self {
            url: String::new(),
            input: child.stdin.take().unwrap(),
            output: BufReader::new(child.stdout.take().unwrap()).lines(),
            _child: child,
        };
        running.url = running.answer().await;
        Some(running)
    }

    /// Host and port.
    pub(super) fn at(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Tells it one line, and hands out what it says to it.
    pub(super) async fn say(&mut self, line: &str) -> String {
        let line = format!("{line}\n");
        self.input.write_all(line.as_bytes()).await.unwrap();
        self.answer().await
    }

    async fn answer(&mut self) -> String {
        loop {
            let line = self.output.next_line().await.unwrap();
            let line = line.unwrap_or_else(|| panic!("the provider ended"));
            // It also talks to whoever runs it.
            if let Some(answer) = line.strip_prefix("> ") {
                return answer.to_owned();
            }
        }
    }
}

/// Where the driver is, with its packages beside it. Tests run in processes of their own: the first installs, the
/// others wait for it.
fn installed() -> Result<PathBuf, String> {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("issuer");
    let told = |what: &str| {
        format!("{what}; the tests with a real issuer need node, npm and npm's registry")
    };
    fs::create_dir_all(&dir).unwrap();
    let lock = File::create(dir.join("lock")).unwrap();
    lock.lock().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/issuer");
    for name in FILES {
        fs::copy(from.join(name), dir.join(name)).unwrap();
    }
    let wanted = fs::read(dir.join("package-lock.json")).unwrap();
    let stamp = dir.join("installed-for");
    if fs::read(&stamp).is_ok_and(|done_for| done_for == wanted) {
        return Ok(dir);
    }
    // Nobody's install scripts are needed, so nobody's are run.
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    let output = std::process::Command::new("npm")
        .args(arguments)
        .current_dir(&dir)
        .output()
        .map_err(|error| told(&format!("npm cannot be run: {error}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(told(&format!("npm ci failed: {said}")));
    }
    fs::write(&stamp, wanted).unwrap();
    Ok(dir)
}

const FILES: [&str; 3] = ["issuer.mjs", "package.json", "package-lock.json"];
