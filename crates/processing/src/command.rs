//! What can be asked of the door, and what it answers.
//! Commands carry values; nothing here is ever printed, so none of it has `Debug`.

mod acts;
mod case;
mod consent;
mod outcome;
mod showing;

pub use case::{BreachNote, Casing, Closing, Opening, Stranger, Whose};
pub use consent::{ConsentTo, Parent};
pub use outcome::{Effect, Evidence, Once, Performed, Released};
pub use showing::{Listed, Showing};

use crate::approvals::Proposal;
use crate::hosted::Forwarding;
use crate::letters::Letter;
use crate::outgoing::Outgoing;
use crate::registered::Registered;
use crate::sign_in::{Signing, Which};
use crate::tokens::Token;
use kept_terms::{ActorKind, Day, Home, ItemNumber, PersonId, Right, SpecialCategory, Territory};
use std::sync::Arc;

/// How the identifier of a caller begins who acts for a recipient.
pub(crate) const RECIPIENT: &str = "recipient:";

/// Who asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    /// An identifier that means nothing outside, such as `token:7f3a` or `system:sweep`.
    pub id: String,
    /// What kind of actor.
    pub kind: ActorKind,
    /// In which declared role.
    pub role: Option<String>,
    /// The purposes the caller is limited to; nothing means no limit beyond the role's.
    pub purposes: Option<Vec<String>>,
    /// The home within which they act, where it is one hosted for a client. They see nothing
    /// outside it, and what they take in belongs to it.
    pub home: Option<Home>,
    /// Who it is, whichever of their tokens they show, where that is more than the identifier says.
    pub holder: Option<String>,
}

impl Caller {
    /// Kept itself, at one of its own tasks.
    pub fn system(task: &str) -> Caller {
        Caller {
            id: format!("system:{task}"),
            kind: ActorKind::System,
            role: None,
            purposes: None,
            home: None,
            holder: None,
        }
    }

    /// Who it is, whichever of their tokens they show.
    pub fn holder(&self) -> &str {
        self.holder.as_deref().unwrap_or(&self.id)
    }

    /// The recipient for which a program acts, where its token is a recipient's.
    pub fn recipient(&self) -> Option<&str> {
        let (recipient, _) = self.id.strip_prefix(RECIPIENT)?.split_once('/')?;
        (self.kind == ActorKind::Machine).then_some(recipient)
    }

    /// The person whom the information is about, once their identity is checked.
    pub fn person() -> Caller {
        let id = "person:self".to_owned();
        Caller {
            id,
            kind: ActorKind::Person,
            role: None,
            purposes: None,
            home: None,
            holder: None,
        }
    }
}

/// What a field is given.
#[derive(Clone, PartialEq, Eq)]
pub enum Given {
    /// A text, as somebody wrote it.
    Text(String),
    /// A file.
    File {
        /// Its name, as somebody called it.
        name: String,
        /// Its media type.
        media_type: String,
        /// Its content.
        content: Vec<u8>,
    },
    /// A file that is still coming; see [`crate::Processing::admit`].
    Coming {
        /// Its name.
        name: String,
        /// Its media type.
        media_type: String,
    },
    /// A file that has come; only [`crate::Processing::arrive`] makes one.
    Arrived(Arrived),
    /// What holds the other values of the record together as one message.
    Letter(Letter),
}

/// A file that has come and was sealed on its way.
#[derive(Clone)]
pub struct Arrived {
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) found: Vec<SpecialCategory>,
    /// The youngest age that the writer says they are, in years.
    pub(crate) age: Option<u8>,
    /// What it is, if nothing could be looked for in all of it.
    pub(crate) unread: Option<kept_policy::Unread>,
    pub(crate) content: Arc<kept_vault::Arrived>,
}

impl PartialEq for Arrived {
    fn eq(&self, other: &Arrived) -> bool {
        self.content.blob() == other.content.blob()
    }
}

impl Eq for Arrived {}

/// Whom a collected record is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Subject {
    /// A person already known.
    Known(PersonId),
    /// Whoever has the identifiers among the values, or else somebody new.
    Matched,
}

/// Something about a person comes in.
#[derive(Clone)]
pub struct Collect {
    /// Whom it is about.
    pub subject: Subject,
    /// Through which channel.
    pub channel: String,
    /// The service that is asked for along with it.
    pub service: Option<String>,
    /// For which of the collected purposes; nothing means all of them.
    pub purpose: Option<String>,
    /// Field names and what they are given.
    pub values: Vec<(String, Given)>,
    /// The person's country, where it is known.
    pub country: Option<Territory>,
    /// Their age in years, where it was said.
    pub age: Option<u8>,
    /// Whether they were told before.
    pub notice_given: bool,
    /// The day it was collected; nothing means today.
    pub collected_on: Option<Day>,
    /// The agreement of a parent that comes along, where they are under age.
    pub parent: Option<Parent>,
    /// Purposes the person agreed to along with it.
    pub consents: Vec<String>,
    /// Events of the person that are known along with it, such as the end of a contract.
    pub events: Vec<(String, Day)>,
    /// Whether nobody checked who sends it: then it adds to what is held of somebody, and changes
    /// nothing of it.
    pub unverified: bool,
    /// The kind of case that it opens, such as a letter that asks something. Whoever writes has not
    /// shown who they are.
    pub opens: Option<kept_cases::Kind>,
}

impl Collect {
    /// A record through a channel, with nothing in it yet.
    pub fn through(channel: &str) -> Collect {
        Collect {
            subject: Subject::Matched,
            channel: channel.to_owned(),
            service: None,
            purpose: None,
            values: Vec::new(),
            country: None,
            age: None,
            notice_given: false,
            collected_on: None,
            parent: None,
            consents: Vec::new(),
            events: Vec::new(),
            unverified: false,
            opens: None,
        }
    }
}

/// Something stored is read for a purpose.
#[derive(Clone)]
pub struct Use {
    /// Whose it is.
    pub person: PersonId,
    /// What for.
    pub purpose: String,
    /// Which fields.
    pub fields: Vec<String>,
}

/// One act, asked of the door.
#[derive(Clone)]
pub enum Command {
    /// See [`Collect`].
    Collect(Collect),
    /// See [`Use`].
    Use(Use),
    /// A message goes to a person, or one from them has come; answers with the fields asked for.
    Contact(Use),
    /// Looks for the person who has an identifier.
    Find {
        /// What for.
        purpose: String,
        /// The identifier's field.
        field: String,
        /// The identifier.
        value: String,
    },
    /// Compares what somebody says of themselves with what is stored; answers with match or no
    /// match.
    Verify {
        /// Whose.
        person: PersonId,
        /// What for.
        purpose: String,
        /// Field names and what was said.
        claims: Vec<(String, String)>,
    },
    /// Puts what is stored right.
    Rectify {
        /// Whose.
        person: PersonId,
        /// What for, where the person did not ask for it themselves.
        purpose: Option<String>,
        /// The field.
        field: String,
        /// The right value.
        value: String,
        /// One item; nothing means every item of the field.
        number: Option<ItemNumber>,
    },
    /// Pauses processing, or lifts the pause.
    Restrict {
        /// Whose.
        person: PersonId,
        /// Whether it is paused from now on.
        paused: bool,
    },
    /// The person agrees to a purpose or a recipient, or takes that back.
    Consent {
        /// Who.
        person: PersonId,
        /// To what.
        to: ConsentTo,
        /// Whether they agree from now on.
        given: bool,
        /// Through which channel they said so.
        channel: String,
    },
    /// The person objects to a purpose or opts out of it, or takes that back.
    Object {
        /// Who.
        person: PersonId,
        /// To what purpose.
        purpose: String,
        /// Whether they object from now on.
        objects: bool,
    },
    /// Shows a recipient what a clause lets it see.
    Disclose {
        /// Whose.
        person: PersonId,
        /// To whom.
        recipient: String,
        /// What for.
        purpose: String,
        /// Which fields.
        fields: Vec<String>,
        /// Whether the law compels it.
        compelled: bool,
    },
    /// Passes on to a feed's recipient what the feed carries of a person.
    Pass {
        /// Which feed.
        feed: String,
        /// Whose.
        person: PersonId,
    },
    /// Begins a run of a feed; see [`crate::Processing::begin_feed`].
    BeginFeed {
        /// Which.
        feed: String,
    },
    /// A recipient has done what it was told.
    ConfirmDelivery {
        /// The identifier of what it was told.
        delivery: String,
    },
    /// Everything stored about a person goes to that person.
    Export {
        /// Whose.
        person: PersonId,
        /// By which right: access or portability.
        right: Right,
    },
    /// The person is erased.
    Erase {
        /// Who.
        person: PersonId,
    },
    /// One thing that is stored about a person is erased, and the copies of it under other classes.
    EraseItem {
        /// Whose.
        person: PersonId,
        /// Its field.
        field: String,
        /// Its number.
        number: ItemNumber,
    },
    /// A person is reported to be under age, or found not to be.
    ReportChild {
        /// Who.
        person: PersonId,
        /// Whether they are.
        child: bool,
    },
    /// A parent agrees that somebody under age is held. Where they do not any more, the person is
    /// erased.
    ParentAgrees {
        /// Who is held.
        person: PersonId,
        /// The agreement; nothing where it is taken back.
        parent: Option<Parent>,
        /// Through which channel the parent said so.
        channel: String,
    },
    /// A request of somebody who is held for a client goes to the client; see [`Forwarding`].
    Forward(Forwarding),
    /// A visitor has said who they are: what is held of them becomes the person's.
    Tie {
        /// The visitor's number.
        visitor: String,
        /// Whom they have turned out to be.
        person: PersonId,
    },
    /// A legal hold keeps what is stored about a person beyond its day, and as it is.
    Hold {
        /// Whose.
        person: PersonId,
        /// Which fields; none means all that may be held.
        fields: Vec<String>,
        /// The matter that it is kept for, such as `case-2026-17`.
        matter: String,
    },
    /// A legal hold is lifted.
    Lift {
        /// Whose.
        person: PersonId,
        /// The matter.
        matter: String,
    },
    /// Evidence is recorded.
    Attest(Evidence),
    /// What guards the information is administered.
    Administer(Administration),
    /// What is held is said to be still right; the day of its last confirmation moves.
    Confirm {
        /// Whose.
        person: PersonId,
        /// What for, where the person did not say so themselves.
        purpose: Option<String>,
        /// Which fields; none means all that are to be confirmed from time to time.
        fields: Vec<String>,
    },
    /// A person's training: what is behind them and what is ahead.
    Training {
        /// Whose.
        person: PersonId,
        /// What for.
        purpose: String,
    },
    /// Who has courses ahead of them until a day.
    Due {
        /// What for.
        purpose: String,
        /// Which course; nothing means any.
        course: Option<String>,
        /// The last day of interest.
        by: Day,
    },
    /// What went unconfirmed for longer than the clause of the purpose says.
    Stale {
        /// What for.
        purpose: String,
    },
    /// A survey that has closed is summed up, once.
    Tabulate {
        /// Which.
        survey: String,
        /// What for.
        purpose: String,
    },
    /// A policy is stored as published. Only [`crate::Processing::publish`] performs it, with
    /// the policy that the files make.
    Publish {
        /// Its files, as name and text.
        sources: Vec<(String, String)>,
    },
    /// A message is queued; see [`Message`].
    Message(Message),
    /// What is written down of what happened is looked at.
    Show(Showing),
    /// Something that others must agree to is asked for.
    Propose(Proposal),
    /// Somebody else agrees to it.
    Approve {
        /// To what.
        approval: String,
        /// The digest of what they saw.
        digest: String,
    },
    /// It is declined, or taken back.
    Decline {
        /// What.
        approval: String,
    },
    /// A disclosure that was approved is made, once, as it was proposed.
    CarryOut {
        /// Which.
        approval: String,
    },
    /// Something is read under access in an emergency.
    UseInEmergency {
        /// Under which.
        approval: String,
        /// What.
        wanted: Use,
    },
    /// A case is opened, moved on or ended.
    Case {
        /// The person who asks for it themselves; as a person one reaches one's own alone.
        of: Option<PersonId>,
        /// What is done.
        casing: Casing,
    },
    /// A link to somebody's copy is made or ended.
    CopyLink(crate::copies::CopyLink),
    /// Somebody shows who they are, or changes how they do.
    SignIn(Signing),
    /// Sessions of a person end.
    SignOut {
        /// Whose.
        person: PersonId,
        /// Which.
        which: Which,
    },
}

/// A message to be sent once it is due, if it may be sent then.
#[derive(Clone)]
pub enum Message {
    /// To one person.
    One(Outgoing),
    /// To everybody who may be contacted for a purpose, each once.
    Everybody {
        /// The name of the campaign; there is one of a name.
        name: String,
        /// What for.
        purpose: String,
        /// By which template.
        template: String,
    },
}

/// What an administrator does.
#[derive(Clone)]
pub enum Administration {
    /// A token is granted; see [`crate::Processing::draw_token`].
    Grant {
        /// Its secret, which is stored as a hash.
        secret: String,
        /// The token.
        token: Token,
    },
    /// A token is revoked.
    Revoke {
        /// Which.
        id: String,
    },
    /// The wrapping key is replaced; see [`crate::Processing::rotate`].
    Rotate,
    /// What is held is backed up; see [`crate::Processing::back_up`].
    BackUp,
    /// All rows move to another place; see [`crate::Folder::move_rows`].
    Move(crate::MoveTo),
    /// The root key is replaced; see [`crate::Processing::rotate_root`].
    RotateRoot,
    /// What is held was put back from the backup of a name; see [`crate::Folder::restore`].
    Restored(String),
    /// The secret by which a feed's webhook is known is replaced; see
    /// [`crate::Processing::feed_secret`].
    RotateFeed {
        /// Which feed.
        feed: String,
    },
    /// Something is put into a register, in the place of what had its kind and identifier.
    Register(Registered),
    /// Something is taken out of a register.
    Unregister {
        /// Its kind.
        kind: String,
        /// Its identifier.
        id: String,
    },
    /// Everybody who may be asked is invited to a survey; see [`crate::Processing::invite`].
    Invite {
        /// Which survey.
        survey: String,
        /// For which purpose.
        purpose: String,
    },
}
