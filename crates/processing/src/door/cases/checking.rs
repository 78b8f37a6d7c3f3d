//! What no policy speaks of when a case is opened: that what is said fits the kind, and fits into a
//! case.
//! It looks nothing up.

use super::*;
use crate::command::{Opening, Stranger, Whose};
use crate::outgoing::OF_A_CASE;
use kept_cases::{Group, Written};
use kept_terms::FieldKind;

/// How long what somebody unknown writes may be, in bytes.
const TEXT_BYTES_MAX: usize = 20_000;
/// How long a name may be, in bytes.
const LINE_BYTES_MAX: usize = 1_000;
/// How long an address may be, in bytes.
const CONTACT_BYTES_MAX: usize = 254;
/// How many people a breach may be opened with.
const PEOPLE_MAX: usize = 100_000;
/// What may happen to information.
const BREACHES: [&str; 4] = ["lost", "disclosed", "altered", "unavailable"];

/// Checks what no policy speaks of: that what is said fits the kind, and fits into a case.
pub(super) fn check(asking: &Asking<'_>, opening: &Opening) -> Result<(), Failure> {
    let words = &asking.policy().words;
    if let Some(channel) = &opening.through {
        let _: ChannelId = declared(&words.channels, "through", channel)?;
    }
    if let Some(purpose) = &opening.purpose {
        let _: PurposeId = declared(&words.purposes, "purpose", purpose)?;
    }
    if needs_purpose(opening) && opening.purpose.is_none() && opening.carried_out.is_none() {
        let problem = "is missing: an objection is to a purpose";
        return Err(Failure::invalid("purpose", problem));
    }
    let fits = match (&opening.about, opening.kind) {
        (Whose::Person(_) | Whose::Unknown(_), kind) => {
            kind.group() != Group::Affair || kind == Kind::UnderAge
        }
        (Whose::Authority { .. }, kind) => kind == Kind::Enquiry,
        (Whose::Staff { .. }, kind) => kind == Kind::Violation,
        (Whose::Breach { .. }, kind) => kind == Kind::Breach,
    };
    if !fits {
        return Err(troubled(Trouble::OtherKind));
    }
    match &opening.about {
        Whose::Unknown(stranger) => {
            if opening.message.is_some() || opening.carried_out.is_some() {
                return Err(troubled(Trouble::NotIdentified));
            }
            said(stranger, opening.agent.as_ref())
        }
        Whose::Authority { authority, code } => {
            let _: AuthorityId = declared(&words.authorities, "authority", authority)?;
            crate::approvals::coded(code, "reference")
        }
        Whose::Breach {
            what,
            fields,
            people,
            ..
        } => {
            if !BREACHES.contains(&what.as_str()) {
                let problem = format!("is not one of {}", BREACHES.join(", "));
                return Err(Failure::invalid("what", problem));
            }
            if people.len() > PEOPLE_MAX {
                return Err(Failure::invalid("people", "are more than 100000"));
            }
            for field in fields {
                let _: FieldId = declared(&words.fields, "field", field)?;
            }
            Ok(())
        }
        Whose::Person(_) | Whose::Staff { .. } => Ok(()),
    }
}

/// Checks what somebody unknown says of themselves: an address that can be written to, and no more
/// than a case takes.
fn said(stranger: &Stranger, agent: Option<&kept_cases::Agent>) -> Result<(), Failure> {
    let contacts = stranger.contact.iter().chain(agent.map(|it| &it.contact));
    for contact in contacts {
        let checked = FieldKind::Email.normalise(contact, None, &[], CONTACT_BYTES_MAX);
        checked.map_err(|_| Failure::invalid("contact", "is not an e-mail address"))?;
    }
    for (place, line) in [("name", &stranger.name), ("whom", &stranger.whom)] {
        if line.as_ref().is_some_and(|it| it.len() > LINE_BYTES_MAX) {
            return Err(Failure::invalid(place, "is longer than 1000 bytes"));
        }
    }
    let text = stranger.text.as_ref();
    match text.is_some_and(|it| it.len() > TEXT_BYTES_MAX) {
        true => Err(Failure::invalid("text", "is longer than 20000 bytes")),
        false => Ok(()),
    }
}

/// Where the answer to somebody unknown is put. It goes to the address that they left; whoever is
/// known gets a message of its own, which stands with what is held of them and goes with it.
pub(super) fn answer<'c>(case: &'c mut Case, text: &str) -> Result<&'c mut Written, Failure> {
    if text.trim().is_empty() || text.len() > TEXT_BYTES_MAX {
        let problem = "is empty, or longer than 20000 bytes";
        return Err(Failure::invalid("answer", problem));
    }
    let reached = rules::to_be_told(case) == Some(OF_A_CASE);
    let written = case.written.as_mut().filter(|_| reached);
    written.ok_or_else(|| {
        let problem = "goes to whoever is told at an address that they left with the case, and \
            here nobody is: write to somebody who is known by a message with an item \
            (`POST /v1/messages`)";
        Failure::invalid("answer", problem)
    })
}

/// Whether it has to say which purpose it is about. Whoever is not known is asked what they mean.
fn needs_purpose(opening: &Opening) -> bool {
    match opening.kind {
        Kind::Objection => true,
        Kind::OptOut => !matches!(opening.about, Whose::Unknown(_)),
        Kind::Access
        | Kind::Rectification
        | Kind::Erasure
        | Kind::Restriction
        | Kind::Portability
        | Kind::Withdrawal
        | Kind::Question
        | Kind::Complaint
        | Kind::Enquiry
        | Kind::Compelled
        | Kind::Breach
        | Kind::Violation
        | Kind::UnderAge
        | Kind::Forwarded => false,
    }
}
