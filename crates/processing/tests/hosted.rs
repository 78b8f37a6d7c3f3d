//! What is held for clients, from outside: homes that know nothing of each other, instructions,
//! requests passed on, and the end of a contract.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

use kept_policy::{Policy, Source, compile};
use kept_processing::*;
use kept_terms::{Act, ActorKind, Home, PersonId, Right};
use kept_testing::{Dial, Dice};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

const APART: &str = "processor#secure.apart: other-client";
const INSTRUCTED: &str = "processor#secure.instructions: not-instructed";

struct House {
    _folder: tempfile::TempDir,
    clock: Arc<Dial>,
    door: kept_processing::Door,
}

fn policy() -> Arc<Policy> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies/mediaocean");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap());
    let files = files.filter(|file| file.path().extension().is_some_and(|end| end == "md"));
    let read = |file: std::fs::DirEntry| {
        let name = file.file_name().to_string_lossy().into_owned();
        Source::new(name, std::fs::read_to_string(file.path()).unwrap())
    };
    let sources: Vec<Source> = files.map(read).collect();
    Arc::new(compile(&sources).0.unwrap())
}

fn home(text: &str) -> Home {
    text.parse().unwrap()
}

fn caller(kind: ActorKind, role: Option<&str>, within: Option<&str>) -> Caller {
    Caller {
        id: format!("token:{}", role.unwrap_or("first")),
        kind,
        role: role.map(str::to_owned),
        purposes: None,
        home: within.map(home),
        holder: None,
    }
}

fn client(within: &str) -> Caller {
    caller(ActorKind::Machine, Some("client-user"), Some(within))
}

fn firm(role: &str) -> Caller {
    caller(ActorKind::Staff, Some(role), None)
}

fn instruction(id: &str, within: &str, acts: &[Act], until: Option<&str>) -> Registered {
    let Home { client, system } = home(within);
    Registered::Instruction {
        id: id.to_owned(),
        client,
        system,
        acts: acts.to_vec(),
        purposes: None,
        data: None,
        from: "2026-01-01".to_owned(),
        until: until.map(str::to_owned),
        reference: "contract 7, annex 2".to_owned(),
    }
}

fn contact(email: &str) -> Command {
    Command::Collect(record(email, Subject::Matched))
}

fn record(email: &str, subject: Subject) -> Collect {
    let text = |text: &str| Given::Text(text.to_owned());
    Collect {
        subject,
        values: vec![
            ("name".to_owned(), text("Ada Byron")),
            ("email".to_owned(), text(email)),
        ],
        ..Collect::through("hosted-system")
    }
}

fn of_the_firm(email: &str) -> Command {
    Command::Collect(Collect {
        country: "US".parse().ok(),
        channel: "website-form".to_owned(),
        ..record(email, Subject::Matched)
    })
}

fn find(email: &str) -> Command {
    Command::Find {
        purpose: "client-system".to_owned(),
        field: "email".to_owned(),
        value: email.to_owned(),
    }
}

fn reading(person: PersonId) -> Use {
    Use {
        person,
        purpose: "client-system".to_owned(),
        fields: vec!["email".to_owned()],
    }
}

impl House {
    async fn new() -> House {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Dial::at("2026-11-23T12:00:00Z"));
        let dice = Arc::new(Dice::seeded(7));
        let place = Folder::new(folder.path());
        let door = place.open(policy(), clock.clone(), dice).await.unwrap();
        let house = House {
            door,
            _folder: folder,
            clock,
        };
        for id in ["acme", "globex"] {
            house.register(house.client(id, None)).await;
        }
        for within in ["prisma/acme", "prisma/globex", "aura/acme"] {
            let id = within.replace('/', "-");
            let told = instruction(&id, within, Act::ALL, None);
            house.register(told).await;
        }
        house
    }

    fn client(&self, id: &str, ends: Option<&str>) -> Registered {
        Registered::Client {
            id: id.to_owned(),
            name: id.to_uppercase(),
            contract_ends: ends.map(str::to_owned),
            ended_early: false,
        }
    }

    async fn register(&self, registered: Registered) {
        let command = Command::Administer(Administration::Register(registered));
        let administrator = caller(ActorKind::Administrator, None, None);
        let told = self.door.perform(&administrator, &command).await.unwrap();
        assert!(told.outcome.is_ok());
    }

    async fn stored(&self, caller: &Caller, command: Command) -> PersonId {
        match self.door.perform(caller, &command).await.unwrap().outcome {
            Ok(Effect::Stored { person, .. }) => person,
            Ok(_) => panic!("nothing was stored"),
            Err(refusal) => panic!("{:?}", refusal.grounds),
        }
    }

    /// How a command ended, in words.
    async fn told(&self, caller: &Caller, command: &Command) -> String {
        let performed = match self.door.perform(caller, command).await {
            Err(failure) => return failure.to_string(),
            Ok(performed) => performed,
        };
        let policy = self.door.policy();
        match performed.outcome {
            Err(refusal) => {
                let grounds = refusal.grounds.iter().map(|ground| {
                    format!("{}: {}", policy.citation(ground.cited), ground.why.code())
                });
                grounds.collect::<Vec<_>>().join(", ")
            }
            Ok(Effect::Found(found)) => format!("found {}", found.is_some()),
            Ok(Effect::Stored { new, .. }) => format!("stored, new: {new}"),
            Ok(_) => "done".to_owned(),
        }
    }

    async fn counted(&self) -> kept_policy::HostedEvidence {
        self.door.measure().await.unwrap().hosted.unwrap()
    }

    /// The last entry of the ledger, without what differs from one moment to the next.
    async fn last_entry(&self) -> Value {
        let size = self.door.sequence().await.unwrap();
        let entry = self.door.entry(size - 1).unwrap().unwrap();
        let mut entry: Value = serde_json::from_slice(&entry).unwrap();
        entry.as_object_mut().unwrap().remove("at");
        entry
    }
}

/// Every command that names a person.
fn commands(person: PersonId) -> Vec<Command> {
    let purpose = || "client-system".to_owned();
    vec![
        Command::Collect(record("other@example.com", Subject::Known(person))),
        Command::Use(reading(person)),
        Command::Contact(reading(person)),
        Command::Verify {
            person,
            purpose: purpose(),
            claims: vec![("email".to_owned(), "ada@example.com".to_owned())],
        },
        Command::Rectify {
            person,
            purpose: Some(purpose()),
            field: "name".to_owned(),
            value: "Ada King".to_owned(),
            number: None,
        },
        Command::Restrict {
            person,
            paused: true,
        },
        Command::Restrict {
            person,
            paused: false,
        },
        Command::Consent {
            person,
            to: ConsentTo::Purpose(purpose()),
            given: true,
            channel: "api".to_owned(),
        },
        Command::Consent {
            person,
            to: ConsentTo::Purpose(purpose()),
            given: false,
            channel: "api".to_owned(),
        },
        Command::Object {
            person,
            purpose: purpose(),
            objects: true,
        },
        Command::Object {
            person,
            purpose: purpose(),
            objects: false,
        },
        Command::Disclose {
            person,
            recipient: "support-cloud".to_owned(),
            purpose: "client-help".to_owned(),
            fields: vec!["name".to_owned()],
            compelled: false,
        },
        Command::Disclose {
            person,
            recipient: "support-cloud".to_owned(),
            purpose: "client-help".to_owned(),
            fields: vec!["name".to_owned()],
            compelled: true,
        },
        Command::Export {
            person,
            right: Right::Access,
        },
        Command::ReportChild {
            person,
            child: true,
        },
        Command::ReportChild {
            person,
            child: false,
        },
        Command::Hold {
            person,
            fields: vec![],
            matter: "case-7".to_owned(),
        },
        Command::Lift {
            person,
            matter: "case-7".to_owned(),
        },
        Command::Erase { person },
    ]
}

#[tokio::test]
async fn one_address_is_a_person_of_its_own_in_every_home() {
    let house = House::new().await;
    let homes = ["prisma/acme", "prisma/globex", "aura/acme"];
    let mut people = Vec::new();
    for within in homes {
        people.push(
            house
                .stored(&client(within), contact("ada@example.com"))
                .await,
        );
    }
    let own = of_the_firm("ada@example.com");
    people.push(house.stored(&firm("support"), own).await);
    people.sort_unstable();
    people.dedup();
    assert_eq!(people.len(), 4);
    for within in homes {
        let again = house
            .stored(&client(within), contact("ADA@example.com"))
            .await;
        assert!(people.contains(&again));
    }
    house
        .stored(&client("prisma/acme"), contact("only@example.com"))
        .await;
    for within in ["prisma/globex", "aura/acme"] {
        let told = house.told(&client(within), &find("only@example.com")).await;
        assert_eq!(told, "found false", "{within}");
    }
    let told = house
        .told(&client("prisma/acme"), &find("only@example.com"))
        .await;
    assert_eq!(told, "found true");
    house.door.audit(&mut |_| {}).await.unwrap();
}

#[tokio::test]
async fn another_home_is_told_apart_from_nothing_by_nobody() {
    let house = House::new().await;
    let own = house
        .stored(&client("prisma/acme"), contact("ada@example.com"))
        .await;
    let other = house
        .stored(&client("aura/acme"), contact("ada@example.com"))
        .await;
    let of_firm = house
        .stored(&firm("support"), of_the_firm("ada@example.com"))
        .await;
    let nobody = PersonId([7; 16]);
    for within in ["prisma/globex", "prisma/acme"] {
        let asking = client(within);
        let strangers = match within {
            "prisma/acme" => vec![other, of_firm],
            _ => vec![own, other, of_firm],
        };
        for (at, command) in commands(nobody).iter().enumerate() {
            let expected = house.told(&asking, command).await;
            let entry = house.last_entry().await;
            assert_eq!(expected, "there is no such person", "{}", command.act());
            assert_eq!(entry["outcome"], "refused", "{entry}");
            assert_eq!(entry["reasons"][0], "other-client", "{entry}");
            for stranger in &strangers {
                let command = &commands(*stranger)[at];
                assert_eq!(
                    house.told(&asking, command).await,
                    expected,
                    "{}",
                    command.act()
                );
                assert_eq!(house.last_entry().await, entry, "{}", command.act());
            }
        }
    }
    // Nothing of it did anything.
    assert_eq!(house.door.figures().await.unwrap().people, 3);
    let told = house
        .told(&client("prisma/acme"), &Command::Use(reading(own)))
        .await;
    assert_eq!(told, "done");
}

#[tokio::test]
async fn many_at_once_are_told_apart_no_better() {
    let house = House::new().await;
    let own = house
        .stored(&client("prisma/acme"), contact("ada@example.com"))
        .await;
    let both = [
        Command::Use(reading(own)),
        Command::Use(reading(PersonId([7; 16]))),
    ];
    let told = house
        .door
        .perform_many(&client("prisma/globex"), &both)
        .await;
    let told: Vec<String> = told
        .into_iter()
        .map(|told| told.err().map_or_else(String::new, |f| f.to_string()))
        .collect();
    assert_eq!(told, ["there is no such person"; 2]);
}

#[tokio::test]
async fn the_firm_itself_is_refused_and_the_person_is_sent_to_the_client() {
    let house = House::new().await;
    let person = house
        .stored(&client("prisma/acme"), contact("ada@example.com"))
        .await;
    for role in ["support", "privacy-office", "hosted-support", "client-user"] {
        for command in commands(person) {
            let told = house.told(&firm(role), &command).await;
            assert_eq!(told, APART, "{role} {}", command.act());
        }
        let told = house.told(&firm(role), &find("ada@example.com")).await;
        assert_ne!(told, "found true");
    }
    let asks = Command::Export {
        person,
        right: Right::Access,
    };
    let told = house.told(&Caller::person(), &asks).await;
    assert_eq!(told, "processor#answer.requests: client-decides");
}

#[tokio::test]
async fn nothing_is_done_that_the_client_has_not_told_us_to_do() {
    let house = House::new().await;
    let within = "prisma/acme";
    let person = house
        .stored(&client(within), contact("ada@example.com"))
        .await;
    let read = Command::Use(reading(person));
    let only_taking = instruction("prisma-acme", within, &[Act::Collect], None);
    house.register(only_taking).await;
    assert_eq!(house.told(&client(within), &read).await, INSTRUCTED);
    assert_eq!(
        house
            .told(&client(within), &contact("ada@example.com"))
            .await,
        "stored, new: false"
    );
    // An instruction that is over, and one that has not begun, cover nothing.
    let over = instruction("second", within, Act::ALL, Some("2026-11-22"));
    house.register(over).await;
    assert_eq!(house.told(&client(within), &read).await, INSTRUCTED);
    let today = instruction("second", within, Act::ALL, Some("2026-11-23"));
    house.register(today).await;
    assert_eq!(house.told(&client(within), &read).await, "done");
    // What our own support may see is what the document shows it, within the home alone.
    let helper = caller(ActorKind::Staff, Some("hosted-support"), Some(within));
    let help = Command::Use(Use {
        purpose: "client-help".to_owned(),
        ..reading(person)
    });
    assert_eq!(house.told(&helper, &help).await, "done");
    let marketing = caller(ActorKind::Staff, Some("marketing"), Some(within));
    let told = house.told(&marketing, &help).await;
    assert!(
        told.contains("processor#use.client-help: wrong-role"),
        "{told}"
    );
    // The contract ends, and with it what the client told us, save for the end itself.
    house
        .register(house.client("acme", Some("2026-11-22")))
        .await;
    assert_eq!(house.told(&client(within), &read).await, INSTRUCTED);
}

#[tokio::test]
async fn an_instruction_names_what_is_declared_and_whoever_is_registered() {
    let house = House::new().await;
    let administrator = caller(ActorKind::Administrator, None, None);
    for (within, acts, from, wanted) in [
        ("prisma/nobody", &[Act::Use][..], "2026-01-01", "client"),
        ("nothing/acme", &[Act::Use][..], "2026-01-01", "system"),
        ("prisma/acme", &[][..], "2026-01-01", "acts"),
        ("prisma/acme", &[Act::Use][..], "soon", "from"),
    ] {
        let mut told = instruction("x", within, acts, None);
        if let Registered::Instruction { from: first, .. } = &mut told {
            *first = from.to_owned();
        }
        let command = Command::Administer(Administration::Register(told));
        let failure = house.door.perform(&administrator, &command).await.err();
        let failure = failure.unwrap().to_string();
        assert!(failure.contains(wanted), "{wanted}: {failure}");
    }
    let rotate = Command::Administer(Administration::Rotate);
    let told = house.told(&client("prisma/acme"), &rotate).await;
    assert!(told.contains("not-administrator"));
}

#[tokio::test]
async fn a_request_goes_to_the_client_and_is_followed_until_it_answers() {
    let house = House::new().await;
    let within = "prisma/acme";
    let person = house
        .stored(&client(within), contact("ada@example.com"))
        .await;
    let received = |about| {
        Command::Forward(Forwarding::Received {
            home: home(within),
            right: Right::Erasure,
            about,
        })
    };
    let identifier = |value: &str| AboutWhom::Identifier {
        field: "email".to_owned(),
        value: value.to_owned(),
    };
    let office = firm("privacy-office");
    let mut ids = Vec::new();
    for about in [
        identifier("ada@example.com"),
        identifier("nobody@example.com"),
        AboutWhom::Person(person),
        AboutWhom::Unknown,
    ] {
        let performed = house.door.perform(&office, &received(about)).await.unwrap();
        let Ok(Effect::Forwarded(told)) = performed.outcome else {
            panic!("it was not passed on")
        };
        // The firm is told nothing of who was found.
        assert_eq!((told.person, &told.subject), (None, &None));
        assert_eq!(
            (&*told.tell_by, &*told.answer_by),
            ("2026-11-26", "2026-12-23")
        );
        let entry = house.last_entry().await;
        assert!(entry.get("person").is_none(), "{entry}");
        assert_eq!(entry["act"], "forward");
        ids.push(told.request);
    }
    let list = |asking: Caller, closed| {
        let door = &house.door;
        async move {
            door.forwarded(&asking, None, closed, None, 10)
                .await
                .unwrap()
        }
    };
    let told = list(client(within), false).await;
    assert_eq!(
        told.iter().filter(|one| one.person == Some(person)).count(),
        2
    );
    assert!(list(client("prisma/globex"), false).await.is_empty());
    assert!(
        list(office.clone(), false)
            .await
            .iter()
            .all(|one| one.person.is_none())
    );
    // Told late, answered late: both show.
    house.clock.set("2026-12-24T12:00:00Z");
    let counted = house.counted().await;
    assert_eq!((counted.requests_open, counted.requests_untold), (4, 4));
    assert_eq!(counted.requests_overdue, 4);
    for (id, answer) in ids.iter().zip([
        ClientAnswer::Told,
        ClientAnswer::Answered,
        ClientAnswer::Declined,
        ClientAnswer::Instructed,
    ]) {
        let noted = |home| {
            Command::Forward(Forwarding::Noted {
                home,
                request: id.clone(),
                answer,
            })
        };
        let stranger = house
            .told(&client("prisma/globex"), &noted(home(within)))
            .await;
        assert_eq!(stranger, "there is no such person");
        let elsewhere = house.told(&office, &noted(home("prisma/globex"))).await;
        assert_eq!(elsewhere, "there is no such request");
        assert_eq!(
            house.told(&client(within), &noted(home(within))).await,
            "done"
        );
    }
    let counted = house.counted().await;
    assert_eq!((counted.requests_open, counted.requests_untold), (1, 0));
    assert_eq!(list(client(within), true).await.len(), 3);
}

#[tokio::test]
async fn at_the_end_everything_is_handed_back_and_then_destroyed() {
    let house = House::new().await;
    let within = "prisma/acme";
    let mut people = Vec::new();
    for number in 0..70 {
        let email = format!("ada{number}@example.com");
        people.push(house.stored(&client(within), contact(&email)).await);
    }
    let other = house
        .stored(&client("prisma/globex"), contact("ada1@example.com"))
        .await;
    let operator = caller(ActorKind::Staff, Some("hosted-operations"), Some(within));
    let early = house.door.end_home(&operator, None, &mut |_| {}).await;
    assert!(matches!(early, Err(Failure::Invalid { .. })));
    let hand_back = || async {
        let mut returning = house.door.return_home(&operator).unwrap();
        let mut values = 0;
        while let Some(next) = returning.next(&house.door).await.unwrap() {
            let (_, mut export) = next.unwrap();
            while let Some(page) = export.next_page(&house.door).await.unwrap() {
                values += page.len();
            }
        }
        (values, returning.handed_back())
    };
    let (values, first) = hand_back().await;
    assert_eq!((values, first.people), (140, 70));
    // What came in afterwards would be lost.
    people.push(
        house
            .stored(&client(within), contact("late@example.com"))
            .await,
    );
    let late = house
        .door
        .end_home(&operator, Some(&first.digest), &mut |_| {})
        .await;
    assert!(matches!(late, Err(Failure::Conflict(_))));
    let (_, whole) = hand_back().await;
    assert_eq!(whole.people, 71);
    let stranger = client("prisma/globex");
    let theirs = house
        .door
        .end_home(&stranger, Some(&whole.digest), &mut |_| {})
        .await;
    assert!(matches!(theirs, Err(Failure::Invalid { .. })));
    let digest = Some(&*whole.digest);
    let mut steps = Vec::new();
    let mut step = |gone| steps.push(gone);
    let ended = house.door.end_home(&operator, digest, &mut step).await;
    assert_eq!(ended.unwrap().unwrap(), 71);
    assert_eq!(steps, [1, 65, 71]);
    for person in people {
        let told = house
            .told(&client(within), &Command::Use(reading(person)))
            .await;
        assert_eq!(told, "there is no such person");
    }
    assert_eq!(house.door.figures().await.unwrap().people, 1);
    let read = house
        .told(&client("prisma/globex"), &Command::Use(reading(other)))
        .await;
    assert_eq!(read, "done");
    let again = house.door.end_home(&operator, None, &mut |_| {}).await;
    assert_eq!(again.unwrap().unwrap(), 71);
}

#[tokio::test]
async fn an_end_that_the_client_has_not_told_us_is_refused() {
    let house = House::new().await;
    let within = "prisma/acme";
    house
        .stored(&client(within), contact("ada@example.com"))
        .await;
    let told = instruction("prisma-acme", within, &[Act::Collect], None);
    house.register(told).await;
    let operator = caller(ActorKind::Staff, Some("hosted-operations"), Some(within));
    let mut returning = house.door.return_home(&operator).unwrap();
    assert!(returning.next(&house.door).await.unwrap().unwrap().is_err());
    let ended = house.door.end_home(&operator, None, &mut |_| {}).await;
    assert!(ended.unwrap().is_err());
    assert_eq!(house.door.figures().await.unwrap().people, 1);
}

#[tokio::test]
async fn what_is_left_after_a_contract_shows() {
    let house = House::new().await;
    house
        .stored(&client("prisma/acme"), contact("ada@example.com"))
        .await;
    house
        .register(house.client("acme", Some("2026-10-01")))
        .await;
    let standing = house.door.standing().await.unwrap();
    let stands = |name: &str| {
        let one = standing.iter().find(|one| one.name == name).unwrap();
        format!("{:?}: {}", one.state, one.figure)
    };
    assert_eq!(
        stands("processor#answer.end-of-contract"),
        "Broken: 1 ended contract with something still held, 1 past the time for handing it back"
    );
    assert!(
        stands("processor#secure.apart").starts_with("Kept: 1 person held for clients in 1 place")
    );
}
