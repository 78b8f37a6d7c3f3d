//! What a decision is made of: what is asked, what is known, and the grounds of a refusal.
//! Facts never contain values; they say that an e-mail is held, never which.

use crate::hosted::{HomeId, Instruction};
use crate::model::*;
use kept_terms::{
    Act, ActorKind, Book, Day, ItemNumber, ParentWay, Right, Set, SpecialCategory, Territory, Way,
};
use std::fmt;

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Actor {
    /// What kind of actor.
    pub kind: ActorKind,
    /// In which declared role.
    pub role: Option<RoleId>,
    /// The purposes their token is limited to; nothing means no such limit.
    pub purposes: Option<Set<PurposeId>>,
    /// The home within which they act, where it is one that is hosted for a client; outside it
    /// there is nothing for them.
    pub home: Option<HomeId>,
}

/// What is asked: one act, before anything is known about the person.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The act.
    pub act: Act,
    /// Who asks.
    pub actor: Actor,
    /// What for.
    pub purpose: Option<PurposeId>,
    /// Which fields.
    pub fields: Set<FieldId>,
    /// Through which channel something comes in.
    pub channel: Option<ChannelId>,
    /// To whom something goes.
    pub recipient: Option<RecipientId>,
    /// For `collect`: the service that it is for, where the service cannot be had without what it
    /// needs.
    pub service: Option<ServiceId>,
    /// Which right is exercised.
    pub right: Option<Right>,
    /// Whether the person was told before.
    pub notice_given: bool,
    /// The person's age in years, where it was said.
    pub age: Option<u8>,
    /// For `collect`, `consent` and `withdraw`: how a parent showed who they are who agrees along
    /// with it, or agreed until now.
    pub parent: Option<ParentWay>,
    /// Special categories found in what comes in, and where each was found.
    pub found: &'a [(SpecialCategory, FoundIn)],
    /// What a file among what comes in is, if nothing could be looked for in it; the most telling
    /// of several.
    pub unread: Option<Unread>,
    /// Whether the law compels the disclosure.
    pub compelled: bool,
    /// For `administer`: the register that is changed, where it is one that roles may keep.
    pub register: Option<RegisterKind>,
    /// For `use`: whether sums over many people are asked for, and no single value.
    pub sums: bool,
    /// For `find` and `verify`: how often this was tried in vain lately.
    pub failures: u32,
    /// For `publish`: from which day something that matters to people is otherwise under this
    /// document; nothing where nothing is.
    pub takes_effect: Option<Day>,
    /// For what may tell a caller who is known: how often they tried in vain lately, whomever it
    /// was about.
    pub tries: u32,
    /// Whether an identifier among what comes in cannot be this person's.
    pub unfit: bool,
    /// Who else agreed to it.
    pub approved: Approved,
    /// Whether it is, or asks for, access in an emergency.
    pub emergency: bool,
    /// What of what is written down it concerns.
    pub book: Option<Book>,
    /// For `answer`: the stage that something open is at; nothing for something new.
    pub stage: Option<u8>,
    /// For `sign-in`: how the person shows who they are.
    pub way: Option<Way>,
}

/// Who else agreed to what is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Approved {
    /// How many people other than the one who asked for it.
    pub by: u8,
    /// Whether whoever acts is the one who asked for it, or whom it is about.
    pub own: bool,
    /// Whether its time is over: it has expired, was declined, or was done.
    pub over: bool,
}

/// Where something was found that may not be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FoundIn {
    /// In a line of a field.
    Field,
    /// In free text.
    FreeText,
    /// In a file.
    Attachment,
}

/// A file in which nothing could be looked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Unread {
    /// A picture, a sound or a film: it holds no text that can be read.
    Picture,
    /// A document that is encrypted, damaged, too large or scanned, or of a kind that is not read.
    Document,
}

impl<'a> Request<'a> {
    /// A request with nothing but an act and an actor; the rest is filled in by the caller.
    pub fn new(act: Act, actor: Actor) -> Request<'a> {
        Request {
            act,
            actor,
            purpose: None,
            fields: Set::EMPTY,
            channel: None,
            recipient: None,
            service: None,
            right: None,
            notice_given: false,
            age: None,
            parent: None,
            found: &[],
            unread: None,
            compelled: false,
            register: None,
            sums: false,
            failures: 0,
            takes_effect: None,
            tries: 0,
            unfit: false,
            approved: Approved::default(),
            emergency: false,
            book: None,
            stage: None,
            way: None,
        }
    }
}

/// A consent on record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Consent {
    /// To what purpose.
    pub purpose: PurposeId,
    /// On which day.
    pub given: Day,
}

/// What is known about a person.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PersonFacts {
    /// Their country, where it is known.
    pub country: Option<Territory>,
    /// Whether processing is paused.
    pub restricted: bool,
    /// Whether they are reported to be under age.
    pub child: bool,
    /// The day on which they were, where that is known.
    pub reported: Option<Day>,
    /// How a parent showed who they are who agreed for them, where one has and does.
    pub parent: Option<ParentWay>,
    /// Whether they are what is left of somebody who was erased: what a legal hold or a law keeps.
    pub remnant: bool,
    /// Purposes they object to or opted out of.
    pub objections: Set<PurposeId>,
    /// Consents that were not withdrawn.
    pub consents: Vec<Consent>,
    /// Recipients they agreed to.
    pub agreed_recipients: Set<RecipientId>,
    /// For whom they are held, where that is a client in a hosted system.
    pub home: Option<HomeId>,
    /// What that client has told us to do, in force or not.
    pub instructions: Vec<Instruction>,
}

/// What is known about an item.
///
/// When it is due is worked out from the policy in force, so it can only be made by
/// [`Policy::item`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ItemFacts {
    /// Its number within its person.
    pub number: ItemNumber,
    /// Its field.
    pub field: FieldId,
    /// What it is held for.
    pub purposes: Set<PurposeId>,
    /// Its retention class.
    pub class: ClassId,
    /// The day its period counts from.
    pub anchor: Day,
    /// Whether a legal hold keeps it; see [`ItemFacts::held`].
    pub held: bool,
    /// Whether a law has it stay until it is due, although the person is erased.
    obliged: bool,
    due: Day,
}

impl ItemFacts {
    /// The same item under a legal hold: nothing of it is destroyed or changed, whatever its day.
    pub fn held(self) -> ItemFacts {
        ItemFacts { held: true, ..self }
    }

    /// Whether it is there to stay today: not past its day, or held.
    pub fn stays(&self, today: Day) -> bool {
        self.held || self.due > today
    }

    /// Whether it has to stay today although the person is erased.
    pub fn outlasts_erasure(&self, today: Day) -> bool {
        self.held || self.is_owed(today)
    }

    /// Whether a law has it stay today.
    pub fn is_owed(&self, today: Day) -> bool {
        self.obliged && self.due > today
    }

    /// The first day on which it is no longer needed.
    pub fn due(&self) -> Day {
        self.due
    }
}

impl Policy {
    /// The facts of an item, with the day on which it falls due under this policy. An item of a
    /// class that the policy does
    /// not know has been due for ever: nothing says that it may be kept, so nothing shows it.
    pub fn item(
        &self,
        number: ItemNumber,
        field: FieldId,
        purposes: Set<PurposeId>,
        class: ClassId,
        anchor: Day,
    ) -> ItemFacts {
        let class_of = self.words.classes.get(class);
        let due = class_of.map_or(Day(i32::MIN), |c| c.period.after(anchor));
        ItemFacts {
            number,
            field,
            purposes,
            class,
            anchor,
            held: false,
            obliged: class_of.is_some_and(|c| c.obliged),
            due,
        }
    }
}

/// What is on record about a recipient.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RecipientFacts {
    /// Undertakings, with the last day of each.
    pub undertakings: Vec<(Protection, Day)>,
    /// Reports and certifications, with the last day of each.
    pub assurances: Vec<(AssuranceId, Day)>,
    /// Transfer instruments that were revoked.
    pub revoked: Set<InstrumentId>,
    /// What they were engaged to see.
    pub engagements: Vec<Engagement>,
}

/// What a recipient was engaged to see, for what, and from when until when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Engagement {
    /// Which fields.
    pub fields: Set<FieldId>,
    /// For which purpose.
    pub purpose: PurposeId,
    /// The first day.
    pub from: Day,
    /// The last day.
    pub until: Day,
}

/// Everything a decision may look at: one snapshot.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The person; nothing when a new one comes in.
    pub person: &'a PersonFacts,
    /// The items concerned.
    pub items: &'a [ItemFacts],
    /// What is on record about the recipient.
    pub recipient: Option<&'a RecipientFacts>,
}

/// What a ground points to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Cited {
    /// A clause.
    Clause(ClauseId),
    /// All clauses of a verb in a document, none of which allows the act.
    Verb(DocumentId, Verb),
    /// The policy as a whole: no document is for this person.
    Policy,
}

/// Declares the reasons for refusal with their codes and sentences.
macro_rules! reasons {
    ($($name:ident = $code:literal, $sentence:literal;)+) => {
        /// Why an act is refused.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum Why { $(#[doc = $sentence] $name,)+ }

        impl Why {
            /// Every reason.
            pub const ALL: &'static [Why] = &[$(Why::$name,)+];

            /// The code in the ledger and on the wire.
            pub const fn code(self) -> &'static str { match self { $(Why::$name => $code,)+ } }

            /// The reason in a sentence.
            pub const fn sentence(self) -> &'static str {
                match self { $(Why::$name => $sentence,)+ }
            }
        }

        impl fmt::Display for Why {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.sentence())
            }
        }
    };
}

reasons! {
    NoDocument = "no-document", "no document of the policy is for people of this country";
    NotAsked = "not-asked", "the request leaves out what this act needs";
    NotCollected = "not-collected", "no clause says that this is collected";
    WrongChannel = "wrong-channel", "this is not collected through this channel";
    NoticeMissing = "notice-missing", "the person must have been told before this is taken";
    Required = "required", "the service cannot be had without all that it needs";
    NotKept = "not-kept", "no clause says how long this is kept";
    Unreadable = "unreadable", "a file cannot be read, so it cannot be seen whether it tells of a special category";
    Sensitive = "sensitive", "it tells of a special category of personal data";
    UnderAge = "under-age", "the person is under the age from which information is taken";
    NoPurpose = "no-purpose", "no clause is for this purpose";
    WrongRole = "wrong-role", "the role may not act for this purpose";
    TokenLimited = "token-limited", "the token is not for this purpose";
    NoConsent = "no-consent", "the person has not agreed, or no longer agrees";
    Objected = "objected", "the person objects";
    Restricted = "restricted", "processing is paused for this person";
    Incompatible = "incompatible", "it was collected for other purposes, and the person has not agreed to this one";
    NotSummed = "not-summed", "the clause does not say how small a group sums may show";
    Hidden = "hidden", "the role does not see this";
    NoRecipient = "no-recipient", "no clause lets this recipient have it for this purpose";
    DataNotCovered = "data-not-covered", "the recipient may not have all of this";
    NoUndertaking = "no-undertaking", "the recipient has no valid undertaking to protect it on record";
    NoAssurance = "no-assurance", "a report or certification of the recipient is missing or has lapsed";
    NotCompelled = "not-compelled", "this disclosure needs a legal duty";
    NoRoute = "no-route", "no route is agreed for this border";
    InstrumentLapsed = "instrument-lapsed", "the instrument of this route has expired or was revoked";
    NoRight = "no-right", "no clause grants this right";
    ByCase = "by-case", "somebody weighs this before it is done";
    NotDue = "not-due", "it is still needed";
    Held = "held", "a legal hold keeps it";
    Obliged = "obliged", "a law has it stay until its day";
    Erased = "erased", "the person was erased; what is left is only what has to stay";
    TooManyTries = "too-many-tries", "too many attempts failed; wait before trying again";
    NotAdministrator = "not-administrator", "only an administrator, or a role that keeps this register, may do this";
    NotTied = "not-tied", "what was taken of somebody unknown stays so";
    TooSoon = "too-soon", "people are to be told longer before this takes effect";
    AdministratorSeesNothing = "administrator-sees-nothing", "an administrator may not act on personal information";
    OtherClient = "other-client", "it is held apart, for others than those for whom the caller acts";
    NotInstructed = "not-instructed", "no instruction of the client that is in force covers this";
    ClientDecides = "client-decides", "it is held for a client, who answers for it; the request goes to them";
    NotApproved = "not-approved", "others must approve it first, and in time";
    OwnRequest = "own-request", "nobody approves or judges what is their own";
    Over = "over", "it has expired, was declined, or was done";
    NoEngagement = "no-engagement", "no engagement on record covers this now";
    NotShown = "not-shown", "the role may not look at this";
    NotResponsible = "not-responsible", "the policy names others to answer this";
    Unfit = "unfit", "what was given cannot be taken together";
    NotThisWay = "not-this-way", "people do not sign in in this way";
}

/// One ground of a refusal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Ground {
    /// What it rests on.
    pub cited: Cited,
    /// Why.
    pub why: Why,
}

impl Policy {
    /// How a ground's citation is written: `document#verb.name`, `document#verb` or `policy`.
    pub fn citation(&self, cited: Cited) -> String {
        match cited {
            Cited::Clause(id) => self
                .clause(id)
                .map_or_else(|| "policy".to_owned(), |c| c.full_name.to_string()),
            Cited::Verb(id, verb) => {
                let document = self.document(id).map_or("policy", |d| d.name.as_str());
                format!("{document}#{}", verb.word())
            }
            Cited::Policy => "policy".to_owned(),
        }
    }
}
