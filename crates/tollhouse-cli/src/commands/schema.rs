//! `tollhouse schema`: what may stand in a file, for editors and for people.

use std::process::ExitCode;

use crate::{
    arguments::SchemaArguments,
    config::{reference, schema},
    print,
};

pub(crate) fn schema(arguments: &SchemaArguments) -> ExitCode {
    if arguments.reference {
        print(&reference::reference())
    } else {
        print(&format!("{:#}\n", schema::schema()))
    }
}
