//! The words of these tests: a [`House`] to talk to, [`Request`]s to say, a [`Peer`] to say them.

mod book;
mod house;
mod lodge;
mod peer;
mod request;
mod response;
mod tools;
mod watch;

pub(crate) use book::Book;
pub(crate) use house::House;
pub(crate) use lodge::Lodge;
pub(crate) use peer::Peer;
pub(crate) use request::{Request, VERSION, wrapped};
pub(crate) use response::{Head, Response};
pub(crate) use watch::{PATIENCE, Watch, descriptors, processor_time, resident_bytes, within};
