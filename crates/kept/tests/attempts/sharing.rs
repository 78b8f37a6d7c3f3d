//! What attempts at sharing have in common: recipients put on record, feeds registered, a webhook
//! that remembers what it got.

use crate::house::{Answered, House, administrator};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use kept_processing::{Administration, Command, Evidence, Feed, Form, Registered};
use kept_terms::PersonId;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// A feed of lines for answering people, to the service that keeps track of customers.
pub fn crm() -> Feed {
    Feed {
        id: "crm-nightly".to_owned(),
        recipient: "crm-cloud".to_owned(),
        purpose: "answer-you".to_owned(),
        fields: ["name", "email", "phone"].map(str::to_owned).to_vec(),
        form: Form::Csv,
        url: None,
        every_hours: None,
        confirms: false,
    }
}

/// A feed to the webhook of the service that sends marketing messages.
pub fn mail(hook: &Hook) -> Feed {
    Feed {
        id: "mail-hook".to_owned(),
        recipient: "mail-cloud".to_owned(),
        purpose: "marketing".to_owned(),
        fields: ["name", "email"].map(str::to_owned).to_vec(),
        form: Form::Webhook,
        url: Some(hook.url.clone()),
        every_hours: None,
        confirms: false,
    }
}

/// The command that registers a feed.
pub fn register(feed: &Feed) -> Command {
    Command::Administer(Administration::Register(Registered::Feed(feed.clone())))
}

/// Puts on record what a cloud service owes, until the end of March.
pub async fn bind(house: &House, recipient: &str) {
    house
        .attest(undertaking(recipient, "processing-agreement"))
        .await;
    let assurance = Evidence::Assurance {
        recipient: Some(recipient.to_owned()),
        assurance: "soc-2".to_owned(),
        until: "2027-03-31".to_owned(),
    };
    house.attest(assurance).await;
}

pub fn undertaking(recipient: &str, protection: &str) -> Evidence {
    Evidence::Undertaking {
        recipient: recipient.to_owned(),
        protection: protection.to_owned(),
        until: "2027-03-31".to_owned(),
    }
}

/// Registers a feed.
pub async fn feed(house: &House, feed: &Feed) {
    house.done(&administrator(), register(feed)).await;
}

/// Runs a feed through the API.
pub async fn run(house: &House, feed: &str, token: &str) -> Answered {
    let path = format!("/v1/feeds/{feed}/run");
    house.post(&path, token, &json!({})).await
}

/// A token of a recipient's program.
pub async fn own_token(house: &House, recipient: &str) -> String {
    let expires = house.door().now().as_second() + 30 * 86_400;
    let expires = kept_terms::Timestamp::from_second(expires).unwrap();
    let (secret, token) = house
        .door()
        .draw_recipient_token(recipient, expires)
        .unwrap();
    let grant = Administration::Grant {
        secret: secret.clone(),
        token,
    };
    house
        .done(&administrator(), Command::Administer(grant))
        .await;
    secret
}

/// What a recipient has to be told, as its own program sees it.
pub async fn due(house: &House, recipient: &str) -> Vec<Value> {
    let token = own_token(house, recipient).await;
    let path = format!("/v1/recipients/{recipient}/deliveries");
    let told = house.get(&path, &token).await;
    assert_eq!(told.status, 200, "{}", told.text);
    told.body["deliveries"].as_array().unwrap().clone()
}

/// A person by the text of their identifier.
pub fn id(person: &str) -> PersonId {
    person.parse().unwrap()
}

/// A webhook on this machine that remembers what it got.
pub struct Hook {
    pub url: String,
    inside: Arc<Inside>,
}

struct Inside {
    got: Mutex<Vec<(HeaderMap, Bytes)>>,
    status: Mutex<StatusCode>,
}

impl Hook {
    pub async fn new() -> Hook {
        let inside = Arc::new(Inside {
            got: Mutex::default(),
            status: Mutex::new(StatusCode::NO_CONTENT),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?of=kept", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/hook", post(take))
            .with_state(inside.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Hook { url, inside }
    }

    /// From now on it answers with this status.
    pub fn answers(&self, status: u16) {
        *self.inside.status.lock().unwrap() = StatusCode::from_u16(status).unwrap();
    }

    /// What it got since it was asked last: headers and body.
    pub fn taken(&self) -> Vec<(HeaderMap, Bytes)> {
        std::mem::take(&mut self.inside.got.lock().unwrap())
    }

    /// As [`Hook::taken`], the bodies alone.
    pub fn told(&self) -> Vec<Value> {
        let read = |(_, body): (HeaderMap, Bytes)| serde_json::from_slice(&body).unwrap();
        self.taken().into_iter().map(read).collect()
    }
}

async fn take(State(inside): State<Arc<Inside>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    inside.got.lock().unwrap().push((headers, body));
    *inside.status.lock().unwrap()
}
