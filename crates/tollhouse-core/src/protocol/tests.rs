//! The protocol against its official examples, and against bytes that nobody would send in good faith.

mod allowed;
mod asks;
mod errors;
mod examples;
mod hostile;
mod listings;
mod notices;
mod reading;
mod requests;
mod results;
