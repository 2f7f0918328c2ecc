//! Servers whose callers sign in: five hundred keys, as many tokens of an issuer of the bench, and the files for both.
//!
//! The issuer's tokens are signed by OpenSSL and not by what we check them with.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde_json::json;

use crate::run;

use super::build::Programs;
use super::rows;

/// An issuer whose keys can be asked for until the process ends.
#[derive(Debug)]
pub(super) struct Issuer {
    url: String,
}

/// Makes keys and tokens, and writes the files into the folder of the bench.
pub(super) fn prepare(programs: &Programs) -> Result<Issuer> {
    run::debian_package("openssl")?;
    programs.build_tollhouse()?;
    let scratch = &programs.scratch;
    println!("{} keys and as many tokens", EACH);
    let (issuer, private) = Issuer::start(scratch)?;
    let asked = format!(
        "[auth]\nmode = [\"keys\", \"external\"]\n[auth.issuers.bench]\nurl = \"{0}\"\njwks = \"{0}/keys\"\n\
         audience = \"{AUDIENCE}\"\n",
        issuer.url
    );
    let file = rows::FILE.replacen(NEEDS, SCOPED, 1);
    write(scratch, "unsigned.toml", &file)?;
    let kept = file.replacen("[server]\n", &format!("[server]\nstate = \"{STATE}\"\n"), 1);
    write(scratch, SIGNED, &format!("{kept}{asked}"))?;
    // Keys of an earlier run would have the same names.
    for name in ["signed.db", "signed.db-wal", "signed.db-shm"] {
        drop(fs::remove_file(scratch.join(name)));
    }
    let keys = (1..=EACH).map(|number| key(programs, &format!("holder-{number}")));
    let keys = keys.collect::<Result<Vec<_>>>()?;
    let tokens = (1..=EACH).map(|number| issuer.token(&private, number));
    let tokens = tokens.collect::<Result<Vec<_>>>()?;
    let users = keys
        .iter()
        .zip(&tokens)
        .flat_map(|(key, token)| [key, token]);
    write(scratch, USERS, &lines(users))?;
    write(scratch, KEY, &lines(keys.iter().take(1)))?;
    write(scratch, TOKEN, &lines(tokens.iter().take(1)))?;
    Ok(issuer)
}

/// Makes a key for a user of this name.
pub(super) fn key(programs: &Programs, name: &str) -> Result<String> {
    let mut create = run::command(programs.tollhouse())?;
    create.args(["keys", "create", name, "--scopes", SCOPE, "--state"]);
    let key = run::capture(create.arg(programs.scratch.join(STATE)))?;
    Ok(key.trim().to_owned())
}

impl Issuer {
    /// Begins to publish a new key, and gives the file of its private half.
    fn start(scratch: &Path) -> Result<(Self, std::path::PathBuf)> {
        let private = scratch.join("issuer.pem");
        let mut make = run::command("openssl")?;
        make.args(["genpkey", "-quiet", "-algorithm", "RSA", "-out"]);
        run::capture(make.arg(&private))?;
        let mut tell = run::command("openssl")?;
        tell.args(["rsa", "-noout", "-modulus", "-in"]);
        let said = run::capture(tell.arg(&private))?;
        let digits = said.trim().strip_prefix("Modulus=");
        let modulus = bytes(digits.context("openssl tells no modulus")?)?;
        // OpenSSL takes 65537 unless another is asked for.
        let key = json!({
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID,
            "n": BASE64.encode(modulus), "e": BASE64.encode([1, 0, 1]),
        });
        let body = json!({ "keys": [key] }).to_string();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let url = format!("http://{}", listener.local_addr()?);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                // Whoever asks and leaves is no reason to publish no longer.
                drop(publish(stream, &body));
            }
        });
        Ok((Self { url }, private))
    }

    /// A token that is good for a day.
    fn token(&self, private: &Path, number: u32) -> Result<String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let header = json!({ "alg": "RS256", "typ": "at+jwt", "kid": KEY_ID });
        let claims = json!({
            "iss": self.url, "aud": AUDIENCE, "sub": format!("guest-{number}"), "client_id": "bench",
            "jti": format!("token-{number}"), "scope": SCOPE, "iat": now, "exp": now + 86_400,
        });
        let part = |json: serde_json::Value| BASE64.encode(json.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let mut sign = run::command("openssl")?;
        sign.args(["dgst", "-sha256", "-sign"]).arg(private);
        let mut sign = sign
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start openssl")?;
        let mut input = sign.stdin.take().context("openssl takes nothing")?;
        input.write_all(signed.as_bytes())?;
        drop(input);
        let output = sign.wait_with_output()?;
        ensure!(output.status.success(), "openssl signs nothing");
        Ok(format!("{signed}.{}", BASE64.encode(output.stdout)))
    }
}

/// Answers one request, whatever it asks for.
fn publish(mut stream: TcpStream, body: &str) -> Result<()> {
    let mut head = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    while head.read_line(&mut line)? > 2 {
        line.clear();
    }
    let length = body.len();
    let response = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    Ok(stream.write_all(response.as_bytes())?)
}

/// The bytes that so many hexadecimal digits write.
fn bytes(digits: &str) -> Result<Vec<u8>> {
    if !digits.len().is_multiple_of(2) {
        bail!("half a byte in {digits}");
    }
    let pairs = (0..digits.len()).step_by(2);
    pairs
        .map(|at| {
            let pair = digits.get(at..at + 2).context("a digit is no digit")?;
            Ok(u8::from_str_radix(pair, 16)?)
        })
        .collect()
}

fn lines<'a>(all: impl Iterator<Item = &'a String>) -> String {
    all.map(|one| format!("{one}\n")).collect()
}

fn write(scratch: &Path, name: &str, text: &str) -> Result<()> {
    let path = scratch.join(name);
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// What the callers of each server show.
pub(super) const KEY: &str = "one-key.txt";
pub(super) const TOKEN: &str = "one-token.txt";
pub(super) const USERS: &str = "users.txt";
/// The file of the server that asks for it.
pub(super) const SIGNED: &str = "signed.toml";
pub(super) const STATE: &str = "signed.db";
const EACH: u32 = 500;
const SCOPE: &str = "orders:read";
const AUDIENCE: &str = "https://bench.example";
const KEY_ID: &str = "bench";
/// What makes the same tool of the same file ask for a scope.
const NEEDS: &str = "returns = \"one\"\n";
const SCOPED: &str = "returns = \"one\"\nscope = \"orders:read\"\n";

#[cfg(test)]
mod tests {
    use super::{NEEDS, bytes};
    use crate::bench::rows;

    #[test]
    fn hexadecimal_digits_are_bytes() {
        assert_eq!(bytes("00FF10").unwrap(), [0, 255, 16]);
        assert!(bytes("0").is_err());
        assert!(bytes("0x").is_err());
    }

    #[test]
    fn the_file_has_the_places_for_a_scope_and_a_state() {
        assert_eq!(rows::FILE.matches(NEEDS).count(), 1);
        assert_eq!(rows::FILE.matches("[server]\n").count(), 1);
    }
}
