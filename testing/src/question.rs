//! One question to a policy in plain words: who asks for what about whom, and what is known.
//! It holds names only; which numbers they have is looked up when the question is put to a policy.

use jiff::civil::Date;
use kept_policy::*;
use kept_terms::{
    Act, ActorKind, Book, Day, Home, Index, ParentWay, Right, Set, SpecialCategory, Territory, Way,
};
use serde::{Deserialize, Serialize};

/// The name of a retention class that no policy knows.
pub const NO_CLASS: &str = "policy:none";

/// One question.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Question {
    /// The act.
    pub act: Act,
    /// Who asks.
    pub by: ActorKind,
    /// In which role.
    #[serde(default)]
    pub role: Option<String>,
    /// The purposes that their token is limited to.
    #[serde(default)]
    pub token_for: Option<Vec<String>>,
    /// The home within which they act.
    #[serde(default)]
    pub within: Option<Home>,
    /// What for.
    #[serde(default, rename = "for")]
    pub purpose: Option<String>,
    /// Which fields.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Through which channel.
    #[serde(default)]
    pub through: Option<String>,
    /// To which recipient.
    #[serde(default)]
    pub to: Option<String>,
    /// For which service.
    #[serde(default)]
    pub service: Option<String>,
    /// By which right.
    #[serde(default)]
    pub right: Option<Right>,
    /// Whether the person was told before.
    #[serde(default)]
    pub told: bool,
    /// The age that was said.
    #[serde(default)]
    pub age: Option<u8>,
    /// How a parent showed who they are who agrees along with it.
    #[serde(default)]
    pub parent: Option<ParentWay>,
    /// What was found in it that may not be taken.
    #[serde(default)]
    pub found: Vec<Found>,
    /// What a file among it is, if it cannot be read.
    #[serde(default)]
    pub unread: Option<UnreadFile>,
    /// Whether the law compels it.
    #[serde(default)]
    pub compelled: bool,
    /// The register that is changed, as a policy calls it.
    #[serde(default)]
    pub register: Option<String>,
    /// Whether sums are asked for, and no single value.
    #[serde(default)]
    pub sums: bool,
    /// How often it was tried in vain.
    #[serde(default)]
    pub failures: u32,
    /// The day on which what is published takes effect, where it matters to people.
    #[serde(default)]
    pub takes_effect: Option<Date>,
    /// How often whoever asks tried in vain.
    #[serde(default)]
    pub tries: u32,
    /// Whether an identifier among it is not theirs.
    #[serde(default)]
    pub unfit: bool,
    /// Who else agreed to it.
    #[serde(default)]
    pub approved: Agreement,
    /// Whether it is an emergency.
    #[serde(default)]
    pub emergency: bool,
    /// What of what is written down it concerns.
    #[serde(default)]
    pub book: Option<Book>,
    /// The stage that something open is at.
    #[serde(default)]
    pub stage: Option<u8>,
    /// How the person shows who they are.
    #[serde(default)]
    pub way: Option<Way>,
    /// Whom it is about.
    #[serde(default)]
    pub person: Person,
    /// What is held about them.
    #[serde(default)]
    pub holds: Vec<Held>,
    /// What is on record about the recipient.
    #[serde(default)]
    pub on_record: Option<Record>,
    /// The present day.
    #[serde(default)]
    pub today: Date,
}

/// Who else agreed to it.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[expect(missing_docs, reason = "as Approved")]
pub struct Agreement {
    pub by: u8,
    pub own: bool,
    pub over: bool,
}

/// A special category, and where it was found.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Found {
    /// Which.
    pub category: SpecialCategory,
    /// Where.
    #[serde(rename = "in")]
    pub place: Place,
}

/// A file that cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "as Unread")]
pub enum UnreadFile {
    Picture,
    Document,
}

/// Where something may be found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "as FoundIn")]
pub enum Place {
    Field,
    FreeText,
    Attachment,
}

/// What is known about a person.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[expect(missing_docs, reason = "as PersonFacts")]
pub struct Person {
    pub country: Option<Territory>,
    pub paused: bool,
    pub child: bool,
    pub reported: Option<Date>,
    pub remnant: bool,
    pub parent: Option<ParentWay>,
    pub objects_to: Vec<String>,
    pub agreed_to: Vec<Agreed>,
    pub agreed_recipients: Vec<String>,
    pub held_for: Option<Home>,
    pub instructions: Vec<Told>,
}

/// What a client has told us to do.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(missing_docs, reason = "as Instruction")]
pub struct Told {
    pub acts: Vec<Act>,
    #[serde(default, rename = "for")]
    pub purposes: Option<Vec<String>>,
    #[serde(default)]
    pub data: Option<Vec<String>>,
    pub from: Date,
    pub until: Date,
}

/// A consent that was not withdrawn.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(missing_docs, reason = "as Consent")]
pub struct Agreed {
    #[serde(rename = "for")]
    pub purpose: String,
    pub on: Date,
}

/// An item that is held.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Held {
    /// Its field.
    pub field: String,
    /// What it is held for.
    #[serde(rename = "for")]
    pub purposes: Vec<String>,
    /// The full name of the `keep` clause that it is held under.
    pub under: String,
    /// The day its period counts from; nothing where that has not come yet.
    #[serde(default)]
    pub since: Option<Date>,
    /// Whether a legal hold keeps it.
    #[serde(default)]
    pub legal_hold: bool,
}

/// What is on record about a recipient.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[expect(missing_docs, reason = "as RecipientFacts")]
pub struct Record {
    pub undertakings: Vec<Undertaking>,
    pub assurances: Vec<Proof>,
    pub revoked: Vec<String>,
    pub engagements: Vec<Engaged>,
}

/// An engagement on record.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "as Engagement")]
pub struct Engaged {
    pub fields: Vec<String>,
    #[serde(rename = "for")]
    pub purpose: String,
    pub from: Date,
    pub until: Date,
}

/// An undertaking on record.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "as RecipientFacts")]
pub struct Undertaking {
    pub kind: Kind,
    pub until: Date,
}

/// Kinds of undertaking, as a `disclose` clause writes them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "as Protection")]
pub enum Kind {
    ProcessingAgreement,
    GroupAgreement,
    ProfessionalSecrecy,
    SharingAgreement,
}

/// A report or certification on record.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "as RecipientFacts")]
pub struct Proof {
    pub name: String,
    pub until: Date,
}

/// What a policy answers.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Answer {
    /// Whether it is permitted.
    pub permitted: bool,
    /// Why not, as `clause: reason`, sorted.
    pub grounds: Vec<String>,
    /// How much of each item is shown.
    pub shows: Vec<View>,
    /// Which items may be compared.
    pub compares: Vec<bool>,
    /// Whether something must be struck out.
    pub redact: bool,
}

/// A question whose names were found in a policy.
pub struct Put {
    request: Request<'static>,
    found: Vec<(SpecialCategory, FoundIn)>,
    person: PersonFacts,
    /// The items, in the order of the question.
    pub items: Vec<ItemFacts>,
    recipient: Option<RecipientFacts>,
    today: Day,
}

impl Question {
    /// A question with nothing but an act and an actor.
    pub fn new(act: Act, by: ActorKind) -> Question {
        Question {
            act,
            by,
            role: None,
            token_for: None,
            within: None,
            purpose: None,
            fields: vec![],
            through: None,
            to: None,
            service: None,
            right: None,
            told: false,
            parent: None,
            age: None,
            found: vec![],
            unread: None,
            compelled: false,
            register: None,
            sums: false,
            failures: 0,
            takes_effect: None,
            tries: 0,
            unfit: false,
            approved: Agreement::default(),
            emergency: false,
            book: None,
            stage: None,
            way: None,
            person: Person::default(),
            holds: vec![],
            on_record: None,
            today: Date::default(),
        }
    }

    /// Looks the names up in a policy.
    ///
    /// # Errors
    /// The first name that the policy does not declare.
    pub fn put(&self, policy: &Policy) -> Result<Put, String> {
        let words = &policy.words;
        let actor = Actor {
            kind: self.by,
            role: maybe(&words.roles, &self.role)?,
            purposes: match &self.token_for {
                Some(names) => Some(set(&words.purposes, names)?),
                None => None,
            },
            home: self.within.as_ref().map(|home| policy.home(home)),
        };
        let request = Request {
            purpose: maybe(&words.purposes, &self.purpose)?,
            fields: set(&words.fields, &self.fields)?,
            channel: maybe(&words.channels, &self.through)?,
            recipient: maybe(&words.recipients, &self.to)?,
            service: maybe(&words.services, &self.service)?,
            right: self.right,
            notice_given: self.told,
            unread: self.unread.map(|file| match file {
                UnreadFile::Picture => Unread::Picture,
                UnreadFile::Document => Unread::Document,
            }),
            age: self.age,
            parent: self.parent,
            compelled: self.compelled,
            failures: self.failures,
            register: self.register.as_deref().and_then(RegisterKind::from_word),
            sums: self.sums,
            takes_effect: self.takes_effect.map(Day::from_date),
            tries: self.tries,
            unfit: self.unfit,
            approved: Approved {
                by: self.approved.by,
                own: self.approved.own,
                over: self.approved.over,
            },
            emergency: self.emergency,
            book: self.book,
            stage: self.stage,
            way: self.way,
            ..Request::new(self.act, actor)
        };
        let consent = |agreed: &Agreed| {
            let purpose = one(&words.purposes, &agreed.purpose)?;
            let given = Day::from_date(agreed.on);
            Ok::<_, String>(Consent { purpose, given })
        };
        let person = PersonFacts {
            country: self.person.country,
            restricted: self.person.paused,
            child: self.person.child,
            reported: self.person.reported.map(Day::from_date),
            remnant: self.person.remnant,
            parent: self.person.parent,
            objections: set(&words.purposes, &self.person.objects_to)?,
            consents: self
                .person
                .agreed_to
                .iter()
                .map(consent)
                .collect::<Result<_, _>>()?,
            agreed_recipients: set(&words.recipients, &self.person.agreed_recipients)?,
            home: self.person.held_for.as_ref().map(|home| policy.home(home)),
            instructions: self
                .person
                .instructions
                .iter()
                .map(|told| told.found(policy))
                .collect::<Result<_, _>>()?,
        };
        let items = (1..)
            .zip(&self.holds)
            .map(|(number, held)| item(policy, number, held));
        let place = |found: &Found| match found.place {
            Place::Field => (found.category, FoundIn::Field),
            Place::FreeText => (found.category, FoundIn::FreeText),
            Place::Attachment => (found.category, FoundIn::Attachment),
        };
        Ok(Put {
            request,
            found: self.found.iter().map(place).collect(),
            person,
            items: items.collect::<Result<_, _>>()?,
            recipient: match &self.on_record {
                Some(record) => Some(recipient(policy, record)?),
                None => None,
            },
            today: Day::from_date(self.today),
        })
    }
}

impl Told {
    fn found(&self, policy: &Policy) -> Result<Instruction, String> {
        let words = &policy.words;
        let purposes = self.purposes.as_ref();
        let fields = self.data.as_ref();
        Ok(Instruction {
            acts: self.acts.iter().copied().collect(),
            purposes: purposes
                .map(|names| set(&words.purposes, names))
                .transpose()?,
            fields: fields.map(|names| set(&words.fields, names)).transpose()?,
            from: Day::from_date(self.from),
            until: Day::from_date(self.until),
        })
    }
}

impl Put {
    /// The policy's own decision.
    pub fn decide(&self, policy: &Policy) -> Decision {
        let request = Request {
            found: &self.found,
            ..self.request
        };
        let facts = Facts {
            person: &self.person,
            items: &self.items,
            recipient: self.recipient.as_ref(),
        };
        decide(policy, &request, &facts, self.today)
    }

    /// The decision in plain words.
    pub fn answer(&self, policy: &Policy) -> Answer {
        match self.decide(policy) {
            Decision::Permitted(permit) => Answer {
                permitted: true,
                grounds: vec![],
                shows: self.items.iter().map(|item| permit.view(item)).collect(),
                compares: self
                    .items
                    .iter()
                    .map(|item| permit.compares(item))
                    .collect(),
                redact: permit.redact(),
            },
            Decision::Refused(refusal) => Answer {
                permitted: false,
                grounds: grounds(policy, &refusal),
                shows: vec![View::Withheld; self.items.len()],
                compares: vec![false; self.items.len()],
                redact: false,
            },
        }
    }
}

/// The grounds of a refusal as `clause: reason`, sorted.
pub fn grounds(policy: &Policy, refusal: &Refusal) -> Vec<String> {
    let line =
        |ground: &Ground| format!("{}: {}", policy.citation(ground.cited), ground.why.code());
    let mut lines: Vec<String> = refusal.grounds.iter().map(line).collect();
    lines.sort_unstable();
    lines
}

fn item(policy: &Policy, number: u32, held: &Held) -> Result<ItemFacts, String> {
    let words = &policy.words;
    let class = match held.under.as_str() {
        NO_CLASS => ClassId(u16::MAX),
        name => one(&words.classes, name)?,
    };
    let mut item = policy.item(
        number,
        one(&words.fields, &held.field)?,
        set(&words.purposes, &held.purposes)?,
        class,
        held.since.map_or(Day::NEVER, Day::from_date),
    );
    item.held = held.legal_hold;
    Ok(item)
}

fn recipient(policy: &Policy, record: &Record) -> Result<RecipientFacts, String> {
    let undertaking = |made: &Undertaking| {
        let kind = match made.kind {
            Kind::ProcessingAgreement => Protection::ProcessingAgreement,
            Kind::GroupAgreement => Protection::GroupAgreement,
            Kind::ProfessionalSecrecy => Protection::ProfessionalSecrecy,
            Kind::SharingAgreement => Protection::SharingAgreement,
        };
        (kind, Day::from_date(made.until))
    };
    let proof = |proof: &Proof| {
        let assurance = one(&policy.words.assurances, &proof.name)?;
        Ok::<_, String>((assurance, Day::from_date(proof.until)))
    };
    let engagement = |made: &Engaged| {
        Ok::<_, String>(Engagement {
            fields: set(&policy.words.fields, &made.fields)?,
            purpose: one(&policy.words.purposes, &made.purpose)?,
            from: Day::from_date(made.from),
            until: Day::from_date(made.until),
        })
    };
    let engagements = record.engagements.iter().map(engagement);
    Ok(RecipientFacts {
        engagements: engagements.collect::<Result<_, _>>()?,
        undertakings: record.undertakings.iter().map(undertaking).collect(),
        assurances: record
            .assurances
            .iter()
            .map(proof)
            .collect::<Result<_, _>>()?,
        revoked: set(&policy.words.instruments, &record.revoked)?,
    })
}

fn one<I: Index, T: Named>(words: &Vocabulary<I, T>, name: &str) -> Result<I, String> {
    words
        .id(name)
        .ok_or_else(|| format!("`{name}` is not declared"))
}

fn maybe<I: Index, T: Named>(
    words: &Vocabulary<I, T>,
    name: &Option<String>,
) -> Result<Option<I>, String> {
    match name {
        Some(name) => one(words, name).map(Some),
        None => Ok(None),
    }
}

fn set<I: Index, T: Named>(words: &Vocabulary<I, T>, names: &[String]) -> Result<Set<I>, String> {
    names.iter().map(|name| one(words, name)).collect()
}
