//! What the office does before the day begins: evidence goes on record, tokens are granted.

use super::scene::{Scene, Who};
use crate::cli::{Failed, caller};
use kept_processing::{Administration, Command, Evidence, NewToken, Registered};
use kept_terms::{ActorKind, Day};

/// The secrets of tokens that last a day.
pub(super) struct Tokens {
    /// Of somebody in support.
    pub support: String,
    /// Of somebody in marketing.
    pub marketing: String,
    /// Of somebody in the privacy office.
    pub office: String,
}

fn administrator() -> Who {
    Who {
        name: "administrator",
        caller: caller::administrator(),
    }
}

/// Registers the courses that the samples speak of; without them the samples' profiles are refused.
pub(super) async fn list_courses(scene: &mut Scene<'_>) -> Result<(), Failed> {
    scene.chapter = "The courses that the samples speak of are registered";
    let who = administrator();
    for course in catalogue()? {
        let register = Command::Administer(Administration::Register(course));
        scene
            .done("a course for the catalogue", &who, register)
            .await?;
    }
    Ok(())
}

/// Puts on record what the policy asks for, and grants tokens.
pub(super) async fn prepare(scene: &mut Scene<'_>) -> Result<Tokens, Failed> {
    scene.chapter = "What the policy asks for goes on record";
    let who = administrator();
    for (what, evidence) in evidence(Day::of(scene.house.door.now())) {
        scene.done(what, &who, Command::Attest(evidence)).await?;
    }
    Ok(Tokens {
        support: token(scene, &who, "a token for support", "support").await?,
        marketing: token(scene, &who, "a token for marketing", "marketing").await?,
        office: token(
            scene,
            &who,
            "a token for the privacy office",
            "privacy-office",
        )
        .await?,
    })
}

/// The courses that the samples speak of.
fn catalogue() -> Result<Vec<Registered>, Failed> {
    let catalogue = include_str!("../../../../samples/catalogue.json");
    serde_json::from_str(catalogue)
        .map_err(|cause| Failed::new(format!("the catalogue does not fit: {cause}")))
}

/// Everything that the policy wants to see, save for one report that lapsed and one agreement that
/// nobody signed.
fn evidence(today: Day) -> [(&'static str, Evidence); 11] {
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
    let reviewed = |measure: &str| {
        let (measure, on) = (measure.to_owned(), today.to_string());
        Evidence::Review { measure, on }
    };
    let (agreement, group) = ("processing-agreement", "group-agreement");
    [
        (
            "the CRM cloud's agreement",
            undertaking("crm-cloud", agreement),
        ),
        (
            "the CRM cloud's report",
            report(Some("crm-cloud"), "soc-2", &later),
        ),
        (
            "the mail cloud's agreement",
            undertaking("mail-cloud", agreement),
        ),
        (
            "the mail cloud's report, which lapsed",
            report(Some("mail-cloud"), "soc-2", &lapsed),
        ),
        (
            "the group's agreement with India",
            undertaking("group-in", group),
        ),
        (
            "counsel's secrecy",
            undertaking("outside-counsel", "professional-secrecy"),
        ),
        ("our own certificate", report(None, "iso-27001", &later)),
        ("a review of the locks", reviewed("physical-access")),
        ("a review of the network", reviewed("network-separation")),
        ("a review of the backups", reviewed("sealed-backups")),
        ("a review of who may see what", reviewed("access-review")),
    ]
}

async fn token(
    scene: &mut Scene<'_>,
    who: &Who,
    what: &'static str,
    role: &str,
) -> Result<String, Failed> {
    let door = &scene.house.door;
    let ends = Day(Day::of(door.now()).0 + 2).start();
    let new = NewToken {
        kind: ActorKind::Staff,
        role: Some(role.to_owned()),
        purposes: None,
        home: None,
        expires: ends.ok_or_else(|| Failed::new("the machine's clock is not right"))?,
    };
    let (secret, token) = door.draw_token(new)?;
    let grant = Administration::Grant {
        secret: secret.clone(),
        token,
    };
    scene.done(what, who, Command::Administer(grant)).await?;
    Ok(secret)
}
