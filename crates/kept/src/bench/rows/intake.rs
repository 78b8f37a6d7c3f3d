//! How quickly what is unstructured comes in: access logs on one core, and files as they come,
//! beside a file that is only written.

use super::super::house::{House, clerk};
use super::super::load::cpu_seconds;
use super::super::{Row, Size, Trouble};
use super::thousands;
use crate::ambient::Stopwatch;
use kept_intake::{AccessLog, Limits, Source, Step, VisitLimits, Visits};
use kept_processing::{Admitted, Collect, Given, Subject};
use std::hint::black_box;
use std::io::Write as _;

/// How much of a file comes at a time, in bytes.
const PIECE: usize = 64 * 1024;

/// How many pieces the file of the benchmark has.
const PIECES: usize = 2_048;

/// Reading access logs into visits.
pub fn access_logs(size: Size) -> Result<Vec<Row>, Trouble> {
    let lines = size.acts * 2;
    let combined = log("an access log", lines, "", |visitor, minute, second| {
        format!(
            "192.0.2.{} - - [23/Nov/2026:12:{minute:02}:{second:02} +0000] \
             \"GET /page/{visitor} HTTP/1.1\" 200 5120 \"https://www.example.com/\" \
             \"Mozilla/5.0 (X11; Linux x86_64; rv:{agent}.0) Gecko/20100101 Firefox/{agent}.0\"\n",
            visitor % 250,
            agent = 100 + visitor % 40,
        )
    });
    let fields = "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username \
                  c-ip cs(User-Agent) cs(Referer) sc-status sc-bytes time-taken\n";
    let extended = log("a W3C log", lines, fields, |visitor, minute, second| {
        format!(
            "2026-11-23 12:{minute:02}:{second:02} 198.51.100.1 GET /page/{visitor} - 443 - \
             192.0.2.{} Mozilla/5.0+(X11;+Linux+x86_64;+rv:{agent}.0)+Firefox/{agent}.0 \
             https://www.example.com/ 200 5120 15\n",
            visitor % 250,
            agent = 100 + visitor % 40,
        )
    });
    Ok(vec![combined?, extended?])
}

/// Reads a log of one kind.
fn log(
    what: &str,
    lines: usize,
    head: &str,
    line: impl Fn(usize, usize, usize) -> String,
) -> Result<Row, Trouble> {
    let mut text = Vec::with_capacity(lines * 180);
    text.extend_from_slice(head.as_bytes());
    for number in 0..lines {
        let written = line(number % 997, number / 60 % 60, number % 60);
        text.extend_from_slice(written.as_bytes());
    }
    let source = Source::from_reader("bench", std::io::Cursor::new(text))?;
    let (watch, worked) = (Stopwatch::start(), cpu_seconds());
    let mut visits = 0_u64;
    for step in Visits::new(
        AccessLog::open(source, Limits::default()),
        VisitLimits::default(),
    ) {
        if let Step::Visit(visit) = step? {
            black_box(visit);
            visits += 1;
        }
    }
    let passed = watch.elapsed().as_secs_f64();
    let worked = cpu_seconds() - worked;
    let rate = lines as f64 / if worked > 0.0 { worked } else { passed };
    Ok(Row {
        work: format!("read {what} into {} visits", thousands(visits as f64)),
        kept: format!("{} lines/s", thousands(rate)),
        beside: format!("after {passed:.1} s"),
        ratio: None,
        latency_micros: None,
        bar: "at least 100,000 lines a second of a core",
        reached: Some(rate >= 100_000.0),
    })
}

/// A file that is sealed while it comes.
pub async fn files() -> Result<Vec<Row>, Trouble> {
    let house = House::new().await?;
    let person = house.person_with("file", 1).await?;
    let piece = vec![0xfe; PIECE];
    let megabytes = (PIECE * PIECES) as f64 / 1e6;
    let coming = Given::Coming {
        name: "file".to_owned(),
        media_type: "audio/wav".to_owned(),
    };
    let collect = Collect {
        subject: Subject::Known(person),
        values: vec![("recording".to_owned(), coming)],
        ..Collect::through("form")
    };
    let watch = Stopwatch::start();
    let Admitted::Coming(mut upload) = house.door.admit(&clerk(), collect, None).await? else {
        return Err("the file was refused".into());
    };
    for _ in 0..PIECES {
        upload.write(&piece)?;
    }
    house.door.arrive(&clerk(), *upload, None).await?;
    let kept = megabytes / watch.elapsed().as_secs_f64();
    let folder = tempfile::tempdir()?;
    let watch = Stopwatch::start();
    let mut file = std::fs::File::create(folder.path().join("file"))?;
    for _ in 0..PIECES {
        file.write_all(&piece)?;
    }
    file.sync_all()?;
    let bare = megabytes / watch.elapsed().as_secs_f64();
    Ok(vec![Row {
        work: format!("take a file of {megabytes:.0} MB in while it comes"),
        kept: format!("{kept:.0} MB/s"),
        beside: format!("a file written bare {bare:.0} MB/s"),
        ratio: Some(kept / bare),
        latency_micros: None,
        bar: "at least half",
        reached: Some(kept >= bare / 2.0),
    }])
}
