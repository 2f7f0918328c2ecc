//! Whether whoever opened a stream is still let in.
