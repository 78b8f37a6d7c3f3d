//! A day's worth of acts under the policy that comes with Kept, and how each should end.

use super::samples::RECORDING;
use super::scene::{Expected, Scene};
use crate::cli::{Failed, House, caller};
use kept_processing::*;
use kept_terms::{ActorKind, Day, PersonId, Right};

/// An invented person whose day it is, at an address that nobody has.
const NAME: &str = "Ottilie Marsh";
const EMAIL: &str = "ottilie.marsh@example.com";

/// Somebody of the samples who stays.
const KNOWN: &str = "maria.whitlock@example.com";

/// The secrets of tokens that last a day.
pub(super) struct Tokens {
    /// Of somebody in support.
    pub support: String,
    /// Of somebody in marketing.
    pub marketing: String,
    /// Of somebody in the privacy office.
    pub office: String,
}

fn text(field: &str, value: &str) -> (String, Given) {
    (field.to_owned(), Given::Text(value.to_owned()))
}

fn file(field: &str, name: &str, media_type: &str, content: &[u8]) -> (String, Given) {
    let (name, media_type) = (name.to_owned(), media_type.to_owned());
    (
        field.to_owned(),
        Given::File {
            name,
            media_type,
            content: content.to_vec(),
        },
    )
}

fn collect(channel: &str, values: Vec<(String, Given)>) -> Collect {
    Collect {
        values,
        country: "US".parse().ok(),
        ..Collect::through(channel)
    }
}

fn about(person: PersonId, channel: &str, values: Vec<(String, Given)>) -> Collect {
    Collect {
        subject: Subject::Known(person),
        ..collect(channel, values)
    }
}

fn reading(person: PersonId, purpose: &str, fields: &[&str]) -> Command {
    let fields = fields.iter().map(|field| (*field).to_owned()).collect();
    Command::Use(Use {
        person,
        purpose: purpose.to_owned(),
        fields,
    })
}

fn disclosing(person: PersonId, recipient: &str, purpose: &str, compelled: bool) -> Command {
    Command::Disclose {
        person,
        recipient: recipient.to_owned(),
        purpose: purpose.to_owned(),
        fields: vec!["name".to_owned(), "email".to_owned()],
        compelled,
    }
}

/// Puts on record what the policy asks for, and grants tokens.
pub(super) async fn prepare(scene: &mut Scene<'_>) -> Result<Tokens, Failed> {
    scene.chapter = "What the policy asks for goes on record";
    let today = Day::of(scene.house.door.now());
    let (lapsed, later) = (Day(today.0 - 1).to_string(), Day(today.0 + 365).to_string());
    let undertaking = |recipient: &str, protection: &str| Evidence::Undertaking {
        recipient: recipient.to_owned(),
        protection: protection.to_owned(),
        until: later.clone(),
    };
    let report = |recipient: Option<&str>, assurance: &str, until: &str| Evidence::Assurance {
        recipient: recipient.map(str::to_owned),
        assurance: assurance.to_owned(),
        until: until.to_owned(),
    };
    let reviewed = |measure: &str| Evidence::Review {
        measure: measure.to_owned(),
        on: today.to_string(),
    };
    let evidence = [
        (
            "the CRM cloud's agreement",
            undertaking("crm-cloud", "processing-agreement"),
        ),
        (
            "the CRM cloud's report, valid for a year",
            report(Some("crm-cloud"), "soc-2", &later),
        ),
        (
            "the mail cloud's agreement",
            undertaking("mail-cloud", "processing-agreement"),
        ),
        (
            "the mail cloud's report, which lapsed",
            report(Some("mail-cloud"), "soc-2", &lapsed),
        ),
        (
            "the group's agreement with India",
            undertaking("group-in", "group-agreement"),
        ),
        (
            "counsel's professional secrecy",
            undertaking("outside-counsel", "professional-secrecy"),
        ),
        ("our own certificate", report(None, "iso-27001", &later)),
        ("a review of the locks", reviewed("physical-access")),
        ("a review of the network", reviewed("network-separation")),
        ("a review of the backups", reviewed("sealed-backups")),
        ("a review of who may see what", reviewed("access-review")),
    ];
    let administrator = caller::administrator();
    let who = ("administrator", &administrator);
    for (what, evidence) in evidence {
        scene
            .act(what, who, Command::Attest(evidence), Expected::Done)
            .await?;
    }
    Ok(Tokens {
        support: token(scene, "a token for support", "support").await?,
        marketing: token(scene, "a token for marketing", "marketing").await?,
        office: token(scene, "a token for the privacy office", "privacy-office").await?,
    })
}

async fn token(scene: &mut Scene<'_>, what: &'static str, role: &str) -> Result<String, Failed> {
    let door = &scene.house.door;
    let tomorrow = Day(Day::of(door.now()).0 + 2).start();
    let new = NewToken {
        kind: ActorKind::Staff,
        role: Some(role.to_owned()),
        purposes: None,
        expires: tomorrow.ok_or_else(|| Failed::new("the machine's clock is not right"))?,
    };
    let (secret, token) = door.draw_token(new)?;
    let grant = Administration::Grant {
        secret: secret.clone(),
        token,
    };
    let administrator = caller::administrator();
    let command = Command::Administer(grant);
    scene
        .act(
            what,
            ("administrator", &administrator),
            command,
            Expected::Done,
        )
        .await?;
    Ok(secret)
}

/// Somebody writes, and everybody wants something of what they wrote.
pub(super) async fn live(scene: &mut Scene<'_>) -> Result<PersonId, Failed> {
    scene.chapter = "Somebody writes to us";
    let person = arrive(scene).await?;
    scene.chapter = "What may not come in";
    keep_out(scene, person).await?;
    scene.chapter = "What is read, and what for";
    read(scene, person).await?;
    scene.chapter = "What the person says";
    choose(scene, person).await?;
    scene.chapter = "Who else sees it";
    share(scene, person).await?;
    Ok(person)
}

async fn arrive(scene: &mut Scene<'_>) -> Result<PersonId, Failed> {
    let support = caller::staff("support");
    let values = vec![
        text("name", NAME),
        text("email", EMAIL),
        text("message", "Where do I find last month's invoices?"),
    ];
    let command = Command::Collect(collect("website-form", values));
    let who = ("website", &support);
    let stored = scene
        .act("a form is filled in", who, command, Expected::Done)
        .await?;
    let Some(Effect::Stored { person, .. }) = stored else {
        return Err(
            Failed::new("the policy in force does not take in a filled-in form")
                .help("name the policy that comes with Kept with --policy"),
        );
    };
    let say = "Thank you. I was in hospital with pneumonia, so I answer late. It works now.";
    let message = about(person, "e-mail", vec![text("message", say)]);
    let who = ("mailbox", &support);
    let command = Command::Collect(message);
    scene
        .act(
            "a message mentions an illness",
            who,
            command,
            Expected::Done,
        )
        .await?;
    let recording = vec![file("call-recording", "call.wav", "audio/wav", RECORDING)];
    let told = Collect {
        notice_given: true,
        ..about(person, "telephone", recording)
    };
    let who = ("telephone", &support);
    let command = Command::Collect(told);
    scene
        .act(
            "a call is recorded, after the notice",
            who,
            command,
            Expected::Done,
        )
        .await?;
    Ok(person)
}

async fn keep_out(scene: &mut Scene<'_>, person: PersonId) -> Result<(), Failed> {
    let support = caller::staff("support");
    let today = Day::of(scene.house.door.now());
    let recording = || vec![file("call-recording", "call.wav", "audio/wav", RECORDING)];
    let letter = b"My doctor found that I have diabetes and need insulin every day.";
    let child = Collect {
        age: Some(11),
        ..collect(
            "website-form",
            vec![text("name", "Pip Marsh"), text("email", "pip@example.org")],
        )
    };
    let old = Collect {
        notice_given: true,
        collected_on: Some(Day(today.0 - 100)),
        ..about(person, "telephone", recording())
    };
    let letter = vec![file("attachment", "letter.txt", "text/plain", letter)];
    let course = vec![text("course-attended", "Prisma foundations")];
    let refused = [
        ("somebody aged eleven fills in the form", "website", child),
        (
            "a file that tells of an illness",
            "mailbox",
            about(person, "e-mail", letter),
        ),
        (
            "a call is recorded without notice",
            "telephone",
            about(person, "telephone", recording()),
        ),
        (
            "a course comes in by the form",
            "website",
            about(person, "website-form", course),
        ),
    ];
    for (act, who, collect) in refused {
        let command = Command::Collect(collect);
        scene
            .act(act, (who, &support), command, Expected::Refused)
            .await?;
    }
    let (act, who) = ("a call of a hundred days ago", ("telephone", &support));
    scene
        .act(act, who, Command::Collect(old), Expected::TurnedAway)
        .await?;
    Ok(())
}

async fn read(scene: &mut Scene<'_>, person: PersonId) -> Result<(), Failed> {
    use Expected::{Done, Refused, TurnedAway};
    let (support, marketing) = (caller::staff("support"), caller::staff("marketing"));
    let (people, office) = (
        caller::staff("human-resources"),
        caller::staff("privacy-office"),
    );
    let (trainer, administrator) = (caller::staff("trainer"), caller::administrator());
    let limited = Caller {
        purposes: Some(vec!["answer-you".to_owned()]),
        ..caller::staff("support")
    };
    let answer = |fields: &[&str]| reading(person, "answer-you", fields);
    let find = Command::Find {
        purpose: "answer-you".to_owned(),
        field: "email".to_owned(),
        value: EMAIL.to_owned(),
    };
    let claims = vec![("name".to_owned(), NAME.to_owned())];
    let verify = Command::Verify {
        person,
        purpose: "keep-secure".to_owned(),
        claims,
    };
    let listening = reading(person, "support-training", &["call-recording"]);
    let correcting = reading(person, "keep-up-to-date", &["name"]);
    for (act, who, command, expected) in [
        (
            "look up by e-mail address, to answer",
            ("support", &support),
            find,
            Done,
        ),
        (
            "compare a name on the telephone",
            ("support", &support),
            verify,
            Done,
        ),
        (
            "read name and address, to answer",
            ("support", &support),
            answer(&["name", "email"]),
            Done,
        ),
        (
            "the same",
            ("marketing", &marketing),
            answer(&["name", "email"]),
            Refused,
        ),
        (
            "the same",
            ("administrator", &administrator),
            answer(&["name"]),
            Refused,
        ),
        (
            "the same",
            ("people team", &people),
            answer(&["name"]),
            Refused,
        ),
        (
            "read for a purpose nobody declared",
            ("support", &support),
            reading(person, "curiosity", &["name"]),
            TurnedAway,
        ),
        (
            "listen to the call, to learn",
            ("trainer", &trainer),
            listening,
            Done,
        ),
        (
            "listen to the call, for marketing",
            ("marketing", &marketing),
            reading(person, "marketing", &["call-recording"]),
            Refused,
        ),
        (
            "read beyond the token's purpose",
            ("a program", &limited),
            correcting,
            Refused,
        ),
        (
            "read name and address, to write",
            ("marketing", &marketing),
            reading(person, "marketing", &["name", "email"]),
            Done,
        ),
        (
            "read all, without a legal ground",
            ("privacy office", &office),
            answer(&["name"]),
            Refused,
        ),
    ] {
        scene.act(act, who, command, expected).await?;
    }
    Ok(())
}

async fn choose(scene: &mut Scene<'_>, person: PersonId) -> Result<(), Failed> {
    use Expected::{Done, Refused};
    let herself = Caller::person();
    let (support, marketing) = (caller::staff("support"), caller::staff("marketing"));
    let researcher = caller::staff("researcher");
    let she = ("the person", &herself);
    let object = |purpose: &str| Command::Object {
        person,
        purpose: purpose.to_owned(),
        objects: true,
    };
    let consent = |given| Command::Consent {
        person,
        to: ConsentTo::Purpose("another-purpose".to_owned()),
        given,
        channel: "website-form".to_owned(),
    };
    let other = || reading(person, "another-purpose", &["message"]);
    let rectify = Command::Rectify {
        person,
        purpose: None,
        field: "name".to_owned(),
        value: "Ottilie Marsh-Whitfield".to_owned(),
        number: None,
    };
    let writing = reading(person, "marketing", &["name", "email"]);
    let answer = || reading(person, "answer-you", &["name"]);
    for (act, who, command, expected) in [
        ("no more marketing", she, object("marketing"), Done),
        (
            "read name and address, to write",
            ("marketing", &marketing),
            writing,
            Refused,
        ),
        (
            "read for something else",
            ("researcher", &researcher),
            other(),
            Refused,
        ),
        ("says yes to something else", she, consent(true), Done),
        (
            "read for something else",
            ("researcher", &researcher),
            other(),
            Done,
        ),
        ("takes the yes back", she, consent(false), Done),
        (
            "read for something else",
            ("researcher", &researcher),
            other(),
            Refused,
        ),
        ("corrects a name", she, rectify, Done),
        (
            "asks for a pause",
            she,
            Command::Restrict {
                person,
                paused: true,
            },
            Done,
        ),
        (
            "read the name, to answer",
            ("support", &support),
            answer(),
            Refused,
        ),
        (
            "lifts the pause",
            she,
            Command::Restrict {
                person,
                paused: false,
            },
            Done,
        ),
        (
            "read the name, to answer",
            ("support", &support),
            answer(),
            Done,
        ),
        (
            "asks for everything",
            she,
            Command::Export {
                person,
                right: Right::Access,
            },
            Done,
        ),
    ] {
        scene.act(act, who, command, expected).await?;
    }
    Ok(())
}

async fn share(scene: &mut Scene<'_>, person: PersonId) -> Result<(), Failed> {
    use Expected::{Done, Refused};
    let (support, marketing) = (caller::staff("support"), caller::staff("marketing"));
    let office = caller::staff("privacy-office");
    let agree = Command::Object {
        person,
        purpose: "marketing".to_owned(),
        objects: false,
    };
    let herself = Caller::person();
    let court = |compelled| disclosing(person, "authorities-us", "legal-duty", compelled);
    for (act, who, command, expected) in [
        (
            "show the CRM cloud, to answer",
            ("support", &support),
            disclosing(person, "crm-cloud", "answer-you", false),
            Done,
        ),
        (
            "show our office in India, to answer",
            ("support", &support),
            disclosing(person, "group-in", "answer-you", false),
            Done,
        ),
        (
            "show a cloud without an agreement",
            ("support", &support),
            disclosing(person, "support-cloud", "answer-you", false),
            Refused,
        ),
        (
            "marketing again, please",
            ("the person", &herself),
            agree,
            Done,
        ),
        (
            "show a cloud whose report lapsed",
            ("marketing", &marketing),
            disclosing(person, "mail-cloud", "marketing", false),
            Refused,
        ),
        (
            "show a client, whom no clause names",
            ("support", &support),
            disclosing(person, "clients", "answer-you", false),
            Refused,
        ),
        (
            "show a court that asks nicely",
            ("privacy office", &office),
            court(false),
            Refused,
        ),
        (
            "show a court that the law empowers",
            ("privacy office", &office),
            court(true),
            Done,
        ),
    ] {
        scene.act(act, who, command, expected).await?;
    }
    Ok(())
}

/// Erases the person; the answer is the erasure's ledger entry.
pub(super) async fn erase(scene: &mut Scene<'_>, person: PersonId) -> Result<u64, Failed> {
    scene.chapter = "The person asks to be forgotten";
    let (herself, support) = (Caller::person(), caller::staff("support"));
    let command = Command::Erase { person };
    scene
        .act(
            "asks to be erased",
            ("the person", &herself),
            command,
            Expected::Done,
        )
        .await?;
    let entry = scene.last_entry();
    let wanted = reading(person, "answer-you", &["name"]);
    let who = ("support", &support);
    scene
        .act(
            "read the name, to answer",
            who,
            wanted,
            Expected::TurnedAway,
        )
        .await?;
    entry.ok_or_else(|| Failed::new("the erasure left no entry in the ledger"))
}

/// Somebody of the samples, for the examples to read.
pub(super) async fn somebody(house: &House) -> Result<Option<String>, Failed> {
    let find = Command::Find {
        purpose: "answer-you".to_owned(),
        field: "email".to_owned(),
        value: KNOWN.to_owned(),
    };
    match house
        .door
        .perform(&caller::staff("support"), &find)
        .await?
        .outcome
    {
        Ok(Effect::Found(person)) => Ok(person.map(|person| person.to_string())),
        Ok(_) | Err(_) => Ok(None),
    }
}
