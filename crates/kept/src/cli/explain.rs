//! `kept explain`: would the policy permit this, and why? It asks about facts that are made up on
//! the command line, and touches nothing that is stored.

mod questions;

use super::{Ending, Failed, Outcome, Place, Terminal};
use crate::ambient::MachineClock;
use jiff::civil::Date;
use kept_policy::*;
use kept_terms::{Act, ActorKind, Clock, Day, Index, Right, Set, Territory};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Say whether the policy would permit an act, and which clauses decide it.
///
/// The person and what is held about them are made up from the options: something is held in each
/// of the fields, for every purpose it is collected for, since today. What would be past its day is
/// said not to be shown. Nothing stored is touched.
///
/// With --questions, each line of a file is a question as `POST /v1/explain` of the API takes it,
/// with facts as particular as one likes, and is answered by a line of JSON.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept explain use --role marketing --purpose answer-you --fields name,email --country US
  kept explain use --role marketing --purpose marketing --fields email --objects marketing
  kept explain disclose --role support --recipient crm-cloud --purpose answer-you --fields name
  kept explain collect --role support --channel website-form --fields name --age 11
  kept explain --questions questions.ndjson")]
pub(super) struct Arguments {
    /// The act: collect, use, contact, find, verify, rectify, restrict, consent, withdraw, object,
    /// disclose, transfer, export, erase, destroy, …
    #[arg(value_parser = act, required_unless_present = "questions")]
    act: Option<Act>,

    /// Answer the questions of a file, or of standard input, one JSON object a line.
    #[arg(long, value_name = "FILE|-", conflicts_with = "act")]
    questions: Option<PathBuf>,

    /// The role in which somebody of the staff acts [default: the person themselves acts].
    #[arg(long)]
    role: Option<String>,

    /// What for.
    #[arg(long)]
    purpose: Option<String>,

    /// Which fields.
    #[arg(long, value_delimiter = ',', value_name = "FIELD,…")]
    fields: Vec<String>,

    /// Through which channel it comes in.
    #[arg(long)]
    channel: Option<String>,

    /// To whom it goes.
    #[arg(long)]
    recipient: Option<String>,

    /// By which right, for `export` and `rectify`.
    #[arg(long, value_parser = right)]
    right: Option<Right>,

    /// Where the person lives: a country such as US, or a part of one such as US-CA.
    #[arg(long)]
    country: Option<Territory>,

    /// The person's age in years.
    #[arg(long)]
    age: Option<u8>,

    /// The purposes the person objects to.
    #[arg(long, value_delimiter = ',', value_name = "PURPOSE,…")]
    objects: Vec<String>,

    /// The purposes the person agreed to today.
    #[arg(long, value_delimiter = ',', value_name = "PURPOSE,…")]
    consents: Vec<String>,

    /// The recipients the person agreed to.
    #[arg(long, value_delimiter = ',', value_name = "RECIPIENT,…")]
    agrees_to: Vec<String>,

    /// Processing is paused for the person.
    #[arg(long)]
    restricted: bool,

    /// The person was reported to be under age.
    #[arg(long)]
    child: bool,

    /// The person was told beforehand.
    #[arg(long)]
    notice: bool,

    /// The law compels the disclosure.
    #[arg(long)]
    compelled: bool,

    /// What is held was collected for these purposes only.
    #[arg(long, value_delimiter = ',', value_name = "PURPOSE,…")]
    collected_for: Option<Vec<String>>,

    /// What is held was collected on this day [default: the day asked about].
    #[arg(long, value_name = "DATE")]
    collected_on: Option<Date>,

    /// So many others approved it.
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    approvals: u8,

    /// The recipient's undertaking, reports and engagement are all on record.
    #[arg(long)]
    recipient_bound: bool,

    /// The day asked about [default: today].
    #[arg(long, value_name = "DATE")]
    on: Option<Date>,
}

fn act(word: &str) -> Result<Act, String> {
    let known = || {
        Act::ALL
            .iter()
            .map(|act| act.word())
            .collect::<Vec<_>>()
            .join(", ")
    };
    Act::from_word(word).ok_or_else(|| format!("the acts are {}", known()))
}

fn right(word: &str) -> Result<Right, String> {
    let known = || {
        Right::ALL
            .iter()
            .map(|right| right.word())
            .collect::<Vec<_>>()
            .join(", ")
    };
    Right::from_word(word).ok_or_else(|| format!("the rights are {}", known()))
}

/// Finds a word of the policy by its name.
fn word<I: Index, T: Named>(words: &Vocabulary<I, T>, kind: &str, name: &str) -> Result<I, Failed> {
    words.id(name).ok_or_else(|| {
        let known: Vec<&str> = words.iter().map(|(_, word)| word.name()).collect();
        Failed::new(format!("the policy declares no {kind} `{name}`"))
            .help(format!("it declares {}", known.join(", ")))
    })
}

fn several<I: Index, T: Named>(
    words: &Vocabulary<I, T>,
    kind: &str,
    names: &[String],
) -> Result<Set<I>, Failed> {
    names.iter().map(|name| word(words, kind, name)).collect()
}

fn maybe<I: Index, T: Named>(
    words: &Vocabulary<I, T>,
    kind: &str,
    name: Option<&String>,
) -> Result<Option<I>, Failed> {
    name.map(|name| word(words, kind, name)).transpose()
}

pub(super) fn run(terminal: &Terminal, place: &Place, arguments: &Arguments) -> Outcome {
    let policy = place.compile()?.policy;
    let today = arguments
        .on
        .map_or_else(|| Day::of(MachineClock.now()), Day::from_date);
    let Some(act) = arguments.act else {
        let file = arguments.questions.as_deref().unwrap_or(Path::new("-"));
        return questions::answer(terminal, &policy, file, today);
    };
    let request = request(&policy, act, arguments)?;
    let person = person(&policy, arguments, today)?;
    let items = items(&policy, arguments, &request, &person, today)?;
    let bound = recipient(&policy, arguments.recipient_bound, engaged(&request, today));
    let facts = Facts {
        person: &person,
        items: &items,
        recipient: Some(&bound),
    };
    let explanation = kept_policy::explain(&policy, &request, &facts, today);
    terminal.give(in_words(&explanation), || in_json(&explanation));
    match explanation.permitted {
        true => Ok(Ending::Done),
        false => Ok(Ending::Refused),
    }
}

/// An explanation for programs, as the API words it.
fn in_json(explanation: &Explanation) -> Value {
    let reasons = explanation.reasons.iter().map(|reason| {
        json!({
            "clause": reason.citation,
            "code": reason.code,
            "sentence": reason.sentence,
            "prose": reason.prose,
            "remedy": reason.remedy,
        })
    });
    let relied_on = explanation.relied_on.iter();
    let relied_on = relied_on.map(|one| json!({ "clause": one.citation, "prose": one.prose }));
    json!({
        "permitted": explanation.permitted,
        "answer": explanation.answer,
        "reasons": reasons.collect::<Vec<_>>(),
        "relied-on": relied_on.collect::<Vec<_>>(),
    })
}

fn in_words(explanation: &Explanation) -> String {
    let mut lines = vec![explanation.answer.clone()];
    let quote = |prose: &Option<String>, lines: &mut Vec<String>| {
        lines.extend(prose.iter().map(|prose| format!("    “{prose}”")));
    };
    for relied in &explanation.relied_on {
        lines.push(format!("  {}", relied.citation));
        quote(&relied.prose, &mut lines);
    }
    for reason in &explanation.reasons {
        lines.push(format!("  {}: {}", reason.citation, reason.sentence));
        quote(&reason.prose, &mut lines);
        lines.push(format!("    to permit it: {}", reason.remedy));
    }
    lines.join("\n")
}

fn request(policy: &Policy, act: Act, arguments: &Arguments) -> Result<Request<'static>, Failed> {
    let words = &policy.words;
    let actor = Actor {
        kind: if arguments.role.is_some() {
            ActorKind::Staff
        } else {
            ActorKind::Person
        },
        role: maybe(&words.roles, "role", arguments.role.as_ref())?,
        purposes: None,
        home: None,
    };
    Ok(Request {
        purpose: maybe(&words.purposes, "purpose", arguments.purpose.as_ref())?,
        fields: several(&words.fields, "field", &arguments.fields)?,
        channel: maybe(&words.channels, "channel", arguments.channel.as_ref())?,
        recipient: maybe(&words.recipients, "recipient", arguments.recipient.as_ref())?,
        right: arguments.right,
        notice_given: arguments.notice,
        age: arguments.age,
        compelled: arguments.compelled,
        approved: Approved {
            by: arguments.approvals,
            ..Approved::default()
        },
        ..Request::new(act, actor)
    })
}

fn person(policy: &Policy, arguments: &Arguments, today: Day) -> Result<PersonFacts, Failed> {
    let words = &policy.words;
    let consents = several(&words.purposes, "purpose", &arguments.consents)?;
    Ok(PersonFacts {
        country: arguments.country,
        restricted: arguments.restricted,
        child: arguments.child,
        objections: several(&words.purposes, "purpose", &arguments.objects)?,
        consents: consents
            .iter()
            .map(|purpose| Consent {
                purpose,
                given: today,
            })
            .collect(),
        agreed_recipients: several(&words.recipients, "recipient", &arguments.agrees_to)?,
        ..PersonFacts::default()
    })
}

/// One item for each field and each retention class that its purposes fall under.
fn items(
    policy: &Policy,
    arguments: &Arguments,
    request: &Request<'_>,
    person: &PersonFacts,
    today: Day,
) -> Result<Vec<ItemFacts>, Failed> {
    let words = &policy.words;
    let Some(document) = policy.document_of(person) else {
        return Ok(Vec::new());
    };
    let anchor = arguments.collected_on.map_or(today, Day::from_date);
    let mut items = Vec::new();
    for field in request.fields.iter() {
        let purposes = match &arguments.collected_for {
            Some(names) => several(&words.purposes, "purpose", names)?,
            None => words
                .channels
                .iter()
                .map(|(channel, _)| document.rules.collected_for(field, channel))
                .fold(Set::EMPTY, Set::union),
        };
        for placement in document.rules.placements(field, purposes) {
            let number = u32::try_from(items.len()).unwrap_or(u32::MAX);
            items.push(policy.item(number, field, placement.purposes, placement.class, anchor));
        }
    }
    Ok(items)
}

/// An engagement that covers what is asked for.
fn engaged(request: &Request<'_>, today: Day) -> Option<Engagement> {
    request.purpose.map(|purpose| Engagement {
        fields: request.fields,
        purpose,
        from: today,
        until: today,
    })
}

fn recipient(policy: &Policy, bound: bool, engaged: Option<Engagement>) -> RecipientFacts {
    if !bound {
        return RecipientFacts::default();
    }
    let kinds = [
        Protection::ProcessingAgreement,
        Protection::GroupAgreement,
        Protection::SharingAgreement,
        Protection::ProfessionalSecrecy,
    ];
    RecipientFacts {
        undertakings: kinds.into_iter().map(|kind| (kind, Day::NEVER)).collect(),
        assurances: policy
            .words
            .assurances
            .iter()
            .map(|(id, _)| (id, Day::NEVER))
            .collect(),
        revoked: Set::EMPTY,
        engagements: engaged.into_iter().collect(),
    }
}
