//! What the service tells systemd (`sd_notify(3)`): one datagram of `KEY=value` lines to the socket it names.

use std::time::Duration;

/// The supervisor, if there is one.
#[derive(Debug)]
pub(super) struct Supervisor {
    #[cfg(unix)]
    socket: Option<std::os::unix::net::UnixDatagram>,
    watchdog: Option<Duration>,
}

impl Supervisor {
    /// From the environment that systemd gives: `NOTIFY_SOCKET`, `WATCHDOG_USEC`, `WATCHDOG_PID`.
    pub(super) fn from_environment() -> Self {
        let microseconds = std::env::var("WATCHDOG_USEC").ok().and_then(|text| text.parse().ok());
        let ours = std::env::var("WATCHDOG_PID").map_or(true, |pid| pid == std::process::id().to_string());
        Self {
            #[cfg(unix)]
            socket: std::env::var_os("NOTIFY_SOCKET").and_then(|name| connected(&name)),
            watchdog: microseconds.filter(|_| ours).map(Duration::from_micros),
        }
    }

    /// How often it wants to hear that all is well; `None`: never.
    pub(super) fn watchdog(&self) -> Option<Duration> {
        self.watchdog
    }

    /// Says `state`, e.g. `READY=1`. A supervisor that does not listen is no reason to stop.
    pub(super) fn say(&self, state: &str) {
        #[cfg(unix)]
        if let Some(socket) = &self.socket {
            let _ = socket.send(state.as_bytes());
        }
        #[cfg(not(unix))]
        let _ = state;
    }
}

/// A name that begins with `@` lies in the abstract namespace of Linux.
#[cfg(unix)]
fn connected(name: &std::ffi::OsStr) -> Option<std::os::unix::net::UnixDatagram> {
    use std::os::unix::{
        ffi::OsStrExt as _,
        net::{SocketAddr, UnixDatagram},
    };
    let address = match name.as_bytes().strip_prefix(b"@") {
        #[cfg(target_os = "linux")]
        Some(hidden) => <SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(hidden),
        _ => SocketAddr::from_pathname(name),
    };
    let socket = UnixDatagram::unbound().ok()?;
    socket.set_nonblocking(true).ok()?;
    socket.connect_addr(&address.ok()?).ok()?;
    Some(socket)
}
