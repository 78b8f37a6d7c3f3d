//! Signing in by the API: what a program sends and what comes back.

use crate::api::testing::Server;
use data_encoding::BASE64URL_NOPAD;
use kept_processing::PasskeyChange;
use kept_processing::passkey::{Algorithm, Site};
use kept_processing::{Caller, Command, Signing};
use kept_testing::authenticator::Passkey;
use serde_json::{Value, json};

async fn begun(server: &Server, body: Value) -> Value {
    let begun = server.post("/v1/sign-in", "", &body).await;
    assert_eq!(begun.status, 200, "{}", begun.text);
    begun.body
}

#[tokio::test]
async fn a_code_opens_a_session_that_says_who_it_is_until_it_ends() {
    let server = Server::new().await;
    let person = server.person("ada@example.com").await;
    let way = json!({ "way": "e-mail-code", "address": "ada@example.com" });
    let attempt = begun(&server, way).await["attempt"].clone();
    let code = server.code().await.expect("a code is on its way");
    let answer = |code: &str| json!({ "way": "e-mail-code", "attempt": attempt, "code": code });
    let wrong = server
        .post("/v1/sign-in/answer", "", &answer("nothing"))
        .await;
    assert_eq!((wrong.status, &wrong.body["place"]), (422, &json!("code")));
    let right = server.post("/v1/sign-in/answer", "", &answer(&code)).await;
    assert_eq!(right.status, 200, "{}", right.text);
    assert_eq!(right.body["person"], json!(person));
    assert_eq!(right.body["way"], "e-mail-code");
    assert_eq!(right.header("set-cookie"), None);
    let again = server.post("/v1/sign-in/answer", "", &answer(&code)).await;
    assert_eq!(again.status, 409);
    let secret = right.body["secret"].as_str().unwrap();
    let shown = server.get("/v1/sign-in/session", secret).await;
    assert_eq!((shown.status, &shown.body["person"]), (200, &json!(person)));
    // A session is no token, and a token no session.
    assert_eq!(server.post("/v1/use", secret, &json!({})).await.status, 401);
    let token = server.token("staff", Some("support")).await;
    assert_eq!(server.get("/v1/sign-in/session", &token).await.status, 401);
    assert_eq!(
        server.delete("/v1/sign-in/session", secret).await.status,
        204
    );
    assert_eq!(server.get("/v1/sign-in/session", secret).await.status, 401);
}

#[tokio::test]
async fn an_unknown_address_is_answered_like_a_known_one() {
    let server = Server::new().await;
    server.person("ada@example.com").await;
    let mut told = Vec::new();
    for address in ["ada@example.com", "nobody@example.com"] {
        let way = json!({ "way": "e-mail-code", "address": address });
        let mut begun = begun(&server, way).await;
        let attempt = begun["attempt"].take();
        let code = json!({ "way": "e-mail-code", "attempt": attempt, "code": "12345678" });
        let code = server.post("/v1/sign-in/answer", "", &code).await;
        let word = json!({ "way": "password", "address": address, "password": "not this one" });
        let word = server.post("/v1/sign-in/answer", "", &word).await;
        told.push((begun, code.status, code.text, word.status, word.text));
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0].1, 422);
}

#[tokio::test]
async fn a_passkey_opens_a_session_where_the_server_knows_its_site() {
    let server = Server::new().await;
    server.person("ada@example.com").await;
    let refused = server
        .post("/v1/sign-in", "", &json!({ "way": "passkey" }))
        .await;
    assert_eq!(refused.status, 404, "{}", refused.text);
    let site = Site::of("https://privacy.example.com").unwrap();
    server.api.site.set(site.clone()).unwrap();
    let me = server.sign_in("ada@example.com").await;
    let secret = me.cookie.trim_start_matches("kept-session=");
    let session = server.door.session(secret).await.unwrap().unwrap();
    let change = |change| {
        Command::SignIn(Signing::ChangePasskeys {
            person: session.person,
            session: session.id.clone(),
            change,
        })
    };
    let attempt = "new".to_owned();
    let ask = change(PasskeyChange::Ask {
        attempt: attempt.clone(),
    });
    server.door.perform(&Caller::person(), &ask).await.unwrap();
    let asked = server.door.passkey_challenge("new").await.unwrap().unwrap();
    let (_, handle) = server.door.passkeys(session.person).await.unwrap();
    let mut passkey = Passkey::new(Algorithm::EdDsa, &site.id, &handle.unwrap(), 1);
    let made = Box::new(passkey.made(&site, &asked));
    let name = "my laptop".to_owned();
    let add = change(PasskeyChange::Add {
        attempt,
        site: site.clone(),
        name,
        made,
    });
    let added = server.door.perform(&Caller::person(), &add).await.unwrap();
    assert!(added.outcome.is_ok());
    let begun = begun(&server, json!({ "way": "passkey" })).await;
    assert_eq!(begun["options"]["rpId"], json!(site.id));
    let asked = begun["options"]["challenge"].as_str().unwrap();
    let shown = passkey.shown(&site, &BASE64URL_NOPAD.decode(asked.as_bytes()).unwrap());
    let answer = json!({
        "way": "passkey",
        "attempt": begun["attempt"],
        "shown": {
            "id": BASE64URL_NOPAD.encode(&shown.id),
            "owner": BASE64URL_NOPAD.encode(&shown.owner),
            "client": BASE64URL_NOPAD.encode(&shown.client),
            "device": BASE64URL_NOPAD.encode(&shown.device),
            "signature": BASE64URL_NOPAD.encode(&shown.signature),
        },
    });
    let right = server.post("/v1/sign-in/answer", "", &answer).await;
    assert_eq!(right.status, 200, "{}", right.text);
    assert_eq!(right.body["person"], json!(session.person.to_string()));
    assert_eq!(
        server.post("/v1/sign-in/answer", "", &answer).await.status,
        409
    );
}
