//! `kept bench`: what Kept costs, as a ratio to bare SQLite doing the same work beside it in the same run.
//! It measures and judges nothing; the bars it names are those of the design.

mod bare;
mod house;
mod load;
mod rows;

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
}

impl Size {
    /// The size that the published figures are measured at.
    pub const FULL: Size = Size { people: 50_000, acts: 100_000, turns: 5, items: 100_000 };
    /// A size for looking quickly.
    pub const QUICK: Size = Size { people: 5_000, acts: 20_000, turns: 3, items: 10_000 };
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

/// Measures everything, telling each row as it comes.
pub async fn run(size: Size, tell: &mut (dyn FnMut(&Row) + Send)) -> Result<Vec<Row>, Trouble> {
    let mut all = Vec::new();
    let mut note = |rows: Vec<Row>| {
        for row in rows {
            tell(&row);
            all.push(row);
        }
    };
    note(rows::decision(size)?);
    note(rows::reading(size).await?);
    note(rows::http(size).await?);
    note(rows::collecting(size).await?);
    note(rows::erasing(size).await?);
    note(rows::sweeping(size).await?);
    note(rows::changing(size).await?);
    note(rows::access_logs(size)?);
    note(rows::exporting(size).await?);
    note(rows::starting(size).await?);
    Ok(all)
}
