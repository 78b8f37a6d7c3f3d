//! The policy as a pure core: compile documents, decide acts, explain, render.
//! It performs no I/O and reads no clock; whoever calls it brings texts, facts and the present day.
#![deny(missing_docs)]

mod check;
mod compile;
mod decide;
mod diagnostic;
mod diff;
mod explain;
mod facts;
mod hosted;
mod law;
mod model;
mod plain;
mod publish;
mod reader;
pub mod registers;
mod rules;
mod schema;
mod shape;
mod source;
mod standing;

pub use compile::{CLAUSES_MAX, DOCUMENT_BYTES_MAX, DOCUMENTS_MAX, Options, compile, compile_with};
pub use decide::{Decision, Permit, Refusal, View, decide};
pub use diagnostic::{
    Code, Diagnostic, Label, Severity, closest, closest_within, render_diagnostics,
};
pub use diff::{
    Change, Compared, Diff, Direction, Holding, Kind as ChangeKind, Listed, People, Told,
    Value as ChangeValue, Whom, affects, announcement, days_of, diff, language_of, of_document,
    versions_label, versions_page,
};
pub use explain::{Explanation, Reason, ReliedOn, explain};
pub use facts::{
    Actor, Approved, Cited, Consent, Engagement, Facts, FoundIn, Ground, ItemFacts, PersonFacts,
    RecipientFacts, Request, Unread, Why,
};
pub use hosted::{Acts, ClientId, HomeId, Instruction};
pub use model::*;
pub use publish::{
    Choice as ReaderChoice, Links, STYLE, choose, elsewhere, place_in, places_of, publish,
};
pub use rules::{ChildRule, Placement, Rules};
pub use schema::schema;
pub use source::{Position, Source};
pub use standing::{
    Attested, ClassEvidence, Counts, Emergencies, Evidence, HostedEvidence, RecipientEvidence,
    Standing, State, Summary, basis_in, category_in, day_in, standing, summary,
};
