//! What is said of special categories: what permits them, and what a document that refuses them may
//! still take. Each case changes one line of an example that compiles without a word.
#![expect(clippy::unwrap_used, reason = "tests may fail by panicking")]

use expect_test::{Expect, expect};
use kept_policy::{Source, compile};

const PATIENTS: &str = include_str!("../../../policies/whitethorn/patients.md");

fn check(old: &str, new: &str, expected: Expect) {
    assert!(PATIENTS.contains(old), "nothing to change: {old}");
    let text = PATIENTS.replacen(old, new, 1);
    let said = compile(&[Source::new("patients.md", text.clone())]).1;
    let said = said.iter().map(|said| {
        let line = text.get(..said.span.start).unwrap().matches('\n').count() + 1;
        let marked = text.get(said.span.clone()).unwrap();
        let help = said.help.as_deref().unwrap_or_default();
        format!(
            "{}:{line} `{marked}`: {}\n  {help}\n",
            said.code, said.message
        )
    });
    expected.assert_eq(&said.collect::<String>());
}

#[test]
fn what_permits_a_special_category_is_said() {
    check("", "", expect![[""]]);
    check(
        "exception = \"health-care\"\n",
        "",
        expect![[r#"
            special-field:109 `treatment`: `medical-record` is of the special category `health`, and nothing says why it may be used for `treatment`
              add `exception = "…"` to [use.treatment], one of `explicit-consent`, `employment-law`, `vital-interests`, `members`, `made-public`, `legal-claims`, `public-interest`, `health-care`, `public-health`, `research`; or keep the field from that purpose
        "#]],
    );
    check(
        "exception = \"health-care\"",
        "exception = \"explicit-consent\"",
        expect![[r#"
            special-field:112 `"explicit-consent"`: explicit consent permits this, and nobody is asked for it
              add `choice = "opt-in"`, or name another exception
        "#]],
    );
    // Reception would read it for a purpose that nothing permits.
    check(
        "roles = [\"reception\"]\ndpv   = \"dpv:ServiceProvision\"",
        "roles = [\"clinician\"]\ndpv   = \"dpv:ServiceProvision\"\n\n\
         [secure.visiting]\nrole = \"clinician\"\nsees = { masked = [\"medical-record\"] }\nfor = [\"visits\"]",
        expect![[r#"
            special-field:116 `visits`: `medical-record` is of the special category `health`, and nothing says why it may be used for `visits`, where [secure.visiting] shows it
              add `exception = "…"` to [use.visits], one of `explicit-consent`, `employment-law`, `vital-interests`, `members`, `made-public`, `legal-claims`, `public-interest`, `health-care`, `public-health`, `research`; or keep the field from that purpose
            view-idle:135 `"visits"`: role `reception` has a view for `visits` and may not act for it
              add `reception` to the `roles` of the `use` clause, or strike the purpose here
        "#]],
    );
}

#[test]
fn a_program_decides_alone_on_few_grounds_and_somebody_looks_at_it() {
    let visits = "basis = \"contract\"\nroles = [\"reception\"]";
    let decided = visits.replace("roles", "automated = \"decision\"\nroles");
    check(visits, &decided, expect![[""]]);
    let unheard = PATIENTS.replacen(visits, &decided, 1).replacen(
        "stages = [{ to = \"data-protection-officer\", within = \"P21D\" }]",
        "warned = true",
        1,
    );
    let said = compile(&[Source::new("patients.md", unheard)]).1;
    let said: Vec<_> = said.iter().map(|said| said.code.word()).collect();
    assert_eq!(said, ["law-right"]);
    let interest = decided.replace("contract", "legitimate-interest");
    check(
        visits,
        &interest,
        expect![[r#"
            law-basis:118 `"legitimate-interest"`: `legitimate-interest` is no ground for a program to decide alone on the affairs of people in `IE` (Regulation (EU) 2016/679 (GDPR), Art. 22(2) and (3))
              rest it on `"consent"`, `"contract"` or a `"legal-obligation"`, or let people decide
        "#]],
    );
    check(
        visits,
        &interest.replace("decision", "profiling"),
        expect![[""]],
    );
}

#[test]
fn what_a_document_refuses_it_takes_only_in_fields_that_it_excepts() {
    check(
        "except  = [\"medical-record\"]\n",
        "",
        expect![[r#"
        special-field:87 `"medical-record"`: `medical-record` is taken here and is of the special category `health`, which [refuse.sensitive] refuses
          add `except = ["medical-record"]` to it, after prose that says so; or strike the field
    "#]],
    );
    check(
        "except  = [\"medical-record\"]",
        "except  = [\"medical-record\", \"name\"]",
        expect![[r#"
            wrong-value:100 `"name"`: `name` is said to be of no special category
              strike it here, or add `special = "…"` to its definition
        "#]],
    );
    check(
        "special = \"health\"\n",
        "",
        expect![[r#"
        special-field:67 `medical-record`: field `medical-record` says by its name that it is of the special category `health`
          add `special = "health"` and say in each `use` clause that it is taken for which `exception` permits that; if it is something else, give it a name and a label that say so
        wrong-value:99 `"medical-record"`: `medical-record` is said to be of no special category
          strike it here, or add `special = "…"` to its definition
    "#]],
    );
}
