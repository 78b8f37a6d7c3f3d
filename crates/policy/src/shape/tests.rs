//! Holds the tables equal to the words of the terms, and the forms apart.

use super::guards::INSTRUCTED;
use super::verbs::{CATEGORIES, PARENT_WAYS, RIGHTS};
use super::words::{ACTS, FIELD_KINDS};
use super::*;
use kept_terms::{
    Act, Basis, Exception, FieldKind, ParentWay, RecipientKind, Right, SpecialCategory,
};

#[test]
fn the_tables_list_the_words_of_the_terms() {
    let fields: Vec<_> = FieldKind::ALL.iter().map(|kind| kind.word()).collect();
    assert_eq!(FIELD_KINDS, fields);
    let classes: Vec<_> = SpecialCategory::ALL
        .iter()
        .map(|class| class.word())
        .collect();
    assert_eq!(CATEGORIES, classes);
    assert!(ACTS.iter().all(|act| Act::from_word(act).is_some()));
    assert!(INSTRUCTED.iter().all(|act| Act::from_word(act).is_some()));
    let rights: Vec<_> = Right::ALL.iter().map(|right| right.word()).collect();
    assert_eq!(RIGHTS, rights);
    let ways: Vec<_> = ParentWay::ALL.iter().map(|way| way.word()).collect();
    assert_eq!(PARENT_WAYS, ways);
    let words = |keys: &[Key], name: &str| {
        let key = keys.iter().find(|key| key.name == name).unwrap();
        match key.kind {
            Kind::Word(words) => words.to_vec(),
            _ => panic!("{name} is not a word"),
        }
    };
    let r#use = VERBS.iter().find(|shape| shape.verb == Verb::Use).unwrap();
    let bases: Vec<_> = Basis::ALL.iter().map(|basis| basis.word()).collect();
    assert_eq!(words(r#use.forms[0].keys, "basis"), bases);
    let exceptions: Vec<_> = Exception::ALL.iter().map(|known| known.word()).collect();
    assert_eq!(words(r#use.forms[0].keys, "exception"), exceptions);
    let recipient = WORDS
        .iter()
        .find(|shape| shape.kind == WordKind::Recipient)
        .unwrap();
    let kinds: Vec<_> = RecipientKind::ALL.iter().map(|kind| kind.word()).collect();
    assert_eq!(words(recipient.keys, "kind"), kinds);
}

#[test]
fn every_verb_has_a_shape_and_forms_can_be_told_apart() {
    let verbs: Vec<_> = VERBS.iter().map(|shape| shape.verb).collect();
    assert_eq!(verbs, Verb::ALL[..10]);
    for shape in VERBS.iter().filter(|shape| shape.forms.len() > 1) {
        for form in shape.forms {
            let key = form.told_by.expect("a form among several is told by a key");
            assert!(form.keys.iter().any(|k| k.name == key && k.required));
        }
    }
}

/// The normative page.
const PAGE: &str = include_str!("../../../../docs/formats/policy.md");

/// The keys of a table as the page sets them out.
fn table(keys: &[Key]) -> String {
    let mut out = String::from("| key | | value | meaning |\n|---|---|---|---|\n");
    for key in keys {
        let required = if key.required { "required" } else { "" };
        out.push_str(&format!(
            "| `{}` | {required} | {} | {} |\n",
            key.name,
            key.kind.described(),
            key.doc
        ));
        if let Kind::Table(inner) | Kind::Tables(inner) | Kind::WordOrTable(_, inner) = key.kind {
            // Every word may have labels in other languages; the page says how once.
            for key in inner.iter().filter(|_| key.name != "labels") {
                let required = if key.required { "required in it" } else { "" };
                out.push_str(&format!(
                    "| … `{}` | {required} | {} | {} |\n",
                    key.name,
                    key.kind.described(),
                    key.doc
                ));
            }
        }
    }
    out
}

/// Asks that a table stands on the page; the message is what to paste.
fn on_page(what: &str, table: &str) {
    assert!(
        PAGE.contains(table),
        "docs/formats/policy.md lacks the table of {what}:\n\n{table}"
    );
}

#[test]
fn the_format_page_has_the_tables_of_the_code() {
    let labels = WORDS[0]
        .keys
        .iter()
        .find(|key| key.name == "labels")
        .unwrap();
    let Kind::Table(languages) = labels.kind else {
        panic!("labels are a table");
    };
    on_page("labels", &table(languages));
    on_page("front matter", &table(FRONT));
    for shape in VERBS {
        on_page(
            shape.verb.word(),
            &format!(
                "### {}: {}\n",
                shape.verb.word(),
                shape.doc.split(';').next().unwrap()
            ),
        );
        for form in shape.forms {
            on_page(shape.verb.word(), &table(form.keys));
        }
    }
    for shape in WORDS {
        let heading = format!("### define.{}: {}\n\n", shape.kind.word(), shape.doc);
        on_page(
            shape.kind.word(),
            &format!("{heading}{}", table(shape.keys)),
        );
    }
}

#[test]
fn the_format_page_lists_every_diagnostic() {
    let mut table = String::from("| code | | meaning |\n|---|---|---|\n");
    for code in crate::Code::ALL {
        let severity = format!("{:?}", code.severity()).to_lowercase();
        table.push_str(&format!("| `{code}` | {severity} | {} |\n", code.meaning()));
    }
    on_page("diagnostics", &table);
}
