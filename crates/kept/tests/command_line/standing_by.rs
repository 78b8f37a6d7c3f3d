//! A server that stands by: it waits while another has the folder, and takes its place when that
//! is killed. It looks from outside, at processes.

use super::{House, MARIA, ask};
use kept_testing::cluster::Cluster;
use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStderr, Stdio};

/// A server process, and what it logs.
struct Running {
    process: Child,
    log: Lines<BufReader<ChildStderr>>,
}

impl Running {
    fn start(house: &House, more: &[&str]) -> Running {
        let mut command = house.command(&["serve", "--listen", "127.0.0.1:0"]);
        let mut process = command.args(more).stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(process.stderr.take().unwrap()).lines();
        Running { process, log }
    }

    /// Waits for a line that says something.
    fn says(&mut self, what: &str) -> String {
        let mut lines = self.log.by_ref().map(Result::unwrap);
        let found = lines.find(|line| line.contains(what));
        found.unwrap_or_else(|| panic!("it ended without saying `{what}`"))
    }

    /// Where it listens, once it does.
    fn address(&mut self) -> String {
        let line = self.says("serving");
        let (_, rest) = line.split_once("127.0.0.1:").unwrap();
        let port = rest.split(|it: char| !it.is_ascii_digit()).next().unwrap();
        format!("127.0.0.1:{port}")
    }

    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn takes_over(house: &House, more: &[&str], person: &str, token: &str) {
    let mut first = Running::start(house, more);
    let address = first.address();
    let mut second = Running::start(house, &[more, &["--standby"]].concat());
    second.says("standing by");
    assert!(ask(&address, token, person).contains("200 OK"));
    assert!(
        second.process.try_wait().unwrap().is_none(),
        "it gave up waiting"
    );
    first.kill();
    let address = second.address();
    let answer = ask(&address, token, person);
    assert!(answer.contains("Maria Whitlock"), "{answer}");
    // Nobody comes between two of them.
    house
        .kept(&[&["audit"], more].concat())
        .ends(1, &["another server is using this data folder"]);
    second.kill();
    let ended = house.kept(&[&["audit"], more].concat()).done();
    assert!(ended.out.contains("sound"), "{}", ended.out);
}

fn support(house: &House, more: &[&str]) -> String {
    let words = ["token", "create", "--role", "support", "--json"];
    let made = house.kept(&[&words, more].concat()).done().json();
    made["secret"].as_str().unwrap().to_owned()
}

#[test]
fn a_server_that_stands_by_takes_over_from_one_that_is_killed() {
    let house = House::with_contacts();
    let token = support(&house, &[]);
    takes_over(&house, &[], &house.find(MARIA), &token);
}

#[test]
fn a_server_that_stands_by_takes_over_from_one_that_is_killed_on_postgres() {
    let house = House::new();
    let store = Cluster::shared().address();
    let more = ["--store", store.as_str()];
    let contacts = house.sample("contacts.csv");
    let collect = ["collect", &contacts, "--channel", "client-contract"];
    house.kept(&[&collect[..], &more].concat()).done();
    let token = support(&house, &more);
    let find = ["person", "find", "--role", "support"];
    let find = [&find[..], &["--purpose", "answer-you"], &more].concat();
    let person = house.kept_told(&find, MARIA).done().out.trim().to_owned();
    takes_over(&house, &more, &person, &token);
}
