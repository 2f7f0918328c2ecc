//! What others wrote: how it leaves, and what its readers may do afterwards.

mod fields;
mod flows;
mod house;
mod replays;
mod secrets;
mod shared;
mod sink;
mod table;
mod told;
