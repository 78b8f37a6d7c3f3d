//! Pages of the centre and of the policy with many people stored, and the archive that a person
//! takes along: how long the server takes, and what it holds in memory meanwhile.
//! No network lies between: what is measured is the server's own time.

use super::super::house::{House, MUCH};
use super::super::{Row, Size, Trouble};
use super::{resident, thousands};
use crate::ambient::{MachineRandomness, Stopwatch};
use crate::api::Api;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt as _;
use kept_processing::{Caller, Command, Effect, Ended, Handing, Proved, Signing};
use std::time::Duration;
use tower::ServiceExt as _;
use zeroize::Zeroizing;

/// How often each page is asked for.
const TIMES: usize = 200;

/// People stored when the pages are measured for the first time.
const FEW: usize = 1_000;

/// Notes of the person who looks at their pages.
const NOTES: usize = 20;

/// The pages, and what they show.
const PAGES: [(&str, &str); 6] = [
    ("the policy with its standing", "/policy/bench"),
    ("the centre's first page", "/centre/en"),
    ("signing in", "/sign-in"),
    ("everything about me", "/centre/en/about-me"),
    ("my choices", "/centre/en/about-me/choices"),
    ("who used it", "/centre/en/about-me/history"),
];

/// Somebody who is signed in, before a server.
struct Browser {
    router: Router,
    cookie: String,
    form: String,
}

impl Browser {
    /// Signs in by a code, as people do, save that the code is taken from the queue.
    async fn of(house: &House, address: &str) -> Result<Browser, Trouble> {
        let door = &house.door;
        let attempt = door.draw_secret();
        let asking = Signing::AskCode {
            address: address.to_owned(),
            attempt: attempt.clone(),
            country: "US".parse().ok(),
        };
        let somebody = Caller::person();
        let asked = door.perform(&somebody, &Command::SignIn(asking)).await?;
        if asked.outcome.is_err() {
            return Err("no code may be asked for".into());
        }
        let mut code = None;
        for message in door.due_post(MUCH).await? {
            if let Handing::Leave(parcel) = door.hand_out(&message).await? {
                door.settle(&parcel.message, Ended::Taken).await?;
                code = parcel.code.map(|code| Zeroizing::new(code.to_string()));
            }
        }
        let secret = door.draw_secret();
        let shown = Signing::Code {
            attempt,
            code: code.ok_or("no code was sent")?,
            from: "bench".to_owned(),
            session: secret.clone(),
        };
        let shown = door.perform(&somebody, &Command::SignIn(shown)).await?;
        let Ok(Effect::SignedIn(Proved::In(session))) = shown.outcome else {
            return Err("the code lets nobody in".into());
        };
        let api = Api::new(door.clone(), &MachineRandomness::new(), false);
        Ok(Browser {
            router: api.router(),
            cookie: format!("kept-session={secret}"),
            form: door.form_token(&session),
        })
    }

    async fn ask(&self, request: Request<Body>) -> Result<Response, Trouble> {
        let response = match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        if response.status() != StatusCode::OK {
            return Err(format!("a page answered with {}", response.status()).into());
        }
        Ok(response)
    }

    /// The times that a page takes, sorted.
    async fn times(&self, path: &str) -> Result<Vec<Duration>, Trouble> {
        let mut times = Vec::with_capacity(TIMES);
        for _ in 0..TIMES {
            let request = Request::get(path).header(header::COOKIE, &self.cookie);
            let request = request.body(Body::empty())?;
            let watch = Stopwatch::start();
            let response = self.ask(request).await?;
            response.into_body().collect().await?;
            times.push(watch.elapsed());
        }
        times.sort_unstable();
        Ok(times)
    }

    /// Takes the archive: when its first bytes were there, when all of it was, how long it is, and
    /// by how much memory grew at most.
    async fn archive(&self) -> Result<Archive, Trouble> {
        let request = Request::post("/centre/en/about-me/copy")
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(format!("form={}", self.form)))?;
        let before = resident();
        let watch = Stopwatch::start();
        let mut body = self.ask(request).await?.into_body();
        let mut archive = Archive::default();
        while let Some(frame) = body.frame().await {
            let Ok(piece) = frame?.into_data() else {
                continue;
            };
            if archive.bytes == 0 {
                archive.first = watch.elapsed();
            }
            archive.bytes += piece.len();
            archive.grown = archive.grown.max(resident().saturating_sub(before));
        }
        archive.whole = watch.elapsed();
        Ok(archive)
    }
}

#[derive(Default)]
struct Archive {
    first: Duration,
    whole: Duration,
    bytes: usize,
    grown: u64,
}

fn at(times: &[Duration], percent: usize) -> Duration {
    let place = times.len().saturating_sub(1) * percent / 100;
    times.get(place).copied().unwrap_or_default()
}

/// Pages with few people stored and with many.
pub async fn pages(size: Size) -> Result<Vec<Row>, Trouble> {
    let house = House::new().await?;
    house.fill(FEW).await?;
    house.person_with("pages", NOTES).await?;
    let browser = Browser::of(&house, "pages.0@example.com").await?;
    let mut few = Vec::new();
    for (_, path) in PAGES {
        few.push(browser.times(path).await?);
    }
    house.fill_more("many", size.people).await?;
    let mut rows = Vec::new();
    for ((what, path), few) in PAGES.into_iter().zip(few) {
        let many = browser.times(path).await?;
        let millis = |time: Duration| time.as_secs_f64() * 1_000.0;
        let (half, most) = (at(&many, 50), at(&many, 99));
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        rows.push(Row {
            work: format!("{what}, {} people", thousands((FEW + size.people) as f64)),
            kept: format!("{:.2} ms", millis(half)),
            beside: format!(
                "{} people {:.2} ms",
                thousands(FEW as f64),
                millis(at(&few, 50))
            ),
            ratio: Some(at(&few, 50).as_secs_f64() / half.as_secs_f64()),
            latency_micros: Some((micros(half), micros(most))),
            bar: "under 10 ms, 99 of 100",
            reached: Some(most < Duration::from_millis(10)),
        });
    }
    Ok(rows)
}

/// The archive of a person of a tenth of the items, and of one of all.
pub async fn archives(size: Size) -> Result<Vec<Row>, Trouble> {
    let house = House::new().await?;
    let items = 10_000.min(size.items);
    house.person_with("small", items / 10).await?;
    house.person_with("large", items).await?;
    let small = Browser::of(&house, "small.0@example.com").await?;
    let large = Browser::of(&house, "large.0@example.com").await?;
    // What is made once for all archives is made before.
    small.archive().await?;
    let small = small.archive().await?;
    let large = large.archive().await?;
    let kib = |bytes: u64| thousands(bytes as f64 / 1_024.0);
    let millis = |time: Duration| time.as_secs_f64() * 1_000.0;
    Ok(vec![
        Row {
            work: format!(
                "archive of {} items as the centre hands it out",
                thousands(items as f64)
            ),
            kept: format!("first bytes after {:.1} ms", millis(large.first)),
            beside: format!("all after {:.0} ms", millis(large.whole)),
            ratio: None,
            latency_micros: None,
            bar: "first bytes in under 50 ms",
            reached: Some(large.first < Duration::from_millis(50)),
        },
        Row {
            work: format!(
                "memory while {} KiB of archive leave",
                kib(large.bytes as u64)
            ),
            kept: format!("{} KiB more", kib(large.grown)),
            beside: format!("a tenth of the items {} KiB", kib(small.grown)),
            ratio: None,
            latency_micros: None,
            bar: "flat: at most 8 MiB more",
            reached: (resident() > 0).then_some(large.grown <= 8 << 20),
        },
    ])
}
