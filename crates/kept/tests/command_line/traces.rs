//! Traces as a collector gets them: whole, without anybody in them, and never waited for.
//! The collector is the test's own; the server is the built binary.

use super::House;
use super::standing_by::{Running, support};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

/// A trace as a caller names it.
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// Takes what is sent, or takes it and never answers.
struct Collector {
    address: String,
    bodies: Receiver<Vec<u8>>,
}

impl Collector {
    fn start(answers: bool) -> Collector {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (arrived, bodies) = channel();
        std::thread::spawn(move || {
            let mut held = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let body = read(&mut stream);
                if answers {
                    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
                    let _ = stream.write_all(answer);
                } else {
                    held.push(stream);
                }
                if arrived.send(body).is_err() {
                    return;
                }
            }
        });
        Collector { address, bodies }
    }

    /// Everything that arrived until now, as text that may hold anything between.
    fn all(&self) -> String {
        let all: Vec<u8> = self.bodies.try_iter().flatten().collect();
        String::from_utf8_lossy(&all).into_owned()
    }
}

fn read(stream: &mut TcpStream) -> Vec<u8> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim_end().to_ascii_lowercase();
        assert!(!line.starts_with("post ") || line.starts_with("post /v1/traces http/1.1"));
        if let Some(told) = line.strip_prefix("content-length:") {
            length = told.trim().parse().unwrap();
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    body
}

/// Asks for something, with headers of one's own; the whole answer.
pub(super) fn send(address: &str, what: &str, headers: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!(
        "{what} HTTP/1.1\r\nHost: {address}\r\n{headers}Content-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

pub(super) fn json(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n")
}

fn token(house: &House, role: &[&str]) -> String {
    let made = [&["token", "create", "--json"], role].concat();
    let made = house.kept(&made).done().json();
    made["secret"].as_str().unwrap().to_owned()
}

/// The word after a key of an answer in JSON.
pub(super) fn word(answer: &str, key: &str) -> String {
    let (_, rest) = answer.split_once(&format!("\"{key}\":\"")).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

const PERSON: &str = r#"{"channel":"website-form","country":"US","values":{"name":"Zuleikha Quist",
    "email":"zuleikha@quist.example","phone":"(212) 555-0188"}}"#;

/// Everything that may be asked, with what must stay here in every place that takes something.
fn busy_session(address: &str, office: &str, support: &str, marketing: &str) -> String {
    let (support, marketing) = (json(support), json(marketing));
    let traced = format!(
        "{support}Idempotency-Key: xanadu-key\r\ntraceparent: 00-{TRACE}-00f067aa0ba902b7-01\r\n\
         tracestate: xanadu=state\r\nbaggage: user=xanadu-baggage\r\n\
         Cookie: kept-session=xanadu-cookie\r\n"
    );
    let stored = send(address, "POST /v1/collect?x=xanadu-query", &traced, PERSON);
    assert!(stored.contains(" 201 "), "{stored}");
    let person = word(&stored, "person");
    let find = r#"{"field":"email","value":"zuleikha@quist.example","purpose":"answer-you"}"#;
    let reading = |fields: &str| {
        format!(r#"{{"person":"{person}","purpose":"answer-you","fields":["{fields}"]}}"#)
    };
    let line = PERSON.replace('\n', " ").replace("zuleikha@", "second@");
    let lines = support.replace("/json", "/x-ndjson");
    let office = json(office);
    let of = |path: &str| path.replace("{}", &person);
    for (what, headers, body, status) in [
        ("POST /v1/find", &support, find.to_owned(), " 200 "),
        ("POST /v1/use", &support, reading("name"), " 200 "),
        ("POST /v1/use", &marketing, reading("name"), " 403 "),
        ("POST /v1/use", &support, reading("xanadu-field"), " 4"),
        ("POST /v1/use", &support, "{xanadu-body".to_owned(), " 400 "),
        ("POST /v1/collect/bulk", &lines, line.clone(), " 200 "),
        (
            &of("GET /v1/people/{}/trail?purpose=xanadu"),
            &office,
            String::new(),
            " ",
        ),
        (
            &of("POST /v1/people/{}/export"),
            &office,
            String::new(),
            " ",
        ),
        ("GET /xanadu/path", &support, String::new(), " 404 "),
        ("GET /v1/tokens/xanadu-token", &support, String::new(), " "),
        ("GET /policy/xanadu-page", &support, String::new(), " "),
        (
            "POST /v1/use",
            &json("xanadu-secret"),
            reading("name"),
            " 401 ",
        ),
        ("POST /v1/sweep", &office, String::new(), " 200 "),
        ("GET /healthz", &support, String::new(), " 200 "),
    ] {
        let answer = send(address, what, headers, &body);
        assert!(answer.contains(status), "{what} {body}: {answer}");
    }
    let form = "Content-Type: application/x-www-form-urlencoded\r\n\
                Sec-Fetch-Site: same-origin\r\n";
    let fields = "address=zuleikha%40quist.example";
    let answer = send(address, "POST /sign-in", form, fields);
    assert!(answer.contains(" 303 "), "{answer}");
    person
}

#[test]
fn a_busy_session_is_traced_and_names_nobody() {
    let (house, collector) = (House::new(), Collector::start(true));
    let office = token(&house, &["--administrator"]);
    let (support, marketing) = (
        support(&house, &[]),
        token(&house, &["--role", "marketing"]),
    );
    let letters = house.path("letters").display().to_string();
    let mut server = Running::start(
        &house,
        &[
            "--traces",
            &collector.address,
            "--mail-folder",
            &letters,
            "--mail-from",
            "xanadu-sender@example.com",
            "--public-url",
            "https://xanadu.example",
        ],
    );
    let address = server.address();
    let person = busy_session(&address, &office, &support, &marketing);
    // The letter leaves by itself, soon after.
    let new = house.path("letters").join("new");
    while std::fs::read_dir(&new).map_or(0, Iterator::count) == 0 {
        std::thread::yield_now();
    }
    server.stop();
    let told = collector.all();
    for expected in [
        "POST /v1/collect",
        "/v1/people/{id}/export",
        "http.response.status_code",
        "kept.act",
        "kept.outcome",
        "refused",
        "kept.reasons",
        "north-america#use.answer-you",
        "kept.policy",
        "commit",
        "group",
        "disk",
        "sweep",
        "hand-over",
        "taken",
    ] {
        assert!(told.contains(expected), "`{expected}` is not in the traces");
    }
    let bytes = data_encoding::HEXLOWER.decode(TRACE.as_bytes()).unwrap();
    assert!(
        told.contains(&*String::from_utf8_lossy(&bytes)),
        "its own trace"
    );
    assert!(!told.contains("/healthz"), "nobody asked for that");
    let id = person.replace('-', "");
    let id = data_encoding::HEXLOWER.decode(id.as_bytes()).unwrap();
    let low = told.to_lowercase();
    for secret in [
        "xanadu",
        "zuleikha",
        "quist",
        "second@",
        "555-0188",
        "2125550188",
    ] {
        assert!(!low.contains(secret), "`{secret}` is in the traces");
    }
    for secret in [&office, &support, &marketing, &person] {
        assert!(
            !told.contains(secret.as_str()),
            "`{secret}` is in the traces"
        );
    }
    assert!(!told.contains(&*String::from_utf8_lossy(&id)), "{person}");
}

#[test]
fn a_share_of_traces_is_sent_and_a_caller_may_say_which() {
    let (house, collector) = (House::new(), Collector::start(true));
    let support = support(&house, &[]);
    let to = ["--traces", &collector.address, "--traces-share", "0"];
    let mut server = Running::start(&house, &to);
    let address = server.address();
    let parent = |flags: &str| {
        let parent = format!("traceparent: 00-{TRACE}-00f067aa0ba902b7-{flags}\r\n");
        json(&support) + &parent
    };
    send(&address, "GET /v1/policy", &json(&support), "");
    send(&address, "GET /v1/registers", &parent("00"), "");
    send(&address, "GET /policies", &parent("01"), "");
    send(&address, "GET /v1/recipients", &parent("01"), "");
    server.stop();
    let told = collector.all();
    assert!(told.contains("/v1/recipients"), "{told}");
    for not in ["/v1/policy", "/v1/registers", "/policies"] {
        assert!(!told.contains(not), "{not}");
    }
}

/// Acts go on and are acknowledged while a collector is gone, or has taken a batch and says
/// nothing; and the server stops all the same.
#[test]
fn a_collector_that_is_gone_is_not_waited_for() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    let silent = Collector::start(false);
    for (to, is_there) in [(&nobody, false), (&silent.address, true)] {
        let house = House::new();
        let support = json(&support(&house, &[]));
        let mut command = house.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.args(["--traces", to]);
        command.env("OTEL_BSP_SCHEDULE_DELAY", "100");
        let mut server = Running::of(command);
        let address = server.address();
        let store = |number: usize| {
            let person = PERSON.replace("zuleikha@", &format!("person{number}@"));
            let answer = send(&address, "POST /v1/collect", &support, &person);
            assert!(answer.contains(" 201 "), "{answer}");
        };
        store(0);
        if is_there {
            drop(silent.bodies.recv().unwrap());
        }
        // What follows happens while the batch is in the air, or nowhere.
        (1..20).for_each(store);
        server.stop();
    }
}
