//! `tollhouse test`: what a server has to stand.

use std::process::ExitCode;

use crate::arguments::{TestArguments, TestCommand};

mod auth;

pub(crate) fn test(arguments: &TestArguments) -> ExitCode {
    match &arguments.what {
        TestCommand::Auth(arguments) => auth::auth(arguments),
    }
}
