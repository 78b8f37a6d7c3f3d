//! What the policy and the law say of a case: its time, its team, its outcomes, and which act is
//! its own. It reads clauses; it decides nothing.

use super::*;
use crate::command::{ConsentTo, Opening, Whose};
use crate::outgoing::OF_A_CASE;
use kept_cases::{Clock, Date, Rules, Stage};
use kept_policy::{Answer, Body, Identity};
use kept_terms::{Book, Name, Period, Right, Territory};

/// How long a disclosure that is compelled may take to be approved, in days.
const COMPELLED_DAYS: u32 = 7;

/// How the ledger names a case.
pub(super) fn reference(case: &Case) -> String {
    format!("case:{}", case.reference.in_small())
}

/// The facts of somebody who is not known, in a place or in any.
pub(super) fn stranger(policy: &Policy, country: Option<Territory>) -> PersonFacts {
    let known = country.filter(|country| policy.by_territory.contains_key(country));
    match known {
        Some(country) => PersonFacts {
            country: Some(country),
            ..PersonFacts::default()
        },
        None => nobody(policy),
    }
}

/// The place of a document that is for one alone.
pub(super) fn own_country(document: &Document) -> Option<Territory> {
    let mut places = document.territories.outermost();
    let first = places.next()?;
    places.next().is_none().then_some(first)
}

/// Checks that a text is a short code.
pub(super) fn coded(text: &str, place: &str) -> Result<(), Failure> {
    match Name::new(text) {
        Ok(_) => Ok(()),
        Err(problem) => Err(Failure::invalid(place, problem.to_string())),
    }
}

/// The purpose for which people are written to about what they asked.
pub(super) fn purpose(policy: &Policy, document: &str) -> Option<String> {
    let document = policy.document_named(document)?;
    let mut clauses = document.clauses.iter();
    let purpose = clauses.find_map(|clause| match &clause.body {
        Body::Notify(notify) => notify.purpose,
        _ => None,
    })?;
    Some(policy.words.purposes.name(purpose).to_owned())
}

/// Who is told how a case goes: whoever asked, where it is known where to answer them. Whoever asks
/// for somebody else is answered themselves.
pub(super) fn to_be_told(case: &Case) -> Option<PersonId> {
    let About::Person { person, agent, .. } = &case.about else {
        return None;
    };
    let written = case.written.as_ref();
    let has_address = agent.is_some() || written.is_some_and(|it| it.contact.is_some());
    let told = match (person, agent) {
        // Whoever was erased is reached by what they left with the case alone.
        (Some(_), None) if did_erase(case) => has_address.then_some(OF_A_CASE),
        (Some(person), None) => Some(*person),
        (_, _) => has_address.then_some(OF_A_CASE),
    };
    told.filter(|_| case.kind != Kind::UnderAge)
}

fn did_erase(case: &Case) -> bool {
    let did = |ending: &kept_cases::Ending| ending.did.iter().any(|act| act == "erase");
    case.ending().is_some_and(did)
}

/// Whether whoever asked can be answered without what is held about them.
pub(super) fn has_address(case: &Case) -> bool {
    let agent = matches!(&case.about, About::Person { agent: Some(_), .. });
    let written = case.written.as_ref();
    agent || written.is_some_and(|it| it.contact.is_some())
}

/// Says what had to stay of a person who was erased. What they wrote goes; where they can be
/// answered stays with the case, so that they hear of it.
pub(super) fn kept_back(case: &mut Case, left: &[Left]) {
    if left.is_empty() {
        return;
    }
    case.messages.clear();
    if let Some(written) = &mut case.written {
        (written.text, written.answer) = (None, None);
    }
    case.kept_back(left.to_vec());
}

/// What holds for a case today.
pub(super) fn of(policy: &Policy, case: &Case, today: Day) -> Rules {
    let clock = Clock::of(case.opened.country, case.kind, today);
    let document = policy.document_named(&case.document);
    let grant = document.and_then(|document| {
        let right = case.kind.right()?;
        document.rules.grant_of(right).map(|(_, grant)| grant)
    });
    let listed = document.into_iter().flat_map(|document| &document.clauses);
    let outcomes = listed
        .filter_map(|clause| match &clause.body {
            Body::Answer(Answer::Staff { outcomes, .. }) if case.kind == Kind::Violation => {
                Some(outcomes.clone())
            }
            _ => None,
        })
        .next();
    Rules {
        extend: grant.and_then(|grant| grant.extend_by),
        stops: clock.stops,
        rolls: clock.rolls,
        outcomes: outcomes.unwrap_or_default(),
    }
}

/// Whether it has to be shown first who asks: the clause of the right says how sure one must be,
/// and somebody unknown has shown nothing.
pub(super) fn wants_identity(document: &Document, opening: &Opening) -> bool {
    matches!(opening.about, Whose::Unknown(_)) && is_identified(document, opening.kind)
}

/// Whether a clause asks how sure one must be of who asks.
pub(super) fn is_identified(document: &Document, kind: Kind) -> bool {
    let grant = kind
        .right()
        .and_then(|right| document.rules.grant_of(right));
    grant.is_some_and(|(_, grant)| grant.identity != Identity::None)
}

/// Puts a case under its clause, with the team and the time that the clause names.
pub(super) fn place(policy: &Policy, today: Day, document: &Document, case: &mut Case) {
    let teams = &policy.words.teams;
    let rules = of(policy, case, today);
    let calendar = kept_cases::Calendar::of(case.opened.country);
    let until = |within: Period| {
        let last = within.after(today);
        Date(match rules.rolls {
            true => calendar.on_or_after(last),
            false => last,
        })
    };
    let last_team = last_stage_team(document);
    if let Some(team) = last_team {
        case.owner = teams.name(team).to_owned();
    }
    if let Some((clause, grant)) = case.kind.right().and_then(|it| document.rules.grant_of(it)) {
        case.clause = document_clause(document, *clause);
        case.due = Some(until(grant.answer_within));
        return;
    }
    if let Some((clause, within)) = reported(policy, document, case) {
        case.clause = document_clause(document, clause);
        case.due = Some(until(within));
        return;
    }
    for clause in &document.clauses {
        let placed = match (&clause.body, case.kind) {
            (Body::Answer(Answer::Stages(stages)), Kind::Complaint) => stages
                .first()
                .map(|stage| (Some(stage.to), Some(until(stage.within)))),
            (
                Body::Answer(Answer::Authorities {
                    authorities,
                    to,
                    within,
                }),
                Kind::Enquiry,
            ) => named(policy, case, *authorities).then(|| (Some(*to), Some(until(*within)))),
            // A question is answered, and a report looked into, by those who have the last word, as
            // soon as a complaint is.
            (Body::Answer(Answer::Stages(stages)), Kind::Question | Kind::UnderAge) => stages
                .first()
                .map(|stage| (None, Some(until(stage.within)))),
            (Body::Answer(Answer::Authorities { to, .. }), Kind::Breach | Kind::Compelled) => {
                Some((Some(*to), None))
            }
            (Body::Answer(Answer::Staff { decided_by, .. }), Kind::Violation) => {
                Some((Some(*decided_by), None))
            }
            (Body::Notify(notify), Kind::Breach) if notify.when == "breach" => {
                Some((None, notify.within.map(&until)))
            }
            _ => None,
        };
        let Some((team, due)) = placed else { continue };
        if let Some(team) = team {
            case.owner = teams.name(team).to_owned();
        }
        if due.is_some() || case.clause.is_none() {
            case.clause = Some(clause.full_name.to_string());
            case.due = due.or(case.due);
        }
    }
    if case.kind == Kind::Compelled {
        case.due = Some(Date(Period::days(COMPELLED_DAYS).after(today)));
    }
}

/// Gives a report of a child to those whom its clause names; the clause, and within what time they
/// decide, where it says so.
fn reported(policy: &Policy, document: &Document, case: &mut Case) -> Option<(ClauseId, Period)> {
    let rule = document.rules.children(case.opened.country);
    let rule = rule.filter(|_| case.kind == Kind::UnderAge)?;
    if let Some(team) = team_of(policy, rule.reports.by) {
        case.owner = team;
    }
    Some((rule.clause, rule.reports.within?))
}

/// The first team that acts in one of some roles.
fn team_of(policy: &Policy, roles: kept_terms::Set<RoleId>) -> Option<String> {
    let mut teams = policy.words.teams.iter();
    let (_, team) = teams.find(|(_, team)| team.roles.intersects(roles))?;
    Some(team.name.to_string())
}

fn named(policy: &Policy, case: &Case, authorities: kept_terms::Set<AuthorityId>) -> bool {
    let About::Authority { authority, .. } = &case.about else {
        return false;
    };
    let id = policy.words.authorities.id(authority);
    id.is_some_and(|id| authorities.contains(id))
}

fn document_clause(document: &Document, id: ClauseId) -> Option<String> {
    let clause = document.clauses.get(usize::from(id.number))?;
    Some(clause.full_name.to_string())
}

/// The team of the last stage of complaints: those who have the last word.
fn last_stage_team(document: &Document) -> Option<TeamId> {
    document
        .clauses
        .iter()
        .find_map(|clause| match &clause.body {
            Body::Answer(Answer::Stages(stages)) => stages.last().map(|stage| stage.to),
            _ => None,
        })
}

/// The next stage of a complaint, or of a report that nobody decided; nothing where it is at the
/// last.
pub(super) fn next_stage(asking: &Asking<'_>, case: &Case) -> Option<(u8, Stage)> {
    let document = asking.policy().document_named(&case.document)?;
    if case.kind == Kind::UnderAge {
        let team = last_stage_team(document).filter(|_| case.stage == 0)?;
        let owner = asking.policy().words.teams.name(team).to_owned();
        // It is late, and stays so until somebody decides.
        let due = case.due;
        return Some((1, Stage { owner, due }));
    }
    if case.kind != Kind::Complaint {
        return None;
    }
    let next = case.stage.checked_add(1)?;
    let stage = document
        .clauses
        .iter()
        .find_map(|clause| match &clause.body {
            Body::Answer(Answer::Stages(stages)) => stages.get(usize::from(next)),
            _ => None,
        })?;
    let due = stage.within.after(asking.moment.today);
    let owner = asking.policy().words.teams.name(stage.to).to_owned();
    let due = Some(Date(due));
    Some((next, Stage { owner, due }))
}

/// The outcome of a case whose act was done.
pub(super) fn done(kind: Kind) -> &'static str {
    match kind {
        Kind::Compelled => "disclosed",
        Kind::UnderAge => "erased",
        Kind::Question | Kind::Forwarded | Kind::Enquiry => "answered",
        Kind::Complaint => "settled",
        Kind::Breach => "mended",
        Kind::Violation => "upheld",
        Kind::Access
        | Kind::Rectification
        | Kind::Erasure
        | Kind::Objection
        | Kind::Restriction
        | Kind::Portability
        | Kind::OptOut
        | Kind::Withdrawal => "done",
    }
}

/// Whether the act that a case is opened with begins it rather than ends it.
pub(super) fn stays_open(case: &Case, command: &Command) -> bool {
    case.kind == Kind::UnderAge && matches!(command, Command::ReportChild { child: true, .. })
}

/// Checks that an act is the one that a case asks for, about the same person.
pub(super) fn fits(case: &Case, command: &Command) -> Result<(), Failure> {
    let is_its_own = match (case.kind, command) {
        (Kind::Access, Command::Export { right, .. }) => *right == Right::Access,
        (Kind::Portability, Command::Export { right, .. }) => *right == Right::Portability,
        (Kind::Rectification, Command::Rectify { .. })
        | (Kind::Erasure | Kind::UnderAge, Command::Erase { .. })
        | (Kind::Erasure, Command::EraseItem { .. })
        | (Kind::Restriction, Command::Restrict { .. })
        | (Kind::UnderAge, Command::ReportChild { .. })
        | (Kind::Withdrawal, Command::Consent { given: false, .. }) => true,
        (
            Kind::Objection | Kind::OptOut,
            Command::Object {
                purpose,
                objects: true,
                ..
            },
        ) => case.purpose().is_none_or(|wanted| wanted == purpose),
        (
            Kind::OptOut,
            Command::Consent {
                to, given: false, ..
            },
        ) => match to {
            ConsentTo::Purpose(purpose) => case.purpose().is_none_or(|wanted| wanted == purpose),
            ConsentTo::Recipient(_) => true,
        },
        (Kind::Compelled, Command::CarryOut { approval }) => {
            matches!(&case.about, About::Disclosure { approval: own, .. } if own == approval)
        }
        _ => false,
    };
    let same = case.kind == Kind::Compelled || command.person() == case.person();
    match is_its_own && same && case.person().is_some() {
        true => Ok(()),
        false => Err(Failure::invalid(
            "the act",
            "is not what the case asks for, or is about somebody else",
        )),
    }
}

/// An objection that is being weighed: what stops it from holding once it is turned down.
pub(super) fn pending_objection(case: &Case) -> Option<Command> {
    let purpose = case.purpose().filter(|_| case.kind == Kind::Objection)?;
    Some(Command::Object {
        person: case.person()?,
        purpose: purpose.to_owned(),
        objects: false,
    })
}

/// What pauses the purpose of an objection while it is weighed.
pub(super) fn begun(ended: Command) -> Command {
    match ended {
        Command::Object {
            person, purpose, ..
        } => Command::Object {
            person,
            purpose,
            objects: true,
        },
        other => other,
    }
}

/// A person may take back what they asked; how it ends otherwise is said by those who answer. That
/// something was done is said by doing it.
pub(super) fn may_say(kind: ActorKind, outcome: &str) -> Result<(), Failure> {
    match (kind, outcome) {
        (ActorKind::Person, "withdrawn") => Ok(()),
        (ActorKind::Person, _) => {
            let problem = "can only be `withdrawn` by the person themselves";
            Err(Failure::invalid("outcome", problem))
        }
        (_, _) => Ok(()),
    }
}

/// The books in which a person finds their own cases.
pub(crate) fn is_own_book(book: Book) -> bool {
    matches!(book, Book::Requests | Book::Complaints)
}
