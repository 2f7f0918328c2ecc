//! The program as people run it: `tollhouse run orders`.

use std::fs;

use anyhow::{Context, Result};

use super::build::Programs;
use super::load;
use super::server::{Running, free_port, on_server_core};

/// What it takes to have it, to keep it and to start it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shipped {
    pub(super) binary_mib: f64,
    pub(super) idle_mib: f64,
    pub(super) http_ms: f64,
    pub(super) stdio_ms: f64,
}

/// Measures it on data that an earlier start has made.
pub(super) fn measure(programs: &Programs) -> Result<Shipped> {
    programs.build_tollhouse()?;
    let program = programs.tollhouse();
    let binary = fs::metadata(&program).context("the program is not built")?;
    let data = programs.scratch.join("orders");
    let data = data.to_string_lossy();
    let port = free_port()?;
    let address = format!("127.0.0.1:{port}");
    let mut command = on_server_core(&program)?;
    command.args(["run", "orders", "--data", &data, "--http", &address]);
    let log = programs.scratch.join("orders.log");
    let running = Running::start_on(port, &mut command, 1, log)?;
    std::thread::sleep(load::SETTLING);
    let idle_kib = running.resident_kib()?;
    drop(running);
    let start = |transport: &str, way: &[&str]| -> Result<f64> {
        let words = [&["run", "orders", "--data", &data], way].concat();
        let asks = ["--scenario", "list", "--transport", transport];
        Ok(load::cold((&program, &words), &asks, programs)?.answer_ms)
    };
    Ok(Shipped {
        binary_mib: binary.len() as f64 / MIB,
        idle_mib: idle_kib as f64 / KIB,
        http_ms: start("http", &["--http", "127.0.0.1:{port}"])?,
        stdio_ms: start("stdio", &["--stdio"])?,
    })
}

const MIB: f64 = 1024.0 * 1024.0;
const KIB: f64 = 1024.0;
