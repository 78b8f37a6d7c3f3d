//! The one door: every act on personal information, from every surface, goes through
//! [`Processing::perform`].
//! It knows the vault and the policy; it holds no rule of its own and never lets a value out
//! undecided.
#![deny(missing_docs)]

mod approvals;
mod audit;
mod blobs;
mod command;
mod door;
mod entry;
mod expiry;
mod export;
mod failure;
mod folder;
mod log;
mod mapping;
mod marks;
mod matters;
mod outgoing;
mod publishing;
mod recovery;
mod register;
mod registered;
mod standing;
mod sweep;
mod tally;
mod tokens;
mod tries;
mod violations;

pub use approvals::{Approval, Ended, Proposal, REASONS, Step};
pub use audit::Audited;
pub use command::{
    Administration, Answering, Caller, Collect, Command, ConsentTo, Effect, Evidence, Given,
    Listed, Once, Performed, Released, Showing, Subject, Use,
};
pub use door::Processing;
pub use export::{About, Export};
pub use failure::Failure;
pub use folder::{Folder, RootKey};
pub use kept_vault::store::Figures;
pub use kept_vault::store::sqlite::Sqlite;
pub use kept_vault::{SecretString, Shown, blob::BlobReader};
pub use matters::{About as MatterAbout, Closed, Matter};
pub use outgoing::{Outgoing, Sending};
pub use publishing::Version;
pub use registered::Registered;
pub use sweep::Swept;
pub use tokens::{NewToken, Token};
pub use violations::Watch;
