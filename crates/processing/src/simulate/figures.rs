//! What a simulation answers: figures, and which of them were counted and which reckoned.
//! They name clauses and purposes, never people.

use serde::Serialize;
use std::collections::BTreeMap;

/// What a draft would do to what is stored.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Simulation {
    /// Why it could not be published as it stands, each with its place; empty where it could.
    pub refused: Vec<Obstacle>,
    /// The day to come from which it would hold; nothing where it would at once.
    pub from: Option<String>,
    /// What the next sweep would destroy that it would not destroy otherwise, from the store's own
    /// counts by class and day.
    pub destroyed: Count,
    /// What would be kept longer than now.
    pub kept_longer: Count,
    /// What would be kept shorter than now.
    pub kept_shorter: Count,
    /// By retention class.
    pub classes: Vec<ClassSimulated>,
    /// By purpose: what could no longer be read for it, and what newly could.
    pub purposes: Vec<PurposeSimulated>,
    /// By country: people for whom nothing could be done any more.
    pub without_document: BTreeMap<String, Count>,
    /// How many people would be told.
    pub told: Count,
    /// What recipients would no longer get.
    pub recipients: Vec<RecipientStops>,
    /// How many people there are, and how many of them were looked at.
    pub people: u64,
    /// See `people`.
    pub looked_at: u64,
}

/// A reason why a draft could not be published.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Obstacle {
    /// Which part of it.
    pub place: String,
    /// What is wrong, and what would be right.
    pub problem: String,
}

/// A number, and whether it was counted or reckoned from a sample.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Count {
    /// How many.
    pub count: u64,
    /// Whether it is reckoned.
    pub estimated: bool,
}

/// What would happen to what is stored under a class.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ClassSimulated {
    /// The class.
    pub class: String,
    /// How many items are stored under it.
    pub items: u64,
    /// The period now, and under the draft; nothing where that knows no such class.
    pub was: String,
    /// See `was`.
    pub now: Option<String>,
    /// How many items the next sweep would destroy on top of what is due in any case.
    pub destroyed: Count,
}

/// What would happen to what may be read for a purpose.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PurposeSimulated {
    /// The purpose.
    pub purpose: String,
    /// How many items could no longer be read for it.
    pub unreadable: Count,
    /// How many newly could.
    pub readable: Count,
    /// How many people would have to agree, first or again.
    pub to_ask: Count,
}

/// What a recipient would no longer get.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RecipientStops {
    /// Who.
    pub recipient: String,
    /// Under which document.
    pub document: String,
    /// For which purpose.
    pub purpose: String,
    /// Why not, as clauses with reasons.
    pub reasons: Vec<String>,
}
