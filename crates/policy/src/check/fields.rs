//! Fields that must not be declared, and words that nobody uses.
//! A name that says nothing plain is left to people to judge.

use super::*;
use kept_terms::{FieldKind, SpecialCategory};
use std::collections::HashSet;

/// Words that plainly say a special category, in the languages of the documents.
/// A word ending in `-` also begins longer ones.
const LEXICON: &[(&str, SpecialCategory)] = &[
    ("race", SpecialCategory::RacialOrigin),
    ("racial-", SpecialCategory::RacialOrigin),
    ("rasse", SpecialCategory::RacialOrigin),
    ("raciale", SpecialCategory::RacialOrigin),
    ("种族", SpecialCategory::RacialOrigin),
    ("ethnic-", SpecialCategory::EthnicOrigin),
    ("ethnie", SpecialCategory::EthnicOrigin),
    ("ethnique", SpecialCategory::EthnicOrigin),
    ("ethnisch-", SpecialCategory::EthnicOrigin),
    ("民族", SpecialCategory::EthnicOrigin),
    ("politic-", SpecialCategory::PoliticalOpinion),
    ("politique-", SpecialCategory::PoliticalOpinion),
    ("politisch-", SpecialCategory::PoliticalOpinion),
    ("政治", SpecialCategory::PoliticalOpinion),
    ("religio-", SpecialCategory::ReligiousBelief),
    ("religiös-", SpecialCategory::ReligiousBelief),
    ("faith", SpecialCategory::ReligiousBelief),
    ("宗教", SpecialCategory::ReligiousBelief),
    ("philosophi-", SpecialCategory::PhilosophicalBelief),
    ("weltanschauung", SpecialCategory::PhilosophicalBelief),
    ("信仰", SpecialCategory::PhilosophicalBelief),
    ("union-membership", SpecialCategory::UnionMembership),
    ("trade-union", SpecialCategory::UnionMembership),
    ("syndicat-", SpecialCategory::UnionMembership),
    ("gewerkschaft-", SpecialCategory::UnionMembership),
    ("工会", SpecialCategory::UnionMembership),
    ("genetic-", SpecialCategory::Genetic),
    ("génétique-", SpecialCategory::Genetic),
    ("genetisch-", SpecialCategory::Genetic),
    ("dna", SpecialCategory::Genetic),
    ("基因", SpecialCategory::Genetic),
    ("biometric-", SpecialCategory::Biometric),
    ("biométri-", SpecialCategory::Biometric),
    ("biometrisch-", SpecialCategory::Biometric),
    ("fingerprint", SpecialCategory::Biometric),
    ("fingerabdruck", SpecialCategory::Biometric),
    ("指纹", SpecialCategory::Biometric),
    ("health", SpecialCategory::Health),
    ("medical", SpecialCategory::Health),
    ("diagnosis", SpecialCategory::Health),
    ("disability", SpecialCategory::Health),
    ("santé", SpecialCategory::Health),
    ("médical-", SpecialCategory::Health),
    ("gesundheit-", SpecialCategory::Health),
    ("krankheit-", SpecialCategory::Health),
    ("健康", SpecialCategory::Health),
    ("病历", SpecialCategory::Health),
    ("sex-life", SpecialCategory::SexLife),
    ("vie-sexuelle", SpecialCategory::SexLife),
    ("sexualleben", SpecialCategory::SexLife),
    ("性生活", SpecialCategory::SexLife),
    ("sexual-orientation", SpecialCategory::SexualOrientation),
    ("orientation-sexuelle", SpecialCategory::SexualOrientation),
    ("sexuelle-orientierung", SpecialCategory::SexualOrientation),
    ("性取向", SpecialCategory::SexualOrientation),
];

/// The special category that a name or label plainly says.
fn plainly_says(text: &str) -> Option<SpecialCategory> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let joined = format!("-{}-", words.join("-"));
    let says = |entry: &str| {
        if !entry.is_ascii() && !entry.chars().any(|c| c.is_alphabetic() && c < '\u{2e80}') {
            // Chinese is written without spaces, so its words are looked for anywhere.
            return lower.contains(entry);
        }
        match entry.strip_suffix('-') {
            Some(beginning) => joined.contains(&format!("-{beginning}")),
            None => joined.contains(&format!("-{entry}-")),
        }
    };
    LEXICON
        .iter()
        .find(|(entry, _)| says(entry))
        .map(|(_, category)| *category)
}

impl<'c> Check<'c, '_> {
    /// Fields that must say that they are of a special category, recordings without notice, and
    /// large identifiers.
    pub(super) fn fields(&mut self) {
        for (draft, clause) in self.drafts.iter().flat_map(|draft| {
            let fields = draft.of(Verb::Define);
            fields.map(move |clause| (draft, clause))
        }) {
            if clause.kind.map(|kind| kind.word()) == Some("field") {
                self.special(draft, clause);
                self.identifier(draft, clause);
            }
        }
        for document in &self.policy.documents {
            self.recordings(document);
        }
    }

    /// A field that plainly is of a special category says so.
    fn special(&mut self, draft: &Draft<'_>, clause: &crate::compile::DraftClause) {
        let given = &clause.given;
        if given.has("special") {
            return;
        }
        let by_name = plainly_says(&clause.name).map(|found| (found, clause.name_span.clone()));
        let by_label = || {
            let found = given.text("label").and_then(plainly_says)?;
            Some((found, given.span_of("label")))
        };
        if let Some((category, span)) = by_name.or_else(by_label) {
            let message = format!(
                "field `{}` says by its name that it is of the special category `{category}`",
                clause.name
            );
            self.report
                .say(Code::SpecialField, draft.file, span, message)
                .help(format!(
                    "add `special = \"{category}\"` and say in each `use` clause that it is taken for which `exception` permits that; if it is something else, give it a name and a label that say so"
                ));
        }
    }

    fn identifier(&mut self, draft: &Draft<'_>, clause: &crate::compile::DraftClause) {
        let kind = clause.given.text("kind").and_then(FieldKind::from_word);
        let Some(kind) = kind.filter(|_| clause.given.flag("identifier")) else {
            return;
        };
        let cannot = match kind {
            FieldKind::Document
            | FieldKind::Recording
            | FieldKind::Log
            | FieldKind::LongText
            | FieldKind::Flag
            | FieldKind::Choice => true,
            FieldKind::PersonName
            | FieldKind::Email
            | FieldKind::Phone
            | FieldKind::Text
            | FieldKind::Country
            | FieldKind::Date
            | FieldKind::Number
            | FieldKind::IpAddress => false,
        };
        if cannot {
            let message = format!(
                "a {kind} cannot name one person and one only, as `{}` must",
                clause.name
            );
            self.report
                .say(
                    Code::LargeIdentifier,
                    draft.file,
                    clause.given.span_of("identifier"),
                    message,
                )
                .help("strike `identifier`");
        }
    }

    fn recordings(&mut self, document: &Document) {
        let words = &self.policy.words.fields;
        for (clause, collect) in &document.rules.collect {
            let recording = collect.data.iter().find(|field| {
                words
                    .get(*field)
                    .is_some_and(|field| field.kind == FieldKind::Recording)
            });
            let Some(field) = recording.filter(|_| !collect.notice_before) else {
                continue;
            };
            let name = words.name(field);
            let message =
                format!("`{name}` is a recording, and people are not told before it is made");
            let (file, span) = (
                self.file(document.id),
                self.word_span(*clause, "data", name),
            );
            self.report
                .say(Code::RecordingWithoutNotice, file, span, message)
                .help("add `notice = \"before\"` to the clause");
        }
    }

    /// Words that are declared and never used. What only prose uses, and what stands by itself,
    /// is not counted.
    pub(super) fn idle_words(&mut self) {
        // While something is wrong, words may be unused because of it.
        if self.report.any_error() {
            return;
        }
        let used = self.used();
        for (draft, clause) in self.drafts.iter().flat_map(|draft| {
            let words = draft.of(Verb::Define);
            words.map(move |clause| (draft, clause))
        }) {
            let Some(kind) = clause.kind.map(|kind| kind.word()) else {
                continue;
            };
            let counted = matches!(
                kind,
                "field"
                    | "channel"
                    | "role"
                    | "recipient"
                    | "event"
                    | "instrument"
                    | "team"
                    | "service"
            );
            let label = clause.given.text("label").unwrap_or_default();
            // What administers is named by the tokens of its people, not by clauses.
            let counted = counted && !clause.given.flag("administers");
            if counted && !used.contains(&*clause.name) && !used.contains(label) {
                let message = format!("{kind} `{}` is declared and never used", clause.name);
                self.report
                    .say(
                        Code::WordIdle,
                        draft.file,
                        clause.name_span.clone(),
                        message,
                    )
                    .help("strike it, or use it in a clause");
            }
        }
    }

    /// Every word that stands as a value anywhere in a clause.
    fn used(&self) -> HashSet<&'c str> {
        let mut used = HashSet::new();
        for draft in self.drafts {
            for clause in &draft.clauses {
                collect_words(&clause.given, &mut used);
            }
        }
        used
    }
}

fn collect_words<'g>(given: &'g crate::compile::Given, used: &mut HashSet<&'g str>) {
    use crate::compile::Value;
    for entry in &given.entries {
        match &entry.value {
            Value::Text(text) if entry.key != "label" => {
                used.insert(text);
            }
            Value::List(list) => used.extend(list.iter().map(|(text, _)| text.as_str())),
            Value::Table(table) if entry.key != "labels" => collect_words(table, used),
            Value::Tables(tables) => tables.iter().for_each(|table| collect_words(table, used)),
            Value::Text(_)
            | Value::Table(_)
            | Value::All
            | Value::Flag(_)
            | Value::Count(_)
            | Value::Date(_)
            | Value::Period(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::plainly_says;
    use kept_terms::SpecialCategory::{self, *};

    #[test]
    fn plain_names_of_special_categories_are_known() {
        for (text, category) in [
            ("religion", Some(ReligiousBelief)),
            ("political-views", Some(PoliticalOpinion)),
            ("État de santé", Some(Health)),
            ("Gewerkschaftsmitglied", Some(UnionMembership)),
            ("宗教信仰", Some(ReligiousBelief)),
            ("job-title", None),
            ("race-number", Some(RacialOrigin)),
            ("trace", None),
            ("European Union office", None),
            ("healthcheck-log", None),
        ] as [(&str, Option<SpecialCategory>); 10]
        {
            assert_eq!(plainly_says(text), category, "{text}");
        }
    }
}
