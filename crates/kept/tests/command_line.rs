//! The built binary from outside: what each command does, prints and exits with.
//! It uses the modelled policy and the shipped samples, in folders of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

#[path = "command_line/devices.rs"]
mod devices;
#[path = "command_line/evidence.rs"]
mod evidence;
#[path = "command_line/full_disk.rs"]
mod full_disk;
#[path = "command_line/keyrings.rs"]
mod keyrings;
#[path = "command_line/machines.rs"]
mod machines;
#[path = "command_line/moving.rs"]
mod moving;
#[path = "command_line/other_policies.rs"]
mod other_policies;
#[path = "command_line/packaging.rs"]
mod packaging;
#[path = "command_line/root_keys.rs"]
mod root_keys;
#[path = "command_line/standing_by.rs"]
mod standing_by;
#[path = "command_line/traces.rs"]
mod traces;

use kept_testing::corpus::{self, Case, Expected};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The root of the project.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A folder of one's own for a test, with a data folder in it.
struct House {
    folder: tempfile::TempDir,
}

/// How a command ended.
struct Ended {
    code: i32,
    out: String,
    err: String,
}

impl Ended {
    fn of(output: Output) -> Ended {
        Ended {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    fn done(self) -> Ended {
        assert_eq!(self.code, 0, "{}\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    fn ends(self, code: i32, told: &[&str]) -> Ended {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        for told in told {
            assert!(
                self.err.contains(told) || self.out.contains(told),
                "{told}: {}",
                self.err
            );
        }
        self
    }

    fn json(&self) -> Value {
        serde_json::from_str(self.out.lines().next().unwrap()).unwrap()
    }
}

impl House {
    fn new() -> House {
        House {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kept"));
        command
            .args(words)
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("KEPT_") {
                command.env_remove(name);
            }
        }
        command.env("KEPT_POLICY", root().join("policies/mediaocean"));
        command
    }

    fn kept(&self, words: &[&str]) -> Ended {
        Ended::of(self.command(words).output().unwrap())
    }

    fn kept_told(&self, words: &[&str], input: &str) -> Ended {
        let mut command = self.command(words);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        Ended::of(child.wait_with_output().unwrap())
    }

    /// Copies a sample into the folder, so that its side file does not land in the project.
    fn sample(&self, name: &str) -> String {
        std::fs::copy(root().join("samples").join(name), self.path(name)).unwrap();
        name.to_owned()
    }

    /// Takes in the sample contacts.
    fn with_contacts() -> House {
        let house = House::new();
        let contacts = house.sample("contacts.csv");
        house
            .kept(&["collect", &contacts, "--channel", "client-contract"])
            .done();
        house
    }

    fn find(&self, address: &str) -> String {
        let words = [
            "person",
            "find",
            "--role",
            "support",
            "--purpose",
            "answer-you",
        ];
        self.kept_told(&words, address).done().out.trim().to_owned()
    }
}

const MARIA: &str = "maria.whitlock@example.com";

#[test]
fn a_policy_is_checked() {
    let house = House::new();
    house.kept(&["check"]).done().ends(0, &["0 errors"]);
    let broken = "+++\nid = \"north\"\ntitle = \"North\"\nlanguage = \"en\"\n+++\n\nWe use it.\n\n\
                  ```toml\n[use.newsletter]\nbases = \"consent\"\n```\n";
    std::fs::write(house.path("north.md"), broken).unwrap();
    let ended = house
        .kept(&["check", "north.md"])
        .ends(1, &["bases", "help"]);
    assert!(ended.out.contains("north.md:"), "{}", ended.out);
    let json = house
        .kept(&["check", "north.md", "--json"])
        .ends(1, &[])
        .json();
    assert!(
        json["diagnostics"]
            .as_array()
            .is_some_and(|all| !all.is_empty()),
        "{json}"
    );
    house
        .kept(&["check", "missing"])
        .ends(1, &["`missing` cannot be read", "help"]);
    std::fs::create_dir(house.path("policy")).unwrap();
    std::fs::rename(house.path("north.md"), house.path("policy/north.md")).unwrap();
    house
        .kept(&["serve", "--policy", "policy"])
        .ends(1, &["bases"]);
    house
        .kept(&["explain", "use", "--policy", "policy"])
        .ends(1, &["bases", "kept check"]);
}

#[test]
fn decisions_are_explained() {
    let house = House::new();
    let asked = [
        "explain",
        "use",
        "--purpose",
        "answer-you",
        "--fields",
        "name",
        "--country",
        "US",
    ];
    let with = |more: &[&'static str]| house.kept(&[&asked[..], more].concat());
    with(&["--role", "support"]).ends(0, &["north-america#use.answer-you"]);
    with(&["--role", "marketing"]).ends(2, &["the role may not act for this purpose"]);
    with(&["--role", "support", "--restricted"]).ends(2, &["grant.restriction"]);
    with(&["--role", "suport"]).ends(1, &["no role `suport`", "support"]);
}

#[test]
fn values_are_read_for_a_purpose_or_refused() {
    let house = House::with_contacts();
    let maria = house.find(MARIA);
    let asked = [
        "use",
        "--person",
        &maria,
        "--purpose",
        "answer-you",
        "--fields",
        "name,email",
    ];
    let with = |role| house.kept(&[&asked[..], &["--role", role]].concat());
    with("support").ends(0, &["Maria Whitlock", "m•••@example.com"]);
    let refused = with("marketing").ends(2, &["north-america#use.answer-you"]);
    assert!(!refused.err.contains("Maria") && refused.out.is_empty());
    let bulk = format!(
        "{{\"person\":\"{maria}\",\"purpose\":\"answer-you\",\"fields\":[\"name\"]}}\nnonsense\n\
         {{\"person\":\"{maria}\",\"purpose\":\"marketing\",\"fields\":[\"name\"]}}\n"
    );
    let ended = house
        .kept_told(&["use", "--bulk", "--role", "support"], &bulk)
        .ends(2, &[]);
    let lines: Vec<Value> = ended
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["values"][0]["value"], "Maria Whitlock");
    assert_eq!(lines[1]["line"], 2);
    assert!(lines[1]["error"].is_string() && lines[2]["refused"].is_array());
}

#[test]
fn people_have_their_way() {
    let house = House::with_contacts();
    let maria = house.find(MARIA);
    let person = |words: &[&str]| house.kept(&[&["person"], words].concat());
    person(&["show", &maria]).ends(0, &[MARIA, "until 2029-"]);
    house
        .kept_told(
            &["person", "rectify", &maria, "--field", "job-title"],
            "Head buyer\n",
        )
        .done();
    person(&["export", &maria]).ends(0, &["Head buyer"]);
    person(&["object", &maria, "--purpose", "marketing"]).done();
    let marketing = [
        "use",
        "--person",
        &maria,
        "--purpose",
        "marketing",
        "--fields",
        "name",
    ];
    house
        .kept(&[&marketing[..], &["--role", "marketing"]].concat())
        .ends(2, &["the person objects"]);
    person(&[
        "consent",
        &maria,
        "--purpose",
        "another-purpose",
        "--channel",
        "support",
    ])
    .done();
    person(&[
        "withdraw",
        &maria,
        "--purpose",
        "another-purpose",
        "--channel",
        "support",
    ])
    .done();
    person(&["restrict", &maria]).done();
    person(&["restrict", &maria, "--lift"]).done();
    person(&["trail", &maria, "--receipts", "receipts"]).ends(0, &["\"act\":\"object\""]);
    person(&["erase", &maria]).done();
    person(&["show", &maria]).ends(1, &["there is no such person"]);

    let audited = house.kept(&["audit", "--json"]).done().json();
    let key = audited["ledger-key"].as_str().unwrap();
    for receipt in std::fs::read_dir(house.path("receipts")).unwrap() {
        let receipt = receipt.unwrap().path();
        let receipt = receipt.to_str().unwrap();
        house
            .kept(&["verify", receipt, "--key", key])
            .ends(0, &["genuine"]);
        let forged = std::fs::read_to_string(receipt)
            .unwrap()
            .replacen("index ", "index 1", 1);
        std::fs::write(receipt, forged).unwrap();
        house
            .kept(&["verify", receipt, "--key", key])
            .ends(1, &["proves nothing"]);
    }
    let ledger = ["verify", "--ledger", "kept-data/ledger", "--key", key];
    house.kept(&ledger).ends(0, &["sound"]);
    let checkpoint = house.path("kept-data/ledger/checkpoint");
    let forged = std::fs::read_to_string(&checkpoint)
        .unwrap()
        .replacen('1', "2", 1);
    std::fs::write(&checkpoint, forged).unwrap();
    house.kept(&ledger).ends(1, &["checkpoint"]);
    house
        .kept(&["verify", "missing", "--key", key])
        .ends(1, &["cannot be read"]);
    house
        .kept(&["verify", "missing", "--key", "nonsense"])
        .ends(1, &["no ledger key"]);
}

#[test]
fn files_of_every_kind_are_taken_in_once() {
    let house = House::new();
    let log = house.sample("access.log");
    let gzip = house.sample("access.json.log.gz");
    let courses = house.sample("courses.csv");
    let catalogue = house.sample("catalogue.json");
    let contacts = house.sample("contacts.csv");
    let trial = [
        "collect",
        &contacts,
        "--channel",
        "client-contract",
        "--dry-run",
    ];
    house.kept(&trial).ends(0, &["nothing was stored"]);
    assert!(!house.path("kept-data").exists());
    let maps = [
        "--map",
        "course=course-{status}",
        "--map",
        "date=collected-at",
    ];
    let words = [
        "collect",
        &courses,
        "--channel",
        "training-import",
        "--json",
    ];
    house.kept(&["register", "put", &catalogue]).done();
    let taken = house.kept(&[&words[..], &maps].concat()).done().json();
    assert_eq!(
        (&taken["stored"], &taken["rejected"]),
        (&41.into(), &0.into()),
        "{taken}"
    );
    let taken = house
        .kept(&["collect", &log, &gzip, "--json"])
        .done()
        .json();
    assert!(taken["stored"].as_u64() > Some(100), "{taken}");
    let rejected = std::fs::read_to_string(house.path("access.log.rejected")).unwrap();
    assert!(
        rejected.lines().all(|line| line.split('\t').count() == 2),
        "{rejected}"
    );
    let again = house.kept(&["collect", &log, "--json"]).done().json();
    assert_eq!(
        (&again["stored"], &again["went-on"]),
        (&0.into(), &true.into()),
        "{again}"
    );
    house
        .kept(&["collect", "missing.csv", "--channel", "api"])
        .ends(1, &["missing.csv"]);
    house.kept(&["collect", &contacts]).ends(1, &["--channel"]);
    house
        .kept(&["collect", &contacts, "--channel", "pigeon"])
        .ends(1, &["website-form"]);
    house
        .kept(&["collect", "-", "--channel", "api"])
        .ends(1, &["--kind"]);
    let line = "{\"name\": \"Ada Byron\", \"email\": \"ada@example.com\", \"country\": \"US\"}\n";
    house
        .kept_told(
            &["collect", "-", "--kind", "ndjson", "--channel", "api"],
            line,
        )
        .ends(0, &["1 record stored"]);
    house.kept(&["audit"]).ends(0, &["sound"]);
}

#[test]
fn an_intake_that_was_killed_goes_on_and_takes_nothing_in_twice() {
    let house = House::new();
    let people = 6_000;
    let mut csv = String::from("name,email,message,country\n");
    for number in 0..people {
        csv.push_str(&format!(
            "Ada Byron,ada{number}@example.com,Message {number},US\n"
        ));
    }
    std::fs::write(house.path("many.csv"), csv).unwrap();
    let words = ["collect", "many.csv", "--channel", "e-mail", "--json"];
    let mut child = house.command(&words).spawn().unwrap();
    // It is killed as soon as it has remembered a place in the middle.
    let state = house.path("kept-data/intake");
    let reached = || {
        let mut files = std::fs::read_dir(&state).into_iter().flatten().flatten();
        files.any(|file| {
            let text = std::fs::read_to_string(file.path()).unwrap_or_default();
            let state: Value = serde_json::from_str(&text).unwrap_or_default();
            state["position"]["records"].as_u64() > Some(1_000)
        })
    };
    while !reached() && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    let ended_before = child.try_wait().unwrap().is_some();
    child.kill().unwrap();
    child.wait().unwrap();
    let state = std::fs::read_dir(&state)
        .unwrap()
        .flatten()
        .map(|file| file.path());
    let state = state
        .into_iter()
        .find(|path| path.extension().unwrap() == "json")
        .unwrap();
    let early = std::fs::read(&state).unwrap();
    assert!(
        !ended_before,
        "it was too fast to be killed; make the file longer"
    );
    let resumed = house.kept(&words).done().json();
    assert_eq!(resumed["went-on"], true);
    assert_eq!(resumed["rejected"], 0);
    // As if the last thing it remembered had been lost with the power.
    std::fs::write(&state, early).unwrap();
    house.kept(&words).done();
    let audited = house.kept(&["audit", "--json"]).done().json();
    assert_eq!(audited["people"], people, "{audited}");
    assert_eq!(audited["items"], people * 4, "{audited}");
}

#[test]
fn administration_is_on_the_command_line() {
    let house = House::with_contacts();
    let made = house
        .kept(&["token", "create", "--role", "support", "--json"])
        .done()
        .json();
    assert!(made["secret"].as_str().unwrap().starts_with("kept_"));
    let id = made["token"]["id"].as_str().unwrap();
    let listed = house.kept(&["token", "list"]).ends(0, &[id]);
    assert!(!listed.out.contains("kept_"));
    house.kept(&["token", "revoke", id]).done();
    house
        .kept(&["token", "revoke", id])
        .ends(1, &["there is no token", "token list"]);
    house
        .kept(&["token", "create", "--role", "king"])
        .ends(1, &["role"]);
    let past = [
        "token",
        "create",
        "--role",
        "support",
        "--expires",
        "2020-01-01",
    ];
    house.kept(&past).ends(1, &["past"]);
    house.kept(&["rotate"]).ends(0, &["rewrapped"]);
    house
        .kept(&["sweep", "--dry-run"])
        .ends(0, &["nothing was destroyed"]);
    house.kept(&["sweep"]).ends(0, &["destroyed 0 items"]);
    house.kept(&["schema"]).ends(0, &["\"collect\""]);
    house.kept(&["audit"]).ends(0, &["sound: 58 people"]);
}

#[test]
fn what_is_wrong_with_the_data_folder_is_told() {
    let house = House::new();
    house
        .kept(&["audit"])
        .ends(1, &["nothing is stored in `kept-data`", "help"]);
    let house = House::with_contacts();
    std::fs::rename(
        house.path("kept-data/root.key"),
        house.path("elsewhere.key"),
    )
    .unwrap();
    house.kept(&["audit"]).ends(1, &["root.key"]);
    house.kept(&["audit", "--root-key", "elsewhere.key"]).done();
    let other = House::with_contacts();
    let wrong = other.path("kept-data/root.key");
    house
        .kept(&["audit", "--root-key", wrong.to_str().unwrap()])
        .ends(1, &["key"]);
    std::fs::write(house.path("phrase"), "not the passphrase\n").unwrap();
    house
        .kept(&["audit", "--passphrase-file", "phrase"])
        .ends(1, &["error"]);

    let vault = house.path("kept-data/vault.db");
    std::fs::rename(&vault, house.path("vault.db")).unwrap();
    let collect = [
        "collect",
        "contacts.csv",
        "--channel",
        "api",
        "--root-key",
        "elsewhere.key",
    ];
    house.kept(&collect).ends(1, &["vault.db` is missing"]);
    std::fs::rename(house.path("vault.db"), &vault).unwrap();
    let database = rusqlite::Connection::open(&vault).unwrap();
    let version = |number: i32| {
        database
            .pragma_update(None, "user_version", number)
            .unwrap()
    };
    version(99);
    house
        .kept(&["audit", "--root-key", "elsewhere.key"])
        .ends(1, &["format 99"]);
    version(1);
    drop(database);
    let private = std::fs::metadata(house.path("kept-data")).unwrap();
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&private.permissions()) & 0o777,
        0o700
    );

    let changed = house.path("changed");
    std::fs::create_dir(&changed).unwrap();
    for entry in std::fs::read_dir(root().join("policies/mediaocean")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        // Another text is another version, which says when it was revised.
        let text = text.replace("revised    = 2018-05-01", "revised    = 2018-05-02");
        let text = text.replace("revised    = 2026-07-01", "revised    = 2026-07-02");
        std::fs::write(
            changed.join(path.file_name().unwrap()),
            text + "\n<!-- narrative -->\nThe end.\n",
        )
        .unwrap();
    }
    let key = ["--root-key", "elsewhere.key"];
    let changed = [&["audit", "--policy", "changed"][..], &key].concat();
    house
        .kept(&changed)
        .ends(1, &["never brought into force", "--in-force"]);
    house
        .kept(&[&["publish", "changed", "--in-force"][..], &key].concat())
        .done();
    house.kept(&changed).done();
}

#[test]
fn a_folder_in_use_is_left_alone() {
    let house = House::with_contacts();
    let mut server = house.command(&["serve", "--listen", "127.0.0.1:0"]);
    let mut server = server.stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(server.stderr.take().unwrap()).lines();
    let serving = log
        .by_ref()
        .find(|line| line.as_ref().unwrap().contains("serving"));
    assert!(serving.is_some(), "it ended without serving");
    let told = ["another server is using this data folder", "/v1"];
    house.kept(&["audit"]).ends(1, &told);
    server.kill().unwrap();
    server.wait().unwrap();
    house.kept(&["audit"]).done();
}

#[test]
fn a_port_in_use_is_told() {
    let house = House::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    house
        .kept(&["serve", "--listen", &address])
        .ends(1, &["taken", "--listen"]);
}

#[test]
fn the_demonstration_runs_again_and_again() {
    let house = House::new();
    let first = house.kept(&["demo", "--once"]).done();
    for told in [
        "REFUSED",
        "under-age",
        "objected",
        "no-assurance",
        "tlog-proof",
        "sound: ",
    ] {
        assert!(first.out.contains(told), "{told}: {}", first.out);
    }
    assert!(!first.out.contains("(not expected)") && !first.out.contains("ottilie"));
    let again = house
        .kept(&["demo", "--once"])
        .ends(0, &["goes on with it", "went on after"]);
    let people = |out: &str| {
        out.split("sound: ")
            .nth(1)
            .unwrap()
            .split(',')
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(people(&first.out), people(&again.out));
    let told = house.kept(&["demo", "--once", "--json"]).done();
    assert!(
        told.out
            .lines()
            .all(|line| serde_json::from_str::<Value>(line).is_ok())
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    house
        .kept(&["demo", "--listen", &address])
        .ends(1, &["taken", "--listen"]);
}

/// Asks a server for a reading, and gives its whole answer.
fn ask(address: &str, token: &str, person: &str) -> String {
    let body =
        format!("{{\"person\":\"{person}\",\"purpose\":\"answer-you\",\"fields\":[\"name\"]}}");
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let request = format!(
        "POST /v1/use HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_demonstration_serves_what_it_prints() {
    let house = House::new();
    let mut demo = house.command(&["demo", "--listen", "127.0.0.1:0", "--json"]);
    let mut demo = demo.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines();
    let printed = loop {
        let line: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        if line["address"].is_string() {
            break line;
        }
    };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (address, person) = (text(&printed["address"]), text(&printed["person"]));
    let answer = ask(&address, &text(&printed["tokens"]["support"]), &person);
    assert!(
        answer.contains("200 OK") && answer.contains("Maria Whitlock"),
        "{answer}"
    );
    let answer = ask(&address, &text(&printed["tokens"]["marketing"]), &person);
    assert!(
        answer.contains("403") && answer.contains("use.answer-you"),
        "{answer}"
    );
    let stopped = Command::new("kill")
        .arg(demo.id().to_string())
        .status()
        .unwrap();
    assert!(stopped.success() && demo.wait().unwrap().success());
    house.kept(&["audit"]).done();
}

#[test]
fn pages_are_written() {
    let house = House::with_contacts();
    house.kept(&["publish", "--out", "pages"]).done();
    let page = std::fs::read_to_string(house.path("pages/north-america.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("What we collect"));
    assert!(house.path("pages/definitions.html").exists());
    let one = [
        "publish",
        "--document",
        "north-america",
        "--out",
        "one.html",
        "--standing",
    ];
    house.kept(&one).done();
    let standing = std::fs::read_to_string(house.path("one.html")).unwrap();
    assert_ne!(page, standing);
    house
        .kept(&["publish", "--document", "mars", "--out", "x"])
        .ends(1, &["north-america"]);
    house
        .kept(&["publish", "--out", "one.html"])
        .ends(1, &["cannot be written"]);
}

#[test]
fn a_passphrase_takes_the_place_of_a_key_file() {
    let house = House::new();
    let contacts = house.sample("contacts.csv");
    let with = |phrase: &str, words: &[&str]| {
        Ended::of(
            house
                .command(words)
                .env("KEPT_PASSPHRASE", phrase)
                .output()
                .unwrap(),
        )
    };
    let collect = ["collect", &contacts, "--channel", "client-contract"];
    with("short", &collect).ends(1, &["the passphrase is too short"]);
    with("five plain words in a row", &collect).done();
    assert!(!house.path("kept-data/root.key").exists());
    with("five other words in a row", &["audit"]).ends(1, &["passphrase"]);
    std::fs::write(house.path("phrase"), "five plain words in a row\n").unwrap();
    house
        .kept(&["audit", "--passphrase-file", "phrase"])
        .ends(0, &["58 people"]);
    house.kept(&["audit"]).ends(1, &["error"]);
}

/// What `kept explain` says to a question, in the form in which a case of the corpus expects it.
fn explained(answer: &Value, expected: &Expected) -> Expected {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let each = |name: &str, tell: &dyn Fn(&Value) -> String| -> Vec<String> {
        answer[name].as_array().unwrap().iter().map(tell).collect()
    };
    if answer["permitted"] == false {
        let ground =
            |reason: &Value| format!("{}: {}", text(&reason["clause"]), text(&reason["code"]));
        let mut grounds = each("reasons", &ground);
        grounds.sort();
        return Expected::Refused { grounds };
    }
    let mut clauses = each("clauses", &text);
    clauses.sort();
    let view = |shown: &Value| format!("{}: {}", text(&shown["field"]), text(&shown["view"]));
    let asked = matches!(expected, Expected::Permitted { shows: Some(_), .. });
    let redacts = answer["redacts"] == true;
    Expected::Permitted {
        clauses,
        shows: asked.then(|| each("shows", &view)),
        redacts,
    }
}

#[test]
fn the_corpus_is_decided_on_the_command_line_as_it_says() {
    let house = House::new();
    let mut policies: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for case in corpus::load().unwrap() {
        // An item under a class that no policy knows cannot be put in words.
        if case
            .question
            .holds
            .iter()
            .any(|held| held.under.starts_with("policy:"))
        {
            continue;
        }
        policies.entry(case.policy.clone()).or_default().push(case);
    }
    for (policy, cases) in policies {
        let questions = cases
            .iter()
            .map(|case| serde_json::to_string(&case.question).unwrap());
        let questions: Vec<String> = questions.collect();
        let policy = root().join("policies").join(policy);
        let words = [
            "explain",
            "--questions",
            "-",
            "--policy",
            policy.to_str().unwrap(),
        ];
        let ended = house.kept_told(&words, &questions.join("\n")).ends(2, &[]);
        let answers: Vec<Value> = ended
            .out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(answers.len(), cases.len());
        for (answer, case) in answers.iter().zip(&cases) {
            assert!(answer["error"].is_null(), "{}: {answer}", case.name);
            assert_eq!(
                explained(answer, &case.expected),
                case.expected,
                "{}",
                case.name
            );
        }
    }
    house
        .kept_told(&["explain", "--questions", "-"], "{\"act\":\"use\"}")
        .ends(1, &["missing field"]);
}
