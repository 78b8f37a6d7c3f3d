//! Tests of the API as a whole: hostile requests, limits, what problems and the log give away.

mod described;

use super::testing::{Server, contact};
use super::*;
use axum::body::Body;
use axum::http::Method;
use axum::routing::get;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use std::io;
use std::sync::Mutex;

/// Every operation of the description, as method and path.
fn operations() -> Vec<(Method, String)> {
    let (_, description) = openapi::described();
    let description = serde_json::to_value(&description).unwrap();
    let mut all = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            all.push((method.to_uppercase().parse().unwrap(), path.clone()));
        }
    }
    assert!(all.len() > 40, "{all:?}");
    all
}

/// A body that nobody would send on purpose, or that is nearly right.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let nearly = json!({
        "person": "0190a5e0-0000-7000-8000-000000000000", "purpose": "answer-you",
        "fields": ["name"], "channel": "website-form", "values": { "email": "ada@example.com" },
        "field": "email", "value": "ada@example.com", "claims": { "email": "x" }, "act": "use",
        "by": "staff", "kind": "review", "expires": "2026-12-31T00:00:00Z", "child": false,
    });
    let names: Vec<String> = nearly.as_object().unwrap().keys().cloned().collect();
    let odd = prop_oneof![
        Just(json!(null)),
        Just(json!(1e308)),
        Just(json!(-1)),
        Just(json!(u64::MAX)),
        Just(json!("\u{0}\u{202e}\u{ffff}")),
        Just(json!("x".repeat(100_000))),
        Just(json!([[[[[{}]]]]])),
        Just(json!({ "": { "name": ["\u{0}"] } })),
        ".*".prop_map(|text| json!(text)),
    ];
    let mutated =
        (prop::sample::subsequence(names, 0..6), odd.clone()).prop_map(move |(keep, odd)| {
            let mut body = serde_json::Map::new();
            for (at, name) in keep.into_iter().enumerate() {
                let value = if at == 0 {
                    odd.clone()
                } else {
                    nearly[&name].clone()
                };
                body.insert(name, value);
            }
            Value::Object(body).to_string().into_bytes()
        });
    prop_oneof![
        4 => mutated,
        1 => odd.prop_map(|odd| odd.to_string().into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..64),
        1 => Just(b"{\"person\":\"\xff\xfe\"}".to_vec()),
        1 => Just([b"[".repeat(100_000), b"]".repeat(100_000)].concat()),
        1 => Just(b"{\"a\":".repeat(5_000)),
        1 => Just(b"{\"age\":99999999999999999999999999999999999e999999}".to_vec()),
    ]
}

/// Something to put in the place of a parameter of a path.
fn parameter() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("0190a5e0-0000-7000-8000-000000000000".to_owned()),
        Just("%ff%00".to_owned()),
        Just("..%2f..%2froot.key".to_owned()),
        Just("18446744073709551616".to_owned()),
        Just("x".repeat(5_000)),
        "[a-z0-9.-]{1,20}",
    ]
}

#[test]
fn hostile_requests_are_answered_with_problems() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let server = runtime.block_on(Server::new());
    let tokens = runtime.block_on(async {
        let support = server.token("staff", Some("support")).await;
        [
            support,
            server.token("administrator", None).await,
            "kept_x".to_owned(),
            String::new(),
        ]
    });
    let operation = prop::sample::select(operations());
    let kind = prop::sample::select(vec![
        "application/json",
        "application/x-ndjson",
        "text/plain",
    ]);
    let request = (
        operation,
        body(),
        parameter(),
        prop::sample::select(tokens.to_vec()),
        kind,
    );
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(600)
    });
    let result = runner.run(
        &request,
        |((method, path), body, parameter, token, kind)| {
            let path: Vec<String> = path
                .split('/')
                .map(|part| {
                    if part.starts_with('{') {
                        parameter.clone()
                    } else {
                        part.to_owned()
                    }
                })
                .collect();
            let asking = server
                .ask(method, &path.join("/"), &token, body)
                .with("content-type", kind);
            let answer = runtime.block_on(asking.into_future());
            prop_assert!(answer.status < 500, "{} {}", path.join("/"), answer.text);
            // The link in messages is for people: it answers with a page.
            let is_page = path.get(1).is_some_and(|part| part == "u");
            if answer.status >= 400 && !is_page {
                prop_assert_eq!(answer.header("content-type"), Some(problem::PROBLEM_JSON));
                prop_assert_eq!(&answer.body["status"], &json!(answer.status));
                prop_assert!(answer.body["detail"].is_string());
            }
            Ok(())
        },
    );
    result.unwrap();
}

#[tokio::test]
async fn what_no_route_answers_is_a_problem_too() {
    let server = Server::new().await;
    let support = server.token("staff", Some("support")).await;
    let missing = server.get("/v2/anything", "").await;
    assert_eq!(
        (missing.status, &missing.body["type"]),
        (404, &json!("urn:kept:problem:not-found"))
    );
    let method = server.get("/v1/use", &support).await;
    assert_eq!((method.status, method.header("allow")), (405, Some("POST")));
    assert_eq!(method.header("content-type"), Some(problem::PROBLEM_JSON));
    let kind = server
        .ask(Method::POST, "/v1/use", &support, b"{}".to_vec())
        .await;
    assert_eq!(kind.status, 415);
    for answer in [missing, method, kind] {
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("strict-transport-security"), None);
        assert!(answer.header("x-request-id").is_some());
        assert!(
            answer
                .header("content-security-policy")
                .unwrap()
                .starts_with("default-src 'none'")
        );
    }
}

#[tokio::test]
async fn what_is_beyond_a_limit_is_refused_whole() {
    let server = Server::new().await;
    let support = server.token("staff", Some("support")).await;
    let ask = |path: &str, body: Vec<u8>| {
        server
            .ask(Method::POST, path, &support, body)
            .with("content-type", "application/json")
    };
    let long =
        |length: usize| [b"{\"x\":\"".to_vec(), vec![b'x'; length], b"\"}".to_vec()].concat();
    assert_eq!(
        ask("/v1/use", long(limits::BODY_BYTES_MAX)).await.status,
        413
    );
    assert_eq!(
        ask("/v1/use", long(limits::BODY_BYTES_MAX - 100))
            .await
            .status,
        422
    );
    assert_eq!(
        ask("/v1/collect", long(limits::BODY_BYTES_MAX))
            .await
            .status,
        413
    );
    assert_eq!(
        ask("/v1/collect/files", long(limits::BODY_BYTES_MAX))
            .await
            .status,
        422
    );
    // A length that is not declared is found out while reading.
    let mut streamed = ask("/v1/use", Vec::new());
    let pieces = (0..20).map(|_| Ok::<_, io::Error>(vec![b' '; 64 << 10]));
    *streamed.request.body_mut() = Body::from_stream(tokio_stream::iter(pieces));
    assert_eq!(streamed.await.status, 413);
    for (depth, status) in [(limits::DEPTH_MAX - 2, 422), (limits::DEPTH_MAX - 1, 400)] {
        let nested = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let record = format!("{{\"channel\":\"website-form\",\"values\":{{\"name\":{nested}}}}}");
        let deep = ask("/v1/collect", record.into_bytes()).await;
        assert_eq!(deep.status, status, "{}", deep.body);
    }
    let key = ask(
        "/v1/people/0190a5e0-0000-7000-8000-000000000000/erase",
        b"{}".to_vec(),
    );
    let key = key
        .with("idempotency-key", &"k".repeat(limits::KEY_LENGTH_MAX + 1))
        .await;
    assert_eq!(
        (key.status, &key.body["place"]),
        (422, &json!("Idempotency-Key"))
    );
}

#[tokio::test]
async fn a_panic_is_one_answer_and_no_more() {
    let server = Server::new().await;
    async fn panicking() -> &'static str {
        panic!("ada@example.com")
    }
    let router = Router::new().route("/panic", get(panicking));
    let router = around::surround(router, &server.api).with_state(server.api.clone());
    let server = Server { router, ..server };
    for _ in 0..2 {
        let answer = server.get("/panic", "").await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (500, Some(problem::PROBLEM_JSON))
        );
        assert!(!answer.text.contains("ada"), "{}", answer.text);
    }
    assert!(server.api.metrics.render().contains("kept_panics_total 2"));
}

#[tokio::test]
async fn guessed_tokens_are_turned_away_and_good_ones_are_not() {
    let server = Server::new().await;
    let ask = |token: &str| {
        let asking = server.get("/v1/policy", token);
        let mut asking = asking.with("host", "example.com");
        asking.request.extensions_mut().insert(Peer {
            address: "192.0.2.7:9".parse().unwrap(),
            tls: true,
        });
        asking
    };
    for number in 0..limits::FAILURES_MAX {
        assert_eq!(ask(&format!("kept_{number}")).await.status, 401);
    }
    let throttled = ask("kept_more").await;
    assert_eq!(
        (throttled.status, throttled.header("retry-after")),
        (429, Some("60"))
    );
    let support = server.token("staff", Some("support")).await;
    assert_eq!(ask(&support).await.status, 200);
}

#[tokio::test]
async fn tls_is_insisted_on_only_where_a_proxy_speaks_it() {
    let server = Server::new().await;
    let api = Api::new(server.door.clone(), &kept_testing::Dice::seeded(1), true);
    let behind = Server {
        router: api.clone().router(),
        api,
        ..server
    };
    let insists = async |proto: &str| {
        let answer = behind
            .get("/healthz", "")
            .with("x-forwarded-proto", proto)
            .await;
        answer
            .header("strict-transport-security")
            .map(str::to_owned)
    };
    assert_eq!(insists("https").await.as_deref(), Some("max-age=63072000"));
    assert_eq!(insists("http").await, None);
}

/// A log that is kept in memory.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl io::Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn neither_the_log_nor_a_problem_nor_a_metric_holds_anything_personal() {
    const PERSONAL: [&str; 5] = ["Zenobia", "Quux", "zenobia@example.com", "Narnia", "zeno"];
    let log = Memory::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    // For all tests of this program: what one of them logs is not to hold these words either.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let server = Server::new().await;
    let support = server.token("staff", Some("support")).await;
    let marketing = server.token("staff", Some("marketing")).await;
    let mut record = contact("zenobia@example.com");
    record["values"]["name"] = json!("Zenobia Quux");
    let stored = server.post("/v1/collect", &support, &record).await;
    assert_eq!(stored.status, 201, "{}", stored.body);
    let person = &stored.body["person"];
    let read = json!({ "person": person, "purpose": "answer-you", "fields": ["name", "email"] });
    assert!(
        server
            .post("/v1/use", &support, &read)
            .await
            .text
            .contains("Zenobia")
    );
    let mut told = Vec::new();
    for (path, body) in [
        (
            "/v1/use",
            json!({ "person": "Zenobia", "purpose": "answer-you", "fields": ["name"] }),
        ),
        (
            "/v1/use",
            json!({ "person": person, "purpose": "Zenobia Quux", "fields": [] }),
        ),
        (
            "/v1/use",
            json!({ "person": person, "purpose": "answer-you", "fields": "Zenobia" }),
        ),
        ("/v1/use", json!({ "Zenobia": 1 })),
        ("/v1/use", read),
        (
            "/v1/find",
            json!({ "purpose": "answer-you", "field": "email", "value": "zenobia" }),
        ),
        (
            "/v1/find",
            json!({ "purpose": "answer-you", "field": "zenobia@example.com", "value": "" }),
        ),
        (
            "/v1/verify",
            json!({ "person": person, "purpose": "keep-secure", "claims": { "Quux": "Quux" } }),
        ),
        ("/v1/collect", json!({ "channel": "zenobia@example.com" })),
        (
            "/v1/collect",
            json!({ "channel": "website-form", "country": "Narnia" }),
        ),
        (
            "/v1/collect",
            json!({ "channel": "website-form", "values": { "phone": "Zenobia 777" } }),
        ),
        (
            "/v1/collect",
            json!({ "channel": "website-form", "values": { "Zenobia": ["Quux", 777] } }),
        ),
        (
            "/v1/collect",
            json!({ "channel": "website-form", "values": { "email": { "Quux": 1 } } }),
        ),
        ("/v1/people/zenobia@example.com/erase", json!({})),
        ("/v1/evidence", json!({ "kind": "Zenobia" })),
        ("/zenobia@example.com", json!({})),
    ] {
        let answer = server.post(path, &marketing, &body).await;
        assert!(
            (400..500).contains(&answer.status),
            "{path} {}",
            answer.text
        );
        told.push(answer.text);
    }
    told.push(server.api.metrics.render());
    let mut logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("/v1/use"), "log: {logged:?}");
    told.append(&mut vec![std::mem::take(&mut logged)]);
    for text in told {
        for personal in PERSONAL {
            assert!(!text.contains(personal), "{personal}: {text}");
        }
    }
}

#[tokio::test]
async fn refused_administration_is_recorded() {
    let server = Server::new().await;
    let support = server.token("staff", Some("support")).await;
    let administrator = server.token("administrator", None).await;
    for path in ["/v1/sweep", "/v1/audit", "/v1/rotate"] {
        let refused = server.post(path, &support, &json!({})).await;
        assert_eq!(refused.status, 403, "{path}: {}", refused.body);
        let entry = refused.body["entry"].as_u64().expect("it is recorded");
        server.door.sequence().await.unwrap();
        let recorded = server.get(&format!("/v1/ledger/entries/{entry}"), "").await;
        assert!(recorded.text.contains("refused"), "{}", recorded.text);
        assert!(recorded.text.contains("administrator"), "{}", recorded.text);
    }
    let listed = server.get("/v1/tokens", &support).await;
    assert!(listed.status == 403 && listed.body["entry"].is_u64());
    let swept = server.post("/v1/sweep", &administrator, &json!({})).await;
    assert_eq!(swept.status, 200, "{}", swept.body);
}

#[tokio::test]
async fn what_must_stand_once_may_not_stand_twice() {
    let server = Server::new().await;
    let support = server.token("staff", Some("support")).await;
    let ask = |name: &'static str, value: &str| {
        let asking = server.post("/v1/collect", &support, &contact("ada@example.com"));
        let mut asking = asking.with("idempotency-key", "first");
        let headers = asking.request.headers_mut();
        headers.append(name, value.parse().unwrap());
        asking
    };
    assert_eq!(ask("idempotency-key", "second").await.status, 422);
    assert_eq!(ask("authorization", "Bearer kept_other").await.status, 401);
    assert_eq!(ask("accept", "application/json").await.status, 201);
}
