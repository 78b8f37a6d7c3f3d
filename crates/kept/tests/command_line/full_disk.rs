//! Disks that are really full while a server works: the house's, the keyring's, that of files. Each
//! is a small file system in memory, which needs the right to mount one.

use super::House;
use super::standing_by::{Running, support};
use super::traces::{json, send, word};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system in memory, of so many KiB; it goes when this does.
struct Mounted(PathBuf);

impl Mounted {
    /// Nothing, and a word about it, where this user may not mount.
    #[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
    fn new(path: &Path, kib: u32) -> Option<Mounted> {
        std::fs::create_dir_all(path).unwrap();
        let options = format!("size={kib}k,mode=700");
        let mount = ["-t", "tmpfs", "-o", &options, "tmpfs"];
        let done = Command::new("mount").args(mount).arg(path).output();
        if done.is_ok_and(|it| it.status.success()) {
            return Some(Mounted(path.to_owned()));
        }
        eprintln!("NOT TESTED: a full disk needs the right to mount a file system");
        None
    }

    /// Takes all the room that is left, but for so many bytes.
    fn fill(&self, but: usize) {
        let ballast = self.0.join("ballast");
        let mut file = std::fs::File::create(&ballast).unwrap();
        while std::io::Write::write_all(&mut file, &[7; 4096]).is_ok() {}
        let length = std::fs::metadata(&ballast).unwrap().len();
        let less = u64::try_from(but).unwrap();
        file.set_len(length.saturating_sub(less)).unwrap();
    }

    /// Gives it back.
    fn make_room(&self) {
        std::fs::remove_file(self.0.join("ballast")).unwrap();
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

/// Stores somebody; who they are, or what the server said instead.
fn store(address: &str, token: &str, email: &str) -> Result<String, String> {
    let body = format!(
        r#"{{"channel":"website-form","country":"US","values":{{"name":"Ada Byron","email":"{email}"}}}}"#
    );
    let answer = send(address, "POST /v1/collect", &json(token), &body);
    match answer.contains(" 201 ") {
        true => Ok(word(&answer, "person")),
        false => Err(answer),
    }
}

fn read(address: &str, token: &str, person: &str) -> String {
    let body = format!(r#"{{"person":"{person}","purpose":"answer-you","fields":["email"]}}"#);
    send(address, "POST /v1/use", &json(token), &body)
}

/// It is refused, with what to do.
#[track_caller]
fn is_full(answer: &str) {
    assert!(answer.contains(" 503 "), "{answer}");
    assert!(answer.contains("make room"), "{answer}");
    assert!(answer.to_lowercase().contains("retry-after"), "{answer}");
}

/// Stores people until the disk is full; those whom the server said it has.
fn store_until_full(address: &str, token: &str, name: &str) -> Vec<String> {
    let mut people = Vec::new();
    loop {
        match store(
            address,
            token,
            &format!("{name}-{}@example.com", people.len()),
        ) {
            Ok(person) => people.push(person),
            Err(answer) => {
                is_full(&answer);
                return people;
            }
        }
        assert!(people.len() < 5_000, "the room never filled");
    }
}

#[test]
fn a_full_disk_is_told_and_work_goes_on_once_there_is_room() {
    let house = House::new();
    let Some(disk) = Mounted::new(&house.path("kept-data"), 32 << 10) else {
        return;
    };
    let token = support(&house, &[]);
    let mut server = Running::start(&house, &[]);
    let address = server.address();
    let first = store(&address, &token, "first@example.com").unwrap();
    disk.fill(1 << 20);
    let mut people = std::thread::scope(|scope| {
        let (address, token) = (&address, &token);
        let tasks = ["a", "b", "c", "d"];
        let tasks = tasks.map(|name| scope.spawn(|| store_until_full(address, token, name)));
        let stored = tasks.into_iter().flat_map(|task| task.join().unwrap());
        stored.collect::<Vec<_>>()
    });
    people.push(first.clone());
    // Nothing is read without a record of it, and there is no room for one.
    disk.fill(0);
    let answer = loop {
        let answer = read(&address, &token, &first);
        if !answer.contains(" 200 ") {
            break answer;
        }
    };
    is_full(&answer);
    assert!(!answer.contains("@example.com"), "{answer}");
    disk.make_room();
    // The same server goes on.
    people.push(store(&address, &token, "last@example.com").unwrap());
    for person in &people {
        let answer = read(&address, &token, person);
        assert!(
            answer.contains(" 200 ") && answer.contains("@example.com"),
            "{answer}"
        );
    }
    server.stop();
    let ended = house.kept(&["audit", "--json"]).done();
    let audit = ended.json();
    assert_eq!(
        audit["people"],
        people.len(),
        "nothing is half done: {audit}"
    );
}

#[test]
fn a_full_disk_of_the_keyring_keeps_new_people_out_and_nobody_else() {
    let house = House::new();
    let Some(disk) = Mounted::new(&house.path("keys"), 8 << 10) else {
        return;
    };
    let keyring = house.path("keys/keyring.db").display().to_string();
    let more = ["--keyring", keyring.as_str()];
    let token = support(&house, &more);
    let mut server = Running::start(&house, &more);
    let address = server.address();
    let known = store(&address, &token, "known@example.com").unwrap();
    disk.fill(16 << 10);
    let mut people = store_until_full(&address, &token, "new");
    // Whoever has their keys is read, and what takes no new key is done.
    let answer = read(&address, &token, &known);
    assert!(answer.contains("@example.com"), "{answer}");
    disk.make_room();
    people.extend([known, store(&address, &token, "last@example.com").unwrap()]);
    for person in &people {
        assert!(read(&address, &token, person).contains("@example.com"));
    }
    server.stop();
    let audit = house.kept(&[&["audit", "--json"], &more[..]].concat());
    assert_eq!(audit.done().json()["people"], people.len());
}

#[test]
fn a_full_disk_of_files_refuses_a_file_and_leaves_nothing_of_it() {
    let house = House::new();
    let blobs = house.path("kept-data/blobs");
    let Some(disk) = Mounted::new(&blobs, 2 << 10) else {
        return;
    };
    let token = support(&house, &[]);
    let mut server = Running::start(&house, &[]);
    let address = server.address();
    let person = store(&address, &token, "ada@example.com").unwrap();
    let what =
        format!("POST /v1/people/{person}/files/call-recording?channel=telephone&notice=true");
    let headers = format!("Authorization: Bearer {token}\r\nContent-Type: audio/wav\r\n");
    let upload = |length: usize| send(&address, &what, &headers, &"s".repeat(length));
    let answer = upload(100_000);
    assert!(answer.contains(" 201 "), "{answer}");
    is_full(&upload(3 << 20));
    let left = Command::new("find")
        .arg(&blobs)
        .args(["-type", "f"])
        .output();
    let left = String::from_utf8(left.unwrap().stdout).unwrap();
    assert_eq!(
        left.lines().count(),
        1,
        "what was not whole is gone: {left}"
    );
    disk.fill(0);
    is_full(&upload(100_000));
    disk.make_room();
    let answer = upload(100_000);
    assert!(answer.contains(" 201 "), "{answer}");
    server.stop();
    house.kept(&["audit"]).done();
}
