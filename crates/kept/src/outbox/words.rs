//! What messages say, in the languages of the documents: what is around every message, and the
//! messages that Kept writes by itself.
//! A text of the house is registered, and says nothing about anybody.

mod cases;
mod clients;

pub(super) use clients::filled;

use kept_policy::Document;
use kept_processing::{Door, Outgoing, Registered, Wording};
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

    /// All of them.
    pub const ALL: [Language; 4] = [
        Language::English,
        Language::French,
        Language::German,
        Language::Chinese,
    ];

    /// The language of a tag, exactly as addresses write it.
    pub fn of_tag(tag: &str) -> Option<Language> {
        Language::ALL.into_iter().find(|known| known.tag() == tag)
    }

    /// The first language of a browser's list that pages are written in; English where none is.
    pub fn spoken(list: &str) -> Language {
        let tags = list
            .split(',')
            .filter_map(|part| part.split([';', '-']).next());
        let mut known = tags.filter_map(|tag| Language::of_tag(&tag.trim().to_ascii_lowercase()));
        known.next().unwrap_or(Language::English)
    }

    /// What it calls itself.
    pub fn name(self) -> &'static str {
        self.pick(["English", "Français", "Deutsch", "中文"])
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
const OWN: [(&str, Phrase, Phrase); 7] = [
    (
        "sign-in-code",
        ["Your code", "Votre code", "Ihr Code", "您的验证码"],
        [
            "Somebody asked to sign in with your address. If it was you, this is your code; it \
             holds for ten minutes, once, and in the window that you asked from.\n\n{0}\n\nTell \
             it to nobody; we never ask for it. If it was not you, do nothing: without the code \
             nobody gets in.",
            "Quelqu’un a demandé à se connecter avec votre adresse. Si c’était vous, voici votre \
             code ; il vaut dix minutes, une seule fois, et dans la fenêtre d’où vous l’avez \
             demandé.\n\n{0}\n\nNe le dites à personne ; nous ne le demandons jamais. Si ce \
             n’était pas vous, ne faites rien : sans le code, personne n’entre.",
            "Jemand wollte sich mit Ihrer Adresse anmelden. Wenn Sie das waren, ist dies Ihr Code; \
             er gilt zehn Minuten, einmal, und in dem Fenster, aus dem Sie ihn angefordert \
             haben.\n\n{0}\n\nSagen Sie ihn niemandem; wir fragen nie danach. Wenn Sie das nicht \
             waren, tun Sie nichts: Ohne den Code kommt niemand hinein.",
            "有人请求用您的邮箱地址登录。如果是您本人，请使用以下验证码；验证码十分钟内有效，仅可使用\
             一次，且只能在您发起请求的窗口中使用。\n\n{0}\n\n请勿告诉任何人，我们绝不会索要验证码。\
             如果不是您本人，请忽略此邮件：没有验证码，任何人都无法登录。",
        ],
    ),
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
        "survey-invitation",
        [
            "A few questions, if you like",
            "Quelques questions, si vous le voulez bien",
            "Ein paar Fragen, wenn Sie mögen",
            "想请您回答几个问题",
        ],
        [
            "We would like to ask you a few questions about our work. Whether you answer is up to \
             you, and nothing depends on it.\n\nAnswers are read for research alone, and results \
             are shown only as sums over many people.",
            "Nous aimerions vous poser quelques questions sur notre travail. Vous répondez ou non, \
             comme vous l’entendez, sans aucune conséquence.\n\nLes réponses ne servent qu’à \
             l’étude, et les résultats ne sont montrés qu’en nombres réunissant beaucoup de \
             personnes.",
            "Wir würden Ihnen gern einige Fragen zu unserer Arbeit stellen. Ob Sie antworten, \
             entscheiden Sie; es hängt nichts davon ab.\n\nAntworten werden nur zur Auswertung \
             gelesen, und Ergebnisse werden nur als Summen über viele Menschen gezeigt.",
            "我们想就我们的工作请您回答几个问题。是否作答由您决定，不会因此产生任何影响。\n\n\
             答复仅用于研究，结果仅以多人汇总的形式呈现。",
        ],
    ),
    (
        "confirm-details",
        [
            "Is this still right?",
            "Est-ce toujours exact ?",
            "Stimmt das noch?",
            "这些信息还准确吗？",
        ],
        [
            "It has been a while since you told us how to reach you. Is it still right?\n\nIf \
             something has changed, tell us, and we put it right. If nothing has, a short answer \
             is enough.",
            "Il y a quelque temps que vous nous avez indiqué comment vous joindre. Est-ce toujours \
             exact ?\n\nSi quelque chose a changé, dites-le-nous et nous le corrigerons. Sinon, \
             une réponse brève suffit.",
            "Es ist eine Weile her, dass Sie uns gesagt haben, wie wir Sie erreichen. Stimmt es \
             noch?\n\nWenn sich etwas geändert hat, sagen Sie es uns, und wir berichtigen es. \
             Wenn nicht, genügt eine kurze Antwort.",
            "距您告知我们联系方式已有一段时间。这些信息还准确吗？\n\n如有变化，请告诉我们，我们会\
             更正；如无变化，简短回复即可。",
        ],
    ),
    (
        "disclosed-to-authority",
        [
            "We had to show something to an authority",
            "Nous avons dû transmettre des informations à une autorité",
            "Wir mussten einer Behörde etwas zeigen",
            "我们依法向主管机关提供了信息",
        ],
        [
            "The law compelled us to show an authority some of what we hold about you. Two of our \
             people approved it, and no more was shown than was demanded.\n\nAsk us, and we tell \
             you what it was, to whom it went and on what ground.",
            "La loi nous a contraints de transmettre à une autorité une partie de ce que nous \
             conservons à votre sujet. Deux personnes de chez nous l’ont approuvé, et rien de plus \
             que ce qui était exigé n’a été transmis.\n\nDemandez-nous ce que c’était, à qui et à \
             quel titre : nous vous répondrons.",
            "Das Gesetz hat uns gezwungen, einer Behörde einiges von dem zu zeigen, was wir über \
             Sie gespeichert haben. Zwei unserer Leute haben dem zugestimmt, und gezeigt wurde nur, \
             was verlangt war.\n\nFragen Sie uns: Wir sagen Ihnen, was es war, wohin es ging und \
             auf welcher Grundlage.",
            "法律要求我们向主管机关提供我们保存的您的部分信息。此事经我方两人批准，所提供的未超出要求\
             范围。\n\n您可以询问我们提供了什么、提供给谁以及依据何在，我们会答复您。",
        ],
    ),
    (
        "emergency-access",
        [
            "Your information was looked at in an emergency",
            "Vos informations ont été consultées en urgence",
            "In einem Notfall wurde in Ihre Angaben gesehen",
            "您的信息在紧急情况下被查阅",
        ],
        [
            "In an emergency one of our people looked at some of what we hold about you. Somebody \
             else had to agree, the access has ended by itself, and each look is on \
             record.\n\nAsk us, and we tell you what was looked at, and why.",
            "Dans une situation d’urgence, une personne de chez nous a consulté une partie de ce \
             que nous conservons à votre sujet. Une autre a dû l’approuver, l’accès a pris fin de \
             lui-même, et chaque consultation est consignée.\n\nDemandez-nous ce qui a été \
             consulté et pourquoi : nous vous répondrons.",
            "In einem Notfall hat jemand von uns einiges von dem angesehen, was wir über Sie \
             gespeichert haben. Jemand anderes musste zustimmen, der Zugang ist von selbst zu Ende \
             gegangen, und jeder Blick ist festgehalten.\n\nFragen Sie uns: Wir sagen Ihnen, was \
             angesehen wurde und warum.",
            "在紧急情况下，我们的一名人员查阅了我们保存的您的部分信息。该访问须经另一人同意，已自动\
             结束，每次查阅均有记录。\n\n您可以询问查阅了什么以及原因，我们会答复您。",
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

/// Every message that Kept writes by itself.
fn own() -> impl Iterator<Item = &'static (&'static str, Phrase, Phrase)> {
    OWN.iter().chain(&cases::OWN).chain(&clients::OWN)
}

/// Whether there is a template for a purpose: one of Kept's own, for any, or a registered one.
pub fn is_template(door: &Door, template: &str, purpose: &str) -> bool {
    let own = own().any(|(name, ..)| *name == template);
    own || registered(door).any(|(id, of, _)| id == template && of == purpose)
}

/// The names of all templates there are.
pub fn known_templates(door: &Door) -> Vec<String> {
    let own = own().map(|(name, ..)| (*name).to_owned());
    own.chain(registered(door).map(|(id, ..)| id)).collect()
}

/// What a message says in a language; in English, or else in any, where it is not written in it.
pub(super) fn wording(door: &Door, message: &Outgoing, language: Language) -> Option<Wording> {
    let Outgoing {
        template, purpose, ..
    } = message;
    if let Some((_, subject, body)) = own().find(|(name, ..)| name == template) {
        let filled = |text: Phrase| match cases::OWN.iter().any(|(name, ..)| name == template) {
            true => cases::filled(language.pick(text), &message.about),
            false => language.pick(text).to_owned(),
        };
        return Some(Wording {
            subject: filled(*subject),
            body: filled(*body),
        });
    }
    let mut all = registered(door);
    let (_, _, texts) = all.find(|(id, of, _)| id == template && of == purpose)?;
    let text = texts.get(language.tag()).or_else(|| texts.get("en"));
    text.or_else(|| texts.values().next()).cloned()
}

type Registration = (String, String, BTreeMap<String, Wording>);

/// Registered templates: identifier, purpose, and texts by language.
fn registered(door: &Door) -> impl Iterator<Item = Registration> {
    door.registered().into_iter().filter_map(|registered| {
        let Registered::Template { id, purpose, texts } = registered else {
            return None;
        };
        Some((id, purpose, texts))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_that_is_queued_by_kept_is_written_in_every_language() {
        for queued in [
            kept_processing::CHANGE_TEMPLATE,
            "sign-in-code",
            "survey-invitation",
            "confirm-details",
            "disclosed-to-authority",
            "emergency-access",
            "case-received",
            "case-identity-wanted",
            "case-waiting",
            "case-extended",
            "case-ended",
            "breach",
            "case-due",
            "breach-client",
            kept_processing::CLIENT_CHANGE_TEMPLATE,
        ] {
            let own = own().find(|(name, ..)| *name == queued);
            let (_, subject, body) = own.unwrap();
            for text in subject.iter().chain(body) {
                assert!(!text.trim().is_empty(), "{queued}");
                assert!(!text.contains("  "), "{queued}: {text}");
            }
        }
    }
}
