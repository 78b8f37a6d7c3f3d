//! The machine never loses a time, never begins again, and never takes a step twice.

use super::*;
use crate::{Kind, Opened, Reference};
use proptest::prelude::*;

const PERSON: PersonId = PersonId([7; 16]);

fn day(text: &str) -> Day {
    Day::from_date(text.parse().unwrap())
}

fn case(kind: Kind, state: State, country: &str) -> Case {
    let on = Date(day("2026-11-02"));
    Case {
        reference: "K7QF-2M9X".parse::<Reference>().unwrap(),
        kind,
        about: About::person(PERSON),
        document: "north".to_owned(),
        clause: None,
        opened: Opened {
            at: 0,
            on,
            through: None,
            by: "person:self".to_owned(),
            country: country.parse().ok(),
            protocol: None,
        },
        state,
        stage: 0,
        owner: String::new(),
        due: Some(Date(day("2026-12-02"))),
        acknowledge_by: None,
        extension: None,
        reminded: Vec::new(),
        messages: Vec::new(),
        written: None,
        withheld: Vec::new(),
        told: Vec::new(),
        steps: Vec::new(),
    }
}

fn rules() -> Rules {
    Rules {
        extend: Some(Period::days(30)),
        stops: true,
        rolls: false,
        outcomes: Vec::new(),
    }
}

fn step(case: &Case, event: &Event, on: &str) -> Result<Case, Trouble> {
    let after = case.after(event, "token:x", 0, day(on), &rules());
    after.map(|(case, _)| case)
}

fn end(outcome: &str, ground: Option<&str>) -> Event {
    Event::Ended {
        outcome: outcome.to_owned(),
        ground: ground.map(|name| Ground::named(name).unwrap()),
        did: Vec::new(),
        left: Vec::new(),
    }
}

#[test]
fn the_clock_stands_still_while_the_person_is_waited_for() {
    let open = case(Kind::Access, State::Open, "GB");
    let why = "clarification".to_owned();
    let waiting = step(&open, &Event::Waited { why }, "2026-11-10").unwrap();
    assert!(!waiting.is_overdue(day("2027-03-01")));
    let heard = step(&waiting, &Event::Heard, "2026-11-20").unwrap();
    assert_eq!(heard.due, Some(Date(day("2026-12-12"))));
    assert_eq!(
        step(&heard, &Event::Heard, "2026-11-21"),
        Err(Trouble::NotWaiting)
    );
}

#[test]
fn where_the_law_stops_no_clock_it_runs_on() {
    let open = case(Kind::Access, State::Open, "US");
    let why = "clarification".to_owned();
    let rules = Rules {
        stops: false,
        ..rules()
    };
    let today = day("2026-11-10");
    let waiting = open.after(&Event::Waited { why }, "x", 0, today, &rules);
    let (waiting, follows) = waiting.unwrap();
    assert_eq!(follows, [Follows::Tell(Message::Waiting)]);
    assert!(waiting.is_overdue(day("2026-12-03")));
}

#[test]
fn it_is_extended_once_with_a_reason_and_in_time() {
    let open = case(Kind::Access, State::Open, "US");
    let extend = |why: &str| Event::Extended {
        why: why.to_owned(),
    };
    assert_eq!(
        step(&open, &extend("busy"), "2026-11-10"),
        Err(Trouble::NoReason)
    );
    assert_eq!(
        step(&open, &extend("complex"), "2026-12-03"),
        Err(Trouble::TooLate)
    );
    let longer = step(&open, &extend("complex"), "2026-12-02").unwrap();
    assert_eq!(longer.due, Some(Date(day("2027-01-01"))));
    assert_eq!(
        step(&longer, &extend("complex"), "2026-12-03"),
        Err(Trouble::ExtendedBefore)
    );
}

#[test]
fn what_is_turned_down_is_turned_down_on_a_ground_of_its_kind() {
    let open = case(Kind::Erasure, State::Open, "US");
    for ground in [None, Some("correct-as-it-is")] {
        assert_eq!(
            step(&open, &end("refused", ground), "2026-11-10"),
            Err(Trouble::NoGround)
        );
    }
    assert!(step(&open, &end("refused", Some("legal-claims")), "2026-11-10").is_ok());
    assert_eq!(
        step(&open, &end("settled", None), "2026-11-10"),
        Err(Trouble::NoOutcome)
    );
}

#[test]
fn nothing_is_done_for_somebody_who_has_not_shown_who_they_are() {
    let since = Date(day("2026-11-02"));
    let wanted = State::IdentityWanted {
        since,
        stopped: None,
    };
    let open = case(Kind::Erasure, wanted, "US");
    assert_eq!(
        step(&open, &end("done", None), "2026-11-10"),
        Err(Trouble::NotIdentified)
    );
    let shown = Event::Identified {
        person: Some(PERSON),
    };
    let known = step(&open, &shown, "2026-11-10").unwrap();
    assert!(step(&known, &end("done", None), "2026-11-10").is_ok());
    assert_eq!(step(&known, &shown, "2026-11-10"), Err(Trouble::NotWaiting));
}

#[test]
fn nothing_is_done_for_an_agent_whose_mandate_was_not_checked() {
    let mut open = case(Kind::Erasure, State::Open, "US");
    open.about = About::Person {
        person: Some(PERSON),
        purpose: None,
        agent: Some(crate::Agent {
            contact: "agent@example.com".to_owned(),
            mandate: Mandate::Unchecked,
        }),
    };
    assert_eq!(
        step(&open, &end("done", None), "2026-11-10"),
        Err(Trouble::NoMandate)
    );
    let checked = step(&open, &Event::MandateChecked, "2026-11-10").unwrap();
    assert!(step(&checked, &end("done", None), "2026-11-10").is_ok());
}

#[test]
fn a_breach_ends_once_everybody_was_told_and_everything_is_done() {
    let mut open = case(Kind::Breach, State::Open, "DE");
    open.about = About::Breach(crate::Breach {
        known_at: 0,
        what: "disclosed".to_owned(),
        fields: Vec::new(),
        people: vec![PERSON],
        noticed: Vec::new(),
        clients: vec!["desk/acme".to_owned()],
        clients_told: Vec::new(),
        authority_by: Some(72 * 3_600),
        authority_told: None,
        measures: Vec::new(),
    });
    let measure = |done| Event::Measured {
        name: "keys-rotated".to_owned(),
        done,
    };
    let told = |people, clients| Event::Noticed { people, clients };
    for event in [
        measure(false),
        told(vec![PERSON], Vec::new()),
        Event::AuthorityTold,
        measure(true),
        told(Vec::new(), vec!["desk/acme".to_owned()]),
    ] {
        let over = step(&open, &end("mended", None), "2026-11-10");
        assert_eq!(over, Err(Trouble::Unfinished));
        open = step(&open, &event, "2026-11-10").unwrap();
    }
    assert!(step(&open, &end("mended", None), "2026-11-10").is_ok());
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(Event::Identified {
            person: Some(PERSON)
        }),
        Just(Event::Waited {
            why: "clarification".to_owned()
        }),
        Just(Event::Heard),
        Just(Event::Extended {
            why: "complex".to_owned()
        }),
        Just(Event::Joined { message: Some(3) }),
        Just(Event::Reminded),
        Just(end("done", None)),
        Just(end("refused", Some("legal-claims"))),
        Just(Event::MandateChecked),
        Just(Event::AuthorityTold),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_no_time_is_lost_and_no_end_is_undone(
        events in prop::collection::vec((event(), 0i32..12), 1..40),
        stops in any::<bool>(), rolls in any::<bool>(), british in any::<bool>(),
    ) {
        let country = if british { "GB" } else { "US" };
        let since = Date(day("2026-11-02"));
        let stopped = stops.then_some(since);
        let state = State::IdentityWanted { since, stopped };
        let mut case = case(Kind::Erasure, state, country);
        let rules = Rules { stops, rolls, ..rules() };
        let mut today = since.0;
        let mut stood = 0;
        for (event, pass) in events {
            let before = case.clone();
            if case.stopped().is_some() {
                stood += pass;
            }
            today = Day(today.0 + pass);
            let Ok((after, _)) = case.after(&event, "x", 0, today, &rules) else {
                prop_assert_eq!(&case, &before);
                continue;
            };
            prop_assert!(!before.is_ended(), "an end is an end");
            let (was, is) = (before.due.unwrap().0, after.due.unwrap().0);
            prop_assert!(is >= was, "no time is taken from an answer that was promised");
            // The one extension, what the clock stood still, and weekends and days off.
            let most = 30 + stood + if rolls { 10 } else { 0 };
            prop_assert!(is.0 <= day("2026-12-02").0 + most);
            prop_assert!(after.steps.len() >= before.steps.len());
            case = after;
        }
        // A case that is not over can always be brought to an end.
        if !case.is_ended() {
            let over = case.after(&end("withdrawn", None), "x", 0, today, &rules);
            prop_assert!(over.is_ok());
        }
    }
}
