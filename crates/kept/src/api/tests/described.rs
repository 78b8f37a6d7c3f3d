//! Requests made from the API's own description, and answers held against it.
//! Whoever generates a client from the description must be able to trust both halves of it.

use crate::api::testing::{Answered, Server, contact};
use axum::http::Method;
use kept_terms::Randomness;
use kept_testing::Dice;
use serde_json::{Map, Value, json};

/// How many requests are made of each operation in each role.
const TURNS: usize = 5;

/// Words that mean something to the modelled policy, by the name of what they stand for.
const WORDS: &[(&str, &[&str])] = &[
    (
        "purpose",
        &[
            "answer-you",
            "marketing",
            "support-training",
            "research",
            "training",
        ],
    ),
    ("for", &["answer-you", "marketing"]),
    ("fields", &["name", "email", "phone"]),
    ("field", &["email", "name", "message"]),
    ("channel", &["website-form", "telephone", "api"]),
    ("through", &["website-form", "telephone"]),
    (
        "recipient",
        &["crm-cloud", "authorities-us", "other-third-party"],
    ),
    ("to", &["crm-cloud", "authorities-us"]),
    ("role", &["support", "privacy-office", "nobody-here"]),
    ("country", &["US", "DE", "CA"]),
    (
        "act",
        &["use", "collect", "disclose", "erase", "tie", "contact"],
    ),
    ("by", &["staff", "person", "machine", "2026-12-01"]),
    (
        "kind",
        &[
            "staff",
            "machine",
            "client",
            "course",
            "review",
            "assurance",
            "disclosure",
        ],
    ),
    ("right", &["access", "erasure", "portability"]),
    ("matter", &["case-1", "case-2"]),
    ("reference", &["case-1", "request:abc"]),
    ("legal-basis", &["18-usc-2703"]),
    ("reason", &["incident", "outage"]),
    ("expires", &["2026-12-01T00:00:00Z"]),
    ("language", &["en", "fr"]),
    ("outcome", &["settled", "withdrawn"]),
    ("template", &["correspondence", "policy-change"]),
    ("collected-on", &["2026-11-01"]),
    ("service", &["online-support"]),
    ("system", &["prisma", "aura"]),
    ("client", &["acme"]),
    ("authority", &["ftc"]),
    ("from", &["in-force"]),
];

/// What a request is made of.
struct Maker<'a> {
    description: &'a Value,
    people: &'a [String],
    dice: Dice,
}

impl Maker<'_> {
    fn below(&mut self, end: usize) -> usize {
        let mut chance = [0; 4];
        self.dice.fill(&mut chance);
        usize::try_from(u32::from_le_bytes(chance)).unwrap() % end.max(1)
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    /// A text for what has a name, most often one that means something.
    fn text(&mut self, name: &str) -> String {
        let odd = [
            "",
            "x",
            "\u{202e}\u{0}",
            "0",
            "-1",
            "9999-12-31",
            "a b",
            "é",
        ];
        if self.below(12) == 0 {
            return self.one(&odd).to_owned();
        }
        if ["id", "person"].contains(&name) && self.below(6) > 0 {
            return self.one(self.people);
        }
        let known = WORDS.iter().find(|(known, _)| *known == name);
        match known {
            Some((_, words)) => self.one(words).to_owned(),
            None => self
                .one(&["acme", "first-aid", "website-form", "0", "2026-11-01"])
                .to_owned(),
        }
    }

    /// A value that a schema takes, with an oddity now and then.
    fn value(&mut self, schema: &Value, name: &str, depth: usize) -> Value {
        let schema = resolved(self.description, schema);
        for choice in ["oneOf", "anyOf"] {
            if let Some(all) = schema[choice].as_array() {
                let one = self.one(all);
                return self.value(&one, name, depth + 1);
            }
        }
        if let Some(all) = schema["allOf"].as_array() {
            let mut whole = Map::new();
            for part in all {
                if let Value::Object(part) = self.value(part, name, depth + 1) {
                    whole.extend(part);
                }
            }
            return Value::Object(whole);
        }
        if let Some(all) = schema["enum"].as_array() {
            return self.one(all);
        }
        let types: Vec<&str> = match &schema["type"] {
            Value::String(one) => vec![one],
            Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
            _ => vec![],
        };
        match types.first().copied().unwrap_or("object") {
            "string" => json!(self.text(name)),
            "integer" => self.one(&[json!(0), json!(1), json!(2), json!(u64::MAX), json!(-1)]),
            "number" => json!(1.5),
            "boolean" => json!(self.below(2) == 0),
            "null" => Value::Null,
            "array" if depth < 8 => {
                let count = self.below(3);
                (0..count)
                    .map(|_| self.value(&schema["items"], name, depth + 1))
                    .collect()
            }
            "array" => json!([]),
            _ => self.object(&schema, depth),
        }
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let mut made = Map::new();
        for (name, part) in schema["properties"].as_object().into_iter().flatten() {
            if depth < 8 && (required.contains(&json!(name)) || self.below(3) == 0) {
                made.insert(name.clone(), self.value(part, name, depth + 1));
            }
        }
        if self.below(30) == 0 {
            made.insert("ada, expected byron".to_owned(), json!([]));
        }
        Value::Object(made)
    }
}

fn resolved(description: &Value, schema: &Value) -> Value {
    match schema["$ref"].as_str() {
        None => schema.clone(),
        Some(path) => description.pointer(&path[1..]).unwrap().clone(),
    }
}

/// What is wrong with a value by its schema, with the place.
fn misfit(description: &Value, schema: &Value, value: &Value, place: &str) -> Option<String> {
    let schema = &resolved(description, schema);
    let wrong = |what: &str| Some(format!("{place}: {what}"));
    for choice in ["oneOf", "anyOf"] {
        if let Some(all) = schema[choice].as_array() {
            let fits = |one: &&Value| misfit(description, one, value, place).is_none();
            let count = all.iter().filter(fits).count();
            return (count == 0).then(|| format!("{place}: fits none of the {choice}"));
        }
    }
    if let Some(all) = schema["allOf"].as_array() {
        return all
            .iter()
            .find_map(|one| misfit(description, one, value, place));
    }
    if let Some(all) = schema["enum"].as_array().filter(|all| !all.contains(value)) {
        return wrong(&format!("is none of {all:?}"));
    }
    let is = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let allowed = match &schema["type"] {
        Value::String(one) => one == is || (one == "number" && is == "integer"),
        Value::Array(all) => all.contains(&json!(is)),
        _ => true,
    };
    if !allowed {
        return wrong(&format!("is of type {is}, not {}", schema["type"]));
    }
    if let Value::Array(all) = value {
        let mut all = all.iter().enumerate();
        return all.find_map(|(at, one)| {
            misfit(description, &schema["items"], one, &format!("{place}.{at}"))
        });
    }
    let Value::Object(object) = value else {
        return None;
    };
    for name in schema["required"].as_array().into_iter().flatten() {
        if !object.contains_key(name.as_str().unwrap()) {
            return wrong(&format!("lacks {name}"));
        }
    }
    object.iter().find_map(|(name, value)| {
        let inner = schema["properties"].get(name);
        let other = schema["additionalProperties"].as_object();
        let inner = inner.cloned().or(other.map(|other| json!(other)))?;
        misfit(description, &inner, value, &format!("{place}.{name}"))
    })
}

/// What is wrong with an answer by what is described.
fn mistold(description: &Value, operation: &Value, answer: &Answered) -> Option<String> {
    let described = &operation["responses"];
    let response = described.get(answer.status.to_string());
    let Some(response) = response.or(described.get("default").filter(|_| answer.status >= 400))
    else {
        return Some("this status is not described".to_owned());
    };
    let Some(contents) = response["content"].as_object() else {
        let nothing = answer.bytes.is_empty();
        return (!nothing).then(|| "a body is not described".to_owned());
    };
    let told = answer.header("content-type").unwrap_or("");
    let told = told.split(';').next().unwrap_or("");
    let Some(content) = contents.get(told) else {
        return Some(format!("`{told}` is not described"));
    };
    let schema = &content["schema"];
    let lines = |text: &str| -> Vec<Value> {
        let lines = text.lines().map(serde_json::from_str);
        lines.map(|line| line.unwrap_or(Value::Null)).collect()
    };
    let bodies = match told {
        told if told.ends_with("ndjson") => lines(&answer.text),
        told if told.ends_with("json") => vec![answer.body.clone()],
        _ => Vec::new(),
    };
    let misfits = |body: &Value| misfit(description, schema, body, "the body");
    bodies.iter().find_map(misfits)
}

fn address(maker: &mut Maker<'_>, path: &str, parameters: &[Value]) -> String {
    let encoded = |text: String| {
        let bytes = text.bytes();
        bytes.map(|byte| format!("%{byte:02x}")).collect::<String>()
    };
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'))
        {
            Some(name) => parts.push(encoded(maker.text(name))),
            None => parts.push(part.to_owned()),
        }
    }
    let mut query = Vec::new();
    for parameter in parameters.iter().filter(|known| known["in"] == "query") {
        if parameter["required"] == true || maker.below(2) == 0 {
            let name = parameter["name"].as_str().unwrap();
            query.push(format!("{name}={}", encoded(maker.text(name))));
        }
    }
    match query.is_empty() {
        true => parts.join("/"),
        false => format!("{}?{}", parts.join("/"), query.join("&")),
    }
}

#[tokio::test]
async fn what_is_answered_is_what_was_described() {
    let server = Server::new().await;
    let description: Value = serde_json::from_str(&crate::api::openapi::text()).unwrap();
    let mut tokens = vec![String::new(), "kept_x".to_owned()];
    for role in ["support", "privacy-office"] {
        tokens.push(server.token("staff", Some(role)).await);
    }
    let mut people = Vec::new();
    for number in 0..6 {
        people.push(server.person(&format!("ada{number}@example.com")).await);
    }
    let mut maker = Maker {
        description: &description,
        people: &people,
        dice: Dice::seeded(41),
    };
    let (mut wrong, mut done) = (Vec::new(), 0);
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let mut tokens = tokens.clone();
            // Some revoke tokens, so each operation has an administrator of its own.
            tokens.push(server.token("administrator", None).await);
            let parameters = operation["parameters"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            for token in tokens.iter().flat_map(|token| vec![token; TURNS]) {
                let address = address(&mut maker, path, &parameters);
                let contents = operation["requestBody"]["content"].as_object();
                let content = contents.and_then(|all| all.iter().next());
                let (kind, body) = match content {
                    Some((kind, content)) if kind.contains("json") => (
                        kind.as_str(),
                        maker.value(&content["schema"], "body", 0).to_string(),
                    ),
                    Some((kind, _)) => (kind.as_str(), "name=Ada&email=ada%40example.com".into()),
                    None => ("application/json", String::new()),
                };
                let asking = server
                    .ask(method.clone(), &address, token, body.clone().into_bytes())
                    .with("content-type", kind);
                let answer = asking.await;
                done += usize::from(answer.status < 300);
                let told = mistold(&description, operation, &answer);
                let told = match answer.status {
                    500.. => Some("failed".to_owned()),
                    _ if answer.status >= 400 && answer.text.contains("byron") => {
                        Some("repeats what was sent".to_owned())
                    }
                    _ => told,
                };
                if let Some(told) = told {
                    let status = answer.status;
                    wrong.push(format!("{method} {path}: {status}: {told}: {body:.200}"));
                }
            }
        }
    }
    wrong.sort();
    wrong.dedup_by_key(|line| line.split(": ").take(3).collect::<Vec<_>>().join(": "));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(done > 400, "only {done} requests were done");
    // The people of the test are in somebody's hands by now; the door still stands.
    let support = server.token("staff", Some("support")).await;
    let stored = server.post("/v1/collect", &support, &contact("grace@example.com"));
    assert_eq!(stored.await.status, 201);
}
