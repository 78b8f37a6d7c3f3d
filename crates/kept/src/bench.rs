//! `kept bench`: what Kept costs, as a ratio to bare SQLite doing the same work beside it in the
//! same run.
//! It measures and judges nothing; the bars it names are goals.

mod bare;
mod database;
mod house;
mod load;
mod rows;

use kept_processing::StoreAddress;
use serde::Serialize;

/// What can go wrong while measuring.
pub type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// People stored before anything is read.
    pub people: usize,
    /// How often each act is done in a turn.
    pub acts: usize,
    /// How many turns each side has.
    pub turns: usize,
    /// Items of the largest person.
    pub items: usize,
    /// Items stored when a start is measured.
    pub stored: usize,
}

impl Size {
    /// The size that the published figures are measured at.
    pub const FULL: Size = Size {
        people: 50_000,
        acts: 100_000,
        turns: 5,
        items: 100_000,
        stored: 100_000,
    };
    /// The size of a large house. It takes long and much room on the disk.
    pub const LARGE: Size = Size {
        people: 1_000_000,
        acts: 100_000,
        turns: 3,
        items: 1_000_000,
        stored: 10_000_000,
    };
    /// A size for looking quickly.
    pub const QUICK: Size = Size {
        people: 5_000,
        acts: 20_000,
        turns: 3,
        items: 10_000,
        stored: 10_000,
    };
}

/// One measured row.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Row {
    /// What was done.
    pub work: String,
    /// The figure of Kept.
    pub kept: String,
    /// The figure of what it is compared with.
    pub beside: String,
    /// Kept's rate over the other's, or the other way round for times: more is better.
    pub ratio: Option<f64>,
    /// The median and the 99th percentile of Kept's latency, in microseconds.
    pub latency_micros: Option<(u64, u64)>,
    /// The bar, in words.
    pub bar: &'static str,
    /// Whether the bar is reached; nothing where there is none.
    pub reached: Option<bool>,
}

/// What can be measured by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Part {
    /// One decision.
    Decision,
    /// Reading through the door.
    Reading,
    /// Reading over HTTP.
    Http,
    /// Collecting.
    Collecting,
    /// Erasing.
    Erasing,
    /// Sweeping.
    Sweeping,
    /// Changing a period or a choice.
    Changing,
    /// Reading access logs.
    AccessLogs,
    /// Taking files in while they come.
    Files,
    /// Handing a person everything.
    Exporting,
    /// Pages with many people stored.
    Pages,
    /// The archive that a person takes along.
    Archives,
    /// Starting.
    Starting,
}

/// Measures what is done with the rows in a database: reading and collecting, or that of the two
/// which is named.
pub async fn run_in_database(
    size: Size,
    address: &StoreAddress,
    parts: &[Part],
    tell: &mut (dyn FnMut(&Row) + Send),
) -> Result<Vec<Row>, Trouble> {
    let both = [Part::Reading, Part::Collecting];
    let is_one = |part: &Part| both.contains(part);
    if !parts.iter().all(is_one) {
        return Err("only `reading` and `collecting` are measured with a database".into());
    }
    let parts = if parts.is_empty() { &both } else { parts };
    let rows = rows::database(size, address, parts).await?;
    rows.iter().for_each(&mut *tell);
    Ok(rows)
}

/// Measures some parts, or everything where none is named, telling each row as it comes.
pub async fn run(
    size: Size,
    parts: &[Part],
    tell: &mut (dyn FnMut(&Row) + Send),
) -> Result<Vec<Row>, Trouble> {
    let everything = <Part as clap::ValueEnum>::value_variants();
    let parts = if parts.is_empty() { everything } else { parts };
    let mut all = Vec::new();
    for part in parts {
        let rows = match part {
            Part::Decision => rows::decision(size)?,
            Part::Reading => rows::reading(size).await?,
            Part::Http => rows::http(size).await?,
            Part::Collecting => rows::collecting(size).await?,
            Part::Erasing => rows::erasing(size).await?,
            Part::Sweeping => rows::sweeping(size).await?,
            Part::Changing => rows::changing(size).await?,
            Part::AccessLogs => rows::access_logs(size)?,
            Part::Files => rows::files().await?,
            Part::Exporting => rows::exporting(size).await?,
            Part::Pages => rows::pages(size).await?,
            Part::Archives => rows::archives(size).await?,
            Part::Starting => rows::starting(size).await?,
        };
        rows.iter().for_each(&mut *tell);
        all.extend(rows);
    }
    Ok(all)
}
