//! The Debian package, made around a program that stands for ours: what it brings is whole, and the
//! binary reads its settings. It is unpacked, and not installed.

use super::standing_by::Running;
use super::{House, root};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// The package, unpacked, and what it says of itself.
fn unpacked(into: &Path) -> String {
    let script = root().join("packaging/deb");
    let mut build = Command::new(script);
    let stand_in = std::fs::canonicalize("/bin/true").unwrap();
    build.arg(stand_in).arg(into);
    let built = build.env("DPKG_DEB_COMPRESSOR_TYPE", "none").output();
    let built = built.unwrap();
    let told = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{told}");
    let mut made = std::fs::read_dir(into).unwrap();
    let package = made.next().unwrap().unwrap().path();
    let run = |words: &[&str]| {
        let mut unpack = Command::new("dpkg-deb");
        let done = unpack
            .arg(words[0])
            .arg(&package)
            .args(&words[1..])
            .output();
        String::from_utf8(done.unwrap().stdout).unwrap()
    };
    run(&["-x", into.join("root").to_str().unwrap()]);
    run(&["-e", into.join("control").to_str().unwrap()]);
    run(&["-f"])
}

#[test]
fn the_package_is_whole_and_its_settings_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let told = unpacked(folder.path());
    for expected in ["Package: kept", "libc6 (>= 2.", "ca-certificates"] {
        assert!(told.contains(expected), "{told}");
    }
    let root = folder.path().join("root");
    for file in [
        "usr/bin/kept",
        "usr/lib/systemd/system/kept.service",
        "usr/lib/sysusers.d/kept.conf",
        "usr/share/kept/alerts.yml",
        "usr/share/kept/policies/mediaocean/definitions.md",
        "usr/share/doc/kept/operations.md",
        "usr/share/doc/kept/copyright",
    ] {
        assert!(root.join(file).is_file(), "{file}");
    }
    for script in ["postinst", "prerm", "postrm"] {
        let script = folder.path().join("control").join(script);
        let read = Command::new("sh").arg("-n").arg(&script).status();
        assert!(read.unwrap().success(), "{}", script.display());
    }
    let settings = root.join("etc/kept/kept.toml").display().to_string();
    let house = House::new();
    house.kept(&["settings", "--config", &settings]).done();
    // The unit runs what the package brings, and hides nothing that it reads.
    let unit = root.join("usr/lib/systemd/system/kept.service");
    let unit = std::fs::read_to_string(unit).unwrap();
    let lines: Vec<&str> = unit.lines().collect();
    assert!(lines.contains(&"ExecStart=/usr/bin/kept serve --config /etc/kept/kept.toml"));
    assert!(lines.contains(&"StateDirectory=kept kept-key"));
    assert!(lines.contains(&"Type=notify"));
    assert!(!lines.iter().any(|line| line.starts_with("ProcSubset=")));
}

#[test]
fn whoever_starts_the_unit_is_told_when_it_serves_and_when_it_stops() {
    let house = House::new();
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("notify");
    let told = UnixDatagram::bind(&socket).unwrap();
    told.set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let next = || {
        let mut bytes = [0; 256];
        let length = told.recv(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    };
    let mut command = house.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("NOTIFY_SOCKET", &socket);
    let running = Running::of(command);
    assert_eq!(next(), "READY=1\nSTATUS=serving");
    running.stop();
    assert_eq!(next(), "STOPPING=1\nSTATUS=stopping");
}
