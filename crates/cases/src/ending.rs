//! How a case ended: what was done, what was not and why.
//! An ending never changes; a case that has one is over.

use crate::{Date, Ground};
use serde::{Deserialize, Serialize};

/// How a case ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Ending {
    /// How, in a word that its kind has.
    pub outcome: String,
    /// On what ground it was refused, in whole or in part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ground: Option<Ground>,
    /// What was done, as names of acts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub did: Vec<String>,
    /// What was not done, each with its ground.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Left>,
    /// Who decided it.
    pub by: String,
    /// When, as the second since 1970.
    pub at: i64,
    /// The day.
    pub on: Date,
    /// Whether it came in time.
    pub in_time: bool,
}

/// Something that was not done.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Left {
    /// What, as the name of a field or of a retention clause.
    pub what: String,
    /// Why.
    pub ground: Ground,
}
