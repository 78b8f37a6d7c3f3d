//! The few requests of WebDriver (W3C) that the tests make of the browser's driver: JSON over HTTP
//! to this machine.
//! It knows nothing of our pages.

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

/// How the standard names an element in JSON.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser under a driver.
pub struct Session {
    port: u16,
    id: String,
}

async fn ask(port: u16, method: Method, path: &str, body: &Value) -> Result<Value, String> {
    let told = |cause: &dyn std::fmt::Display| cause.to_string();
    let stream = TcpStream::connect(("127.0.0.1", port)).await;
    let stream = stream.map_err(|cause| told(&cause))?;
    let shaken = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = shaken.map_err(|cause| told(&cause))?;
    tokio::spawn(connection);
    let body = match method {
        Method::POST => body.to_string(),
        _ => String::new(),
    };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "127.0.0.1")
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body)))
        .unwrap();
    let response = sender.send_request(request).await;
    let response = response.map_err(|cause| told(&cause))?;
    let succeeded = response.status().is_success();
    let bytes = response.into_body().collect().await;
    let bytes = bytes.map_err(|cause| told(&cause))?.to_bytes();
    let answer: Value = serde_json::from_slice(&bytes).map_err(|cause| told(&cause))?;
    match succeeded {
        true => Ok(answer["value"].clone()),
        false => Err(answer["value"]["message"].to_string()),
    }
}

impl Session {
    pub async fn begin(port: u16, options: Value) -> Result<Session, String> {
        let always = json!({ "goog:chromeOptions": options });
        let wanted = json!({ "capabilities": { "alwaysMatch": always } });
        let begun = ask(port, Method::POST, "/session", &wanted).await?;
        let id = begun["sessionId"].as_str().ok_or("it names no session")?;
        let session = Session {
            port,
            id: id.to_owned(),
        };
        // The checker takes its time over a long page on a busy machine.
        let patient = json!({ "script": 180_000 });
        session.tried(Method::POST, "/timeouts", patient).await?;
        Ok(session)
    }

    async fn tried(&self, method: Method, path: &str, body: Value) -> Result<Value, String> {
        let path = format!("/session/{}{path}", self.id);
        ask(self.port, method, &path, &body).await
    }

    async fn told(&self, path: &str, body: Value) -> Value {
        let told = self.tried(Method::POST, path, body).await;
        told.unwrap_or_else(|why| panic!("{path}: {why}"))
    }

    async fn had(&self, path: &str) -> Value {
        let had = self.tried(Method::GET, path, Value::Null).await;
        had.unwrap_or_else(|why| panic!("{path}: {why}"))
    }

    async fn text(&self, path: &str) -> String {
        self.had(path).await.as_str().unwrap_or_default().to_owned()
    }

    pub async fn go(&self, url: &str) {
        self.told("/url", json!({ "url": url })).await;
    }

    /// The element that has the focus.
    pub async fn focused(&self) -> Value {
        self.had("/element/active").await
    }

    pub async fn find(&self, selector: &str) -> Value {
        let wanted = json!({ "using": "css selector", "value": selector });
        self.told("/element", wanted).await
    }

    /// Whether an element still stands on the page.
    pub async fn stands(&self, element: &Value) -> bool {
        let path = format!("/element/{}/name", name(element));
        self.tried(Method::GET, &path, Value::Null).await.is_ok()
    }

    /// Whether an element is to be seen.
    pub async fn is_shown(&self, element: &Value) -> bool {
        let path = format!("/element/{}/displayed", name(element));
        self.had(&path).await == json!(true)
    }

    pub async fn type_into(&self, element: &Value, keys: &str) {
        let path = format!("/element/{}/value", name(element));
        self.told(&path, json!({ "text": keys })).await;
    }

    /// Presses a key wherever the focus is, as a hand does.
    pub async fn strike(&self, key: &str) {
        let strokes = json!([
            { "type": "keyDown", "value": key }, { "type": "keyUp", "value": key }
        ]);
        let hand = json!({ "type": "key", "id": "keyboard", "actions": strokes });
        self.told("/actions", json!({ "actions": [hand] })).await;
    }

    pub async fn run(&self, script: &str, arguments: Value) -> Value {
        let wanted = json!({ "script": script, "args": arguments });
        self.told("/execute/sync", wanted).await
    }

    pub async fn run_long(&self, script: &str) -> Value {
        let wanted = json!({ "script": script, "args": [] });
        self.told("/execute/async", wanted).await
    }

    pub async fn source(&self) -> String {
        self.text("/source").await
    }

    pub async fn title(&self) -> String {
        self.text("/title").await
    }

    /// What the window shows, as PNG.
    pub async fn picture(&self) -> Vec<u8> {
        let picture = self.text("/screenshot").await;
        data_encoding::BASE64.decode(picture.as_bytes()).unwrap()
    }

    /// Has the browser send a header with everything it asks (Chromium's own extension).
    pub async fn send_header(&self, name: &str, value: &str) {
        let on = json!({ "cmd": "Network.enable", "params": {} });
        self.told("/goog/cdp/execute", on).await;
        let headers = json!({ "headers": { name: value } });
        let set = json!({ "cmd": "Network.setExtraHTTPHeaders", "params": headers });
        self.told("/goog/cdp/execute", set).await;
    }

    /// Gives the browser a device that makes passkeys and sees who its owner is (WebDriver
    /// extension of Web Authentication, level 3, section 11).
    pub async fn add_device(&self) -> String {
        let device = json!({
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": true,
            "hasUserVerification": true,
            "isUserConsenting": true,
            "isUserVerified": true,
        });
        let device = self.told("/webauthn/authenticator", device).await;
        device.as_str().expect("the device has a name").to_owned()
    }

    /// Has the device see its owner from now on, or somebody else.
    pub async fn device_sees_owner(&self, device: &str, owner: bool) {
        let path = format!("/webauthn/authenticator/{device}/uv");
        self.told(&path, json!({ "isUserVerified": owner })).await;
    }

    /// How many passkeys the device has.
    pub async fn passkeys(&self, device: &str) -> usize {
        let path = format!("/webauthn/authenticator/{device}/credentials");
        self.had(&path).await.as_array().map_or(0, Vec::len)
    }

    pub async fn end(&self) {
        let ended = self.tried(Method::DELETE, "", Value::Null).await;
        ended.unwrap_or_else(|why| panic!("it does not end: {why}"));
    }
}

fn name(element: &Value) -> &str {
    element[ELEMENT]
        .as_str()
        .unwrap_or_else(|| panic!("no element: {element}"))
}
