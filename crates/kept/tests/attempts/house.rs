//! A house to try things in: a data folder under the modelled policy, with an API, a door and a
//! command line before it, a clock that stands still and loaded dice.
//! It asks as a stranger would; it reads the ledger as an auditor would.
// A module uses what its promise needs.
#![allow(dead_code, reason = "each promise tries another part of the house")]

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request};
use http_body_util::BodyExt as _;
use kept::api::Api;
use kept_policy::{Policy, Source, compile};
use kept_processing::{
    Administration, Caller, Command, Door, Effect, Evidence, Folder, NewToken, Performed,
};
use kept_terms::{ActorKind, PersonId};
use kept_testing::{Dial, Dice};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::{Arc, OnceLock};
use tower::ServiceExt as _;

/// The root of the project.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files of the modelled policy.
pub fn sources() -> Vec<Source> {
    let folder = std::fs::read_dir(root().join("policies/mediaocean")).unwrap();
    let mut paths: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "md"));
    paths.sort();
    let read = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        Source::new(name, std::fs::read_to_string(path).unwrap())
    };
    paths.iter().map(read).collect()
}

/// Who was stored.
pub fn stored_as(performed: &Performed) -> PersonId {
    match &performed.outcome {
        Ok(Effect::Stored { person, .. }) => *person,
        other => panic!("nobody was stored: {}", other.is_ok()),
    }
}

/// A folder with the modelled policy in which one thing is written otherwise.
pub fn altered(house: &House, file: &str, old: &str, new: &str) -> String {
    let folder = house.folder.path().join("altered");
    std::fs::create_dir_all(&folder).unwrap();
    for source in sources() {
        let text = match source.file == file {
            true => {
                assert!(source.text.contains(old), "{file} does not say {old}");
                source.text.replacen(old, new, 1)
            }
            false => source.text.to_string(),
        };
        std::fs::write(folder.join(&source.file), text).unwrap();
    }
    folder.to_string_lossy().into_owned()
}

/// The modelled policy, compiled once for all attempts.
pub fn policy() -> Arc<Policy> {
    static POLICY: OnceLock<Arc<Policy>> = OnceLock::new();
    let compiled = POLICY.get_or_init(|| Arc::new(compile(&sources()).0.unwrap()));
    compiled.clone()
}

/// A record of somebody who does not exist.
pub fn contact(email: &str) -> Value {
    json!({
        "channel": "website-form",
        "country": "US",
        "values": { "name": "Ada Byron", "email": email, "phone": "(212) 555-0123" },
    })
}

/// Somebody of the house, in a role.
pub fn staff(role: &str) -> Caller {
    caller(ActorKind::Staff, Some(role))
}

/// The house's administrator.
pub fn administrator() -> Caller {
    caller(ActorKind::Administrator, None)
}

/// A caller of a kind, in a role.
pub fn caller(kind: ActorKind, role: Option<&str>) -> Caller {
    Caller {
        id: format!("token:{}", role.unwrap_or("first")),
        kind,
        role: role.map(str::to_owned),
        purposes: None,
        home: None,
        holder: None,
    }
}

/// See the module.
pub struct House {
    pub clock: Arc<Dial>,
    pub dice: Arc<Dice>,
    pub folder: tempfile::TempDir,
    open: Option<(Arc<Door>, Api)>,
}

/// What came back from the API.
pub struct Answered {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// The body as JSON; null where it is not.
    pub body: Value,
}

/// How a command ended.
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl House {
    /// A house with nobody in it.
    pub async fn new() -> House {
        let mut house = House {
            clock: Arc::new(Dial::at("2026-11-23T12:00:00Z")),
            dice: Arc::new(Dice::seeded(7)),
            folder: tempfile::tempdir().unwrap(),
            open: None,
        };
        house.reopen().await;
        house
    }

    /// Opens the data folder, again after [`House::kept`] or as after a restart.
    pub async fn reopen(&mut self) {
        self.open_with(policy()).await;
    }

    /// Opens the data folder under the policy of another folder.
    pub async fn reopen_under(&mut self, policy: &str) {
        let documents = std::fs::read_dir(policy).unwrap();
        let documents = documents.map(|entry| entry.unwrap().path());
        let mut sources: Vec<Source> = documents
            .map(|path| {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                Source::new(name, std::fs::read_to_string(&path).unwrap())
            })
            .collect();
        sources.sort_by(|a, b| a.file.cmp(&b.file));
        self.open_with(Arc::new(compile(&sources).0.unwrap())).await;
    }

    async fn open_with(&mut self, policy: Arc<Policy>) {
        self.open = None;
        let folder = Folder::new(self.folder.path());
        let door = folder.open(policy, self.clock.clone(), self.dice.clone());
        let door = Arc::new(door.await.unwrap());
        let api = Api::new(door.clone(), &*self.dice, false);
        self.open = Some((door, api));
    }

    /// Closes the data folder, until [`House::reopen`].
    pub fn close(&mut self) {
        self.open = None;
    }

    /// The one door.
    pub fn door(&self) -> &Arc<Door> {
        &self.open.as_ref().unwrap().0
    }

    /// The API, for its workers.
    pub fn api(&self) -> &Api {
        &self.open.as_ref().unwrap().1
    }

    fn router(&self) -> Router {
        self.api().clone().router()
    }

    /// Runs a command of the command line on the data folder, which is closed for it and stays
    /// closed until [`House::reopen`].
    pub fn kept(&mut self, words: &[&str]) -> Ended {
        self.open = None;
        let output: Output = self.command(words).output().unwrap();
        Ended {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// A command of the command line on the data folder, which has to be closed for it.
    pub fn command(&self, words: &[&str]) -> std::process::Command {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_kept"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("KEPT_") {
                command.env_remove(name);
            }
        }
        command
            .args(words)
            .current_dir(self.folder.path())
            .env("KEPT_POLICY", root().join("policies/mediaocean"))
            .env("KEPT_DATA", self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// A token for an actor of a kind, in a role, valid for a month.
    pub async fn token(&self, kind: &str, role: Option<&str>) -> String {
        let expires = self.door().now().as_second() + 30 * 86_400;
        let new = NewToken {
            kind: ActorKind::from_word(kind).unwrap(),
            role: role.map(str::to_owned),
            purposes: None,
            home: None,
            expires: kept_terms::Timestamp::from_second(expires).unwrap(),
        };
        let (secret, token) = self.door().draw_token(new).unwrap();
        let grant = Administration::Grant {
            secret: secret.clone(),
            token,
        };
        self.done(&administrator(), Command::Administer(grant))
            .await;
        secret
    }

    /// Records evidence.
    pub async fn attest(&self, evidence: Evidence) {
        self.done(&administrator(), Command::Attest(evidence)).await;
    }

    /// Performs what has to be permitted.
    pub async fn done(&self, caller: &Caller, command: Command) -> Performed {
        let performed = self.door().perform(caller, &command).await.unwrap();
        let refused = performed.outcome.as_ref().err();
        assert!(refused.is_none(), "{:?}", refused.map(|r| &r.grounds));
        performed
    }

    /// Performs what has to be refused for a reason under a clause, and finds the attempt in the
    /// ledger.
    pub async fn refused(&self, caller: &Caller, command: Command, clause: &str, reason: &str) {
        let performed = self.door().perform(caller, &command).await.unwrap();
        let Err(refusal) = &performed.outcome else {
            panic!("permitted, though {clause} says {reason}");
        };
        let policy = self.door().policy();
        let grounds = refusal.grounds.iter().map(|ground| {
            let cited = policy.citation(ground.cited);
            format!("{cited} {}", ground.why.code())
        });
        let grounds: Vec<String> = grounds.collect();
        let wanted = format!("{clause} {reason}");
        assert!(grounds.contains(&wanted), "{wanted}: {grounds:?}");
        self.recorded(performed.entry.unwrap(), clause, reason)
            .await;
    }

    /// Finds a refusal in the ledger.
    pub async fn recorded(&self, entry: u64, clause: &str, reason: &str) {
        self.door().sequence().await.unwrap();
        let entry = self.door().entry(entry).unwrap().unwrap();
        let entry: Value = serde_json::from_slice(&entry).unwrap();
        assert_eq!(entry["outcome"], "refused", "{entry}");
        let has = |key: &str, wanted: &str| {
            let list = entry[key].as_array().unwrap();
            assert!(list.iter().any(|it| it == wanted), "{wanted}: {entry}");
        };
        has("clauses", clause);
        has("reasons", reason);
    }

    /// How a promise stands today.
    pub async fn stands(&self, clause: &str) -> String {
        let standing = self.door().standing().await.unwrap();
        let found = standing.iter().find(|one| one.name == clause).unwrap();
        let state = serde_json::to_value(found.state).unwrap();
        state.as_str().unwrap().to_owned()
    }

    /// The figure of a promise today.
    pub async fn standing(&self, clause: &str) -> String {
        let standing = self.door().standing().await.unwrap();
        let found = standing.iter().find(|one| one.name == clause).unwrap();
        found.figure.clone()
    }

    /// Finds an act that was permitted under a clause, among the entries from one on.
    pub async fn relied(&self, from: u64, act: &str, clause: &str) {
        let size = self.door().sequence().await.unwrap();
        let mut seen = Vec::new();
        for index in from..size {
            let entry = self.door().entry(index).unwrap().unwrap();
            let entry: Value = serde_json::from_slice(&entry).unwrap();
            let clauses = entry["clauses"].as_array().cloned().unwrap_or_default();
            let found = clauses.iter().any(|cited| cited == clause);
            if entry["act"] == act && entry["outcome"] != "refused" && found {
                return;
            }
            seen.push(entry);
        }
        panic!("no {act} under {clause}: {seen:?}");
    }

    /// How many entries the ledger has.
    pub async fn entries(&self) -> u64 {
        self.door().sequence().await.unwrap()
    }

    /// Everybody who is stored, as the data folder lists them.
    pub fn everybody(&self) -> Vec<String> {
        let path = self.folder.path().join("vault.db");
        let connection = rusqlite::Connection::open(path).unwrap();
        let mut statement = connection.prepare("SELECT person FROM person").unwrap();
        let id = |bytes: [u8; 16]| kept_terms::PersonId(bytes).to_string();
        let rows = statement.query_map([], |row| row.get(0).map(id)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// Somebody who is stored.
    pub async fn person(&self, email: &str) -> String {
        let support = self.token("staff", Some("support")).await;
        let stored = self.post("/v1/collect", &support, &contact(email)).await;
        assert_eq!(stored.status, 201, "{}", stored.text);
        stored.body["person"].as_str().unwrap().to_owned()
    }

    /// Asks the API for a page or a resource.
    pub async fn get(&self, path: &str, token: &str) -> Answered {
        self.ask(Method::GET, path, token, Vec::new(), "").await
    }

    /// Sends JSON to the API.
    pub async fn post(&self, path: &str, token: &str, body: &Value) -> Answered {
        let bytes = serde_json::to_vec(body).unwrap();
        self.ask(Method::POST, path, token, bytes, "application/json")
            .await
    }

    /// Sends anything to the API.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Vec<u8>,
        media_type: &str,
    ) -> Answered {
        let bearer = format!("Bearer {token}");
        let mut headers = Vec::new();
        if !token.is_empty() {
            headers.push(("authorization", bearer.as_str()));
        }
        if !media_type.is_empty() {
            headers.push(("content-type", media_type));
        }
        self.send(method, path, &headers, body).await
    }

    /// Sends a form, as a browser does.
    pub async fn form(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answered {
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let headers: Vec<_> = headers.iter().copied().chain([kind]).collect();
        self.send(method, path, &headers, body).await
    }

    /// Sends a request with these headers and no others.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answered {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body)).unwrap();
        let response = self.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answered {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        }
    }
}

impl Answered {
    /// Checks that it is a refusal for a reason under a clause.
    #[track_caller]
    pub fn refused(&self, clause: &str, reason: &str) {
        assert_eq!(self.status, 403, "{}", self.text);
        for wanted in [clause, reason] {
            assert!(self.text.contains(wanted), "{wanted}: {}", self.text);
        }
    }
}

impl Ended {
    /// Checks that the policy refused, for a reason under a clause.
    #[track_caller]
    pub fn refused(&self, clause: &str) {
        assert_eq!(self.code, 2, "{}\n{}", self.out, self.err);
        let told = format!("{}{}", self.out, self.err);
        assert!(told.contains(clause), "{clause}: {told}");
    }
}
