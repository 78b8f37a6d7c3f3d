//! A question to the policy in plain words: who asks for what about whom, and what is known.
//! It holds names alone; they are looked up when the question is put.

use crate::api::Problem;
use jiff::civil::Date;
use kept_policy::*;
use kept_terms::{
    Act, ActorKind, Book, Day, Home, Index, ParentWay, Right, Set, SpecialCategory, Territory, Way,
};
use serde::Deserialize;
use utoipa::ToSchema;

/// A question to the policy, with facts that are made up.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Question {
    /// The act, such as `use` or `disclose`.
    #[schema(value_type = String)]
    act: Act,
    /// Who asks: `staff`, `machine`, `person`, `system` or `administrator`.
    #[schema(value_type = String)]
    by: ActorKind,
    /// In which role.
    #[serde(default)]
    role: Option<String>,
    /// The purposes that their token is limited to.
    #[serde(default)]
    token_for: Option<Vec<String>>,
    /// The home within which they act: a client in a hosted system.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    within: Option<Home>,
    /// What for.
    #[serde(default, rename = "for")]
    purpose: Option<String>,
    /// Which fields.
    #[serde(default)]
    fields: Vec<String>,
    /// Through which channel.
    #[serde(default)]
    through: Option<String>,
    /// To which recipient.
    #[serde(default)]
    to: Option<String>,
    /// For which service.
    #[serde(default)]
    service: Option<String>,
    /// By which right.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    right: Option<Right>,
    /// Whether the person was told before.
    #[serde(default)]
    told: bool,
    /// The age that was said, in years.
    #[serde(default)]
    age: Option<u8>,
    /// How a parent showed who they are who agrees along with it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    parent: Option<ParentWay>,
    /// What was found in it that may not be taken.
    #[serde(default)]
    found: Vec<ItemFound>,
    /// What a file among it is, if nothing could be looked for in it.
    #[serde(default)]
    unread: Option<UnreadFile>,
    /// Whether the law compels it.
    #[serde(default)]
    compelled: bool,
    /// The register that is changed, such as `courses`.
    #[serde(default)]
    register: Option<String>,
    /// Whether sums are asked for, and no single value.
    #[serde(default)]
    sums: bool,
    /// How often it was tried in vain.
    #[serde(default)]
    failures: u32,
    /// For `publish`: the day on which what matters to people takes effect.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "date")]
    takes_effect: Option<Date>,
    /// How often whoever asks tried in vain, whomever it was about.
    #[serde(default)]
    tries: u32,
    /// Whether an identifier among it is somebody else's.
    #[serde(default)]
    unfit: bool,
    /// Who else agreed to it.
    #[serde(default)]
    approved: AgreedBy,
    /// Whether it is access in an emergency.
    #[serde(default)]
    emergency: bool,
    /// What of what is written down it concerns.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    book: Option<Book>,
    /// For `answer`: the stage that something open is at.
    #[serde(default)]
    stage: Option<u8>,
    /// For `sign-in`: how the person shows who they are.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    way: Option<Way>,
    /// Whom it is about.
    #[serde(default)]
    person: About,
    /// What is held about them.
    #[serde(default)]
    holds: Vec<Held>,
    /// What is on record about the recipient.
    #[serde(default)]
    on_record: Option<OnRecord>,
    /// The day it is decided on; left out, the present day.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "date")]
    today: Option<Date>,
}

/// Who else agreed to it.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct AgreedBy {
    /// How many others.
    #[serde(default)]
    by: u8,
    /// Whether whoever acts asked for it.
    #[serde(default)]
    own: bool,
    /// Whether its time is over.
    #[serde(default)]
    over: bool,
}

/// What a recipient was engaged to see.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Engaged {
    /// Which fields.
    fields: Vec<String>,
    /// For which purpose.
    #[serde(rename = "for")]
    purpose: String,
    /// The first day.
    #[schema(value_type = String, format = "date")]
    from: Date,
    /// The last day.
    #[schema(value_type = String, format = "date")]
    until: Date,
}

/// A special category, and where it was found.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct ItemFound {
    /// Which.
    #[schema(value_type = String)]
    category: SpecialCategory,
    /// Where.
    #[serde(rename = "in")]
    place: Place,
}

/// A file in which nothing could be looked for.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum UnreadFile {
    /// A picture, a sound or a film.
    Picture,
    /// A document that is encrypted, damaged, too large or scanned, or of an unknown kind.
    Document,
}

/// Where something may be found.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Place {
    /// In a line of a field.
    Field,
    /// In free text.
    FreeText,
    /// In a file.
    Attachment,
}

/// What is known about a person.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct About {
    /// Where they live: a country, such as `US`, or a part of one, such as `US-CA`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    country: Option<Territory>,
    /// Whether processing is paused.
    #[serde(default)]
    paused: bool,
    /// Whether they are reported to be under age.
    #[serde(default)]
    child: bool,
    /// The day on which they were.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "date")]
    reported: Option<Date>,
    /// Whether they were erased but for what a legal hold keeps.
    #[serde(default)]
    remnant: bool,
    /// How a parent showed who they are who agreed for them.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    parent: Option<ParentWay>,
    /// Purposes they object to.
    #[serde(default)]
    objects_to: Vec<String>,
    /// Purposes they agreed to.
    #[serde(default)]
    agreed_to: Vec<Agreed>,
    /// Recipients they agreed to.
    #[serde(default)]
    agreed_recipients: Vec<String>,
    /// For whom they are held in which system, where that is a client.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    held_for: Option<Home>,
    /// What that client has told us to do.
    #[serde(default)]
    instructions: Vec<ClientTold>,
}

/// What a client has told us to do.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct ClientTold {
    /// Which acts.
    #[schema(value_type = Vec<String>)]
    acts: Vec<Act>,
    /// For which purposes; left out, any.
    #[serde(default, rename = "for")]
    purposes: Option<Vec<String>>,
    /// With which fields; left out, any.
    #[serde(default)]
    data: Option<Vec<String>>,
    /// The first day.
    #[schema(value_type = String, format = "date")]
    from: Date,
    /// The last day.
    #[schema(value_type = String, format = "date")]
    until: Date,
}

impl ClientTold {
    fn facts(&self, policy: &Policy) -> Result<Instruction, Problem> {
        let words = &policy.words;
        let (purposes, fields) = (self.purposes.as_ref(), self.data.as_ref());
        let purposes = purposes.map(|names| set(&words.purposes, "person.instructions.for", names));
        let fields = fields.map(|names| set(&words.fields, "person.instructions.data", names));
        Ok(Instruction {
            acts: self.acts.iter().copied().collect(),
            purposes: purposes.transpose()?,
            fields: fields.transpose()?,
            from: Day::from_date(self.from),
            until: Day::from_date(self.until),
        })
    }
}

/// A consent that was not withdrawn.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Agreed {
    /// To what purpose.
    #[serde(rename = "for")]
    purpose: String,
    /// On which day.
    #[schema(value_type = String, format = "date")]
    on: Date,
}

/// An item that is held.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Held {
    /// Its field.
    pub field: String,
    /// What it is held for.
    #[serde(rename = "for")]
    purposes: Vec<String>,
    /// The full name of the `keep` clause that it is held under.
    under: String,
    /// The day its period counts from; left out, that day has not come yet.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "date")]
    since: Option<Date>,
    /// Whether a legal hold keeps it.
    #[serde(default)]
    legal_hold: bool,
}

/// What is on record about a recipient.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct OnRecord {
    /// Undertakings.
    #[serde(default)]
    undertakings: Vec<Undertaking>,
    /// Reports and certifications.
    #[serde(default)]
    assurances: Vec<Assurance>,
    /// Instruments that were revoked.
    #[serde(default)]
    revoked: Vec<String>,
    /// What it was engaged to see.
    #[serde(default)]
    engagements: Vec<Engaged>,
}

/// An undertaking on record.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Undertaking {
    /// Of which kind.
    kind: UndertakingKind,
    /// The last day on which it holds.
    #[schema(value_type = String, format = "date")]
    until: Date,
}

/// Kinds of undertaking.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum UndertakingKind {
    /// A processing agreement.
    ProcessingAgreement,
    /// An agreement between group companies.
    GroupAgreement,
    /// An agreement between two controllers.
    SharingAgreement,
    /// A duty of secrecy of their profession.
    ProfessionalSecrecy,
}

/// A report or certification on record.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Assurance {
    /// Which.
    name: String,
    /// The last day on which it holds.
    #[schema(value_type = String, format = "date")]
    until: Date,
}

/// A question whose names were found.
pub(crate) struct Put<'q> {
    question: &'q Question,
    request: Request<'static>,
    found: Vec<(SpecialCategory, FoundIn)>,
    person: PersonFacts,
    items: Vec<ItemFacts>,
    recipient: Option<RecipientFacts>,
    today: Day,
}

impl Question {
    /// Looks the names up; the first that is not declared is a problem.
    pub fn put(&self, policy: &Policy, today: Day) -> Result<Put<'_>, Problem> {
        let words = &policy.words;
        let limit = self.token_for.as_ref();
        let actor = Actor {
            kind: self.by,
            role: maybe(&words.roles, "role", self.role.as_deref())?,
            purposes: limit
                .map(|names| set(&words.purposes, "token-for", names))
                .transpose()?,
            home: self.within.as_ref().map(|home| policy.home(home)),
        };
        let request = Request {
            purpose: maybe(&words.purposes, "for", self.purpose.as_deref())?,
            fields: set(&words.fields, "fields", &self.fields)?,
            channel: maybe(&words.channels, "through", self.through.as_deref())?,
            recipient: maybe(&words.recipients, "to", self.to.as_deref())?,
            service: maybe(&words.services, "service", self.service.as_deref())?,
            right: self.right,
            notice_given: self.told,
            age: self.age,
            parent: self.parent,
            unread: self.unread.map(|file| match file {
                UnreadFile::Picture => Unread::Picture,
                UnreadFile::Document => Unread::Document,
            }),
            compelled: self.compelled,
            failures: self.failures,
            takes_effect: self.takes_effect.map(Day::from_date),
            register: self.register.as_deref().and_then(RegisterKind::from_word),
            sums: self.sums,
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
        let place = |found: &ItemFound| match found.place {
            Place::Field => (found.category, FoundIn::Field),
            Place::FreeText => (found.category, FoundIn::FreeText),
            Place::Attachment => (found.category, FoundIn::Attachment),
        };
        let items = (1..)
            .zip(&self.holds)
            .map(|(number, held)| held.facts(policy, number));
        let on_record = self.on_record.as_ref();
        Ok(Put {
            question: self,
            request,
            found: self.found.iter().map(place).collect(),
            person: self.person.facts(policy)?,
            items: items.collect::<Result<_, _>>()?,
            recipient: on_record.map(|record| record.facts(policy)).transpose()?,
            today: self.today.map_or(today, Day::from_date),
        })
    }
}

impl Put<'_> {
    /// The policy's decision.
    pub fn decide(&self, policy: &Policy) -> Decision {
        self.asked(|request, facts| decide(policy, request, facts, self.today))
    }

    /// The decision in sentences.
    pub fn explain(&self, policy: &Policy) -> Explanation {
        self.asked(|request, facts| explain(policy, request, facts, self.today))
    }

    /// What is held, with its facts.
    pub fn holds(&self) -> impl Iterator<Item = (&Held, &ItemFacts)> {
        self.question.holds.iter().zip(&self.items)
    }

    fn asked<T>(&self, ask: impl FnOnce(&Request<'_>, &Facts<'_>) -> T) -> T {
        let request = Request {
            found: &self.found,
            ..self.request
        };
        let recipient = self.recipient.as_ref();
        ask(
            &request,
            &Facts {
                person: &self.person,
                items: &self.items,
                recipient,
            },
        )
    }
}

impl About {
    fn facts(&self, policy: &Policy) -> Result<PersonFacts, Problem> {
        let words = &policy.words;
        let consent = |agreed: &Agreed| {
            let purpose = one(&words.purposes, "person.agreed-to", &agreed.purpose)?;
            Ok(Consent {
                purpose,
                given: Day::from_date(agreed.on),
            })
        };
        let recipients = "person.agreed-recipients";
        Ok(PersonFacts {
            country: self.country,
            restricted: self.paused,
            child: self.child,
            reported: self.reported.map(Day::from_date),
            remnant: self.remnant,
            parent: self.parent,
            objections: set(&words.purposes, "person.objects-to", &self.objects_to)?,
            consents: self
                .agreed_to
                .iter()
                .map(consent)
                .collect::<Result<_, Problem>>()?,
            agreed_recipients: set(&words.recipients, recipients, &self.agreed_recipients)?,
            home: self.held_for.as_ref().map(|home| policy.home(home)),
            instructions: self
                .instructions
                .iter()
                .map(|told| told.facts(policy))
                .collect::<Result<_, Problem>>()?,
        })
    }
}

impl Held {
    fn facts(&self, policy: &Policy, number: u32) -> Result<ItemFacts, Problem> {
        let words = &policy.words;
        let mut item = policy.item(
            number,
            one(&words.fields, "holds", &self.field)?,
            set(&words.purposes, "holds", &self.purposes)?,
            one(&words.classes, "holds", &self.under)?,
            self.since.map_or(Day::NEVER, Day::from_date),
        );
        item.held = self.legal_hold;
        Ok(item)
    }
}

impl OnRecord {
    fn facts(&self, policy: &Policy) -> Result<RecipientFacts, Problem> {
        let undertaking = |made: &Undertaking| {
            let kind = match made.kind {
                UndertakingKind::ProcessingAgreement => Protection::ProcessingAgreement,
                UndertakingKind::GroupAgreement => Protection::GroupAgreement,
                UndertakingKind::SharingAgreement => Protection::SharingAgreement,
                UndertakingKind::ProfessionalSecrecy => Protection::ProfessionalSecrecy,
            };
            (kind, Day::from_date(made.until))
        };
        let assurance = |proof: &Assurance| {
            let id = one(
                &policy.words.assurances,
                "on-record.assurances",
                &proof.name,
            )?;
            Ok((id, Day::from_date(proof.until)))
        };
        let engagement = |engaged: &Engaged| {
            let words = &policy.words;
            Ok(Engagement {
                fields: set(&words.fields, "on-record.engagements", &engaged.fields)?,
                purpose: one(&words.purposes, "on-record.engagements", &engaged.purpose)?,
                from: Day::from_date(engaged.from),
                until: Day::from_date(engaged.until),
            })
        };
        let engagements = self.engagements.iter().map(engagement);
        Ok(RecipientFacts {
            engagements: engagements.collect::<Result<_, Problem>>()?,
            undertakings: self.undertakings.iter().map(undertaking).collect(),
            assurances: self
                .assurances
                .iter()
                .map(assurance)
                .collect::<Result<_, Problem>>()?,
            revoked: set(
                &policy.words.instruments,
                "on-record.revoked",
                &self.revoked,
            )?,
        })
    }
}

fn one<I: Index, T: Named>(
    words: &Vocabulary<I, T>,
    place: &str,
    name: &str,
) -> Result<I, Problem> {
    let problem = || Problem::invalid(place, "names something that the policy does not declare");
    words.id(name).ok_or_else(problem)
}

fn maybe<I: Index, T: Named>(
    words: &Vocabulary<I, T>,
    place: &str,
    name: Option<&str>,
) -> Result<Option<I>, Problem> {
    name.map(|name| one(words, place, name)).transpose()
}

fn set<I: Index, T: Named>(
    words: &Vocabulary<I, T>,
    place: &str,
    names: &[String],
) -> Result<Set<I>, Problem> {
    names.iter().map(|name| one(words, place, name)).collect()
}
