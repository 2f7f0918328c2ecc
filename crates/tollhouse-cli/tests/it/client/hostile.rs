//! Servers that break every rule: what they say is told in a few words, within bounds.
