//! Global Privacy Control of somebody who is signed in: their browser says no for them, and it is
//! taken as their no to whatever their document lets them opt out of.
//! It is their own act, on record, and done once. What they agreed to, or allowed again after a no,
//! they said themselves, and a signal does not undo it.

use super::about_me::speaker;
use super::place::Place;
use super::trail::Entry;
use super::words::*;
use crate::api::{Api, Kind, Problem};
use crate::sign_in::session::SignedIn;
use kept_policy::Choice;
use kept_processing::{About, Command};
use kept_terms::{Act, Basis, Right};
use maud::{Markup, html};

phrases! {
    TAKEN = [
        "Your browser sends Global Privacy Control. We have taken it as your no to this, from this moment on:",
        "Votre navigateur envoie le signal Global Privacy Control. Nous l’avons pris pour votre refus, dès maintenant, de ceci :",
        "Ihr Browser sendet Global Privacy Control. Wir haben das als Ihr Nein hierzu genommen, ab sofort:",
        "您的浏览器发送了全球隐私控制（GPC）信号。我们已将其视为您即刻起对以下用途的拒绝：",
    ];
    CHANGE = ["See or change it", "Voir ou modifier", "Ansehen oder ändern", "查看或更改"];
}

/// Takes the signal as a no, where it is one and was not taken yet; the answer is to what.
pub(super) async fn taken(
    api: &Api,
    place: &Place,
    by: &SignedIn,
    about: &mut About,
    trail: &[(u64, Entry)],
) -> Result<Vec<String>, Problem> {
    let mut taken = Vec::new();
    for purpose in open(place, about, trail) {
        let no = Command::Object {
            person: by.person,
            purpose: purpose.clone(),
            objects: true,
        };
        match api.act(&by.caller, no, None).await {
            Ok(_) => {
                about.objections.push(purpose.clone());
                taken.push(purpose);
            }
            // Where the policy knows no such no, there is nothing to take.
            Err(problem) if problem.kind() == Kind::Refused => {}
            Err(problem) => return Err(problem),
        }
    }
    Ok(taken)
}

/// What somebody may opt out of and has said nothing about.
fn open(place: &Place, about: &About, trail: &[(u64, Entry)]) -> Vec<String> {
    if !place.gpc {
        return Vec::new();
    }
    let speaker = speaker(&place.policy, place.language, about.document.as_deref());
    let rules = speaker.document.map(|document| &document.rules);
    let grant = rules.and_then(|rules| rules.grant_of(Right::OptOut));
    let Some((rules, (_, grant))) = rules.zip(grant) else {
        return Vec::new();
    };
    let words = &place.policy.words.purposes;
    let without_asking = words.iter().filter(|(id, _)| {
        let r#use = rules.use_of(*id).map(|(_, r#use)| r#use);
        grant.purposes.contains(*id)
            && r#use.is_some_and(|it| it.choice != Choice::OptIn && it.basis != Basis::Consent)
    });
    let names = without_asking.map(|(id, _)| words.name(id).to_owned());
    let said = |name: &String| {
        about.objections.contains(name)
            || about
                .consents
                .iter()
                .any(|(of, it)| of == name && it.withdrawn_second.is_none())
            || trail.iter().any(|(_, entry)| {
                let allowed = entry.act == Act::Unobject.word();
                allowed && entry.is_done() && entry.purpose.as_ref() == Some(name)
            })
    };
    names.filter(|name| !said(name)).collect()
}

/// Tells what was taken, once.
pub(super) fn told(place: &Place, about: &About, taken: &[String]) -> Markup {
    let language = place.language;
    let speaker = speaker(&place.policy, language, about.document.as_deref());
    let purposes: Vec<String> = taken.iter().map(|name| speaker.purpose(name)).collect();
    html! {
        @if !taken.is_empty() {
            div.notice role="status" {
                p { (language.pick(TAKEN)) " " strong { (speaker.list(&purposes)) } }
                p { a href=(format!("/centre/{}/about-me/choices", language.tag())) {
                    (language.pick(CHANGE))
                } }
            }
        }
    }
}
