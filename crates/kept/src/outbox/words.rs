//! What messages say, in the languages of the documents: what is around every message, and the
//! messages that Kept writes by itself.
//! A text of the house is registered, and says nothing about anybody.

use kept_policy::Document;
use kept_processing::{Processing, Registered, Sqlite, Wording};
use std::collections::BTreeMap;

/// A language that messages are written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Language {
    English,
    French,
    German,
    Chinese,
}

impl Language {
    /// The language of a document; English where messages are not written in it.
    pub fn of(document: &Document) -> Language {
        match document.language.split('-').next() {
            Some("fr") => Language::French,
            Some("de") => Language::German,
            Some("zh") => Language::Chinese,
            Some(_) | None => Language::English,
        }
    }

    /// The tag of it.
    pub fn tag(self) -> &'static str {
        self.pick(["en", "fr", "de", "zh"])
    }

    /// The one of four texts that is in this language: English, French, German, Chinese.
    pub fn pick<T: Copy>(self, [english, french, german, chinese]: [T; 4]) -> T {
        match self {
            Language::English => english,
            Language::French => french,
            Language::German => german,
            Language::Chinese => chinese,
        }
    }
}

/// A sentence around a message; `{0}` is filled in.
pub(crate) type Phrase = [&'static str; 4];

pub(crate) const GREETING_NAMED: Phrase =
    ["Dear {0},", "Bonjour {0},", "Guten Tag {0},", "{0}，您好！"];
pub(crate) const GREETING: Phrase = ["Hello,", "Bonjour,", "Guten Tag,", "您好！"];
pub(crate) const WHY: Phrase = [
    "Why you get this: {0}.",
    "Pourquoi vous recevez ce message : {0}.",
    "Warum Sie das bekommen: {0}.",
    "您收到此邮件的原因：{0}。",
];
pub(crate) const POLICY: Phrase = [
    "What we hold, why, and what you may ask of us: {0}",
    "Ce que nous conservons, pourquoi, et vos droits : {0}",
    "Was wir speichern, wozu, und was Sie verlangen können: {0}",
    "我们保存什么、为何保存，以及您的权利：{0}",
];
pub(crate) const STOP: Phrase = [
    "To get no more of these: {0}",
    "Pour ne plus en recevoir : {0}",
    "Wenn Sie das nicht mehr bekommen möchten: {0}",
    "不想再收到此类邮件：{0}",
];
pub(crate) const WRITE_TO: Phrase = [
    "Write to us at {0}.",
    "Écrivez-nous à {0}.",
    "Schreiben Sie uns an {0}.",
    "联系我们：{0}。",
];

/// The messages that Kept writes by itself: template, subject, text.
const OWN: [(&str, Phrase, Phrase); 2] = [
    (
        "policy-change",
        [
            "Our privacy policy changes",
            "Notre politique de confidentialité change",
            "Unsere Datenschutzerklärung ändert sich",
            "我们的隐私政策有变更",
        ],
        [
            "Our privacy policy changes, and the change touches what we hold about you.\n\nThe \
             new version, with what is different in it, stands on the page named below. You need \
             to do nothing. If you do not agree with it, tell us, or use your rights as the page \
             describes them.",
            "Notre politique de confidentialité change, et cela touche ce que nous conservons à \
             votre sujet.\n\nLa nouvelle version et ce qui la distingue de la précédente se \
             trouvent à la page indiquée ci-dessous. Vous n’avez rien à faire. Si vous n’êtes pas \
             d’accord, dites-le-nous, ou exercez vos droits comme la page le décrit.",
            "Unsere Datenschutzerklärung ändert sich, und die Änderung betrifft, was wir über Sie \
             gespeichert haben.\n\nDie neue Fassung und was an ihr anders ist, steht auf der unten \
             genannten Seite. Sie müssen nichts tun. Wenn Sie nicht einverstanden sind, sagen Sie \
             es uns, oder nutzen Sie Ihre Rechte, wie die Seite sie beschreibt.",
            "我们的隐私政策有变更，且涉及我们保存的与您有关的信息。\n\n新版本及其变化之处见下方所列\
             页面。您无需采取任何行动。如果您不同意，请告诉我们，或按页面所述行使您的权利。",
        ],
    ),
    (
        "correspondence",
        [
            "A message for you",
            "Un message pour vous",
            "Eine Nachricht für Sie",
            "给您的消息",
        ],
        ["", "", "", ""],
    ),
];

/// Whether there is a template for a purpose: one of Kept's own, for any, or a registered one.
pub fn is_template(door: &Processing<Sqlite>, template: &str, purpose: &str) -> bool {
    let own = OWN.iter().any(|(name, ..)| *name == template);
    own || registered(door).any(|(id, of, _)| id == template && of == purpose)
}

/// The names of all templates there are.
pub fn known_templates(door: &Processing<Sqlite>) -> Vec<String> {
    let own = OWN.iter().map(|(name, ..)| (*name).to_owned());
    own.chain(registered(door).map(|(id, ..)| id)).collect()
}

/// What a template says in a language; in English, or else in any, where it is not written in it.
pub(super) fn wording(
    door: &Processing<Sqlite>,
    template: &str,
    purpose: &str,
    language: Language,
) -> Option<Wording> {
    if let Some((_, subject, body)) = OWN.iter().find(|(name, ..)| *name == template) {
        return Some(Wording {
            subject: language.pick(*subject).to_owned(),
            body: language.pick(*body).to_owned(),
        });
    }
    let mut all = registered(door);
    let (_, _, texts) = all.find(|(id, of, _)| id == template && of == purpose)?;
    let text = texts.get(language.tag()).or_else(|| texts.get("en"));
    text.or_else(|| texts.values().next()).cloned()
}

type Registration = (String, String, BTreeMap<String, Wording>);

/// Registered templates: identifier, purpose, and texts by language.
fn registered(door: &Processing<Sqlite>) -> impl Iterator<Item = Registration> {
    door.registered().into_iter().filter_map(|registered| {
        let Registered::Template { id, purpose, texts } = registered else {
            return None;
        };
        Some((id, purpose, texts))
    })
}
