//! Has the program's relocations packed: otherwise a list of them, over half a megabyte long, stays in memory for as
//! long as the process, though it is read once.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| env::var_os(name).is_some_and(|found| found == value);
    // The loader of others may not know this form. A linker that does not know it leaves them as they are.
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}
