//! The door from outside: acts under the modelled policy, and what the vault and the ledger hold
//! afterwards.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

use kept_policy::{Policy, Source, compile};
use kept_processing::*;
use kept_terms::{ActorKind, Day, PersonId, Right};
use kept_testing::{Dial, Dice};
use std::path::Path;
use std::sync::Arc;

/// A house of one's own for a test.
struct House {
    folder: tempfile::TempDir,
    clock: Arc<Dial>,
    door: kept_processing::Door,
}

fn policy() -> Arc<Policy> {
    policy_with(str::to_owned)
}

/// The modelled policy after a change to its texts.
fn policy_with(change: impl Fn(&str) -> String) -> Arc<Policy> {
    policy_of("mediaocean", change)
}

/// A policy of the project after a change to its texts.
fn policy_of(name: &str, change: impl Fn(&str) -> String) -> Arc<Policy> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../policies")
        .join(name);
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            let file = path.file_name().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(path).unwrap();
            sources.push(Source::new(file, change(&text)));
        }
    }
    let (policy, diagnostics) = compile(&sources);
    let told: Vec<_> = diagnostics.iter().map(|d| d.message.clone()).collect();
    Arc::new(policy.unwrap_or_else(|| panic!("{told:#?}")))
}

impl House {
    async fn new() -> House {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Dial::at("2026-11-23T12:00:00Z"));
        let door = open(folder.path(), &clock).await.unwrap();
        House {
            folder,
            clock,
            door,
        }
    }

    async fn reopen(self) -> House {
        let House {
            folder,
            clock,
            door,
        } = self;
        drop(door);
        let door = open(folder.path(), &clock).await.unwrap();
        House {
            folder,
            clock,
            door,
        }
    }

    async fn act(&self, caller: &Caller, command: Command) -> Performed {
        self.door.perform(caller, &command).await.unwrap()
    }

    async fn refused(&self, caller: &Caller, command: Command) -> Vec<String> {
        let performed = self.act(caller, command).await;
        let policy = self.door.policy();
        let Err(refusal) = performed.outcome else {
            panic!("it was permitted")
        };
        let told = |ground: &kept_policy::Ground| {
            format!("{}: {}", policy.citation(ground.cited), ground.why.code())
        };
        refusal.grounds.iter().map(told).collect()
    }

    async fn collect_contact(&self, email: &str) -> PersonId {
        let performed = self.act(&staff("support"), contact(email)).await;
        match performed.outcome {
            Ok(Effect::Stored { person, .. }) => person,
            Ok(_) => panic!("nothing was stored"),
            Err(refusal) => panic!("{:?}", refusal.grounds),
        }
    }

    /// Stores the recording of a call, whose file looks as if it had been there for long: files
    /// carry the machine's time, and not the dial's.
    async fn record_call(&self, person: PersonId) {
        let recording = Given::File {
            name: "call.wav".to_owned(),
            media_type: "audio/wav".to_owned(),
            content: vec![7; 100_000],
        };
        let call = Command::Collect(Collect {
            subject: Subject::Known(person),
            values: vec![("call-recording".to_owned(), recording)],
            notice_given: true,
            ..Collect::through("telephone")
        });
        assert!(self.act(&staff("support"), call).await.outcome.is_ok());
        let blobs = std::fs::read_dir(self.folder.path().join("blobs")).unwrap();
        for file in blobs.flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap()) {
            let file = std::fs::File::open(file.unwrap().path()).unwrap();
            file.set_modified(std::time::UNIX_EPOCH).unwrap();
        }
    }

    async fn read(&self, person: PersonId, purpose: &str, fields: &[&str]) -> Vec<String> {
        let performed = self
            .act(&staff("support"), reading(person, purpose, fields))
            .await;
        let Ok(Effect::Values(values)) = performed.outcome else {
            panic!("refused")
        };
        values
            .iter()
            .map(|released| match &released.value {
                Shown::Clear(text) => format!("{}={}", released.field, text.as_str()),
                Shown::Masked(text) => format!("{}~{text}", released.field),
                Shown::File { name, .. } => format!("{}: {name}", released.field),
            })
            .collect()
    }
}

async fn open(folder: &Path, clock: &Arc<Dial>) -> Result<kept_processing::Door, Failure> {
    let randomness = Arc::new(Dice::seeded(7));
    Folder::new(folder)
        .open(policy(), clock.clone(), randomness)
        .await
}

fn staff(role: &str) -> Caller {
    Caller {
        id: "token:test".to_owned(),
        kind: ActorKind::Staff,
        role: Some(role.to_owned()),
        purposes: None,
        home: None,
        holder: None,
    }
}

fn contact(email: &str) -> Command {
    let text = |text: &str| Given::Text(text.to_owned());
    Command::Collect(Collect {
        values: vec![
            ("name".to_owned(), text("Ada Byron")),
            ("email".to_owned(), text(email)),
            ("phone".to_owned(), text("(212) 555-0123")),
        ],
        country: "US".parse().ok(),
        ..Collect::through("website-form")
    })
}

fn reading(person: PersonId, purpose: &str, fields: &[&str]) -> Command {
    let fields = fields.iter().map(|field| (*field).to_owned()).collect();
    Command::Use(Use {
        person,
        purpose: purpose.to_owned(),
        fields,
    })
}

#[tokio::test]
async fn what_comes_in_is_read_for_a_purpose_and_survives_a_restart() {
    let house = House::new().await;
    let person = house.collect_contact("ada@example.com").await;
    let again = house.collect_contact("ADA@example.com").await;
    assert_eq!(person, again);
    let house = house.reopen().await;
    let read = house.read(person, "answer-you", &["name", "email"]).await;
    assert!(read.contains(&"name=Ada Byron".to_owned()), "{read:?}");
    let report = house.door.audit(&mut |_| {}).await.unwrap();
    assert_eq!((report.people, report.overdue), (1, 0));
    assert!(report.entries >= 3);
}

#[tokio::test]
async fn what_the_policy_does_not_say_is_refused() {
    let house = House::new().await;
    let person = house.collect_contact("ada@example.com").await;
    let told = house
        .refused(
            &staff("marketing"),
            reading(person, "answer-you", &["name"]),
        )
        .await;
    assert!(
        told.iter()
            .any(|t| t.contains("use.answer-you: wrong-role")),
        "{told:?}"
    );
    let child = Command::Collect(Collect {
        age: Some(11),
        ..match contact("kid@example.com") {
            Command::Collect(collect) => collect,
            _ => unreachable!(),
        }
    });
    let told = house.refused(&staff("support"), child).await;
    assert!(told.iter().any(|t| t.ends_with(": under-age")), "{told:?}");
}

/// Whitethorn's policy, where nobody under sixteen is taken.
async fn house_for_the_grown_up() -> House {
    let refuse = "\n\nWe take nobody under sixteen.\n\n```toml\n[refuse.children]\nunder    = 16\n\
                  at-door  = \"refuse\"\nif-found = \"erase\"\n```\n\n## 2. What it is for";
    house_under("whitethorn", |text| {
        text.replace("\n## 2. What it is for", refuse)
    })
    .await
}

#[tokio::test]
async fn a_date_of_birth_tells_the_age() {
    let house = house_for_the_grown_up().await;
    let visit = |birth: &str, age: Option<u8>| {
        Command::Collect(Collect {
            values: vec![
                ("name".to_owned(), text("Ada Byron")),
                ("birth".to_owned(), text(birth)),
                ("telephone".to_owned(), text("+353 1 496 0000")),
            ],
            country: "IE".parse().ok(),
            age,
            ..Collect::through("reception-desk")
        })
    };
    let reception = staff("reception");
    // The day asked about is 23 November 2026.
    for birth in ["2015-02-03", "2010-11-24", "2030-01-01"] {
        let told = house.refused(&reception, visit(birth, Some(40))).await;
        assert!(told.iter().any(|t| t.ends_with(": under-age")), "{told:?}");
    }
    let said = house
        .refused(&reception, visit("1990-01-01", Some(9)))
        .await;
    assert!(said.iter().any(|t| t.ends_with(": under-age")), "{said:?}");
    let stored = house.act(&reception, visit("2010-11-23", None)).await;
    let Ok(Effect::Stored { person, .. }) = stored.outcome else {
        panic!("nothing was stored")
    };
    let rectify = |value: &str| Command::Rectify {
        person,
        purpose: None,
        field: "birth".to_owned(),
        value: value.to_owned(),
        number: None,
    };
    let told = house
        .refused(&Caller::person(), rectify("2015-02-03"))
        .await;
    assert!(told.iter().any(|t| t.ends_with(": under-age")), "{told:?}");
    let right = house.act(&Caller::person(), rectify("1980-02-29")).await;
    assert!(right.outcome.is_ok());
}

#[tokio::test]
async fn an_opt_out_holds_with_the_next_reading() {
    let house = House::new().await;
    let person = house.collect_contact("ada@example.com").await;
    let marketing = reading(person, "marketing", &["email"]);
    let before = house.act(&staff("marketing"), marketing.clone()).await;
    assert!(before.outcome.is_ok());
    let object = Command::Object {
        person,
        purpose: "marketing".to_owned(),
        objects: true,
    };
    assert!(house.act(&Caller::person(), object).await.outcome.is_ok());
    let told = house.refused(&staff("marketing"), marketing).await;
    assert!(
        told.iter().any(|t| t.ends_with("use.marketing: objected")),
        "{told:?}"
    );
}

#[tokio::test]
async fn an_erased_person_is_gone_and_their_address_is_free() {
    let house = House::new().await;
    let person = house.collect_contact("ada@example.com").await;
    let erase = Command::Erase { person };
    assert!(house.act(&Caller::person(), erase).await.outcome.is_ok());
    let (support, wanted) = (staff("support"), reading(person, "answer-you", &["name"]));
    let gone = house.door.perform(&support, &wanted).await;
    assert_eq!(gone.err(), Some(Failure::NotFound("person")));
    let other = house.collect_contact("ada@example.com").await;
    assert_ne!(person, other);
    let house = house.reopen().await;
    house.door.sweep(None).await.unwrap();
    house.door.audit(&mut |_| {}).await.unwrap();
}

#[tokio::test]
async fn what_is_past_its_day_is_unreadable_and_swept() {
    let house = House::new().await;
    let person = house.collect_contact("ada@example.com").await;
    house.door.sweep(None).await.unwrap();
    house.clock.pass_days(4_000);
    let jumped = house.door.sweep(None).await;
    assert!(matches!(jumped, Err(Failure::Invalid { .. })));
    let read = house.read(person, "answer-you", &["name"]).await;
    assert_eq!(read, Vec::<String>::new());
    let today = kept_terms::Day::of(house.door.now());
    let swept = house.door.sweep(Some(today)).await.unwrap();
    assert!(swept.items >= 3 && swept.people == 1, "{swept:?}");
    house.door.audit(&mut |_| {}).await.unwrap();
}

#[tokio::test]
async fn a_person_gets_everything_with_receipts() {
    let house = House::new().await;
    let person = house.collect_contact("ada@example.com").await;
    let export = Command::Export {
        person,
        right: Right::Access,
    };
    let Ok(Effect::Export(mut export)) = house.act(&Caller::person(), export).await.outcome else {
        panic!("refused");
    };
    let mut fields = Vec::new();
    while let Some(page) = export.next_page(&house.door).await.unwrap() {
        fields.extend(page.into_iter().map(|released| released.field));
    }
    for field in ["name", "email", "phone"] {
        assert!(fields.iter().any(|f| f == field), "{fields:?}");
    }
    let (below, limit) = (None, 10);
    let trail = Command::Show(Showing::Trail {
        person,
        below,
        limit,
    });
    let trail = house.door.perform(&Caller::person(), &trail).await.unwrap();
    let Ok(Effect::Listed(Listed::Trail(trail))) = trail.outcome else {
        panic!("refused");
    };
    assert_eq!(trail.len(), 2);
    let (index, entry) = trail.first().unwrap();
    let receipt = house.door.receipt(*index).await.unwrap();
    receipt
        .verify(entry, &[house.door.verifier().clone()])
        .unwrap();
    assert!(!String::from_utf8_lossy(entry).contains("ada"));
}

#[tokio::test]
async fn a_recording_goes_with_its_person() {
    let house = House::new().await;
    let person = house.collect_contact("ada@example.com").await;
    house.record_call(person).await;
    house.clock.pass_days(1);
    assert_eq!(house.door.sweep(None).await.unwrap().blobs, 0);
    house.door.audit(&mut |_| {}).await.unwrap();
    let erase = Command::Erase { person };
    assert!(house.act(&Caller::person(), erase).await.outcome.is_ok());
    house.clock.pass_days(1);
    assert_eq!(house.door.sweep(None).await.unwrap().blobs, 1);
}

#[tokio::test]
async fn a_recording_stays_though_the_policy_no_longer_knows_its_field() {
    let house = House::new().await;
    let person = house.collect_contact("ada@example.com").await;
    house.record_call(person).await;
    let House {
        folder: path,
        clock,
        door,
    } = house;
    drop(door);
    let renamed = policy_with(|text| {
        text.replace("\"call-recording\"", "\"recorded-call\"")
            .replace(
                "[define.field.call-recording]",
                "[define.field.recorded-call]",
            )
    });
    let randomness = Arc::new(Dice::seeded(8));
    let folder = Folder::new(path.path());
    let opened = folder.open(renamed, clock.clone(), randomness);
    let door = opened.await.unwrap();
    clock.pass_days(1);
    assert_eq!(door.sweep(None).await.unwrap().blobs, 0);
}

#[tokio::test]
async fn a_recording_stays_though_the_policy_takes_texts_in_its_field() {
    let house = House::new().await;
    let person = house.collect_contact("ada@example.com").await;
    house.record_call(person).await;
    let House {
        folder: path,
        clock,
        door,
    } = house;
    drop(door);
    let texts = policy_with(|text| {
        let recording = "kind  = \"recording\"";
        text.replace(recording, "kind  = \"long-text\"")
    });
    let folder = Folder::new(path.path());
    let opened = folder.open(texts, clock.clone(), Arc::new(Dice::seeded(8)));
    let door = opened.await.unwrap();
    clock.pass_days(1);
    assert_eq!(door.sweep(None).await.unwrap().blobs, 0);
}

/// A house under another firm's policy.
async fn house_under(name: &str, change: impl Fn(&str) -> String) -> House {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Dial::at("2026-11-23T12:00:00Z"));
    let policy = policy_of(name, change);
    let dice = Arc::new(Dice::seeded(7));
    let door = Folder::new(folder.path())
        .open(policy, clock.clone(), dice)
        .await
        .unwrap();
    House {
        folder,
        clock,
        door,
    }
}

fn text(text: &str) -> Given {
    Given::Text(text.to_owned())
}

#[tokio::test]
async fn nothing_is_kept_for_what_the_person_has_not_agreed_to() {
    let house = house_under("winding-river", str::to_owned).await;
    let give = |name: &str, consents: &[&str]| {
        Command::Collect(Collect {
            values: vec![
                ("full-name".to_owned(), text(name)),
                ("email".to_owned(), text("ada@example.com")),
            ],
            country: "GB".parse().ok(),
            consents: consents.iter().map(|it| (*it).to_owned()).collect(),
            ..Collect::through("donation-page")
        })
    };
    let stored = |performed: Performed| match performed.outcome {
        Ok(Effect::Stored { person, items, .. }) => (person, items),
        other => panic!("{}", other.is_ok()),
    };
    let care = staff("supporter-care");
    let wanted = |person| reading(person, "newsletter", &["full-name"]);
    // The newsletter's list keeps people longer than it needs to unless they are on it.
    let (person, items) = stored(house.act(&care, give("Ada Byron", &[])).await);
    assert_eq!(items, 2);
    let (_, items) = stored(house.act(&care, give("Ada Byron", &["newsletter"])).await);
    assert_eq!(items, 4);
    let shown = |performed: Performed| match performed.outcome {
        Ok(Effect::Values(values)) => {
            let told = values.iter().map(|released| match &released.value {
                Shown::Clear(text) => text.as_str().to_owned(),
                Shown::Masked(_) | Shown::File { .. } => String::new(),
            });
            told.collect::<Vec<_>>()
        }
        other => panic!("{}", other.is_ok()),
    };
    let fundraiser = staff("fundraiser");
    assert_eq!(
        shown(house.act(&fundraiser, wanted(person)).await),
        ["Ada Byron"; 2]
    );

    // Taken back, and then another name: the list's old one does not outlive it. Whoever agrees
    // later agrees to what is held of them by then.
    let agree = |given| Command::Consent {
        person,
        to: ConsentTo::Purpose("newsletter".to_owned()),
        given,
        channel: "donation-page".to_owned(),
    };
    assert!(
        house
            .act(&Caller::person(), agree(false))
            .await
            .outcome
            .is_ok()
    );
    let (_, items) = stored(house.act(&care, give("Ada King", &[])).await);
    assert_eq!(items, 2);
    assert!(
        house
            .act(&Caller::person(), agree(true))
            .await
            .outcome
            .is_ok()
    );
    assert_eq!(
        shown(house.act(&fundraiser, wanted(person)).await),
        ["Ada King"]
    );
}

#[tokio::test]
async fn a_visitor_is_known_by_whatever_the_policy_calls_their_number() {
    let cookie = |text: &str| {
        let text = text.replace("[define.field.visitor]", "[define.field.cookie]");
        text.replace("\"visitor\"", "\"cookie\"")
    };
    let house = house_under("mediaocean", cookie).await;
    let person = house.collect_contact("ada@example.com").await;
    let visit = Command::Collect(Collect {
        values: vec![
            ("cookie".to_owned(), text("v-1")),
            ("weblog".to_owned(), text("GET /prices")),
        ],
        country: "US".parse().ok(),
        ..Collect::through("weblog")
    });
    assert!(house.act(&staff("operations"), visit).await.outcome.is_ok());
    let tie = |number: &str| Command::Tie {
        visitor: number.to_owned(),
        person,
    };
    // An address is no pseudonym, whoever it leads to.
    house.collect_contact("grace@example.com").await;
    let support = staff("support");
    let other = house
        .door
        .perform(&support, &tie("grace@example.com"))
        .await;
    assert!(matches!(other, Err(Failure::NotFound("visitor"))));
    assert!(house.act(&support, tie("v-1")).await.outcome.is_ok());
}

#[tokio::test]
async fn what_would_be_past_its_day_when_it_comes_in_is_not_taken() {
    let house = House::new().await;
    let old = |email: &str, day: &str| {
        let Command::Collect(collect) = contact(email) else {
            panic!("it is a contact")
        };
        Command::Collect(Collect {
            collected_on: day.parse().ok().map(Day::from_date),
            ..collect
        })
    };
    let support = staff("support");
    for day in ["0001-01-01", "1999-12-31"] {
        let told = house
            .door
            .perform(&support, &old("ada@example.com", day))
            .await;
        let is_told =
            matches!(&told, Err(Failure::Invalid { place, .. }) if place == "collected-on");
        assert!(is_told, "{day}");
    }
    assert_eq!(house.door.figures().await.unwrap().people, 0);
    // Whoever is known, and was heard of since, may have said something before.
    house.collect_contact("ada@example.com").await;
    let late = house
        .act(&support, old("ada@example.com", "2026-01-31"))
        .await;
    assert!(late.outcome.is_ok());
}

/// Afterwards nobody could tell them: the number they know leads nowhere.
#[tokio::test]
async fn whoever_received_a_visitor_is_told_to_forget_them_when_they_are_tied() {
    let shared = |text: &str| {
        let old = "\"name\", \"email\", \"employer\", \"job-title\", \"client-company\", \"contract-number\"]\nfor        = [\"legal-duty\"]";
        text.replacen(old, &old.replace("\"name\"", "\"name\", \"ip-address\""), 1)
    };
    let house = house_under("mediaocean", shared).await;
    let person = house.collect_contact("ada@example.com").await;
    let visit = Command::Collect(Collect {
        values: vec![
            ("visitor".to_owned(), text("v-1")),
            ("ip-address".to_owned(), text("192.0.2.7")),
        ],
        country: "US".parse().ok(),
        ..Collect::through("weblog")
    });
    let visitor = match house.act(&staff("operations"), visit).await.outcome {
        Ok(Effect::Stored { person, .. }) => person,
        other => panic!("{}", other.is_ok()),
    };
    let administrator = Caller {
        kind: ActorKind::Administrator,
        role: None,
        ..staff("support")
    };
    let undertaking = Evidence::Undertaking {
        recipient: "auditor".to_owned(),
        protection: "professional-secrecy".to_owned(),
        until: "2027-12-31".to_owned(),
    };
    let engagement = Evidence::Engagement {
        recipient: "auditor".to_owned(),
        purpose: "legal-duty".to_owned(),
        fields: vec!["ip-address".to_owned()],
        reference: "audit-2026".to_owned(),
        from: "2026-11-01".to_owned(),
        until: "2027-11-25".to_owned(),
    };
    for evidence in [undertaking, engagement] {
        let attested = house.act(&administrator, Command::Attest(evidence)).await;
        assert!(attested.outcome.is_ok());
    }
    let disclose = Command::Disclose {
        person: visitor,
        recipient: "auditor".to_owned(),
        purpose: "legal-duty".to_owned(),
        fields: vec!["ip-address".to_owned()],
        compelled: false,
    };
    let office = staff("privacy-office");
    assert!(house.act(&office, disclose).await.outcome.is_ok());
    let tie = Command::Tie {
        visitor: "v-1".to_owned(),
        person,
    };
    assert!(house.act(&staff("support"), tie).await.outcome.is_ok());
    let waiting = house.door.waiting_deliveries("auditor").await.unwrap();
    let told: Vec<_> = waiting
        .iter()
        .map(|delivery| delivery.what.word())
        .collect();
    assert_eq!(told, ["forget"]);
}
