//! Who sees and may use what, in every revision.
//!
//! A name says what it proves: `a…`, `p…` and `t…` are lines of the catalogue or of the specification that was
//! read, `case…` and `sec…` of what is held against attacks.

mod answers;
mod arrays;
pub(crate) mod caller;
mod faces;
mod gate;
mod live;
mod owned;
mod random;
mod rules;

use caller::Caller;
