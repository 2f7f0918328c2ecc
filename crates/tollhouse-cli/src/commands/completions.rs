//! `tollhouse completions`: commands that a shell completes.

use std::process::ExitCode;

use clap::CommandFactory as _;
use clap_complete::generate;

use crate::{
    arguments::{Arguments, CompletionsArguments},
    print,
};

pub(crate) fn completions(arguments: &CompletionsArguments) -> ExitCode {
    let mut script = Vec::new();
    let mut command = Arguments::command();
    generate(arguments.shell, &mut command, "tollhouse", &mut script);
    print(&String::from_utf8_lossy(&script))
}
