//! `cargo xtask bench`: speed and memory, beside the other implementations.
//!
//! How to add a server or a scenario: a row in `bench/subjects.rs`.

use anyhow::{Context, Result, bail};

use crate::run;

mod build;
mod document;
mod figures;
mod held;
mod load;
mod machine;
mod plan;
mod quiet;
mod revoked;
mod rows;
mod server;
mod shipped;
mod signed;
mod subjects;
mod table;
mod valgrind;

use build::Programs;
use figures::{Cold, Figures, Memory, OTHERS_MAX};
use held::HELD;
use load::Load;
use plan::{Extra, Plan};
use subjects::{Kind, Scenario, Server};

/// Measures, or profiles one server; `--help` says how.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let Some(plan) = Plan::parse(args)? else {
        print!("{}", plan::USAGE);
        return Ok(());
    };
    run::debian_package("valgrind")?;
    if run::find("taskset").is_none() {
        bail!("taskset is missing; it belongs to the Debian package util-linux");
    }
    let programs = Programs::build(&plan.needed())?;
    if plan.reads_rows() {
        rows::prepare(&programs)?;
    }
    if plan.walks_the_road() {
        rows::prepare_road(&programs)?;
    }
    // Its keys are asked for as long as anything is measured.
    let _issuer = if plan.asks_callers() {
        Some(signed::prepare(&programs)?)
    } else {
        None
    };
    if let Some(scenario) = plan.profile {
        for server in &plan.servers {
            valgrind::profile(&programs, server, scenario)?;
        }
        return Ok(());
    }
    let figures = measure(&plan, &programs)?;
    let tables = table::all(&plan, &figures);
    println!();
    for table in &tables {
        println!("{table}");
    }
    if let Some(warning) = figures.disturbance() {
        println!("{warning}");
    }
    if plan.write {
        let text = document::render(&plan, &tables, &figures)?;
        let directory = run::root()?.join("docs");
        std::fs::create_dir_all(&directory)?;
        let path = directory.join("benchmarks.md");
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        println!("wrote {}", path.display());
    }
    Ok(())
}

fn measure(plan: &Plan, programs: &Programs) -> Result<Figures> {
    let mut figures = Figures::default();
    // Side by side in every round, so that what drifts drifts for all of them.
    for round in 1..=plan.rounds {
        for scenario in &plan.scenarios {
            quiet::wait()?;
            for server in plan.speakers(scenario.kind) {
                println!("round {round}: {} of {}", scenario.name, server.name);
                let (load, memory) = undisturbed(programs, server, scenario, plan.seconds)
                    .with_context(|| format!("{} of {}", scenario.name, server.name))?;
                figures.add(server, scenario, load, memory);
            }
        }
    }
    count(plan, programs, &mut figures)?;
    if plan.includes(Extra::Sessions) {
        weigh(plan, programs, &mut figures)?;
    }
    if plan.includes(Extra::Cold) {
        quiet::wait()?;
        for server in plan.speakers(Kind::Modern) {
            println!("cold start: {}", server.name);
            let cold = cold(programs, server);
            figures.cold(
                server,
                cold.with_context(|| format!("cold start of {}", server.name))?,
            );
        }
    }
    if plan.includes(Extra::Shipped) {
        quiet::wait()?;
        println!("the program as people run it");
        figures.shipped = Some(shipped::measure(programs)?);
    }
    if plan.includes(Extra::Revoked) {
        quiet::wait()?;
        println!("revoked keys");
        figures.revoked = Some(revoked::measure(programs)?);
    }
    Ok(figures)
}

fn count(plan: &Plan, programs: &Programs, figures: &mut Figures) -> Result<()> {
    for scenario in &plan.scenarios {
        for server in plan.speakers(scenario.kind) {
            println!("instructions: {} of {}", scenario.name, server.name);
            let count = valgrind::count(programs, server, scenario)
                .with_context(|| format!("counting {} of {}", scenario.name, server.name))?;
            figures.count(server, scenario, count);
        }
    }
    Ok(())
}

fn weigh(plan: &Plan, programs: &Programs, figures: &mut Figures) -> Result<()> {
    for held in &HELD {
        for server in plan.speakers(Kind::Legacy) {
            println!("sessions: {} of {}", held.title, server.name);
            let kib = held::measure(programs, server, held)
                .with_context(|| format!("{} of {}", held.title, server.name))?;
            figures.hold(server, held, kib);
        }
    }
    Ok(())
}

/// Measures again while others use the machine, a few times at most.
fn undisturbed(
    programs: &Programs,
    server: &Server,
    scenario: &Scenario,
    seconds: u32,
) -> Result<(Load, Option<Memory>)> {
    for _ in 0..REPEATS {
        let (load, memory) = load::measure(programs, server, scenario, seconds)?;
        if load.others_busy <= OTHERS_MAX {
            return Ok((load, memory));
        }
        println!("    others used {:.2} cores; again", load.others_busy);
        quiet::wait()?;
    }
    load::measure(programs, server, scenario, seconds)
}

fn cold(programs: &Programs, server: &Server) -> Result<Cold> {
    let program = programs.server(server);
    let http = load::cold((&program, &[]), &["--transport", "http"], programs)?;
    let stdio = ["--transport", "stdio"];
    let stdio = load::cold((&program, &["--stdio"]), &stdio, programs)?;
    Ok(Cold {
        connect_ms: http.connect_ms.context("no connection was timed")?,
        http_answer_ms: http.answer_ms,
        stdio_answer_ms: stdio.answer_ms,
    })
}

const REPEATS: u32 = 2;
