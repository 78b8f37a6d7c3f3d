//! K3: what travels is guarded on its way: over TLS, or not beyond the machine; and the page says
//! what cannot be promised.

use crate::house::House;
use axum::http::Request;
use kept::api::{Api, Peer};
use kept::server::tls::Files;
use kept::server::{Server, Settings};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tower::ServiceExt as _;

const ASKED: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

/// Writes a certificate of one's own, and answers with what trusts it.
fn certify(folder: &Path) -> (Files, ClientConfig) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let files = Files {
        certificate: folder.join("certificate.pem"),
        key: folder.join("key.pem"),
    };
    std::fs::write(&files.certificate, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let trusting = ClientConfig::builder().with_root_certificates(roots);
    (files, trusting.with_no_client_auth())
}

async fn over_tls(address: SocketAddr, trusting: ClientConfig) -> std::io::Result<String> {
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = TlsConnector::from(Arc::new(trusting))
        .connect(name, stream)
        .await?;
    stream.write_all(ASKED).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

async fn plainly(address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(ASKED).await.unwrap();
    let mut answer = Vec::new();
    // Being cut off is an answer as well.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_server_with_a_certificate_hears_nothing_in_the_open() {
    let folder = tempfile::tempdir().unwrap();
    let (files, trusting) = certify(folder.path());
    let policies = crate::house::root().join("policies/mediaocean");
    let settings = Settings {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        tls: Some(files),
        ..Settings::new(folder.path().join("data"), policies)
    };
    let server = Server::open(settings).await.unwrap();
    let address = server.address;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(server.run(async {
        let _ = stopped.await;
    }));
    let answer = over_tls(address, trusting).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(
        answer.contains("strict-transport-security: max-age="),
        "{answer}"
    );
    assert!(!plainly(address).await.contains("HTTP/1.1"));
    // Somebody who trusts another certificate does not speak to it.
    let (_, stranger) = certify(&tempfile::tempdir().unwrap().keep());
    assert!(over_tls(address, stranger).await.is_err());
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn nothing_is_answered_that_came_in_the_open_between_machines() {
    let house = House::new().await;
    let support = house.token("staff", Some("support")).await;
    let ask = async |behind_proxy: bool, from: &str, told: Option<&str>| {
        let api = Api::new(house.door().clone(), &*house.dice, behind_proxy);
        let mut request = Request::builder()
            .uri("/v1/policy")
            .header("host", "example.com")
            .header("authorization", format!("Bearer {support}"));
        if let Some(told) = told {
            request = request.header("x-forwarded-proto", told);
        }
        let mut request = request.body(axum::body::Body::empty()).unwrap();
        let peer = Peer {
            address: from.parse().unwrap(),
            tls: false,
        };
        request.extensions_mut().insert(peer);
        api.router()
            .oneshot(request)
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!(ask(false, "127.0.0.1:9", None).await, 200);
    assert_eq!(ask(false, "192.0.2.7:9", None).await, 400);
    assert_eq!(
        ask(false, "192.0.2.7:9", Some("https")).await,
        400,
        "nobody vouches for it"
    );
    assert_eq!(ask(true, "192.0.2.7:9", Some("https")).await, 200);
    assert_eq!(ask(true, "192.0.2.7:9", Some("http")).await, 400);
    assert_eq!(house.stands("north-america#secure.transport").await, "kept");
}

#[tokio::test]
async fn a_server_does_not_open_to_other_machines_without_tls() {
    let mut house = House::new().await;
    let ended = house.kept(&["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!(ended.code, 1, "{}", ended.err);
    for remedy in ["--tls-certificate", "--behind-proxy"] {
        assert!(ended.err.contains(remedy), "{}", ended.err);
    }
    let key = house.folder.path().join("root.key");
    let key = key.to_str().unwrap();
    let odd = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--tls-certificate",
        key,
        "--tls-key",
        key,
    ];
    let ended = house.kept(&odd);
    assert_eq!(ended.code, 1, "{}", ended.err);
    assert!(ended.err.contains("root.key"), "{}", ended.err);
}

#[tokio::test]
async fn the_page_says_what_cannot_be_promised() {
    let house = House::new().await;
    assert_eq!(house.stands("north-america#answer.internet").await, "kept");
    let page = house.get("/policy/north-america", "").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("answer.internet"));
}

#[tokio::test]
async fn what_a_browser_is_given_to_remember_goes_over_tls_alone() {
    let house = House::new().await;
    let api = Api::new(house.door().clone(), &*house.dice, true);
    let request = Request::builder()
        .method(axum::http::Method::POST)
        .uri("/sign-in")
        .header("x-forwarded-proto", "https")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded");
    let body = axum::body::Body::from("address=ada@example.com");
    let request = request.body(body).unwrap();
    let answer = api.router().oneshot(request).await.unwrap();
    let cookies = answer.headers().get_all("set-cookie").iter();
    let cookies: Vec<&str> = cookies.map(|it| it.to_str().unwrap()).collect();
    assert!(!cookies.is_empty());
    for cookie in cookies {
        for wanted in ["__Host-", "; Secure", "; HttpOnly", "; SameSite=Strict"] {
            assert!(cookie.contains(wanted), "{wanted}: {cookie}");
        }
    }
}
