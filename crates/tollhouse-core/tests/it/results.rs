//! Long results: what a caller gets at once, how it reads on, and that nobody else does.

mod caller;
mod forms;
mod marked;
mod owned;
mod whole;
