//! Diagnostics as data: a change to a sound policy, and what is said about it.

use super::*;
use crate::model::{Document, PurposeId};
use expect_test::{Expect, expect};
use kept_terms::Set;
use std::fmt::Write as _;

const WORDS: &str = include_str!("../../tests/fixtures/harbour/words.md");
const NORTH: &str = include_str!("../../tests/fixtures/harbour/north.md");

fn today() -> Options {
    Options {
        today: Some(Date::constant(2026, 11, 23)),
    }
}

/// Each diagnostic on a line: severity, code, file, line and column, the underlined text,
/// message, remedy.
pub(crate) fn told(sources: &[Source], options: &Options) -> String {
    let mut out = String::new();
    for said in compile_with(sources, options).1 {
        let text = &sources
            .iter()
            .find(|source| source.file == said.file)
            .unwrap()
            .text;
        let before = &text[..said.span.start];
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
        let underlined = text[said.span.clone()].lines().next().unwrap_or_default();
        let severity = format!("{:?}", said.severity).to_lowercase();
        writeln!(
            out,
            "{severity}[{}] {}:{line}:{column} `{underlined}`: {}",
            said.code, said.file, said.message
        )
        .unwrap();
        for label in &said.labels {
            writeln!(out, "  there: {}", label.message).unwrap();
        }
        if let Some(help) = &said.help {
            writeln!(out, "  help: {help}").unwrap();
        }
    }
    out
}

/// A use for the training of the support desk that rests on an interest, and on no consent.
const TRAINING: (&str, &str) = (
    "desk\"\nbasis = \"consent\"",
    "desk\"\nbasis = \"legitimate-interest\"",
);

/// Changes the harbour policy, each change given as what stands there and what is to stand there
/// instead.
fn check(changes: &[(&str, &str)], expected: Expect) {
    let (mut words, mut north) = (WORDS.to_owned(), NORTH.to_owned());
    for (old, new) in changes {
        assert!(
            words.contains(old) || north.contains(old),
            "nothing to change: {old}"
        );
        words = words.replacen(old, new, 1);
        north = north.replacen(old, new, 1);
    }
    let sources = [
        Source::new("words.md", words),
        Source::new("north.md", north),
    ];
    expected.assert_eq(&told(&sources, &today()));
}

#[test]
fn a_sound_policy_compiles_without_a_word() {
    check(&[], expect![[r#""#]]);
}

#[test]
fn words_that_are_not_known() {
    check(
        &[
            ("[collect.contact]", "[colect.contact]"),
            ("[define.region.north]", "[define.regoin.north]"),
            (
                "through = [\"website-form\"]\nfor     = [\"research\"]",
                "thruogh = [\"website-form\"]\nfor     = [\"research\"]",
            ),
        ],
        expect![[r#"
            error[unknown-kind] words.md:162:9 `regoin`: `regoin` is not a kind of word
              help: did you mean `region`?
            error[unknown-verb] north.md:23:2 `colect`: `colect` is not a verb
              help: did you mean `collect`?
            error[unknown-key] north.md:54:1 `thruogh`: [collect.surveys] has no key `thruogh`
              help: did you mean `through`?
        "#]],
    );
    check(
        &[
            (
                "data         = [\"name\", \"email\"",
                "data         = [\"name\", \"emial\"",
            ),
            (
                "for     = [\"support-training\"]",
                "for     = [\"suport-training\"]",
            ),
            ("[\"SOC 2\", \"ISO 27001\"]", "[\"SOC-3\"]"),
            (
                "from       = [\"CA\", \"EU\"]",
                "from       = [\"CA\", \"UK\", \"Utopia\"]",
            ),
            ("[grant.access]", "[grant.acces]"),
            ("owner = \"privacy-office\"", "owner = \"privacy-ofice\""),
        ],
        expect![[r#"
            error[unknown-word] words.md:151:9 `"privacy-ofice"`: team `privacy-ofice` is not declared
              help: did you mean `privacy-office`?
            error[unknown-word] north.md:24:25 `"emial"`: field `emial` is not declared
              help: did you mean `email`?
            error[no-basis] north.md:45:12 `"suport-training"`: purpose `suport-training` has no lawful basis: no `use` clause of this document declares it
              help: did you mean `support-training`?
            error[unknown-word] north.md:121:23 `"SOC-3"`: assurance `SOC-3` is not declared
              help: declare it with `[define.assurance.soc-3]` and `label = "SOC-3"` in it
            error[unknown-word] north.md:128:21 `"UK"`: `UK` is neither a country, nor a part of one, nor a declared region
              help: write `GB`
            error[unknown-word] north.md:128:27 `"Utopia"`: `Utopia` is neither a country, nor a part of one, nor a declared region
              help: countries are two capital letters, such as `US`, and parts of them follow with a hyphen, such as `US-CA`; a region is one declared with `[define.region.utopia]` and its `countries`
            error[unknown-word] north.md:210:8 `acces`: `acces` is not a right
              help: did you mean `access`?
        "#]],
    );
}

#[test]
fn keys_and_types_are_all_reported_at_once() {
    check(
        &[
            ("notice  = \"before\"", "notice  = \"after\""),
            (
                "data   = [\"call-recording\"]\nperiod = \"P90D\"",
                "data   = \"call-recording\"\nperiod = \"90 days\"",
            ),
            ("under    = 14", "under    = 99"),
            ("warned = true", "warned = false"),
            ("after  = \"last-contact\"\n", ""),
            (
                "basis = \"legitimate-interest\"\nroles = [\"support\"]",
                "roles = [\"support\"]",
            ),
            (
                "extend        = { by = \"P30D\", reason = true }",
                "extend        = { by = 30, raeson = true }",
            ),
            (
                "answer-within = \"P30D\"\n\n[grant.erasure]",
                "\n[grant.erasure]",
            ),
            ("stored-in = [\"main-hall\"]", "stored-at = [\"main-hall\"]"),
            (
                "transport = \"tls\"",
                "transport = \"tls\"\nsign-in = [\"passkey\"]",
            ),
            ("through = [\"this-page\", \"e-mail\"]", "through = []"),
            ("kind    = \"choice\"\n", "kind    = \"text\"\n"),
            ("valid-until = 2030-12-31", "valid-until = 2030-13-31"),
        ],
        expect![[r#"
            error[wrong-value] words.md:66:1 `choices`: field `survey-score` lists choices and is not of kind `choice`
              help: write `kind = "choice"`, or strike `choices`
            error[bad-toml] words.md:138:15 `2030-13-31`: this is not TOML: invalid date, expected month between 01 and 12
              help: write a date as year, month and day: `2026-01-31`
            error[recording-without-notice] north.md:43:12 `"call-recording"`: `call-recording` is a recording, and people are not told before it is made
              help: add `notice = "before"` to the clause
            error[wrong-value] north.md:46:11 `"after"`: `after` is not a word that `notice` of [collect.call-recording] knows
              help: write `before`, or leave the key out
            error[wrong-value] north.md:73:12 `99`: `under` of [refuse.children] is a whole number from 1 to 25
              help: choose another
            error[no-basis] north.md:83:1 `[use.answer-you]`: [use.answer-you] has no lawful basis
              help: add `basis = "consent"`
            error[wrong-type] north.md:138:10 `"call-recording"`: `data` of [keep.call-recordings] is `"all"` or a list of names of declared fields, not a string
              help: write it as a list: `data = ["call-recording"]`
            error[wrong-value] north.md:139:10 `"90 days"`: `period` is not a period: a period is written as in ISO 8601 in years, months, weeks, days and hours that make whole days, such as `P90D`, `P1Y6M` or `PT72H`
              help: write `P90D`
            error[missing-key] north.md:143:1 `[keep.contact]`: [keep.contact] lacks `after`: the event from which the period counts
              help: add `after = "some-event"`
            error[no-form] north.md:189:1 `[secure.storage]`: [secure.storage] does not say what it promises
              help: a `secure` clause has one of `role`, `certification`, `report`, `measure`, `stored-in`, `sign-in`, `break-glass`, `records`, `transport`, `apart`, `instructed`
            error[no-form] north.md:199:1 `[secure.transport]`: [secure.transport] says several things at once
              help: a `secure` clause has one of `role`, `certification`, `report`, `measure`, `stored-in`, `sign-in`, `break-glass`, `records`, `transport`, `apart`, `instructed`
            error[wrong-type] north.md:211:24 `30`: `by` of `extend` of [grant.access] is a period, not an integer
              help: write it as in `by = "P90D"`
            error[unknown-key] north.md:211:28 `raeson`: `extend` of [grant.access] has no key `raeson`
              help: did you mean `reason`?
            error[no-deadline] north.md:215:1 `[grant.rectification]`: [grant.rectification] says no time within which it is answered
              help: add `answer-within = "P30D"`, with the true time
            error[wrong-value] north.md:254:10 `false`: `warned` says nothing unless it is `true`
              help: write `warned = true`, or take the clause out
            error[wrong-value] north.md:273:11 `[]`: `through` of [notify.changes] is an empty list
              help: leave the key out, or write `through = ["this-page"]`
        "#]],
    );
}

#[test]
fn blocks_and_front_matter() {
    check(
        &[
            (
                "Recordings for ninety days; the rest until three years after we last heard from you.\n",
                "",
            ),
            (
                "You hear of it thirty days before.\n\n```toml",
                "- You hear of it.\n\n  ```toml",
            ),
            (
                "title      = \"Privacy policy for North America\"\n",
                "titel      = \"Privacy policy\"\n",
            ),
            ("[answer.internet]\nwarned = true", "warned = true"),
            (
                "Whoever sends",
                "# Empty\n\nNothing.\n\n```toml\n```\n\nWhoever sends",
            ),
        ],
        expect![[r#"
            error[unknown-key] north.md:3:1 `titel`: the front matter has no key `titel`
              help: did you mean `title`?
            error[block-without-prose] north.md:136:1 ````toml`: no prose stands before this block
              help: write before it, after the last block or heading, what it promises in plain words
            error[empty-block] north.md:255:1 ````toml`: this block holds no clause
              help: write a clause in it, such as `[notify.changes]`, or take it out
            error[not-a-clause] north.md:261:1 `warned`: `warned` stands outside a clause
              help: put it under a table named by a verb and a name, such as `[collect.contact]`
            error[nested-block] north.md:277:3 ````toml`: a clause block stands inside a list, a quotation or a table
              help: begin its fence at the left margin, after the list
        "#]],
    );
    check(
        &[("+++\nid         = \"north\"", "id = \"north\"")],
        expect![[r#"
            error[no-front-matter] north.md:1:1 `id = "north"`: a document opens with front matter between two lines `+++`
              help: begin the file with `+++`, `id = "…"`, `title = "…"`, `language = "en"`, `+++`
        "#]],
    );
    check(
        &[("before  = \"P30D\"\n```", "before  = \"P30D\"")],
        expect![[r#"
            error[unclosed-block] north.md:272:1 ````toml`: this block is not closed
              help: end it with a line of three backticks, before the prose goes on
        "#]],
    );
    check(
        &[("id         = \"north\"", "id         = \"words\"")],
        expect![[r#"
            error[duplicate-document] north.md:2:14 `"words"`: two documents are named `words`
              there: the other is here
              help: give one of them another `id`
        "#]],
    );
    check(
        &[
            ("revised    = 2024-02-03\n", ""),
            ("imports    = [\"words.md\"]", "imports    = [\"word.md\"]"),
        ],
        expect![[r#"
            error[missing-key] north.md:1:1 `+++`: the front matter lacks `revised`: last changed
              help: add `revised = 2026-01-31`, with the true date
            error[unknown-import] north.md:9:15 `"word.md"`: no file `word.md` is in the folder
              help: did you mean `words.md`?
        "#]],
    );
}

#[test]
fn retention_is_complete_and_single() {
    check(
        &[
            (
                "\"employer\", \"message\"]\nfor    = [\"answer-you\", \"marketing\"]",
                "\"message\"]\nfor    = [\"answer-you\"]",
            ),
            (
                "data   = [\"survey-score\"]\n",
                "data   = [\"survey-score\", \"message\"]\nfor = [\"answer-you\"]\n",
            ),
        ],
        expect![[r#"
            error[not-kept] north.md:24:17 `"name"`: `name`, `email`, `phone` are collected for `marketing` and no `keep` clause says for how long
              help: add a `keep` clause that covers it, or widen the `for` of one that does
            error[not-kept] north.md:24:43 `"employer"`: `employer` is collected and no `keep` clause says for how long
              help: add a `keep` clause that covers it, or widen the `for` of one that does
            error[not-kept] north.md:53:12 `"survey-score"`: `survey-score` is collected and no `keep` clause says for how long
              help: add a `keep` clause that covers it, or widen the `for` of one that does
            warning[kept-not-collected] north.md:152:11 `"survey-score"`: `survey-score` is kept here and never collected for this
              help: strike it here, or add it to a `collect` clause
            error[kept-twice] north.md:152:27 `"message"`: `message` is kept under [keep.contact] and under [keep.surveys] for the same purpose
              there: it is kept here too
              help: say in the `for` of each which purposes it speaks of
        "#]],
    );
}

#[test]
fn nothing_is_made_anonymous_but_the_sums_of_a_survey() {
    check(
        &[(
            "data   = [\"survey-score\"]\nperiod = \"P1Y\"\nafter  = \"collected\"\nthen   = \"destroy\"",
            "data   = [\"survey-score\"]\nperiod = \"P1Y\"\nafter  = \"collected\"\nthen   = \"anonymise\"",
        )],
        expect![[r#"
            error[nothing-anonymous] north.md:155:10 `"anonymise"`: nothing anonymous is made of this, so nothing would stay
              help: say `then = "destroy"`, or keep answers to surveys (a field with `register = "surveys"`) for a use that says `suppress-below`
        "#]],
    );
}

#[test]
fn nothing_happens_to_an_item_but_collecting() {
    check(
        &[(
            "of       = \"person\"\nmoved-by = [\"collect\", \"contact\"]",
            "of       = \"item\"",
        )],
        expect![[r#"
            error[event-of-item] north.md:148:10 `"last-contact"`: `last-contact` is of the item, to which nothing happens once it is collected: the period would count from the day of collecting
              help: say `after = "collected"`, or declare [define.event.last-contact] with `of = "person"`, and the period counts from the last time it happens
        "#]],
    );
}

#[test]
fn complaints_go_one_way() {
    let two = "[answer.grievance]\nstages = [{ to = \"privacy-office\", within = \"P5D\" }]\n\n\
               [answer.authorities]";
    check(
        &[("[answer.authorities]", two)],
        expect![[r#"
        error[complaints-twice] north.md:244:10 `[{ to = "privacy-office", within = "P5D" }]`: complaints go through the stages of [answer.complaint] and of [answer.grievance], and can go but one way
          there: they go this way too
          help: join them in one clause, whose `stages` name each team in turn
    "#]],
    );
}

#[test]
fn purposes_roles_and_views() {
    check(
        &[
            ("for     = [\"research\"]", "for     = [\"answer-you\"]"),
            (
                "for  = [\"marketing\", \"research\"]",
                "for  = [\"answer-you\"]",
            ),
            (
                "basis         = \"consent\"",
                "basis         = \"consent\"\ncompatible-with = [\"research\", \"marketing\"]",
            ),
            (
                "choice = \"opt-out\"",
                "choice = \"opt-out\"\ncompatible-with = [\"answer-you\"]",
            ),
            (
                "for           = [\"marketing\"]",
                "for           = [\"answer-you\"]",
            ),
            ("[grant.withdrawal]", "[grant.restriction]"),
            (
                "[define.field.message]",
                "[define.field.fax]\nkind = \"text\"\nlabel = \"fax\"\n\n[define.field.message]",
            ),
            ("masked = [\"email\",", "masked = [\"fax\", \"email\","),
        ],
        expect![[r#"
            error[no-withdrawal] north.md:90:9 `"consent"`: `support-training` rests on consent, and no right lets people take it back
              help: add `[grant.withdrawal]` with `answer-within`
            error[no-opt-out] north.md:100:10 `"opt-out"`: people may opt out of `marketing`, and no right lets them
              help: add `[grant.opt-out]` with `for = ["marketing"]` and `answer-within`
            warning[role-idle] north.md:102:11 `"marketing"`: role `marketing` may act for `marketing`, `research` and sees nothing for it
              help: add `[secure.marketing-research]` with `role = "marketing"`, `sees = { clear = ["…"] }` and `for = ["marketing", "research"]`
            error[compatible-with-itself] north.md:107:20 `"research"`: purpose `research` is compatible with itself without saying so
              help: strike it from the list
            note[chain-not-declared] north.md:107:32 `"marketing"`: `research` is compatible with `marketing`, which is compatible with `answer-you`; `research` is not compatible with `answer-you`
              help: if it is meant, add `answer-you` to the list; if not, leave it as it is
            error[no-withdrawal] north.md:108:17 `"opt-in"`: `research` rests on consent, and no right lets people take it back
              help: add `[grant.withdrawal]` with `answer-within`
            warning[view-idle] north.md:167:79 `"fax"`: `fax` is shown here and never collected
              help: strike it here, or add it to a `collect` clause
            warning[view-idle] north.md:173:9 `"answer-you"`: role `marketing` has a view for `answer-you` and may not act for it
              help: add `marketing` to the `roles` of the `use` clause, or strike the purpose here
        "#]],
    );
}

#[test]
fn sharing_needs_data_and_routes() {
    check(
        &[
            (
                "kind    = \"sub-processor\"\ncountry = \"US\"",
                "kind    = \"sub-processor\"\ncountry = \"IN\"",
            ),
            ("valid-until = 2030-12-31", "valid-until = 2020-12-31"),
            (
                "data       = [\"name\",",
                "data       = [\"never\", \"name\",",
            ),
            (
                "[define.field.message]",
                "[define.field.never]\nkind = \"text\"\nlabel = \"never\"\n\n[define.field.message]",
            ),
        ],
        expect![[r#"
            error[no-route] north.md:117:14 `"crm-cloud"`: recipient `crm-cloud` is in `IN`, and no route leads there from `CA`, `US`
              there: the recipient is here
              help: add a `transfer` clause with `from = ["CA", "US"]`, `to = ["IN"]` and its `instrument`
            error[disclosed-not-collected] north.md:118:15 `"never"`: `never` is disclosed here and never collected
              help: strike it here, or add it to a `collect` clause
            warning[route-expired] north.md:130:14 `"group-model-clauses"`: this route was valid until 2020-12-31, and today is 2026-11-23
              help: renew the instrument and write its new date, or strike the route
        "#]],
    );
}

#[test]
fn names_are_names_and_stand_once() {
    check(
        &[
            ("[collect.messages]", "[collect.Messages]"),
            (
                "[grant.erasure]",
                "[grant.access]\nanswer-within = \"P1D\"\n\n[grant.erasure]",
            ),
            (
                "## If something is wrong",
                "Again.\n\n```toml\n[use.research]\nbasis = \"contract\"\nroles = [\"support\"]\n```\n\n## If something is wrong",
            ),
            (
                "[define.role.marketing]",
                "[define.role.marketing-2024-11-23-9]\nlabel = \"x\"\n\n[define.role.marketing]",
            ),
            (
                "[define.store.main-hall]",
                "[define.store.main-hall]\nlabel = \"hall\"\ncountry = \"US\"\n```\n\nAnd again.\n\n```toml\n[define.store.main-hall]",
            ),
        ],
        expect![[r#"
            error[bad-name] words.md:89:14 `marketing-2024-11-23-9`: `marketing-2024-11-23-9` cannot name a clause: a name begins with a letter and is lower-case letters and digits (at most 8) joined by hyphens, such as `answer-you`
              help: write it as in `[collect.contact]`
            error[duplicate-word] words.md:156:15 `main-hall`: store `main-hall` is declared twice
              there: it is declared here first
              help: keep one of the two, or give one another name
            error[bad-name] north.md:33:10 `Messages`: `Messages` cannot name a clause: a name begins with a letter and is lower-case letters and digits (at most 8) joined by hyphens, such as `answer-you`
              help: write it as `messages`
            error[bad-toml] north.md:219:8 `access`: this is not TOML: duplicate key
              help: it stands there already: strike one, or give it another name
            error[duplicate-clause] north.md:238:6 `research`: [use.research] stands twice in this document
              there: it stands here first
              help: give one of them another name, or make them one
        "#]],
    );
}

#[test]
fn purposes_and_disclosures_that_nothing_feeds() {
    check(
        &[
            TRAINING,
            (
                "\"phone\", \"employer\"]\nfor        = [\"answer-you\"]",
                "\"phone\", \"employer\"]\nfor        = [\"support-training\"]",
            ),
            (
                "[use.support-training]",
                "[use.idle]\nbasis = \"contract\"\nroles = [\"support\"]\n\n[use.support-training]",
            ),
            (
                "for  = [\"answer-you\", \"support-training\"]",
                "for  = [\"answer-you\", \"support-training\", \"idle\"]",
            ),
            (
                "regions    = [\"US\", \"CA\"]",
                "regions    = [\"US\", \"CA\"]\nsystems    = [\"tide\"]",
            ),
        ],
        expect![[r#"
            error[country-uncovered] words.md:165:13 `true`: no document is for people in `CA`, `US`
              help: add the country to the `regions` of a document, or strike `covered`
            error[systems-and-regions] north.md:8:14 `["tide"]`: this document is for regions and for hosted systems at once
              help: make two documents of it
            warning[purpose-idle] north.md:89:6 `idle`: nothing is collected for purpose `idle`, or for one that it is compatible with
              help: name it in the `for` of a `collect` clause, or give it `compatible-with`, or strike [use.idle]
            note[law-part] north.md:95:9 `"legitimate-interest"`: recording a call needs the consent of people in `US-CA` (California Penal Code 632(a): with the consent of all parties); a document for them alone could say so
              help: write `basis = "consent"` and `choice = "opt-in"`
            warning[disclosure-idle] north.md:123:15 `"name"`: `name`, `email`, `phone`, `employer` are disclosed for `support-training` and never collected for that
              help: strike it here, or name in `for` a purpose that it is collected for
        "#]],
    );
}

#[test]
fn documents_for_hosted_systems() {
    let front = |id: &str| {
        format!(
            "+++\nid = \"{id}\"\ntitle = \"Guests\"\nlanguage = \"en\"\neffective = 2026-01-31\n\
             revised = 2026-01-31\nsystems = [\"tide\"]\ncontroller = \"harbour-llc\"\n\
             imports = [\"words.md\"]\n+++\n"
        )
    };
    let whole = "\nEach stands apart.\n\n```toml\n[secure.apart]\napart = \"client-and-system\"\n\n\
        [secure.told]\ninstructed = \"all\"\n\n[answer.asked]\nforwarded = \"all\"\nwithin = \"P3D\"\n\
        answered-within = \"P30D\"\n\n[answer.end]\nreturned = \"client\"\nwithin = \"P30D\"\n```\n";
    let sources = [
        Source::new("guests.md", front("guests")),
        Source::new("again.md", front("whole") + whole),
        Source::new("north.md", NORTH),
        Source::new("words.md", WORDS),
    ];
    let said = told(&sources, &Options::default());
    let said: Vec<&str> = said.lines().filter(|line| line.contains("md:7:")).collect();
    assert_eq!(said.len(), 5, "{said:#?}");
    assert!(
        said[..4]
            .iter()
            .all(|line| line.starts_with("error[client-unserved] guests.md"))
    );
    assert!(
        said[4].starts_with("error[system-twice] again.md"),
        "{said:#?}"
    );
}

#[test]
fn the_law_is_held_against_a_document() {
    check(
        &[
            TRAINING,
            (
                "regions    = [\"US\", \"CA\"]",
                "regions    = [\"US\", \"CA\", \"AU\", \"CN\"]",
            ),
            (
                "[grant.rectification]",
                "[grant.rectification]\nfee = { label = \"a dollar\", only-when = \"asked twice\" }",
            ),
            (
                "choice = \"opt-out\"",
                "choice = \"opt-out\"\ndpv = \"dpv:DirectMarketing\"",
            ),
            ("[\"CA\", \"EU\"]", "\"all\""),
        ],
        expect![[r#"
            warning[law-right] north.md:7:14 `["US", "CA", "AU", "CN"]`: people in `CN` have a right of portability (Personal Information Protection Law, Arts. 15, 45 to 47 and 50: without delay), and the document grants none
              help: add `[grant.portability]` with `answer-within`
            error[law-basis] north.md:85:9 `"legitimate-interest"`: `legitimate-interest` is no ground for using the information of people in `CN` (Personal Information Protection Law, Art. 13)
              help: rest it on another `basis`, such as `"consent"`
            error[law-basis] north.md:90:9 `"legitimate-interest"`: `legitimate-interest` is no ground for using the information of people in `CN` (Personal Information Protection Law, Art. 13)
              help: rest it on another `basis`, such as `"consent"`
            note[law-part] north.md:90:9 `"legitimate-interest"`: recording a call needs the consent of people in `US-CA` (California Penal Code 632(a): with the consent of all parties); a document for them alone could say so
              help: write `basis = "consent"` and `choice = "opt-in"`
            error[law-basis] north.md:99:10 `"legitimate-interest"`: `legitimate-interest` is no ground for using the information of people in `CN` (Personal Information Protection Law, Art. 13)
              help: rest it on another `basis`, such as `"consent"`
            error[law-marketing] north.md:100:10 `"opt-out"`: marketing needs the consent of people in `CN` (Advertising Law, Art. 43)
              help: write `basis = "consent"` and `choice = "opt-in"`
            note[law-relationship] north.md:100:10 `"opt-out"`: marketing without consent needs dealings from which the consent follows, of people in `CA` (Canada's anti-spam legislation, S.C. 2010, c. 23, ss. 6 and 10(9))
              help: write only to those you deal with, or write `choice = "opt-in"`
            note[law-relationship] north.md:100:10 `"opt-out"`: marketing without consent needs dealings from which the consent follows, of people in `AU` (Spam Act 2003 (Cth), s. 16 and Sch. 2; Unsolicited Electronic Messages Act 2007 (NZ), s. 9)
              help: write only to those you deal with, or write `choice = "opt-in"`
            error[law-fee] north.md:218:7 `{ label = "a dollar", only-when = "asked twice" }`: the law forbids a fee for the requests of people in `AU` (Privacy Act 1988 (Cth), Sch. 1, APP 13.5)
              help: write `fee = "none"`
        "#]],
    );
}

#[test]
fn every_diagnostic_is_met_in_a_test() {
    let tests = include_str!("tests.rs");
    for code in Code::ALL {
        let met = [format!("[{code}]"), format!("\"{code}\"")];
        assert!(met.iter().any(|met| tests.contains(met)), "{code}");
    }
}

#[test]
fn fields_that_must_not_be() {
    check(
        &[
            (
                "[define.field.message]",
                "[define.field.religion]\nkind = \"text\"\nlabel = \"creed\"\n\n[define.field.mood]\nkind = \"text\"\nlabel = \"mood\"\nspecial = \"mood\"\n\n[define.field.message]",
            ),
            (
                "label = \"recording of a call\"",
                "label = \"recording of a call\"\nidentifier = true",
            ),
            ("notice  = \"before\"\n", ""),
        ],
        expect![[r#"
            error[special-field] words.md:55:15 `religion`: field `religion` says by its name that it is of the special category `religious-belief`
              help: add `special = "religious-belief"` and say in each `use` clause that it is taken for which `exception` permits that; if it is something else, give it a name and a label that say so
            error[wrong-value] words.md:62:11 `"mood"`: `mood` is not a word that `special` of [define.field.mood] knows
              help: it is one of `racial-origin`, `ethnic-origin`, `political-opinion`, `religious-belief`, `philosophical-belief`, `union-membership`, `genetic`, `biometric`, `health`, `sex-life`, `sexual-orientation`
            error[large-identifier] words.md:71:14 `true`: a recording cannot name one person and one only, as `call-recording` must
              help: strike `identifier`
            error[recording-without-notice] north.md:43:12 `"call-recording"`: `call-recording` is a recording, and people are not told before it is made
              help: add `notice = "before"` to the clause
        "#]],
    );
}

#[test]
fn what_newcomers_write_is_put_right_in_the_remedy() {
    let line = "period = \"P90D\"\nafter  = \"collected\"";
    for (written, remedy) in [
        ("6 years", "write `P6Y`"),
        ("1 month", "write `P1M`"),
        ("72 hours", "write `P3D`"),
        (
            "PT4H",
            "days are the smallest that counts: four hours are `P1D`; ninety days are `P90D`, eighteen months `P1Y6M`",
        ),
        ("soon", "ninety days are `P90D`, eighteen months `P1Y6M`"),
    ] {
        let north = NORTH.replacen(line, &line.replace("P90D", written), 1);
        let sources = [
            Source::new("words.md", WORDS),
            Source::new("north.md", north),
        ];
        let said = told(&sources, &today());
        assert!(said.contains(&format!("help: {remedy}\n")), "{said}");
    }
    check(
        &[(
            "from       = [\"CA\", \"EU\"]",
            "from       = [\"CA\", \"EEA\"]",
        )],
        expect![[r#"
            error[unknown-word] north.md:128:21 `"EEA"`: `EEA` is neither a country, nor a part of one, nor a declared region
              help: write `[define.region.eea]` with `label = "EEA"` and `countries = ["AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "IS", "LI", "NO"]`
        "#]],
    );
    check(
        &[("period = \"P90D\"\nafter", "period\u{a0}= \"P90D\"\nafter")],
        expect![[r#"
            error[bad-toml] north.md:140:7 ` `: this is not TOML: invalid unquoted key, expected letters, numbers, `-`, `_`
              help: a space in this line is of a kind that cannot be seen: write the line anew
        "#]],
    );
    // What a slip in the front matter takes away is not missed a second time.
    check(
        &[
            (
                "regions    = [\"US\", \"CA\"]",
                "regions    : [\"US\", \"CA\"]",
            ),
            ("default    = true\n", ""),
        ],
        expect![[r#"
            error[bad-toml] north.md:7:12 ``: this is not TOML: key with no value, expected `=`
              help: put `=` between a key and its value, not `:`
        "#]],
    );
}

#[test]
fn too_many_clauses_are_told_of_once() {
    let more = "\nA word.\n\n```toml\n".to_owned()
        + &(0..2000).fold(String::new(), |mut all, n| {
            writeln!(all, "[answer.word-{n}]\nwarned = true").unwrap();
            all
        })
        + "```\n";
    let sources = [
        Source::new("words.md", WORDS),
        Source::new("north.md", format!("{NORTH}{more}")),
    ];
    let said = told(&sources, &today());
    assert_eq!(said.matches("error[too-many]").count(), 1, "{said}");
}

#[test]
fn countries_controllers_and_fees() {
    check(
        &[
            TRAINING,
            (
                "regions    = [\"US\", \"CA\"]\ndefault    = true",
                "regions    = [\"US\", \"EU\"]",
            ),
            (
                "fee           = \"none\"",
                "fee           = { label = \"ten dollars\", only-when = \"asked twice\" }",
            ),
            (
                "email   = \"privacy@example.com\"\ncountry = \"US\"",
                "email   = \"none\"\ncountry = \"US\"",
            ),
        ],
        expect![[r#"
            error[country-uncovered] words.md:165:13 `true`: no document is for people in `CA`
              help: add the country to the `regions` of a document, or strike `covered`
            warning[no-default] north.md:7:14 `["US", "EU"]`: no document is for people whose country is not known, so nothing of theirs is taken
              help: add `default = true` to one document
            warning[law-right] north.md:7:14 `["US", "EU"]`: people in `DE`, `FR`, `IE` have a right of restriction (GDPR and UK GDPR, Arts. 12(3), 12(5) and 15 to 21), and the document grants none
              help: add `[grant.restriction]` with `answer-within`
            warning[law-right] north.md:7:14 `["US", "EU"]`: people in `DE`, `FR`, `IE` have a right of portability (GDPR and UK GDPR, Arts. 12(3), 12(5) and 15 to 21), and the document grants none
              help: add `[grant.portability]` with `answer-within`
            warning[law-right] north.md:7:14 `["US", "EU"]`: people in `DE`, `FR`, `IE` have a right of objection (GDPR and UK GDPR, Arts. 12(3), 12(5) and 15 to 21), and the document grants none
              help: add `[grant.objection]` with `answer-within`
            warning[law-right] north.md:7:14 `["US", "EU"]`: people in `DE`, `FR`, `IE` are told of a breach within `P3D` (GDPR and UK GDPR, Arts. 33(1) and 34: seventy-two hours, and people without undue delay), and no clause says so
              help: add `[notify.breach]` with `when = "breach"` and `within`
            error[no-controller] north.md:8:14 `"harbour-inc"`: nobody can write to `harbour-inc` about privacy
              help: give the entity an `address` and an `email` such as `privacy@example.com`
            error[law-age] north.md:72:12 `14`: nobody under 15 in `FR` can agree alone (Regulation (EU) 2016/679 (GDPR), Art. 8(1); Loi n° 78-17 du 6 janvier 1978, art. 45), and younger people are not refused
              help: write `under = 15` in a `refuse` clause for people there, such as `[refuse.children]`, after a sentence that says so
            error[law-age] north.md:72:12 `14`: nobody under 16 in `DE`, `IE` can agree alone (Regulation (EU) 2016/679 (GDPR), Art. 8(1); no national law lowers the age), and younger people are not refused
              help: write `under = 16` in a `refuse` clause for people there, such as `[refuse.children]`, after a sentence that says so
            error[law-recording] north.md:89:9 `"legitimate-interest"`: recording a call needs the consent of people in `DE` (Strafgesetzbuch, § 201(1))
              help: write `basis = "consent"` and `choice = "opt-in"`
            note[law-part] north.md:89:9 `"legitimate-interest"`: recording a call needs the consent of people in `US-CA` (California Penal Code 632(a): with the consent of all parties); a document for them alone could say so
              help: write `basis = "consent"` and `choice = "opt-in"`
            error[law-deadline] north.md:210:17 `"P30D"`: `P30D` is longer than the `P1M` that the law allows for the answers of people in `DE`, `FR`, `IE` (GDPR and UK GDPR, Arts. 12(3), 12(5) and 15 to 21)
              help: write `answer-within = "P1M"` or less
            error[fee-forbidden] north.md:213:17 `{ label = "ten dollars", only-when = "asked twice" }`: a fee is asked of people in `DE`, `FR`, `IE`, where region `eu` forbids it
              help: write `fee = "none"`
            error[law-deadline] north.md:216:17 `"P30D"`: `P30D` is longer than the `P1M` that the law allows for the answers of people in `DE`, `FR`, `IE` (GDPR and UK GDPR, Arts. 12(3), 12(5) and 15 to 21)
              help: write `answer-within = "P1M"` or less
            error[law-deadline] north.md:219:17 `"P30D"`: `P30D` is longer than the `P1M` that the law allows for the answers of people in `DE`, `FR`, `IE` (GDPR and UK GDPR, Arts. 12(3), 12(5) and 15 to 21)
              help: write `answer-within = "P1M"` or less
        "#]],
    );
    check(
        &[("controller = \"harbour-inc\"\n", "")],
        expect![[r#"
        error[no-controller] north.md:1:1 `+++`: nobody is responsible for this document
          help: add `controller`, and declare the entity with its address and e-mail
    "#]],
    );
    check(
        &[("regions    = [\"US\", \"CA\"]\ndefault    = true\n", "")],
        expect![[r#"
            error[country-uncovered] words.md:165:13 `true`: no document is for people in `CA`, `US`
              help: add the country to the `regions` of a document, or strike `covered`
            error[only-defines] north.md:21:10 `contact`: [collect.contact] stands in a document that is for nobody
              help: say in the front matter whom the document is for: `regions`, `systems` or `default`
        "#]],
    );
}

#[test]
fn a_report_of_a_child_ends_and_can_be_decided() {
    check(
        &[(
            "if-found = \"erase\"\n",
            "if-found = \"erase\"\nif-undecided = \"erase\"\nconfirmed-by = [\"marketing\"]\n",
        )],
        expect![[r#"
            error[report-endless] north.md:76:16 `"erase"`: nothing says within how long a report is decided
              help: add `decide-within = "P14D"`, or how long it may take
            error[report-unreached] north.md:77:16 `["marketing"]`: `marketing` is not shown all that is collected, and decides who is erased
              help: name a role whose `secure` clauses show every field that is collected
        "#]],
    );
}

#[test]
fn what_people_asked_is_kept_as_long_as_a_clause_says() {
    check(
        &[("```toml\n[keep.requests]\nrequests = \"P2Y\"\n```\n", "")],
        expect![[r#"
            warning[requests-unkept] north.md:210:8 `access`: nothing says how long what people asked is kept after the answer
              help: add `[keep.requests]` with `requests = "P3Y"`, after a sentence that says so
        "#]],
    );
}

#[test]
fn prose_that_promises_has_a_clause() {
    check(
        &[
            ("<!-- narrative -->\n", ""),
            (
                "## When this changes",
                "## Notes\n\nWe never forget you.\n\n<!-- narrative -->\n\nWe never did.\n\nThis is no promise.\n\n<!-- narrative section -->\n\n## More notes\n\nWe will always write.\n\n### Still\n\nYou may ask.\n\n## When this changes",
            ),
        ],
        expect![[r#"
            warning[promise-without-clause] north.md:15:1 `We keep this page short. Open a promise to see the rule behind it.`: this promises something, and no clause stands after it
              help: add the clause that keeps it, or write `<!-- narrative -->` before it if it promises nothing
            warning[promise-without-clause] north.md:269:1 `We never forget you.`: this promises something, and no clause stands after it
              help: add the clause that keeps it, or write `<!-- narrative -->` before it if it promises nothing
        "#]],
    );
}

#[test]
fn two_documents_share_words_and_not_people() {
    let south = NORTH.replace("id         = \"north\"", "id         = \"south\"");
    let sources = [
        Source::new("words.md", WORDS),
        Source::new("north.md", NORTH),
        Source::new("south.md", south.clone()),
    ];
    expect![[r#"
        error[country-twice] south.md:7:14 `["US", "CA"]`: people in `CA`, `US` have two documents
          there: the other is for them too
          help: strike the place, or the region, from one of them
        error[default-twice] south.md:8:14 `true`: two documents are for people whose country is not known
          there: the other is here
          help: strike `default` from one of them
    "#]].assert_eq(&told(&sources, &today()));
    let south = south
        .replace("[\"US\", \"CA\"]", "[\"MX\"]")
        .replace("default    = true\n", "")
        .replace("from       = [\"CA\", \"EU\"]", "from       = [\"MX\"]");
    let sources = [
        Source::new("south.md", south),
        Source::new("north.md", NORTH),
        Source::new("words.md", WORDS),
    ];
    let (policy, said) = compile(&sources);
    let policy = policy.unwrap_or_else(|| panic!("{said:?}"));
    assert_eq!(said, []);
    let names: Vec<&str> = policy
        .documents
        .iter()
        .map(|document| &*document.name)
        .collect();
    assert_eq!(names, ["north", "south", "words"]);
    assert_eq!(policy.words.purposes.len(), 4);
    assert_eq!(policy.words.classes.len(), 6);
    let mexico = policy.document_for(Some("MX".parse().unwrap())).unwrap();
    assert_eq!(&*mexico.version, "south@2024-02-03");
}

#[test]
fn clauses_know_where_they_stand() {
    let sources = [
        Source::new("words.md", WORDS),
        Source::new("north.md", NORTH),
    ];
    let policy = compile(&sources).0.unwrap();
    let clause = policy
        .clauses()
        .find(|c| &*c.full_name == "north#use.support-training")
        .unwrap();
    expect![[r#"
        [use.support-training]
        label = "training of the support desk"
        basis = "consent"
        roles = ["support"]"#]]
    .assert_eq(&NORTH[clause.source.clone()]);
    expect![[r#"
        To answer you, and to train those who do.
    "#]]
    .assert_eq(&NORTH[clause.prose.clone()]);
    let clause = policy
        .clauses()
        .find(|c| &*c.full_name == "north#answer.complaint")
        .unwrap();
    expect![[r#"
        [answer.complaint]
        stages = [
          { to = "support-team", within = "P10D" },
          { to = "privacy-office", within = "P30D" },
        ]"#]]
    .assert_eq(&NORTH[clause.source.clone()]);
}

#[test]
fn the_digest_follows_the_format() {
    let sources = [
        Source::new("north.md", NORTH),
        Source::new("words.md", WORDS),
    ];
    let digest = compile(&sources).0.unwrap().digest;
    let mut bytes = Vec::new();
    for text in [NORTH, WORDS] {
        bytes.extend((text.len() as u64).to_be_bytes());
        bytes.extend(text.as_bytes());
    }
    let expected = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
    assert_eq!(digest.0, expected.as_ref());
}

/// The codes that a folder gives rise to, each once.
fn codes(sources: &[Source]) -> Vec<&'static str> {
    let mut codes: Vec<_> = compile(sources)
        .1
        .iter()
        .map(|said| said.code.word())
        .collect();
    codes.dedup();
    codes
}

#[test]
fn what_is_too_large_or_too_many_is_said_and_not_read() {
    let large = format!("{NORTH}\n{}", " ".repeat(DOCUMENT_BYTES_MAX));
    assert_eq!(codes(&[Source::new("north.md", large)]), ["too-large"]);
    let many: Vec<Source> = (0..=DOCUMENTS_MAX)
        .map(|n| {
            let text = WORDS
                .split("\n# ")
                .next()
                .unwrap()
                .replace("\"words\"", &format!("\"d{n}\""));
            Source::new(format!("{n}.md"), text)
        })
        .collect();
    assert_eq!(codes(&many), ["too-many"]);
    let word = |n: usize| format!("[define.service.s{}]\nlabel = \"s\"\n", n);
    let text = |count: usize| {
        let blocks: String = (0..count).map(word).collect();
        WORDS.replace(
            "[define.service.online-support]",
            &format!("{blocks}[define.service.online-support]"),
        )
    };
    let with = |count| {
        [
            Source::new("words.md", text(count)),
            Source::new("north.md", NORTH),
        ]
    };
    assert_eq!(codes(&with(255)), ["word-idle"]);
    assert_eq!(codes(&with(256)), ["too-many"]);
    assert_eq!(codes(&with(CLAUSES_MAX)), ["too-many"]);
}

#[test]
fn rendering_underlines_the_source_and_gives_the_remedy() {
    let north = NORTH.replace("[\"CA\", \"EU\"]", "[\"CA\", \"UK\"]");
    let sources = [
        Source::new("words.md", WORDS),
        Source::new("north.md", north),
    ];
    let said = compile(&sources).1;
    expect![[r#"
        error[unknown-word]: `UK` is neither a country, nor a part of one, nor a declared region
           --> north.md:128:21
            |
        128 | from       = ["CA", "UK"]
            |                     ^^^^
            |
            = help: write `GB`

        1 error, 0 warnings, 0 notes
    "#]]
    .assert_eq(&crate::render_diagnostics(&said, &sources, false));
    assert!(crate::render_diagnostics(&said, &sources, true).contains("\u{1b}["));
    let json = serde_json::to_string(&said).unwrap();
    expect![[r#"[{"severity":"error","code":"unknown-word","message":"`UK` is neither a country, nor a part of one, nor a declared region","file":"north.md","span":{"start":2589,"end":2593},"line":128,"column":21,"labels":[],"help":"write `GB`"}]"#]].assert_eq(&json);
}

#[test]
fn a_file_that_is_not_text_is_a_diagnostic() {
    let said = Source::from_bytes("a.md", b"+++\n\xff".to_vec()).unwrap_err();
    assert_eq!((said.code.word(), said.span), ("not-utf8", 4..4));
}

#[test]
fn windows_line_ends_and_byte_order_marks_do_no_harm() {
    let sources = [
        Source::new(
            "words.md",
            format!("\u{feff}{}", WORDS.replace('\n', "\r\n")),
        ),
        Source::new("north.md", NORTH.replace('\n', "\r\n")),
    ];
    assert_eq!(told(&sources, &today()), "");
}

#[test]
fn imports_are_followed_from_where_they_stand() {
    let north = NORTH.replace("[\"words.md\"]", "[\"../shared/all.md\"]");
    let all = "+++\nid = \"all\"\ntitle = \"All\"\nlanguage = \"en\"\nimports = [\"./words.md\", \"../regions/north.md\"]\n+++\n";
    let mut sources = vec![
        Source::new("regions/north.md", north.clone()),
        Source::new("shared/all.md", all),
        Source::new("shared/words.md", WORDS),
    ];
    assert_eq!(told(&sources, &today()), "");
    sources[0] = Source::new(
        "regions/north.md",
        north.replace("imports    = [\"../shared/all.md\"]", ""),
    );
    let codes = codes(&sources);
    assert_eq!(codes, ["not-imported"]);
}

#[test]
fn a_slip_in_toml_is_said_once_and_with_its_remedy() {
    let (data, then) = ("data   = [\"call-recording\"]", "then   = \"destroy\"");
    for (old, new) in [
        ("\"name\", \"email\"", "\"name\" \"email\""),
        (data, "data   = [“call-recording”]"),
        (then, "then   : \"destroy\""),
        (then, "then   = destroy"),
        (then, "then   = \"destroy"),
        ("effective  = 2018-05-01", "effective  = 2018-13-01"),
        ("[grant.erasure]", "[grant.access]"),
    ] {
        let north = NORTH.replacen(old, new, 1);
        assert_ne!(north, NORTH, "{old}");
        let sources = [
            Source::new("words.md", WORDS),
            Source::new("north.md", north),
        ];
        let said = compile(&sources).1;
        let codes: Vec<_> = said.iter().map(|said| said.code.word()).collect();
        assert_eq!(codes, ["bad-toml"], "{new}");
    }
}

#[test]
fn blocks_that_would_silently_not_run_are_errors() {
    let keep = "```toml\n[keep.";
    for (new, code) in [
        ("```\n[keep.", "unmarked-block"),
        ("```ini\n[keep.", "unmarked-block"),
        ("```{toml}\n[keep.", "unmarked-block"),
    ] {
        let north = NORTH.replacen(keep, new, 1);
        assert_ne!(north, NORTH);
        let sources = [
            Source::new("words.md", WORDS),
            Source::new("north.md", north),
        ];
        assert_eq!(codes(&sources), [code], "{new}");
    }
    let indented = format!("{NORTH}\nAnd this.\n\n    [keep.more]\n    period = \"P1D\"\n");
    let sources = [
        Source::new("words.md", WORDS),
        Source::new("north.md", indented),
    ];
    assert_eq!(codes(&sources), ["unmarked-block"]);
    let other = format!("{NORTH}\nAnd this.\n\n```sh\nls [a-z].md\n```\n");
    let sources = [
        Source::new("words.md", WORDS),
        Source::new("north.md", other),
    ];
    assert_eq!(codes(&sources), [""; 0]);
}

#[test]
fn what_the_page_leaves_out_is_said() {
    let north = format!(
        "{NORTH}\n<div>Nothing is sold.</div>\n\n<!-- a note -->\n\n<br>\n\n![Plan](plan.png)\n"
    );
    let sources = [
        Source::new("words.md", WORDS),
        Source::new("north.md", north),
    ];
    let said = compile(&sources).1;
    let messages: Vec<_> = said.iter().map(|said| said.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "the published page leaves raw HTML out",
            "the published page leaves an image out"
        ]
    );
    assert!(said.iter().all(|said| said.code.word() == "not-published"));
}

#[test]
fn headers_and_keys_that_are_nearly_right() {
    check(
        &[
            ("[keep.contact]", "[keep]"),
            ("[grant.erasure]", "[[grant.erasure]]"),
            ("[collect.surveys]", "[collect.surveys.yearly]"),
            ("[use.answer-you]", "[use.Answer_You]"),
        ],
        expect![[r#"
            error[not-a-clause] north.md:52:10 `surveys`: [collect.surveys.yearly] has a part too many
              help: name it in one part: `[collect.surveys-yearly]`
            error[bad-name] north.md:83:6 `Answer_You`: `Answer_You` cannot name a clause: a name begins with a letter and is lower-case letters and digits (at most 8) joined by hyphens, such as `answer-you`
              help: write it as `answer-you`
            error[not-a-clause] north.md:144:2 `keep`: [keep] has no name
              help: name it, as in `[keep.some-name]`
            error[not-a-clause] north.md:219:9 `erasure`: [grant.erasure] is a list of tables
              help: write it between single brackets: `[grant.erasure]`
        "#]],
    );
    check(
        &[(
            "through = [\"website-form\"]\nfor     = [\"research\"]",
            "via = [\"website-form\"]\npurposes = [\"research\"]",
        )],
        expect![[r#"
            error[unknown-key] north.md:54:1 `via`: [collect.surveys] has no key `via`
              help: did you mean `through`?
            error[unknown-key] north.md:55:1 `purposes`: [collect.surveys] has no key `purposes`
              help: did you mean `for`?
        "#]],
    );
}

#[test]
fn a_text_that_is_nearly_a_document() {
    let said = |north: String| {
        let said = compile(&[Source::new("north.md", north)]).1;
        (said[0].message.clone(), said.len())
    };
    for (north, message) in [
        (
            NORTH.replace("+++", "---"),
            "front matter is TOML between two lines `+++`, not YAML",
        ),
        (
            format!("\n{NORTH}"),
            "the front matter does not begin on the first line",
        ),
        (
            NORTH.replacen("\n+++", "\n", 1),
            "the front matter is not closed",
        ),
        (
            String::new(),
            "a document opens with front matter between two lines `+++`",
        ),
    ] {
        assert_eq!(said(north), (message.to_owned(), 1));
    }
}

#[test]
fn a_copied_document_is_said_once_not_word_by_word() {
    let sources = [
        Source::new("words.md", WORDS),
        Source::new("copy.md", WORDS),
        Source::new("north.md", NORTH),
    ];
    assert_eq!(codes(&sources), ["duplicate-document"]);
}

#[test]
fn each_document_may_define_a_term_for_itself() {
    let term = "\n## A word\n\nAn item is one value.\n\n```toml\n[define.term.item]\nlabel = \"item\"\n```\n";
    let sources = |north: &str| {
        [
            Source::new("words.md", format!("{WORDS}{term}")),
            Source::new("north.md", format!("{NORTH}{north}")),
        ]
    };
    assert_eq!(told(&sources(term), &today()), "");
    let twice =
        format!("{term}\nAgain, one value.\n\n```toml\n[define.term.item]\nlabel = \"one\"\n```\n");
    assert_eq!(codes(&sources(&twice)), ["duplicate-word"]);
}

#[test]
fn compatible_with_all_means_all_others() {
    let north = NORTH.replacen(
        "label = \"training of the support desk\"",
        "label = \"training of the support desk\"\ncompatible-with = \"all\"",
        1,
    );
    let sources = [
        Source::new("words.md", WORDS),
        Source::new("north.md", north),
    ];
    let policy = compile(&sources).0.unwrap();
    let document = policy.document_named("north").unwrap();
    let own = policy.words.purposes.id("support-training").unwrap();
    let (_, training) = document.rules.use_of(own).unwrap();
    let declared: Set<PurposeId> = document
        .rules
        .uses
        .iter()
        .flatten()
        .map(|(_, r#use)| r#use.purpose)
        .collect();
    assert_eq!(training.compatible_with, declared.difference(Set::of(own)));
    assert!(!training.compatible_with.is_empty());
}

/// The harbour policy with a second document, `west`, for other regions, and what is said of it.
fn parted(north: &str, west: &str) -> (Option<Policy>, String) {
    let regions = "regions    = [\"US\", \"CA\"]";
    let to = |text: &str, places: &str| text.replace(regions, &format!("regions = {places}"));
    let other = NORTH
        .replace("id         = \"north\"", "id = \"west\"")
        .replace("default    = true\n", "");
    let sources = [
        Source::new("words.md", WORDS.replace("covered   = true\n", "")),
        Source::new("north.md", to(NORTH, north)),
        Source::new("west.md", to(&other, west)),
    ];
    (compile(&sources).0, told(&sources, &today()))
}

#[test]
fn a_part_of_a_country_has_a_document_of_its_own() {
    let (policy, said) = parted("[\"US\", \"CA\"]", "[\"US-CA\", \"CA-QC\"]");
    let policy = policy.unwrap_or_else(|| panic!("{said}"));
    for (place, document) in [
        ("US-CA", Some("west")),
        ("US-NY", Some("north")),
        ("US", Some("north")),
        ("CA-QC", Some("west")),
        ("CA", Some("north")),
        ("FR", None),
    ] {
        let found = policy.document_for(place.parse().ok());
        assert_eq!(found.map(|it| it.name.as_str()), document, "{place}");
    }
    // Where no document is for the rest of a country, the rest has none.
    let (policy, said) = parted("[\"CA\"]", "[\"US-CA\"]");
    let policy = policy.unwrap_or_else(|| panic!("{said}"));
    assert!(policy.document_for("US".parse().ok()).is_none());
    assert!(policy.document_for("US-NY".parse().ok()).is_none());
}

#[test]
fn a_place_has_one_document_and_is_written_by_its_code() {
    for (north, west, message) in [
        (
            "[\"US\", \"US-CA\"]",
            "[\"US-CA\"]",
            "people in `US-CA` have two documents",
        ),
        ("[\"US\"]", "[\"US\"]", "people in `US` have two documents"),
        (
            "[\"US-CAL\"]",
            "[\"CA\"]",
            "this is not a part of `US` by ISO 3166-2; near are `US-CA` (California)",
        ),
        ("[\"us-ca\"]", "[\"CA\"]", "write `US-CA`"),
        ("[\"US-PR\"]", "[\"CA\"]", "write `PR`"),
        ("[\"FR-75\"]", "[\"CA\"]", "write `FR`"),
        (
            "[\"ZZ-CA\"]",
            "[\"CA\"]",
            "parts of them follow with a hyphen",
        ),
    ] {
        let (policy, said) = parted(north, west);
        assert!(
            policy.is_none() && said.contains(message),
            "{north}: {said}"
        );
    }
}

#[test]
fn a_document_for_the_rest_of_the_world_leaves_out_the_parts_that_others_name() {
    let (policy, said) = parted("[\"US-CA\"]", "[\"US\"]");
    assert!(policy.is_some(), "{said}");
    let words = "[define.region.coast]\nlabel = \"Coast\"\ncountries = [\"US-CA\", \"US-OR\"]\n";
    let west = NORTH
        .replace("id         = \"north\"", "id = \"west\"")
        .replace("default    = true\n", "")
        .replace("[\"US\", \"CA\"]", "[\"coast\"]");
    let declared = WORDS.replacen("[define.region.", &format!("{words}\n[define.region."), 1);
    let policy = compile(&[
        Source::new("words.md", declared),
        Source::new("north.md", NORTH),
        Source::new("west.md", west),
    ]);
    let policy = policy.0.unwrap_or_else(|| panic!("{:#?}", policy.1));
    let of = |place: &str| policy.document_for(place.parse().ok()).unwrap();
    assert_eq!(of("US-OR").name.as_str(), "west");
    assert_eq!(of("US").name.as_str(), "north");
    let codes = |document: &Document| document.territories.outermost().collect::<Vec<_>>();
    assert_eq!(format!("{:?}", codes(of("US-OR"))), "[US-CA, US-OR]");
    assert_eq!(format!("{:?}", codes(of("US"))), "[CA, US]");
}

#[test]
fn a_document_may_be_for_the_rest_of_the_world() {
    let other = NORTH
        .replace("id         = \"north\"", "id = \"other\"")
        .replace("default    = true\n", "");
    let line = |text: &str| {
        let line = text.lines().find(|line| line.starts_with("regions"));
        line.unwrap().to_owned()
    };
    // What is for everybody keeps the law of every country.
    let lawful = [
        ("under    = 14", "under    = 18"),
        (
            "\"legitimate-interest\"\nroles = [\"support\"]",
            "\"consent\"\nroles = [\"support\"]",
        ),
        ("\"legitimate-interest\"", "\"contract\""),
        ("\"P30D\"", "\"P5D\""),
        (
            "for           = [\"research\", \"support-training\"]",
            "for           = \"all\"",
        ),
        ("\nextend ", "\n# extend "),
    ];
    let other = lawful
        .iter()
        .fold(other, |text, (old, new)| text.replace(old, new));
    let other = other.replace(&line(NORTH), "regions = \"all\"");
    let sources = [
        Source::new("words.md", WORDS),
        Source::new("north.md", NORTH),
        Source::new("other.md", other.as_str()),
    ];
    let said = compile(&sources).1;
    // What the law of some country asks for beyond that is only warned of.
    assert_eq!(codes(&sources), ["law-right", "no-route"]);
    let route = said.iter().find(|said| said.code == Code::NoRoute).unwrap();
    assert!(route.help.as_ref().unwrap().contains("`from = \"all\"`"));
    let routed = other.replace("[\"CA\", \"EU\"]", "\"all\"");
    let sources = [
        Source::new("words.md", WORDS),
        Source::new("north.md", NORTH),
        Source::new("other.md", routed),
    ];
    let policy = compile(&sources).0.unwrap();
    let [north, other] = ["north", "other"].map(|name| policy.document_named(name).unwrap());
    assert!(!north.territories.intersects(other.territories));
    let all = kept_terms::Territory::all().collect();
    assert_eq!(north.territories.union(other.territories), all);
    for country in kept_terms::Territory::all() {
        assert!(policy.document_for(Some(country)).is_some());
    }
}
