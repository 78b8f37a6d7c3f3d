//! Tells the system's manager of services (systemd: `Type=notify`) when the server serves, and when
//! it stops. It never waits for the manager, and says nothing where nobody asked to be told.

/// The variable in which the manager says where it wants to be told.
const SOCKET: &str = "NOTIFY_SOCKET";

/// The server waits for another to end: whoever started it may go on.
pub(super) fn standing_by() {
    tell("READY=1\nSTATUS=standing by");
}

/// The server answers: whoever waited for it may go on. This never ends, so that it can stand
/// beside what ends the server.
pub(super) async fn serving() {
    tell("READY=1\nSTATUS=serving");
    std::future::pending().await
}

/// The server was told to stop, and finishes what is under way.
pub(super) fn stopping() {
    tell("STOPPING=1\nSTATUS=stopping");
}

/// Sends a message as sd_notify(3) has it. Nothing rests on it but that somebody waits.
#[cfg(unix)]
fn tell(message: &str) {
    use std::os::unix::net::UnixDatagram;
    let Some(socket) = std::env::var_os(SOCKET).filter(|path| !path.is_empty()) else {
        return;
    };
    let send = || {
        let ours = UnixDatagram::unbound()?;
        ours.set_nonblocking(true)?;
        ours.send_to(message.as_bytes(), socket)
    };
    if let Err(cause) = send() {
        tracing::warn!(%cause, "the manager of services cannot be told how the server stands");
    }
}

#[cfg(not(unix))]
fn tell(_: &str) {}
