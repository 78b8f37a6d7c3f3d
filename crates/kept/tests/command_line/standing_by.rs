//! Servers that stand by or share: whoever is killed is followed, and what was acknowledged is
//! there. It looks from outside, at processes.

use super::{House, MARIA, ask};
use kept_testing::cluster::Cluster;
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

/// A server process, and what it logs.
pub(super) struct Running {
    pub process: Child,
    log: Lines<BufReader<ChildStderr>>,
}

impl Running {
    pub fn start(house: &House, more: &[&str]) -> Running {
        let mut command = house.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.args(more);
        Running::of(command)
    }

    pub fn of(mut command: Command) -> Running {
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(process.stderr.take().unwrap()).lines();
        Running { process, log }
    }

    /// Waits for a line that says something.
    pub fn says(&mut self, what: &str) -> String {
        let mut lines = self.log.by_ref().map(Result::unwrap);
        let found = lines.find(|line| line.contains(what));
        found.unwrap_or_else(|| panic!("it ended without saying `{what}`"))
    }

    /// Where it listens, once it does.
    pub fn address(&mut self) -> String {
        let line = self.says("serving");
        let (_, rest) = line.split_once("127.0.0.1:").unwrap();
        let port = rest.split(|it: char| !it.is_ascii_digit()).next().unwrap();
        format!("127.0.0.1:{port}")
    }

    /// Stops it in order.
    pub fn stop(mut self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").arg(id).status().unwrap().success());
        assert!(self.process.wait().unwrap().success());
    }

    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// A test that stops in the middle leaves no server behind.
impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
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

pub(super) fn support(house: &House, more: &[&str]) -> String {
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

#[test]
fn a_server_whose_database_is_away_says_that_it_is_not_ready() {
    let (house, cluster) = (House::new(), Cluster::new());
    let mut server = Running::start(&house, &["--store", &cluster.address()]);
    let address = server.address();
    let ready = || send(&address, "", "GET /readyz", "").unwrap();
    assert!(ready().contains("200 OK"));
    cluster.kill();
    let told = ready();
    assert!(
        told.contains("503") && told.contains("retry-after"),
        "{told}"
    );
    cluster.start();
    while !ready().contains("200 OK") {}
}

/// Asks a server; what it answers, where it does.
pub(super) fn send(address: &str, token: &str, what: &str, body: &str) -> Option<String> {
    let request = format!(
        "{what} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer).filter(|answer| !answer.is_empty())
}

/// Stores somebody; who they are, where that was acknowledged.
fn store(address: &str, token: &str, email: &str) -> Option<String> {
    let body = format!(
        r#"{{"channel":"website-form","country":"US","values":{{"name":"Ada Byron","email":"{email}"}}}}"#
    );
    let answer = send(address, token, "POST /v1/collect", &body)?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    assert!(head.contains(" 200 ") || head.contains(" 201 "), "{answer}");
    let start = body.find('{')?;
    let (end, _) = body.match_indices('}').next_back()?;
    let told: serde_json::Value = serde_json::from_str(body.get(start..=end)?).ok()?;
    Some(told["person"].as_str()?.to_owned())
}

/// Stores people until nothing answers, or `enough` are stored.
pub(super) fn keep_storing(address: &str, token: &str, name: &str, enough: usize) -> Vec<String> {
    let mut people = Vec::new();
    while people.len() < enough {
        let email = format!("{name}-{}@example.com", people.len());
        match store(address, token, &email) {
            Some(person) => people.push(person),
            None => break,
        }
    }
    people
}

/// Two servers at once, both asked all the time. The one that leads is killed in the middle.
#[test]
fn of_servers_that_share_whichever_is_killed_the_others_lose_nothing() {
    let house = House::new();
    let database = Cluster::new();
    let address = database.address();
    let more = ["--store", address.as_str()];
    let token = support(&house, &more);
    let made = |role: &[&str]| {
        let words = [&["token", "create", "--json"], role, &more[..]].concat();
        house.kept(&words).done().json()
    };
    let (office, lost) = (made(&["--administrator"]), made(&["--role", "support"]));
    let sharing = [&more[..], &["--shared"]].concat();
    let mut first = Running::start(&house, &sharing);
    let leading = first.address();
    let mut second = Running::start(&house, &sharing);
    let following = second.address();
    // A token that one has just recognised, and the other revokes.
    let secret = lost["secret"].as_str().unwrap();
    let early = store(&following, secret, "early@example.com").unwrap();
    let revoke = format!(
        "DELETE /v1/tokens/{}",
        lost["token"]["id"].as_str().unwrap()
    );
    let told = send(&leading, office["secret"].as_str().unwrap(), &revoke, "").unwrap();
    assert!(told.contains("200 OK"), "{told}");
    let answer = ask(&following, secret, &early);
    assert!(answer.contains(" 401 "), "{answer}");
    let (stored, kept) = std::thread::scope(|scope| {
        let token = &token;
        let mut dying = Vec::new();
        for task in 0..3 {
            let (address, name) = (&leading, format!("one-{task}"));
            dying.push(scope.spawn(move || keep_storing(address, token, &name, usize::MAX)));
        }
        let living = ["a", "b"].map(|name| {
            let address = &following;
            scope.spawn(move || keep_storing(address, token, name, 40))
        });
        // In the middle of it all, once the other has stored something as well.
        let early = keep_storing(&following, token, "early", 10);
        first.kill();
        let living = living.into_iter().flat_map(|it| it.join().unwrap());
        let mut kept: Vec<String> = living.collect();
        kept.extend(early);
        let dying = dying.into_iter().flat_map(|it| it.join().unwrap());
        (dying.collect::<Vec<_>>(), kept)
    });
    assert!(!stored.is_empty());
    assert_eq!(kept.len(), 90, "the other one never stopped");
    for person in stored.iter().chain(&kept) {
        let answer = ask(&following, &token, person);
        assert!(answer.contains("Ada Byron"), "{answer}");
    }
    // A third joins, and the folder is still nobody's alone.
    let mut third = Running::start(&house, &sharing);
    let joined = third.address();
    assert!(ask(&joined, &token, &kept[0]).contains("Ada Byron"));
    let audit = [&["audit"], &more[..]].concat();
    let told = ["another server is using this data folder"];
    house.kept(&audit).ends(1, &told);
    second.kill();
    third.kill();
    let ended = house.kept(&audit).done();
    assert!(ended.out.contains("sound"), "{}", ended.out);
}

/// For how long a server is stopped at most.
const STOPPED: Duration = Duration::from_secs(2);

/// Sends a signal to a server.
fn signal(server: &Running, name: &str) {
    let id = server.process.id().to_string();
    let told = Command::new("kill").args([name, &id]).status().unwrap();
    assert!(told.success());
}

/// A server that is stopped for a while, in the middle of its work, may keep the others waiting for
/// what it has in hand, and no longer than that while; then all go on, and nothing was done twice.
#[test]
fn a_server_that_is_stopped_for_a_while_loses_and_doubles_nothing() {
    let house = House::new();
    let database = Cluster::new();
    let address = database.address();
    let more = ["--store", address.as_str()];
    let token = support(&house, &more);
    let sharing = [&more[..], &["--shared"]].concat();
    let mut first = Running::start(&house, &sharing);
    let leading = first.address();
    let mut second = Running::start(&house, &sharing);
    let following = second.address();
    let people = std::thread::scope(|scope| {
        let (token, leading) = (&token, &leading);
        let busy = [0, 1, 2].map(|task| {
            let name = format!("stopped-{task}");
            scope.spawn(move || keep_storing(leading, token, &name, 60))
        });
        let mut people = keep_storing(&following, token, "before", 3);
        for round in 0..4 {
            signal(&first, "-STOP");
            let name = format!("round-{round}");
            let following = &following;
            let storing = scope.spawn(move || keep_storing(following, token, &name, 3));
            let stopped = Instant::now();
            while !storing.is_finished() && stopped.elapsed() < STOPPED {
                std::thread::sleep(Duration::from_millis(10));
            }
            signal(&first, "-CONT");
            people.extend(storing.join().unwrap());
            people.extend(keep_storing(leading, token, &format!("again-{round}"), 1));
        }
        assert_eq!(people.len(), 3 + 4 * 4, "somebody was held up for good");
        let busy = busy.into_iter().flat_map(|task| task.join().unwrap());
        people.extend(busy);
        people
    });
    assert_eq!(people.len(), 3 + 4 * 4 + 180, "each was answered");
    let each: std::collections::HashSet<&String> = people.iter().collect();
    assert_eq!(each.len(), people.len());
    for person in people.iter().step_by(7) {
        for server in [&leading, &following] {
            assert!(ask(server, &token, person).contains("Ada Byron"));
        }
    }
    first.stop();
    second.stop();
    let audit = [&["audit", "--json"], &more[..]].concat();
    let audit = house.kept(&audit).done().json();
    assert_eq!(audit["people"], people.len(), "nothing was done twice");
}
