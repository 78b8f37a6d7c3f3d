//! A day's worth of acts under the policy that comes with Kept, and how each should end.

use super::samples::RECORDING;
use super::scene::{Scene, Who};
use crate::cli::{Failed, House, caller};
use kept_processing::*;
use kept_terms::{Day, PersonId, Right};

/// An invented person whose day it is, at an address that nobody has.
const NAME: &str = "Ottilie Marsh";
const EMAIL: &str = "ottilie.marsh@example.com";

/// Somebody of the samples who stays.
const KNOWN: &str = "maria.whitlock@example.com";

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

/// Somebody of the staff, under the name of the role.
fn staff(role: &'static str) -> Who {
    as_role(role, role)
}

/// Somebody or something that acts in a role, under another name.
fn as_role(name: &'static str, role: &str) -> Who {
    Who {
        name,
        caller: caller::staff(role),
    }
}

fn herself() -> Who {
    Who {
        name: "the person",
        caller: Caller::person(),
    }
}

/// Somebody writes, and everybody wants something of what they wrote.
pub(super) async fn live(scene: &mut Scene<'_>) -> Result<PersonId, Failed> {
    scene.chapter = "Somebody writes to us";
    let person = arrive(scene).await?;
    scene.chapter = "What may not come in";
    keep_out(scene, person).await?;
    scene.chapter = "What is read, and what for";
    answer(scene, person).await?;
    use_otherwise(scene, person).await?;
    scene.chapter = "What the person says";
    choose(scene, person).await?;
    pause(scene, person).await?;
    scene.chapter = "Who else sees it";
    share(scene, person).await?;
    Ok(person)
}

/// The sample recording: a call of somebody who is known.
pub(super) async fn record_a_call(scene: &mut Scene<'_>) -> Result<(), Failed> {
    scene.chapter = "A call comes in";
    let mut values = vec![text("email", KNOWN)];
    values.extend(recording());
    let call = Collect {
        notice_given: true,
        ..collect("telephone", values)
    };
    let telephone = as_role("telephone", "support");
    let act = "somebody known calls, and hears the notice";
    scene
        .done(act, &telephone, Command::Collect(call))
        .await
        .map(drop)
}

async fn arrive(scene: &mut Scene<'_>) -> Result<PersonId, Failed> {
    let values = vec![
        text("name", NAME),
        text("email", EMAIL),
        text("message", "Where do I find last month's invoices?"),
    ];
    let form = Command::Collect(collect("website-form", values));
    let stored = scene
        .done("a form is filled in", &as_role("website", "support"), form)
        .await?;
    let Some(Effect::Stored { person, .. }) = stored else {
        return Err(
            Failed::new("the policy in force does not take in a filled-in form")
                .help("name the policy that comes with Kept with --policy"),
        );
    };
    let say = "Thank you. I was in hospital with pneumonia, so I answer late. It works now.";
    let message = Command::Collect(about(person, "e-mail", vec![text("message", say)]));
    let mailbox = as_role("mailbox", "support");
    scene
        .done("a message mentions an illness", &mailbox, message)
        .await?;
    let told = Collect {
        notice_given: true,
        ..about(person, "telephone", recording())
    };
    let telephone = as_role("telephone", "support");
    scene
        .done(
            "a call is recorded, after the notice",
            &telephone,
            Command::Collect(told),
        )
        .await?;
    Ok(person)
}

/// A recorded call.
fn recording() -> Vec<(String, Given)> {
    vec![file("call-recording", "call.wav", "audio/wav", RECORDING)]
}

async fn keep_out(scene: &mut Scene<'_>, person: PersonId) -> Result<(), Failed> {
    let (website, mailbox) = (as_role("website", "support"), as_role("mailbox", "support"));
    let telephone = as_role("telephone", "support");
    let values = vec![
        text("name", "Pip Marsh"),
        text("email", "pip.marsh@example.org"),
    ];
    let child = Collect {
        age: Some(11),
        ..collect("website-form", values)
    };
    let child = Command::Collect(child);
    scene
        .refused("somebody aged eleven fills in the form", &website, child)
        .await?;
    let letter = b"My doctor found that I have diabetes and need insulin every day.";
    let letter = vec![file("attachment", "letter.txt", "text/plain", letter)];
    let letter = Command::Collect(about(person, "e-mail", letter));
    scene
        .refused("a file that tells of an illness", &mailbox, letter)
        .await?;
    let untold = Command::Collect(about(person, "telephone", recording()));
    scene
        .refused("a call is recorded without notice", &telephone, untold)
        .await?;
    let course = vec![text("course-attended", "Prisma foundations")];
    let course = Command::Collect(about(person, "website-form", course));
    scene
        .refused("a course comes in by the form", &website, course)
        .await?;
    let long_ago = Day(Day::of(scene.house.door.now()).0 - 100);
    let old = Collect {
        notice_given: true,
        collected_on: Some(long_ago),
        ..about(person, "telephone", recording())
    };
    scene
        .turned_away(
            "a call of a hundred days ago",
            &telephone,
            Command::Collect(old),
        )
        .await
}

async fn answer(scene: &mut Scene<'_>, person: PersonId) -> Result<(), Failed> {
    let support = staff("support");
    let find = Command::Find {
        purpose: "answer-you".to_owned(),
        field: "email".to_owned(),
        value: EMAIL.to_owned(),
    };
    scene
        .done("look up by e-mail address, to answer", &support, find)
        .await?;
    let claims = vec![("name".to_owned(), NAME.to_owned())];
    let verify = Command::Verify {
        person,
        purpose: "keep-secure".to_owned(),
        claims,
    };
    scene
        .done("compare a name on the telephone", &support, verify)
        .await?;
    let both = || reading(person, "answer-you", &["name", "email"]);
    scene
        .done("read name and address, to answer", &support, both())
        .await?;
    scene
        .refused("the same", &staff("marketing"), both())
        .await?;
    scene
        .refused(
            "the same",
            &as_role("people team", "human-resources"),
            both(),
        )
        .await?;
    scene
        .refused(
            "the same",
            &as_role("privacy office", "privacy-office"),
            both(),
        )
        .await?;
    let administrator = Who {
        name: "administrator",
        caller: caller::administrator(),
    };
    scene.refused("the same", &administrator, both()).await
}

async fn use_otherwise(scene: &mut Scene<'_>, person: PersonId) -> Result<(), Failed> {
    let (support, marketing) = (staff("support"), staff("marketing"));
    let curious = reading(person, "curiosity", &["name"]);
    scene
        .turned_away("read for a purpose nobody declared", &support, curious)
        .await?;
    let listening = reading(person, "support-training", &["call-recording"]);
    scene
        .done("listen to the call, to learn", &staff("trainer"), listening)
        .await?;
    let listening = reading(person, "marketing", &["call-recording"]);
    scene
        .refused("listen to the call, for marketing", &marketing, listening)
        .await?;
    let mut program = as_role("a program", "support");
    program.caller.purposes = Some(vec!["answer-you".to_owned()]);
    let correcting = reading(person, "keep-up-to-date", &["name"]);
    scene
        .refused("read beyond the token's purpose", &program, correcting)
        .await?;
    let writing = reading(person, "marketing", &["name", "email"]);
    scene
        .done("read name and address, to write", &marketing, writing)
        .await
        .map(drop)
}

async fn choose(scene: &mut Scene<'_>, person: PersonId) -> Result<(), Failed> {
    let (she, researcher) = (herself(), staff("researcher"));
    let purpose = "marketing".to_owned();
    let object = Command::Object {
        person,
        purpose,
        objects: true,
    };
    scene.done("wants no more marketing", &she, object).await?;
    let writing = reading(person, "marketing", &["name", "email"]);
    scene
        .refused(
            "read name and address, to write",
            &staff("marketing"),
            writing,
        )
        .await?;
    let consent = |given| Command::Consent {
        person,
        to: ConsentTo::Purpose("another-purpose".to_owned()),
        given,
        channel: "website-form".to_owned(),
    };
    let other = || reading(person, "another-purpose", &["message"]);
    scene
        .refused("read messages for something else", &researcher, other())
        .await?;
    scene
        .done("says yes to something else", &she, consent(true))
        .await?;
    scene
        .done("read messages for something else", &researcher, other())
        .await?;
    scene
        .done("takes the yes back", &she, consent(false))
        .await?;
    scene
        .refused("read messages for something else", &researcher, other())
        .await
}

async fn pause(scene: &mut Scene<'_>, person: PersonId) -> Result<(), Failed> {
    let (she, support) = (herself(), staff("support"));
    let rectify = Command::Rectify {
        person,
        purpose: None,
        field: "name".to_owned(),
        value: "Ottilie Marsh-Whitfield".to_owned(),
        number: None,
    };
    scene.done("corrects a name", &she, rectify).await?;
    let name = || reading(person, "answer-you", &["name"]);
    scene
        .done(
            "asks for a pause",
            &she,
            Command::Restrict {
                person,
                paused: true,
            },
        )
        .await?;
    scene
        .refused("read the name, to answer", &support, name())
        .await?;
    scene
        .done(
            "lifts the pause",
            &she,
            Command::Restrict {
                person,
                paused: false,
            },
        )
        .await?;
    scene
        .done("read the name, to answer", &support, name())
        .await?;
    let everything = Command::Export {
        person,
        right: Right::Access,
    };
    scene
        .done("asks for everything", &she, everything)
        .await
        .map(drop)
}

async fn share(scene: &mut Scene<'_>, person: PersonId) -> Result<(), Failed> {
    let (support, marketing) = (staff("support"), staff("marketing"));
    let office = as_role("privacy office", "privacy-office");
    let to = |recipient| disclosing(person, recipient, "answer-you", false);
    scene
        .done("show the CRM cloud, to answer", &support, to("crm-cloud"))
        .await?;
    scene
        .done(
            "show our office in India, to answer",
            &support,
            to("group-in"),
        )
        .await?;
    scene
        .refused(
            "show a cloud without an agreement",
            &support,
            to("support-cloud"),
        )
        .await?;
    let purpose = "marketing".to_owned();
    let again = Command::Object {
        person,
        purpose,
        objects: false,
    };
    scene
        .done("wants marketing again", &herself(), again)
        .await?;
    let mail = disclosing(person, "mail-cloud", "marketing", false);
    scene
        .refused("show a cloud whose report lapsed", &marketing, mail)
        .await?;
    scene
        .refused(
            "show a client, whom no clause names",
            &support,
            to("clients"),
        )
        .await?;
    let court = |compelled| disclosing(person, "authorities-us", "legal-duty", compelled);
    scene
        .refused("show a court that asks nicely", &office, court(false))
        .await?;
    scene
        .refused("show a court, with nobody's approval", &office, court(true))
        .await?;
    obey(scene, person).await
}

/// A court order, which two others must approve.
async fn obey(scene: &mut Scene<'_>, person: PersonId) -> Result<(), Failed> {
    let office = |name: &'static str| {
        let caller = Caller {
            id: format!("demo:{name}"),
            ..caller::staff("privacy-office")
        };
        Who { name, caller }
    };
    let (first, second, third) = (office("office-1"), office("office-2"), office("office-3"));
    let order = Proposal::Disclosure {
        person,
        recipient: "authorities-us".to_owned(),
        purpose: "legal-duty".to_owned(),
        fields: vec!["name".to_owned(), "email".to_owned()],
        compelled: true,
        legal_basis: "18-usc-2703".to_owned(),
        reference: "1:26-cv-01234".to_owned(),
        silent_until: None,
    };
    let asked = scene
        .done(
            "bring a court order forward",
            &first,
            Command::Propose(order),
        )
        .await?;
    let Some(Effect::Named(approval)) = asked else {
        return Err(Failed::new("the door gave no name to what was proposed"));
    };
    let listing = Command::Show(Showing::Approvals);
    let shown = scene
        .done("look at what waits for approval", &second, listing)
        .await?;
    let digest = match shown {
        Some(Effect::Listed(Listed::Approvals(all))) => {
            let ours = all.into_iter().find(|it| it.id == approval);
            ours.map(|it| it.digest).unwrap_or_default()
        }
        Some(_) | None => String::new(),
    };
    let approve = || Command::Approve {
        approval: approval.clone(),
        digest: digest.clone(),
    };
    scene
        .refused("approve one's own request", &first, approve())
        .await?;
    scene.done("approve it", &second, approve()).await?;
    scene.done("approve it too", &third, approve()).await?;
    scene
        .done(
            "show the court what was approved",
            &first,
            Command::CarryOut { approval },
        )
        .await
        .map(drop)
}

/// Erases the person; the answer is the erasure's ledger entry.
pub(super) async fn erase(scene: &mut Scene<'_>, person: PersonId) -> Result<u64, Failed> {
    scene.chapter = "The person asks to be forgotten";
    scene
        .done("asks to be erased", &herself(), Command::Erase { person })
        .await?;
    let entry = scene.last_entry();
    let name = reading(person, "answer-you", &["name"]);
    scene
        .turned_away("read the name, to answer", &staff("support"), name)
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
