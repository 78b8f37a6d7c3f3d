//! The one door: every act on personal information, from every surface, goes through
//! [`Processing::perform`].
//! It knows the vault and the policy; it holds no rule of its own and never lets a value out
//! undecided.
#![deny(missing_docs)]

mod agents;
mod approvals;
mod audit;
mod backup;
mod beside;
mod blobs;
mod bucket;
mod cases;
mod command;
mod confirming;
mod contracts;
mod copies;
mod deliveries;
mod door;
mod entry;
mod expiry;
mod export;
mod failure;
mod feeds;
mod folder;
mod hooks;
mod hosted;
mod invitations;
mod lapsing;
mod letters;
mod log;
mod mapping;
mod marks;
mod moving;
mod notices;
mod opened;
mod outgoing;
mod publishing;
mod recipients;
mod recovery;
mod register;
mod registered;
mod reports;
mod restoring;
mod screening_again;
mod sign_in;
mod simulate;
mod spans;
mod standing;
mod subjects;
mod sums;
mod sweep;
mod tally;
mod tokens;
mod training;
mod tries;
mod uploading;
mod versions;
mod violations;

pub use agents::{Genuine, KnownAgent, Mistrust};
pub use approvals::{Approval, Ended as ApprovalEnded, Proposal, REASONS, Step};
pub use audit::Audited;
pub use backup::BackingUp;
pub use bucket::bucket_address;
pub use command::{
    Administration, BreachNote, Caller, Casing, Closing, Collect, Command, ConsentTo, Effect,
    Evidence, Given, Listed, Message, Once, Opening, Parent, Performed, Released, Showing,
    Stranger, Subject, Use, Whose,
};
pub use confirming::StaleField;
pub use contracts::Followed;
pub use copies::{CopyLink, CopyLinkHeld};
pub use deliveries::{Delivery, Due, What};
pub use door::{KeptBack, Processing};
pub use export::{About, Export, SignsIn};
pub use failure::Failure;
pub use feeds::{Feed, FeedRun, FeedState, Form, LastRun, Row};
pub use folder::{Folder, KeyringPlace, RootKey, Turn};
pub use hooks::{CaseEvent, Hook};
pub use hosted::{About as AboutWhom, ClientAnswer, Forwarded, Forwarding, HandedBack, Returning};
pub use kept_cases as case;
pub use kept_passkeys as passkey;
pub use kept_vault::backup::{Generation, Kept as KeptBackups, Made, Stage};
pub use kept_vault::blob::{BlobReader, BucketAddress};
pub use kept_vault::root::{Device as DeviceKey, Handed as HandedKey};
pub use kept_vault::store::Figures;
pub use kept_vault::store::moving::Step as MoveStep;
pub use kept_vault::store::postgres::{
    Address as StoreAddress, Options as StoreOptions, Plan as StorePlan, plan as store_plan,
};
pub use kept_vault::store::together::Leading;
pub use kept_vault::{SecretString, Shown};
pub use letters::{Direction, Letter, ReadLetter, letters};
pub use log::database_ledger;
pub use moving::{MoveTo, Moved};
pub use notices::{
    Announcement, CHANGE_TEMPLATE, CLIENT_CHANGE_TEMPLATE, ClientStands, ClientTold, ClientsTold,
};
pub use opened::{Answering, Doing, Door};
pub use outgoing::{
    Bounced, Campaign, Dropped, Ended, Handing, OptOut, Outgoing, Parcel, Post, Sending,
    Undelivered,
};
pub use publishing::Published;
pub use recipients::{Closed, OnRecord, RecipientShown, Way};
pub use registered::{Question, Registered, Wording};
pub use restoring::{Lost, Restore, Restored};
pub use screening_again::ScreenedAgain;
pub use sign_in::{PasskeyChange, PasskeyHeld, Proved, Session, Signing, Which};
pub use simulate::{ClassSimulated, Count, Obstacle, PurposeSimulated, RecipientStops, Simulation};
pub use subjects::ReceivedBy;
pub use sums::{TabulatedQuestion, Tabulation};
pub use sweep::Swept;
pub use tokens::{NewToken, Token};
pub use training::{Attended, Course, DueCourse, Training};
pub use uploading::{Admitted, Upload};
pub use versions::{Recorded, Stands, Version};
pub use violations::Watch;
