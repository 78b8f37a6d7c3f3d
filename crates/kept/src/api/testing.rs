//! A server for tests: an API in a folder of its own, with a clock that stands still and loaded
//! dice.
//! Requests go through the router as they would from a connection.

use super::{Api, Door};
use crate::server::sources;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request};
use http_body_util::BodyExt as _;
use kept_policy::{Policy, Source, compile};
use kept_processing::{Administration, Caller, Command, Ended, Folder, Handing, NewToken};
use kept_terms::ActorKind;
use kept_testing::{Dial, Dice};
use serde_json::{Value, json};
use std::future::IntoFuture;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use tower::ServiceExt as _;

pub(crate) struct Server {
    pub clock: Arc<Dial>,
    pub door: Arc<Door>,
    pub api: Api,
    pub router: Router,
    pub folder: tempfile::TempDir,
}

/// The modelled policy, compiled once for all tests.
pub(crate) fn policy() -> Arc<Policy> {
    static POLICY: OnceLock<Arc<Policy>> = OnceLock::new();
    let compiled = POLICY.get_or_init(|| policy_of("mediaocean", |_, text| text));
    compiled.clone()
}

/// A policy of the project, with each of its files as it is to be read.
pub(crate) fn policy_of(name: &str, read: impl Fn(&str, String) -> String) -> Arc<Policy> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let files = sources::read(&folder.join(name)).unwrap();
    let sources: Vec<Source> = files
        .into_iter()
        .map(|(name, text)| Source::new(name.clone(), read(&name, text)))
        .collect();
    Arc::new(compile(&sources).0.expect("the policy compiles"))
}

/// A record of somebody who does not exist.
pub(crate) fn contact(email: &str) -> Value {
    json!({
        "channel": "website-form",
        "country": "US",
        "values": { "name": "Ada Byron", "email": email, "phone": "(212) 555-0123" },
    })
}

impl Server {
    pub async fn new() -> Server {
        Server::under(policy()).await
    }

    /// A server under a policy.
    pub async fn under(policy: Arc<Policy>) -> Server {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Dial::at("2026-11-23T12:00:00Z"));
        let dice = Arc::new(Dice::seeded(7));
        let door = Folder::new(folder.path())
            .open(policy, clock.clone(), dice.clone())
            .await;
        let door = Arc::new(door.unwrap());
        let api = Api::new(door.clone(), &*dice, false);
        Server {
            clock,
            door,
            router: api.clone().router(),
            api,
            folder,
        }
    }

    /// A token for an actor, valid for a month.
    pub async fn token(&self, kind: &str, role: Option<&str>) -> String {
        self.token_until(kind, role, "2026-12-23T12:00:00Z").await
    }

    pub async fn token_until(&self, kind: &str, role: Option<&str>, end: &str) -> String {
        let new = NewToken {
            kind: ActorKind::from_word(kind).unwrap(),
            role: role.map(str::to_owned),
            purposes: None,
            home: None,
            expires: end.parse().unwrap(),
        };
        let (secret, token) = self.door.draw_token(new).unwrap();
        let grant = Administration::Grant {
            secret: secret.clone(),
            token,
        };
        let administrator = Caller {
            id: "token:first".to_owned(),
            kind: ActorKind::Administrator,
            role: None,
            purposes: None,
            home: None,
            holder: None,
        };
        let granted = self
            .door
            .perform(&administrator, &Command::Administer(grant))
            .await;
        assert!(granted.unwrap().outcome.is_ok());
        secret
    }

    /// Somebody who is stored.
    pub async fn person(&self, email: &str) -> String {
        let support = self.token("staff", Some("support")).await;
        let stored = self.post("/v1/collect", &support, &contact(email)).await;
        assert_eq!(stored.status, 201, "{}", stored.body);
        stored.body["person"].as_str().unwrap().to_owned()
    }

    /// Somebody who is stored signs in: by a code, through the pages and the queue.
    pub async fn sign_in(&self, email: &str) -> Browser {
        let attempt = self.ask_code(email).await;
        let code = self.code().await.expect("a code is on its way");
        let fields = [("code", code.as_str())];
        let shown = self.page_post("/sign-in/code", &attempt, &fields).await;
        assert_eq!(shown.status, 303, "{}", shown.text);
        let cookie = shown.cookie("kept-session");
        let secret = cookie.trim_start_matches("kept-session=").to_owned();
        let session = self.door.session(&secret).await.unwrap().unwrap();
        let form = self.door.form_token(&session);
        Browser { cookie, form }
    }

    /// A browser that asked for a code.
    pub async fn ask_code(&self, email: &str) -> Browser {
        let fields = [("address", email)];
        let nobody = Browser::default();
        let asked = self.page_post("/sign-in", &nobody, &fields).await;
        assert_eq!(asked.status, 303, "{}", asked.text);
        Browser {
            cookie: asked.cookie("kept-attempt"),
            form: String::new(),
        }
    }

    /// The last code that waits to be sent; what waited before it is sent too.
    pub async fn code(&self) -> Option<String> {
        let mut last = None;
        for message in self.door.due_post(100).await.unwrap() {
            if let Handing::Leave(parcel) = self.door.hand_out(&message).await.unwrap() {
                let settled = self.door.settle(&parcel.message, Ended::Taken).await;
                settled.unwrap();
                last = parcel.code.map(|code| code.to_string()).or(last);
            }
        }
        last
    }

    /// A page, as a browser asks for it.
    pub fn page_get(&self, path: &str, browser: &Browser) -> Asking {
        let asking = self.ask(Method::GET, path, "", Vec::new());
        asking.with("cookie", &browser.cookie)
    }

    /// A form, as a browser sends it from our own page.
    pub fn page_post(&self, path: &str, browser: &Browser, fields: &[(&str, &str)]) -> Asking {
        let form = [("form", browser.form.as_str())];
        let form = form.iter().filter(|_| !browser.form.is_empty());
        let encoded = |text: &str| {
            let bytes = text.bytes();
            bytes.map(|byte| format!("%{byte:02x}")).collect::<String>()
        };
        let pairs = fields.iter().chain(form);
        let pairs = pairs.map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        let body = pairs.collect::<Vec<_>>().join("&");
        self.ask(Method::POST, path, "", body.into_bytes())
            .with("cookie", &browser.cookie)
            .with("content-type", "application/x-www-form-urlencoded")
            .with("sec-fetch-site", "same-origin")
    }

    /// Somebody whose call was recorded.
    pub async fn person_with_a_recording(&self, email: &str, content: &[u8]) -> String {
        let support = self.token("staff", Some("support")).await;
        let mut record = contact(email);
        record["channel"] = json!("telephone");
        record["notice"] = json!(true);
        record["files"] = json!([{
            "field": "call-recording",
            "name": "call.wav",
            "media-type": "audio/wav",
            "content": data_encoding::BASE64.encode(content),
        }]);
        let stored = self.post("/v1/collect/files", &support, &record).await;
        assert_eq!(stored.status, 201, "{}", stored.body);
        stored.body["person"].as_str().unwrap().to_owned()
    }

    pub fn get(&self, path: &str, token: &str) -> Asking {
        self.ask(Method::GET, path, token, Vec::new())
    }

    pub fn delete(&self, path: &str, token: &str) -> Asking {
        self.ask(Method::DELETE, path, token, Vec::new())
    }

    pub fn post(&self, path: &str, token: &str, body: &Value) -> Asking {
        let bytes = serde_json::to_vec(body).unwrap();
        self.ask(Method::POST, path, token, bytes)
            .with("content-type", "application/json")
    }

    pub fn ask(&self, method: Method, path: &str, token: &str, body: Vec<u8>) -> Asking {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .body(Body::from(body))
            .unwrap();
        let asking = Asking {
            router: self.router.clone(),
            request,
        };
        if token.is_empty() {
            asking
        } else {
            asking.with("authorization", &format!("Bearer {token}"))
        }
    }
}

/// What a browser holds of a session: its cookie, and the token that its forms carry.
#[derive(Clone, Default)]
pub(crate) struct Browser {
    pub cookie: String,
    pub form: String,
}

/// A request on its way.
pub(crate) struct Asking {
    router: Router,
    pub request: Request<Body>,
}

impl Asking {
    pub fn with(mut self, name: &'static str, value: &str) -> Asking {
        self.request
            .headers_mut()
            .insert(name, value.parse().unwrap());
        self
    }
}

/// What came back.
pub(crate) struct Answered {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    pub text: String,
    /// The body as JSON; null where it is not.
    pub body: Value,
}

impl Answered {
    /// A cookie that it sets, as the browser sends it back.
    pub fn cookie(&self, name: &str) -> String {
        let lines = self.headers.get_all("set-cookie").iter();
        let mut lines = lines.filter_map(|line| line.to_str().ok());
        let begins = format!("{name}=");
        let line = lines.find(|line| line.starts_with(&begins));
        let line = line.expect("the cookie is set");
        line.split(';').next().unwrap().to_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl IntoFuture for Asking {
    type Output = Answered;
    type IntoFuture = Pin<Box<dyn Future<Output = Answered> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let response = self.router.oneshot(self.request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = body.collect().await.unwrap().to_bytes().to_vec();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
            Answered {
                status: parts.status.as_u16(),
                headers: parts.headers,
                bytes,
                text,
                body,
            }
        })
    }
}
