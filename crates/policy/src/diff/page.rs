//! The page of versions: every version of a document with its days, and what changes between any
//! two of them, in words. It needs no script: what is chosen is part of the address.

use super::{Direction, Told};
use crate::model::{Document, Policy};
use crate::publish::{STYLE, head};
use crate::standing::{Tongue, date};
use jiff::civil::Date;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// A version as the page lists it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// Its digest, in hexadecimal.
    pub digest: String,
    /// Since when it is in force, or from when it will be.
    pub effective: Option<Date>,
    /// When its document was last revised.
    pub revised: Option<Date>,
    /// When it was published.
    pub published: Option<Date>,
    /// Whether it is in force.
    pub in_force: bool,
    /// Whether it waits for its day.
    pub announced: bool,
}

/// Two versions, and what changes from the one to the other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Compared {
    /// The digest of the former.
    pub from: String,
    /// The digest of the latter.
    pub to: String,
    /// The changes of this document, in its language.
    pub changes: Vec<Told>,
    /// How many clauses were worded anew without another rule.
    pub reworded: usize,
}

macro_rules! texts {
    ($($name:ident = $texts:expr;)+) => {
        #[derive(Clone, Copy)]
        enum Text { $($name,)+ }

        impl Text {
            fn of(self, tongue: Tongue) -> &'static str {
                tongue.pick(match self { $(Text::$name => $texts,)+ })
            }
        }
    };
}

texts! {
    Versions = ["Versions", "Versions", "Fassungen", "各版本"];
    Back = ["The policy as it holds", "La politique en vigueur", "Das geltende Dokument", "现行政策"];
    Lead = [
        "No version is ever changed or taken away.",
        "Aucune version n’est jamais modifiée ni retirée.",
        "Keine Fassung wird je geändert oder entfernt.",
        "任何版本均不会被修改或撤下。",
    ];
    Effective = ["In force from", "En vigueur à partir du", "In Kraft ab", "生效日期"];
    Revised = ["Revised", "Révisée", "Geändert", "修订"];
    Published = ["Published", "Publiée", "Veröffentlicht", "发布"];
    InForce = ["in force", "en vigueur", "in Kraft", "现行"];
    Announced = ["announced", "annoncée", "angekündigt", "已预告"];
    Past = ["former", "antérieure", "frühere", "旧版"];
    Changes = ["What changes", "Ce qui change", "Was sich ändert", "变化内容"];
    From = ["From", "De", "Von", "从"];
    To = ["To", "À", "Zu", "到"];
    Show = ["Show", "Afficher", "Anzeigen", "显示"];
    Same = [
        "Both say the same.",
        "Les deux disent la même chose.",
        "Beide sagen dasselbe.",
        "两者内容相同。",
    ];
    Against = ["Against you", "À votre désavantage", "Zu Ihren Ungunsten", "对您不利"];
    Favour = ["In your favour", "À votre avantage", "Zu Ihren Gunsten", "对您有利"];
    Neutral = ["Neither", "Ni l’un ni l’autre", "Weder noch", "中性"];
    Reworded = [
        "Passages worded anew while the rule stayed the same",
        "Passages reformulés sans changement de règle",
        "Anders formulierte Stellen bei gleicher Regel",
        "仅改措辞、规则未变的段落",
    ];
    Coming = [
        "A new version takes effect on",
        "Une nouvelle version prend effet le",
        "Eine neue Fassung tritt in Kraft am",
        "新版本生效日期：",
    ];
}

/// What the page of versions is called in a language, given as a tag.
pub fn versions_label(language: &str) -> &'static str {
    Text::Versions.of(Tongue::of(language))
}

/// How a document says that another version of it is announced for a day.
pub fn announcement(language: &str, day: Date) -> String {
    let tongue = Tongue::of(language);
    let space = tongue.pick([" ", " ", " ", ""]);
    let stop = tongue.pick([".", ".", ".", "。"]);
    let (coming, day) = (Text::Coming.of(tongue), date(tongue, day));
    let changes = Text::Changes.of(tongue);
    format!("{coming}{space}{day}{stop} {changes}")
}

/// The page of a document's versions. `here` is its own address, `back` the document's;
/// `bar` stands above everything, as HTML of whoever serves the page.
pub fn versions_page(
    document: &Document,
    versions: &[Listed],
    compared: Option<&Compared>,
    (here, back): (&str, &str),
    (stylesheet, bar): (Option<&str>, Option<&str>),
) -> String {
    let tongue = Tongue::of(&document.language);
    let page = html! {
        (DOCTYPE)
        html lang=(document.language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (Text::Versions.of(tongue)) ": " (document.title) }
                @match stylesheet {
                    Some(href) => link rel="stylesheet" href=(href);,
                    None => style { (PreEscaped(STYLE)) },
                }
            }
            body {
                (head(bar, &html! {
                    p { a href=(back) { (Text::Back.of(tongue)) } }
                    h1 { (document.title) }
                    p { (Text::Lead.of(tongue)) }
                }))
                main.versions {
                    (listed(tongue, versions))
                    @if versions.len() > 1 { (choice(tongue, versions, compared, here)) }
                    @if let Some(compared) = compared { (changes(tongue, compared)) }
                }
            }
        }
    };
    page.into_string()
}

fn day(tongue: Tongue, day: Option<Date>) -> Markup {
    html! {
        @if let Some(day) = day { time datetime=(day) { (date(tongue, day)) } }
    }
}

fn stands(tongue: Tongue, one: &Listed) -> &'static str {
    match (one.in_force, one.announced) {
        (true, _) => Text::InForce.of(tongue),
        (false, true) => Text::Announced.of(tongue),
        (false, false) => Text::Past.of(tongue),
    }
}

fn listed(tongue: Tongue, versions: &[Listed]) -> Markup {
    let heads = [Text::Effective, Text::Revised, Text::Published];
    html! {
        h2 { (Text::Versions.of(tongue)) }
        div.wide tabindex="0" role="region" aria-label=(Text::Versions.of(tongue)) {
            table {
                thead { tr {
                    @for head in heads { th scope="col" { (head.of(tongue)) } }
                    td {}
                    td {}
                } }
                tbody {
                    @for one in versions {
                        tr {
                            td { (day(tongue, one.effective)) }
                            td { (day(tongue, one.revised)) }
                            td { (day(tongue, one.published)) }
                            td { (stands(tongue, one)) }
                            td { code { (short(&one.digest)) } }
                        }
                    }
                }
            }
        }
    }
}

fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

fn choice(tongue: Tongue, versions: &[Listed], compared: Option<&Compared>, here: &str) -> Markup {
    let sides = [
        ("from", Text::From, compared.map(|it| it.from.as_str())),
        ("to", Text::To, compared.map(|it| it.to.as_str())),
    ];
    html! {
        h2 { (Text::Changes.of(tongue)) }
        form.choice action=(here) method="get" {
            @for (name, label, chosen) in sides {
                label {
                    (label.of(tongue)) " "
                    select name=(name) {
                        @for one in versions {
                            option value=(one.digest) selected[is(one, chosen)] {
                                @if let Some(day) = one.effective { (date(tongue, day)) ", " }
                                (stands(tongue, one)) " (" (short(&one.digest)) ")"
                            }
                        }
                    }
                }
                " "
            }
            button type="submit" { (Text::Show.of(tongue)) }
        }
    }
}

fn is(one: &Listed, chosen: Option<&str>) -> bool {
    chosen == Some(one.digest.as_str())
}

fn changes(tongue: Tongue, compared: &Compared) -> Markup {
    let groups = [
        (Direction::Against, Text::Against),
        (Direction::Favour, Text::Favour),
        (Direction::Neutral, Text::Neutral),
    ];
    html! {
        @if compared.changes.is_empty() { p { (Text::Same.of(tongue)) } }
        @for (direction, heading) in groups {
            @let group = compared.changes.iter().filter(|it| it.direction == direction);
            @if group.clone().next().is_some() {
                h3 { (heading.of(tongue)) }
                ul.changes {
                    @for one in group {
                        li {
                            (one.sentence)
                            @for name in clauses(one) {
                                " " code { (name) }
                            }
                        }
                    }
                }
            }
        }
        @if compared.reworded > 0 {
            p { (Text::Reworded.of(tongue)) ": " (compared.reworded) }
        }
    }
}

/// The clauses of a change, those of the latter version first.
fn clauses(told: &Told) -> impl Iterator<Item = &String> {
    let gone = told.old.iter().filter(|name| !told.new.contains(name));
    told.new.iter().chain(gone)
}

/// The changes that concern a document, of all that two versions make.
pub fn of_document(told: Vec<Told>, name: &str) -> Vec<Told> {
    let here = |it: &Told| {
        it.document
            .as_deref()
            .is_none_or(|document| document == name)
    };
    told.into_iter().filter(here).collect()
}

/// A document of a version, for its days.
pub fn days_of(policy: &Policy, name: &str) -> (Option<Date>, Option<Date>) {
    let document = policy.document_named(name);
    document.map_or((None, None), |it| (it.effective, it.revised))
}
