//! A case as a line that somebody reads at a terminal.
//! It names people by their number alone, and says nothing of what was asked.

use kept_processing::case::{About, Case, State};
use kept_terms::Day;

/// What it is, how it stands, and how long there is.
pub(super) fn in_words(case: &Case, today: Day) -> String {
    let about = match &case.about {
        About::Person {
            person: Some(person),
            ..
        } => format!("of {person}"),
        About::Person { person: None, .. } => "of somebody unknown".to_owned(),
        About::Authority { authority, code } => format!("of {authority}, {code}"),
        About::Disclosure { approval, .. } => format!("for {approval}"),
        About::Staff { actor, reasons, .. } => format!("by {actor}: {}", reasons.join(", ")),
        About::Breach(breach) => format!("{}, {} people", breach.what, breach.people.len()),
        About::Client { home, request } => format!("{home}, {request}"),
    };
    let state = match &case.state {
        State::Ended(ending) => ending.outcome.clone(),
        State::IdentityWanted { .. } => "waits until it is shown who asks".to_owned(),
        State::Waiting { why, .. } => format!("waits for the person: {why}"),
        State::Open => format!("with {}", case.owner),
    };
    let left = match (case.days_left(today), case.is_ended()) {
        (Some(left), false) if left < 0 => format!(", {} days late", -left),
        (Some(left), false) => format!(", {left} days left"),
        (_, _) => String::new(),
    };
    format!(
        "{}  {}  {about}; {state}{left}",
        case.reference,
        case.kind.word()
    )
}
