//! Recordings and other files beside a table that says whose they are. Each goes through the door
//! while it is read, so none is ever in memory, and one that is refused is not read at all.

use super::progress::{Progress, Side};
use super::records::{Ready, Settings, count};
use super::summary::Summary;
use crate::cli::{Failed, House};
use kept_processing::{Admitted, Failure, Given, Once, Performed, Upload};
use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

/// How much of a file is read at a time.
const PIECE: usize = 256 << 10;

/// The table of a folder of recordings.
pub(super) const TABLE: &str = "index.csv";

/// Takes one record in with the file that it names.
pub(super) async fn perform(
    house: &House,
    settings: &Settings,
    progress: &Progress,
    ready: Ready,
    side: &mut Side,
    summary: &mut Summary,
) -> Result<(), Failed> {
    let (line, once) = (ready.line, progress.once(ready.line, ready.copy));
    let named = match with_file(settings, ready) {
        Ok(named) => named,
        Err(reason) => {
            side.write(line, reason)?;
            summary.rejected += 1;
            return Ok(());
        }
    };
    let answer = take_in(house, settings, named, &once).await;
    count(house, line, answer, side, summary).map(drop)
}

/// A record whose file is still to come, and where it is.
fn with_file(settings: &Settings, mut ready: Ready) -> Result<(Ready, PathBuf), &'static str> {
    let mut found = None;
    for (field, given) in &mut ready.collect.values {
        let Given::Text(text) = given else { continue };
        if !settings.takes(field, kept_terms::FieldKind::is_large) {
            continue;
        }
        let name = PathBuf::from(text.as_str());
        let plain = name
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if !plain {
            return Err("the file's name leads out of the folder; name one beside the table");
        }
        if found.is_some() {
            return Err("it names two files; write a line for each");
        }
        let shown = name.file_name().unwrap_or_default().to_string_lossy();
        *given = Given::Coming {
            name: shown.into_owned(),
            media_type: media_type(&name).to_owned(),
        };
        found = Some(name);
    }
    let name =
        found.ok_or("it names no file; the column is called like the field that takes it")?;
    Ok((ready, settings.beside.join(name)))
}

async fn take_in(
    house: &House,
    settings: &Settings,
    (ready, path): (Ready, PathBuf),
    once: &Once,
) -> Result<Performed, Failure> {
    let caller = &settings.caller;
    let unreadable = |_| Failure::invalid("the file", "that is named cannot be read");
    let mut file = File::open(&path).map_err(unreadable)?;
    let mut upload: Upload = match house.door.admit(caller, ready.collect, Some(once)).await? {
        Admitted::Answered(performed) => return Ok(performed),
        Admitted::Coming(upload) => *upload,
    };
    let mut piece = vec![0; PIECE];
    loop {
        let length = file.read(&mut piece).map_err(unreadable)?;
        match piece.get(..length) {
            Some([]) | None => break,
            Some(bytes) => upload.write(bytes)?,
        }
    }
    house.door.arrive(caller, upload, Some(once)).await
}

/// What a file is, by how its name ends.
fn media_type(name: &Path) -> &'static str {
    let end = name.extension().and_then(|end| end.to_str()).unwrap_or("");
    match end.to_ascii_lowercase().as_str() {
        "wav" => "audio/wav",
        "mp3" => "audio/mpeg",
        "ogg" | "opus" | "oga" => "audio/ogg",
        "m4a" | "mp4" => "audio/mp4",
        "flac" => "audio/flac",
        "webm" => "audio/webm",
        "pdf" => "application/pdf",
        "txt" => "text/plain",
        _ => "application/octet-stream",
    }
}
