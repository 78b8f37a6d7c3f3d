//! Prose that promises something with no clause after it.
//! It goes by words that promises are made of; marks in the document overrule it.

use super::*;

/// What a promise is made of in one language: somebody who speaks or is spoken to, and something
/// that is done.
struct Language {
    tag: &'static str,
    /// Words for us and for you. A space at either end stands for a word's edge.
    people: &'static [&'static str],
    /// Words for what we do, must do, or what somebody may ask.
    deeds: &'static [&'static str],
    /// How a sentence begins that is about the document itself.
    openings: &'static [&'static str],
    /// What a document does of itself. A sentence that so begins and says this is an introduction.
    explains: &'static [&'static str],
}

const LANGUAGES: &[Language] = &[
    Language {
        tag: "en",
        people: &[
            " we ", " you ", " our ", " your ", " us ", " nobody ", " no one ",
        ],
        deeds: &[
            " will ",
            " shall ",
            " may ",
            " must ",
            " can ",
            " never ",
            " do not ",
            " always ",
            " only ",
            " keep ",
            " collect ",
            " use ",
            " share ",
            " hold ",
            " delete ",
            " store ",
            " protect ",
            " tell ",
            " ask ",
            " disclose ",
            " transfer ",
            " destroy ",
            " erase ",
            " record ",
            " refuse ",
            " right to ",
        ],
        openings: &[
            " this ",
            " in this ",
            " these pages ",
            " our privacy policy ",
            " the sections ",
        ],
        explains: &[
            " explains ",
            " explain ",
            " describes ",
            " describe ",
            " says ",
            " tells ",
            " sets out ",
            " set out ",
            " is about ",
            " covers ",
            " applies ",
            " is for ",
        ],
    },
    Language {
        tag: "fr",
        people: &[
            " nous ",
            " vous ",
            " notre ",
            " nos ",
            " votre ",
            " vos ",
            " personne ",
        ],
        deeds: &[
            "ons ",
            "erons ",
            " pouvez ",
            " peut ",
            " peuvent ",
            " doit ",
            " doivent ",
            " jamais ",
            " toujours ",
            " droit ",
            " ne ",
            " sera ",
            " seront ",
        ],
        openings: &[
            " cette ",
            " ce ",
            " le présent ",
            " la présente ",
            " notre politique ",
        ],
        explains: &[
            " explique ",
            " décrit ",
            " dit ",
            " présente ",
            " expose ",
            " précise ",
            " s applique ",
        ],
    },
    Language {
        tag: "de",
        people: &[
            " wir ",
            " sie ",
            " uns ",
            " unser ",
            " unsere ",
            " unseren ",
            " ihr ",
            " ihre ",
            " ihren ",
            " niemand ",
        ],
        deeds: &[
            " werden ",
            " dürfen ",
            " können ",
            " müssen ",
            " nie ",
            " nur ",
            " immer ",
            " recht ",
            " erheben ",
            " verwenden ",
            " speichern ",
            " löschen ",
            " bewahren ",
            " geben ",
            " nutzen ",
            " verarbeiten ",
            " nicht ",
            " teilen ",
        ],
        openings: &[
            " diese ",
            " dieser ",
            " dieses ",
            " in dieser ",
            " unsere datenschutz",
        ],
        explains: &[
            " erklärt ",
            " beschreibt ",
            " erläutert ",
            " informiert ",
            " sagt ",
            " gilt ",
            " erfahren sie ",
        ],
    },
    Language {
        tag: "zh",
        people: &["我们", "您", "你", "本公司"],
        deeds: &[
            "会", "将", "可以", "有权", "不得", "不会", "收集", "使用", "保存", "保留", "删除",
            "披露", "传输", "告知", "必须",
        ],
        openings: &[" 本页", " 本政策", " 本隐私", " 本声明", " 本文"],
        explains: &["说明", "介绍", "阐述", "适用", "解释"],
    },
];

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
            ("pt", "Nós guardamos os seus dados.", false),
        ] {
            assert_eq!(promises(text, language), promise, "{text}");
        }
    }
}
