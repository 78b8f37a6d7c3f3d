//! The one door: every act on personal information, from every surface, goes through
//! [`Processing::perform`].
//! It knows the vault and the policy; it holds no rule of its own and never lets a value out
//! undecided.
#![deny(missing_docs)]

mod audit;
mod blobs;
mod command;
mod deliveries;
mod door;
mod entry;
mod expiry;
mod export;
mod failure;
mod feeds;
mod folder;
mod log;
mod mapping;
mod marks;
mod outgoing;
mod publishing;
mod recipients;
mod recovery;
mod register;
mod registered;
mod standing;
mod subjects;
mod sweep;
mod tally;
mod tokens;

pub use audit::Audited;
pub use command::{
    Administration, Caller, Collect, Command, ConsentTo, Effect, Evidence, Given, Once, Performed,
    Released, Subject, Use,
};
pub use deliveries::{Delivery, Due, What};
pub use door::Processing;
pub use export::{About, Export};
pub use failure::Failure;
pub use feeds::{Feed, FeedRun, FeedState, Form, LastRun, Row};
pub use folder::{Folder, RootKey};
pub use kept_vault::store::Figures;
pub use kept_vault::store::sqlite::Sqlite;
pub use kept_vault::{SecretString, Shown, blob::BlobReader};
pub use outgoing::{Outgoing, Sending};
pub use publishing::Version;
pub use recipients::{Closed, OnRecord, RecipientShown, Way};
pub use registered::Registered;
pub use subjects::ReceivedBy;
pub use sweep::Swept;
pub use tokens::{NewToken, Token};
