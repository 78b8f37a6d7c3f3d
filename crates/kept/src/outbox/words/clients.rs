//! What clients are told of a new version, in the languages of the documents.
//! `{day}` and `{firms}` are filled in; a paragraph is left out where what it names is not there.
//! Nothing in it says anything about anybody.

use super::Phrase;

/// Template, subject, text.
pub(super) const OWN: [(&str, Phrase, Phrase); 1] = [(
    "policy-change-client",
    [
        "What we hold for you: new rules from {day}",
        "Ce que nous détenons pour vous : nouvelles règles à partir du {day}",
        "Was wir für Sie speichern: neue Regeln ab {day}",
        "我们为贵方保存的信息：自 {day} 起适用新规则",
    ],
    [
        "From {day} on we handle what we hold for you under a new version of our policy.\n\nThese \
         firms work for us on it, and for each of them something is new: that it is called in, what \
         it gets, on which terms, or where it is: {firms}.\n\nThe new version, with what is \
         different in it, stands on the page named below. If you do not agree, tell us before that \
         day: without your instruction nothing is passed on.",
        "À partir du {day}, ce que nous détenons pour vous est régi par une nouvelle version de notre \
         politique.\n\nCes entreprises y travaillent pour nous, et pour chacune quelque chose est \
         nouveau : son intervention, ce qu’elle reçoit, à quelles conditions, ou le lieu où elle se \
         trouve : {firms}.\n\nLa nouvelle version et ce qui la distingue de la précédente se \
         trouvent à la page indiquée ci-dessous. Si vous n’êtes pas d’accord, dites-le-nous avant ce \
         jour : sans votre instruction, rien n’est transmis.",
        "Ab {day} gilt für das, was wir für Sie speichern, eine neue Fassung unserer \
         Erklärung.\n\nDiese Firmen arbeiten dabei für uns, und bei jeder ist etwas neu: dass sie \
         hinzukommt, was sie erhält, zu welchen Bedingungen, oder wo sie sitzt: {firms}.\n\nDie neue \
         Fassung und was an ihr anders ist, steht auf der unten genannten Seite. Wenn Sie nicht \
         einverstanden sind, sagen Sie es uns vor diesem Tag: Ohne Ihre Weisung geben wir nichts \
         weiter.",
        "自 {day} 起，我们为贵方保存的信息适用我们政策的新版本。\n\n以下公司为我们处理相关工作，且均有变化\
         （新加入、获得的内容、条件或所在地）：{firms}。\n\n新版本及其变化之处见下方所列页面。如不同意，请在该\
         日之前告知我们：没有贵方的指示，我们不会向外提供任何内容。",
    ],
)];

/// A text with what it has places for filled in, by name; a paragraph whose filling is empty is
/// left out.
pub(in crate::outbox) fn filled(text: &str, with: &[(&'static str, String)]) -> String {
    let place = |name: &str| format!("{{{name}}}");
    let missing = |paragraph: &&str| {
        let mut empty = with.iter().filter(|(_, value)| value.is_empty());
        empty.any(|(name, _)| paragraph.contains(&place(name)))
    };
    let kept = text.split("\n\n").filter(|paragraph| !missing(paragraph));
    let text = kept.collect::<Vec<_>>().join("\n\n");
    with.iter().fold(text, |text, (name, value)| {
        text.replace(&place(name), value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_without_its_filling_is_left_out() {
        let text = "From {day} on.\n\nThese: {firms}.\n\nThat is all.";
        let with = |firms: &str| {
            let firms = ("firms", firms.to_owned());
            filled(text, &[("day", "2027-01-12".to_owned()), firms])
        };
        assert_eq!(
            with("A, B"),
            "From 2027-01-12 on.\n\nThese: A, B.\n\nThat is all."
        );
        assert_eq!(with(""), "From 2027-01-12 on.\n\nThat is all.");
    }
}
