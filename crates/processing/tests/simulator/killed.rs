//! A process that is killed while it works: what it said it did is there afterwards.

use crate::house::*;
use kept_processing::*;
use kept_terms::PersonId;
use kept_testing::{Dial, Dice};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command as Program, Stdio};
use std::sync::Arc;

/// The folder that a killed process works in; set only for that process.
const FOLDER: &str = "KEPT_KILLED_FOLDER";
const SEED: &str = "KEPT_KILLED_SEED";
const ROUNDS: u64 = 4;

async fn door(path: &Path, seed: u64) -> kept_processing::Door {
    let clock = Arc::new(Dial::at(START));
    let dice = Arc::new(Dice::seeded(seed));
    Folder::new(path)
        .open(SHORT.clone(), clock, dice)
        .await
        .unwrap()
}

/// One line on standard output for each thing that is done, whole or not at all.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("\n{line}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// What the killed process does: this "test" does nothing where it is not asked to.
#[test]
fn a_process_that_works_until_it_is_killed() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let seed: u64 = std::env::var(SEED).unwrap().parse().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = { runtime }.worker_threads(3).enable_all().build().unwrap();
    runtime.block_on(async {
        let door = Arc::new(door(Path::new(&folder), seed).await);
        say("open");
        let mut tasks = Vec::new();
        for task in 0..6 {
            tasks.push(tokio::spawn(work(door.clone(), seed, task)));
        }
        for task in tasks {
            task.await.unwrap();
        }
    });
}

async fn work(door: Arc<kept_processing::Door>, seed: u64, task: u64) {
    for number in 0.. {
        let address = format!("p{seed}-{task}-{number}@example.com");
        let name = format!("Person {number}");
        let collect = record(&[("name", &name), ("email", &address)]);
        let stored = door
            .perform(&staff("support"), &Command::Collect(collect))
            .await
            .unwrap();
        let Ok(Effect::Stored { person, .. }) = stored.outcome else {
            panic!("refused")
        };
        say(&format!("stored {} {person}", stored.entry.unwrap()));
        let read = reading(person, "answer-you", &["name"]);
        let read = door.perform(&staff("sales"), &read).await.unwrap();
        say(&format!("read {} {person}", read.entry.unwrap()));
        match number % 4 {
            1 => {
                let erase = Command::Erase { person };
                let erased = door.perform(&Caller::person(), &erase).await.unwrap();
                say(&format!("erased {} {person}", erased.entry.unwrap()));
            }
            2 => {
                let purpose = "marketing".to_owned();
                let object = Command::Object {
                    person,
                    purpose,
                    objects: true,
                };
                let objected = door.perform(&Caller::person(), &object).await.unwrap();
                say(&format!("objected {} {person}", objected.entry.unwrap()));
            }
            _ => drop(door.sequence().await.unwrap()),
        }
    }
}

fn start(folder: &Path, seed: u64) -> Child {
    let mut program = Program::new(std::env::current_exe().unwrap());
    let name = "killed::a_process_that_works_until_it_is_killed";
    program.args(["--exact", name, "--nocapture", "--test-threads=1"]);
    program.env(FOLDER, folder).env(SEED, seed.to_string());
    program.stdout(Stdio::piped()).stderr(Stdio::null());
    program.spawn().unwrap()
}

/// Lets the process say so many things, kills it, and answers with all that it said.
fn kill_after(mut child: Child, lines: usize) -> Vec<String> {
    let mut said = Vec::new();
    let mut lines_left = lines;
    let out = BufReader::new(child.stdout.take().unwrap());
    for line in out.lines() {
        let Ok(line) = line else { break };
        let acts = ["stored ", "read ", "erased ", "objected "];
        if acts.iter().any(|act| line.starts_with(act)) {
            said.push(line);
            lines_left = lines_left.saturating_sub(1);
        }
        // What was said before it died is still read after this.
        if lines_left == 0 {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    said
}

#[tokio::test]
async fn nothing_that_was_said_to_be_done_is_lost_when_the_process_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut did: BTreeMap<u64, (String, PersonId)> = BTreeMap::new();
    for round in 0..ROUNDS {
        let lines = 20 + usize::try_from(round * 37 % 90).unwrap();
        for line in kill_after(start(folder.path(), round), lines) {
            let words: Vec<&str> = line.split(' ').collect();
            let entry = words[1].parse().unwrap();
            let person = words[2].parse().unwrap();
            let twice = did.insert(entry, (words[0].to_owned(), person));
            assert!(twice.is_none(), "entry {entry} was given twice");
        }
        let door = door(folder.path(), 1_000 + round).await;
        check(&door, &did).await;
    }
    assert!(did.len() > 80);
}

async fn check(door: &kept_processing::Door, did: &BTreeMap<u64, (String, PersonId)>) {
    door.audit(&mut |_| {}).await.unwrap();
    let size = door.sequence().await.unwrap();
    let of = |what: &str| -> BTreeSet<PersonId> {
        let all = did.values().filter(|(done, _)| done == what);
        all.map(|(_, person)| *person).collect()
    };
    let (erased, objected) = (of("erased"), of("objected"));
    for (index, (done, person)) in did {
        assert!(*index < size);
        let entry = door.entry(*index).unwrap().unwrap();
        let entry = String::from_utf8_lossy(&entry).into_owned();
        let act = match done.as_str() {
            "stored" => "collect",
            "read" => "use",
            "erased" => "erase",
            _ => "object",
        };
        assert!(
            entry.contains(&format!("\"act\":\"{act}\"")),
            "{index}: {entry}"
        );
        if done == "stored" {
            let read = reading(*person, "answer-you", &["name"]);
            let read = door.perform(&staff("sales"), &read).await;
            match read {
                Err(Failure::NotFound(_)) => {
                    // An erasure that was not yet said to be done may be done.
                    let may_be_erased = !objected.contains(person);
                    assert!(erased.contains(person) || may_be_erased);
                }
                Ok(Performed {
                    outcome: Ok(Effect::Values(values)),
                    ..
                }) => {
                    assert!(!erased.contains(person), "an erased person is back");
                    assert_eq!(values.len(), 1);
                }
                _ => panic!("person {person} cannot be read"),
            }
        }
        if done == "objected" {
            let read = reading(*person, "marketing", &["name"]);
            let read = door.perform(&staff("marketing"), &read).await.unwrap();
            assert!(read.outcome.is_err(), "an objection is lost");
        }
    }
    let gone = of("stored").difference(&erased).count();
    assert!(gone > 0);
}
