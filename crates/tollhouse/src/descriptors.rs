//! Room for connections.

/// Lets the process have as many open files as the system allows it, where the usual limit is far lower
/// than the cap on connections. A system that refuses leaves the limit as it is; then the cap is never
/// reached, and whoever finds no descriptor waits.
pub fn raise_descriptor_limit() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let mut limit = getrlimit(Resource::Nofile);
        limit.current = limit.maximum;
        let _ = setrlimit(Resource::Nofile, limit);
    }
}
