//! Who may talk to the server at all: Host and Origin.

mod host;
mod origin;
