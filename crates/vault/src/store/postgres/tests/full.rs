//! A disk that is really full: a small file system holds the tables. It needs the right to mount
//! one; where there is none, the error is raised by the database itself in the tests beside.

use super::*;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system in memory, of so many KiB; it goes when this does.
struct Mounted(PathBuf);

impl Mounted {
    fn new(path: &Path, kib: u32) -> Option<Mounted> {
        let mut mount = Command::new("mount");
        mount.args([
            "-t",
            "tmpfs",
            "-o",
            &format!("size={kib}k,mode=777"),
            "tmpfs",
        ]);
        let done = mount.arg(path).output().ok()?;
        done.status.success().then(|| Mounted(path.to_owned()))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

/// Bytes that nothing makes smaller.
fn noise(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..8_000).flat_map(|_| next()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_is_full_is_told_and_what_was_acknowledged_stays() {
    let folder = tempfile::tempdir().unwrap();
    let Some(_mounted) = Mounted::new(folder.path(), 6 << 10) else {
        return;
    };
    let ballast = folder.path().join("ballast");
    std::fs::write(&ballast, noise(7).repeat(32)).unwrap();
    let space = folder.path().join("space");
    std::fs::create_dir(&space).unwrap();
    if let Some((user, group)) = kept_testing::cluster::unprivileged() {
        std::os::unix::fs::chown(&space, Some(user), Some(group)).unwrap();
    }
    let open_to_all = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open_to_all).unwrap();
    let cluster = Cluster::new();
    let handle = Handle::current();
    let maker = Maker::new(&at(cluster.address()), "full_disk", handle).unwrap();
    let client = maker.bare().await.unwrap();
    let make = format!("CREATE TABLESPACE small LOCATION '{}'", space.display());
    client.batch_execute(&make).await.unwrap();
    let here = "ALTER ROLE kept SET default_tablespace = 'small'";
    client.batch_execute(here).await.unwrap();
    let store = open_at(cluster.address(), "full_disk").await.unwrap();
    let commit = |number: u64| {
        let mut commit = creation(number, &number.to_be_bytes());
        commit.writes[0] = Write::PutState(noise(number));
        commit
    };
    let mut done = 0;
    let told = loop {
        match one(&store, commit(done)).await {
            Ok(Outcome::Done(index)) if index == done => done += 1,
            Ok(other) => panic!("{other:?}"),
            Err(failure) => break failure.to_string(),
        }
        assert!(done < 999, "the room never filled");
    };
    assert!(told.contains("full; make room"), "{told}");
    assert!(done > 3, "{done}");
    assert_eq!(store.people(None, 999).await.unwrap().len() as u64, done);
    std::fs::remove_file(&ballast).unwrap();
    for number in done..done + 3 {
        let made = one(&store, commit(number)).await.unwrap();
        assert_eq!(made, Outcome::Done(number));
    }
    let staged = store.staged(0, 999).await.unwrap();
    assert_eq!(staged.len() as u64, done + 3, "nothing half done");
    store.check().await.unwrap();
    drop(store);
    drop(cluster);
}
