//! Prose that promises something with no clause after it.
//! It goes by words that promises are made of; marks in the document overrule it.

mod languages;

use super::*;
use languages::LANGUAGES;

/// Whether a sentence of the prose promises something.
fn promises(text: &str, language: &str) -> bool {
    let primary = language.split('-').next().unwrap_or_default();
    let Some(language) = LANGUAGES.iter().find(|language| language.tag == primary) else {
        return false;
    };
    let says = |sentence: &str, words: &[&str]| words.iter().any(|word| sentence.contains(word));
    text.split(['.', '!', '?', '\n', '。', '！', '？', ';', '；'])
        .any(|sentence| {
            let lower = sentence.to_lowercase();
            let words: Vec<&str> = lower
                .split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .collect();
            let spaced = format!(" {} ", words.join(" "));
            let about_itself = language
                .openings
                .iter()
                .any(|word| spaced.starts_with(word))
                && says(&spaced, language.explains);
            !about_itself && says(&spaced, language.people) && says(&spaced, language.deeds)
        })
}

impl Check<'_, '_> {
    /// Prose that promises something with no clause after it.
    pub(super) fn prose(&mut self) {
        for draft in self.drafts {
            let language = draft.front.text("language").unwrap_or("en");
            for prose in draft
                .prose
                .iter()
                .filter(|prose| !prose.bound && !prose.narrative)
            {
                if promises(&prose.text, language) {
                    let message = "this promises something, and no clause stands after it";
                    self.report
                        .say(Code::PromiseWithoutClause, draft.file, prose.span.clone(), message)
                        .help(
                            "add the clause that keeps it, or write `<!-- narrative -->` before it if it promises nothing",
                        );
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::promises;

    #[test]
    fn promises_are_told_from_stories() {
        for (language, text, promise) in [
            ("en", "We never sell what you tell us.", true),
            ("en", "You may ask us for a copy.", true),
            ("en", "This page is for people in Canada.", false),
            (
                "en",
                "Mediaocean was founded long ago. Its offices are many.",
                false,
            ),
            ("fr", "Nous conservons vos données trois ans.", true),
            ("fr", "Cette page est destinée à la France.", false),
            ("de", "Wir löschen Ihre Daten nach drei Jahren.", true),
            ("de", "Diese Seite gilt für Deutschland.", false),
            ("zh-Hans", "我们不会出售您的信息。", true),
            ("zh", "本页适用于中国。", false),
            ("zh", "本政策说明我们如何收集您的信息。", false),
            (
                "en",
                "This policy explains how we collect, use and share your information.",
                false,
            ),
            ("en", "This means that we never sell it.", true),
            (
                "de",
                "Diese Erklärung beschreibt, wie wir Daten nutzen.",
                false,
            ),
            ("fr", "Cette page explique ce que nous collectons.", false),
            ("en", "Payment data is kept for seven years.", true),
            ("en", "Users may request a copy.", true),
            ("en", "Data protection matters.", false),
            ("de", "Die Daten werden nach 30 Tagen gelöscht.", true),
            ("fr", "Les données sont conservées trois ans.", true),
            ("es", "Conservamos sus datos cinco años.", true),
            ("es", "Esta página explica cómo tratamos sus datos.", false),
            ("es", "La clínica abrió en 1990.", false),
            ("pt-BR", "Nós guardamos os seus dados.", true),
            ("pt", "O banco fica em Lisboa.", false),
            ("it", "I dati sono cancellati dopo un anno.", true),
            ("it", "La clinica si trova a Milano.", false),
            ("nl", "Wij bewaren uw gegevens een jaar.", true),
            ("ja", "当社は個人情報を三年間保存します。", true),
            ("ja", "本方針は個人情報の利用を説明します。", false),
            ("ko", "회사는 개인정보를 3년간 보관합니다.", true),
            ("sv", "Vi sparar dina uppgifter.", false),
        ] {
            assert_eq!(promises(text, language), promise, "{text}");
        }
    }
}
