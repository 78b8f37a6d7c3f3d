//! Reading over HTTP, beside bare axum answering with the same body on the same machine. Kept is
//! served as it is in earnest; the client is the same for both, and shares the cores with both.

use super::super::house::{House, reading as read_command};
use super::super::{Row, Size, Trouble, load};
use super::rates;
use crate::ambient::MachineRandomness;
use crate::api::Api;
use crate::server::connections;
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;
use kept_processing::{Administration, Caller, Command, NewToken};
use kept_terms::ActorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, watch};

/// Connections that stay open, one for each that is in flight.
const CONNECTIONS: usize = 64;

/// The same over HTTP: a reading of one value, many connections, beside bare axum with the same
/// body.
pub async fn http(size: Size) -> Result<Vec<Row>, Trouble> {
    let house = House::new().await?;
    let people = house.fill(size.people).await?;
    let secret = token(&house).await?;
    let api = Api::new(house.door.clone(), &MachineRandomness::new(), false);
    let (kept, _until) = serve_kept(api.router()).await?;
    let requests: Vec<Vec<u8>> = (0..size.acts)
        .map(|number| match read_command(&people, number)? {
            Command::Use(wanted) => {
                let body = format!(
                    r#"{{"person":"{}","purpose":"answer-you","fields":["email"]}}"#,
                    wanted.person
                );
                Ok(request("/v1/use", &secret, &body))
            }
            _ => Err(Trouble::from("not a reading")),
        })
        .collect::<Result<_, _>>()?;
    let first = requests.first().ok_or("nothing to ask")?;
    let answer = ask(&mut TcpStream::connect(kept).await?, first).await?;
    let body = answer
        .split_once("\r\n\r\n")
        .ok_or("an answer without a body")?
        .1
        .to_owned();
    let bare = Router::new().route(
        "/v1/use",
        post(move |_: axum::body::Bytes| {
            let body = body.clone();
            async move { ([(CONTENT_TYPE, "application/json")], body) }
        }),
    );
    let bare = serve(bare).await?;
    let requests = Arc::new(requests);
    let mut turns = Vec::new();
    for _ in 0..size.turns {
        let ours = drive(kept, requests.clone()).await?;
        let theirs = drive(bare, requests.clone()).await?;
        turns.push((ours, theirs));
    }
    let mut rows = Vec::new();
    if let Some((ours, theirs)) = load::median(turns) {
        let work = format!("audited read over HTTP, {CONNECTIONS} connections");
        let bar = "at least 80 % of bare axum with the same body";
        rows.push(rates(work, ours, theirs, "bare axum", bar, 0.8));
    }
    Ok(rows)
}

async fn token(house: &House) -> Result<String, Trouble> {
    let tomorrow = house.door.now().as_second() + 86_400;
    let (secret, token) = house.door.draw_token(NewToken {
        kind: ActorKind::Machine,
        role: Some("clerk".to_owned()),
        purposes: None,
        home: None,
        expires: kept_terms::Timestamp::from_second(tomorrow)?,
    })?;
    let grant = Administration::Grant {
        secret: secret.clone(),
        token,
    };
    house
        .door
        .perform(&Caller::system("bench"), &Command::Administer(grant))
        .await?;
    Ok(secret)
}

/// Serves as the server does, until what is given back is dropped.
async fn serve_kept(router: Router) -> Result<(SocketAddr, watch::Sender<bool>), Trouble> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let (until, stopping) = watch::channel(false);
    let most = 2 * CONNECTIONS;
    tokio::spawn(connections::serve(listener, None, router, most, stopping));
    Ok((address, until))
}

async fn serve(router: Router) -> Result<SocketAddr, Trouble> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    Ok(address)
}

fn request(path: &str, secret: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

async fn drive(address: SocketAddr, requests: Arc<Vec<Vec<u8>>>) -> Result<load::Load, Trouble> {
    let mut connections = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        connections.push(Mutex::new(stream));
    }
    let connections = Arc::new(connections);
    let count = requests.len();
    load::run(CONNECTIONS, count, move |number| {
        let (connections, requests) = (connections.clone(), requests.clone());
        async move {
            let connection = connections
                .get(number % CONNECTIONS)
                .ok_or("no connection")?;
            let request = requests.get(number).ok_or("nothing to ask")?;
            ask(&mut *connection.lock().await, request).await.map(drop)
        }
    })
    .await
}

/// Sends a request and reads the whole answer, which must be a success with a known length.
async fn ask(stream: &mut TcpStream, request: &[u8]) -> Result<String, Trouble> {
    stream.write_all(request).await?;
    let mut answer = Vec::with_capacity(2_048);
    loop {
        let mut some = [0; 2_048];
        let read = stream.read(&mut some).await?;
        answer.extend_from_slice(some.get(..read).unwrap_or_default());
        let text = std::str::from_utf8(&answer)?;
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            if !head.starts_with("HTTP/1.1 200") {
                return Err("the server answered with something else than success".into());
            }
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length: ")?
                        .parse()
                        .ok()
                })
                .unwrap_or(0);
            if body.len() >= length {
                return Ok(text.to_owned());
            }
        }
        if read == 0 {
            return Err("the server hung up".into());
        }
    }
}
