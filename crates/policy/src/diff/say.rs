//! Changes in sentences, in the languages of the documents.
//! It fills frames with the labels of words; what changes was found elsewhere.

use super::value::{Condition, Route};
use super::{Change, Diff, Direction, Kind, Value};
use crate::model::*;
use crate::publish::strings;
use crate::standing::{Tongue, date};
use kept_terms::{ParentWay, Period, RecipientKind, Territories};
use serde::Serialize;

/// A change as it is told, to people by its sentence and to programs by its parts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Told {
    /// The code of its kind.
    pub kind: &'static str,
    /// For better or worse.
    pub direction: Direction,
    /// Whether people are to be told.
    pub material: bool,
    /// The change in a sentence.
    pub sentence: String,
    /// The document it is in.
    pub document: Option<String>,
    /// The countries, and parts of countries, whose people it concerns.
    pub countries: Vec<String>,
    /// Whether it concerns people whose country is not known.
    pub unknown: bool,
    /// The fields it is about.
    pub data: Vec<String>,
    /// The purposes it is about.
    pub purposes: Vec<String>,
    /// The clauses of the old version.
    pub old: Vec<String>,
    /// The clauses of the new version.
    pub new: Vec<String>,
    /// The purposes for which people's agreement has to be asked, first or again.
    pub ask: Vec<String>,
}

/// One of the languages in which Kept speaks, for a language tag: `en`, `fr`, `de` or `zh`.
pub fn language_of(tag: &str) -> &'static str {
    Tongue::of(tag).pick(["en", "fr", "de", "zh"])
}

impl Diff {
    /// All changes as they are told in a language, given as a tag.
    pub fn told(&self, old: &Policy, new: &Policy, language: &str) -> Vec<Told> {
        let words = Wording::new(old, new, language);
        self.changes.iter().map(|it| words.told(it)).collect()
    }

    /// All changes as they are told, each in the language of its document.
    pub fn told_at_home(&self, old: &Policy, new: &Policy) -> Vec<Told> {
        let told = |change: &Change| {
            let name = change.people.document.as_deref().unwrap_or_default();
            let document = new
                .document_named(name)
                .or_else(|| old.document_named(name));
            let language = document.map_or("en", |document| &document.language);
            Wording::new(old, new, language).told(change)
        };
        self.changes.iter().map(told).collect()
    }
}

/// The labels of two versions in one language.
struct Wording<'p> {
    versions: [&'p Policy; 2],
    language: &'p str,
    tongue: Tongue,
}

impl<'p> Wording<'p> {
    fn new(old: &'p Policy, new: &'p Policy, language: &'p str) -> Wording<'p> {
        Wording {
            versions: [new, old],
            language,
            tongue: Tongue::of(language),
        }
    }

    fn told(&self, change: &Change) -> Told {
        let countries = change.people.countries.outermost();
        Told {
            kind: change.kind.code(),
            direction: change.direction,
            material: change.material,
            sentence: self.sentence(change),
            document: change.people.document.clone(),
            countries: countries.map(|it| it.code().to_owned()).collect(),
            unknown: change.people.unknown,
            data: change.data.clone(),
            purposes: change.purposes.clone(),
            old: change.old.clone(),
            new: change.new.clone(),
            ask: change.ask.clone(),
        }
    }

    fn sentence(&self, change: &Change) -> String {
        let places = matches!(
            change.kind,
            Kind::SensitiveRefused | Kind::SensitiveTaken | Kind::SensitiveElse
        );
        let through = match places {
            true => self.and(change.channels.iter().map(|it| self.place(it).to_owned())),
            false => self.labels("channel", &change.channels),
        };
        let frame = self.tongue.pick(change.kind.texts());
        let filled = fill(frame, |mark| {
            Some(match mark {
                "data" => self.labels("field", &change.data),
                "for" => self.purposes(change),
                "through" => through.clone(),
                "about" => self.value(&change.about),
                "was" => self.value(&change.was),
                "now" => self.value(&change.now),
                _ => return None,
            })
        });
        capital(&filled)
    }

    /// The purposes of a change, as its document calls them.
    fn purposes(&self, change: &Change) -> String {
        let home = change.people.document.as_deref().unwrap_or_default();
        let called = |name: &String| {
            let own = self.versions.iter().find_map(|policy| {
                let document = policy.document_named(home)?;
                let same = Tongue::of(&document.language) == self.tongue;
                let id = policy.words.purposes.id(name).filter(|_| same)?;
                let (_, r#use) = document.rules.use_of(id)?;
                (!r#use.label.is_empty()).then(|| r#use.label.clone())
            });
            let own = own.map(|it| self.lowered(&it));
            self.quoted(&own.unwrap_or_else(|| self.label("purpose", name)))
        };
        match self.is_every_purpose(&change.purposes) {
            true => self.every_purpose(),
            false => self.and(change.purposes.iter().map(called)),
        }
    }

    /// Whether these are all purposes of a document that has more than a few.
    fn is_every_purpose(&self, names: &[String]) -> bool {
        let every_of = |policy: &&Policy, document: &Document| {
            let uses = || document.rules.uses.iter().flatten();
            let named = |purpose| {
                let name = policy.words.purposes.name(purpose);
                names.iter().any(|it| it.as_str() == name)
            };
            uses().count() == names.len() && uses().all(|(_, r#use)| named(r#use.purpose))
        };
        let mut versions = self.versions.iter();
        names.len() > 3
            && versions.any(|policy| policy.documents.iter().any(|it| every_of(policy, it)))
    }

    fn every_purpose(&self) -> String {
        let every = ["any purpose", "toute finalité", "jeden Zweck", "任何目的"];
        self.tongue.pick(every).to_owned()
    }

    /// Purposes are whole phrases, so they stand in quotation marks.
    fn quoted(&self, label: &str) -> String {
        let (open, shut) = self
            .tongue
            .pick([("“", "”"), ("« ", " »"), ("„", "“"), ("“", "”")]);
        format!("{open}{label}{shut}")
    }

    fn labels(&self, kind: &str, names: &[String]) -> String {
        match kind {
            "purpose" if self.is_every_purpose(names) => self.every_purpose(),
            "purpose" => self.and(
                names
                    .iter()
                    .map(|name| self.quoted(&self.label(kind, name))),
            ),
            _ => self.and(names.iter().map(|name| self.label(kind, name))),
        }
    }

    /// A label within a sentence.
    fn label(&self, kind: &str, name: &str) -> String {
        self.lowered(&self.full_label(kind, name))
    }

    fn full_label(&self, kind: &str, name: &str) -> String {
        let translated = self.versions.iter().find_map(|policy| {
            let labels = &policy.words.labels;
            labels.get(kind, name, self.language)
        });
        let own = || {
            self.versions
                .iter()
                .find_map(|policy| own_label(&policy.words, kind, name))
        };
        let label = translated.map(str::to_owned).or_else(own);
        label
            .filter(|it| !it.is_empty())
            .unwrap_or_else(|| name.replace('-', " "))
    }

    /// A label with its capital lowered, where the language writes words so and it is no name.
    fn lowered(&self, label: &str) -> String {
        let mut chars = label.chars();
        let (first, second) = (chars.next(), chars.clone().next());
        let keeps = self.tongue == Tongue::German || second.is_none_or(char::is_uppercase);
        match first {
            Some(first) if !keeps => first.to_lowercase().chain(chars).collect(),
            _ => label.to_owned(),
        }
    }

    /// Several things in a row.
    fn and(&self, parts: impl Iterator<Item = String>) -> String {
        let parts: Vec<String> = parts.collect();
        let (comma, and) = self.tongue.pick([
            (", ", " and "),
            (", ", " et "),
            (", ", " und "),
            ("、", "和"),
        ]);
        match parts.split_last() {
            Some((last, before)) if !before.is_empty() => {
                format!("{}{and}{last}", before.join(comma))
            }
            Some((last, _)) => last.clone(),
            None => self.nothing().to_owned(),
        }
    }

    fn nothing(&self) -> &'static str {
        self.tongue.pick(["nothing", "rien", "nichts", "无"])
    }

    fn deciders(&self, roles: &[String]) -> String {
        match roles.is_empty() {
            true => strings::whoever_sees_all(self.tongue).to_owned(),
            false => self.labels("role", roles),
        }
    }

    fn parent_ways(&self, ways: &[ParentWay]) -> String {
        let ways = ways.iter();
        self.and(ways.map(|way| strings::parent_way(self.tongue, *way).to_owned()))
    }

    fn clear(&self, clear: bool) -> &'static str {
        self.tongue.pick(match clear {
            true => ["in full", "en clair", "im Klartext", "完整可见"],
            false => ["masked", "masqué", "verdeckt", "部分遮盖"],
        })
    }

    fn value(&self, value: &Value) -> String {
        match value {
            Value::Nothing => self.nothing().to_owned(),
            Value::Period(period) => self.period(*period),
            Value::Date(day) => date(self.tongue, *day),
            Value::Number(number) => number.to_string(),
            Value::Word(kind, name) => self.full_label(kind, name),
            Value::Words(kind, names) => self.labels(kind, names),
            Value::Document(name) => {
                let named =
                    |policy: &&Policy| policy.document_named(name).map(|it| it.title.clone());
                self.versions
                    .iter()
                    .find_map(named)
                    .unwrap_or_else(|| name.clone())
            }
            Value::Countries(countries) => self.countries(*countries),
            Value::Basis(basis) => strings::basis(self.tongue, *basis).to_owned(),
            Value::Exception(known) => strings::exception(self.tongue, *known).to_owned(),
            Value::Automated(known) => strings::automated(self.tongue, *known).to_owned(),
            Value::Choice(choice) => self.choice(*choice).to_owned(),
            Value::Identity(identity) => self.identity(*identity).to_owned(),
            Value::Ending(ending) => self
                .tongue
                .pick(match ending {
                    Ending::Destroy => ["destroyed", "détruit", "vernichtet", "销毁"],
                    Ending::Anonymise => {
                        ["made anonymous", "rendu anonyme", "anonymisiert", "匿名化"]
                    }
                })
                .to_owned(),
            Value::Remedy(remedy) => self
                .tongue
                .pick(match remedy {
                    Remedy::Refuse => ["refused", "refusé", "abgewiesen", "拒收"],
                    Remedy::Redact => ["struck out", "biffé", "gestrichen", "删去"],
                })
                .to_owned(),
            Value::Deciders(roles) => self.deciders(roles),
            Value::ParentWays(ways) => self.parent_ways(ways),
            Value::Undecided(undecided) => strings::undecided(self.tongue, *undecided).to_owned(),
            Value::Unread(rule) => strings::unread(self.tongue, *rule).to_owned(),
            Value::Right(right) => strings::right(self.tongue, *right).to_owned(),
            Value::Recipient(kind) => strings::recipient(self.tongue, *kind).to_owned(),
            Value::Categories(all) => self.and(
                all.iter()
                    .map(|it| strings::category(self.tongue, *it).to_owned()),
            ),
            Value::Clear(clear) => self.clear(*clear).to_owned(),
            Value::Keeping(kept) => self.kept(kept),
            Value::Conditions(conditions) => {
                let or = self.tongue.pick(["; or ", " ; ou ", "; oder ", "；或"]);
                let all = conditions.iter().map(|it| self.condition(it));
                all.collect::<Vec<_>>().join(or)
            }
            Value::Routes(routes) => self.and(routes.iter().map(|route| self.route(route))),
            Value::Text(text) => text.clone(),
        }
    }

    fn route(&self, route: &Route) -> String {
        let label = self.full_label("instrument", &route.instrument);
        let kinds = route.kinds.iter().flatten();
        let kinds = kinds.filter_map(|word| RecipientKind::from_word(word));
        let kinds = kinds.map(|kind| strings::recipient(self.tongue, kind).to_owned());
        let until = route.until.map(|until| date(self.tongue, until));
        let terms: Vec<String> = until.into_iter().chain(kinds).collect();
        match terms.is_empty() {
            true => label,
            false => format!(
                "{label} ({})",
                terms.join(self.tongue.pick([", ", ", ", ", ", "、"]))
            ),
        }
    }

    fn kept(&self, kept: &[(Period, String)]) -> String {
        let after = [" after ", " après : ", " ab: ", "，自此起算："];
        let after = self.tongue.pick(after);
        self.and(kept.iter().map(|(period, event)| {
            let event = self.label("event", event);
            format!("{}{after}{event}", self.period(*period))
        }))
    }

    fn period(&self, period: Period) -> String {
        let said = strings::period(self.tongue, period);
        match said.is_empty() {
            true => self
                .tongue
                .pick(["at once", "aussitôt", "sofort", "立即"])
                .to_owned(),
            false => said,
        }
    }

    /// Places by the region that is exactly them, or else one by one.
    fn countries(&self, places: Territories) -> String {
        let region = self.versions.iter().find_map(|policy| {
            let mut regions = policy.words.regions.iter();
            let found = regions.find(|(_, region)| {
                region.countries == places && places.outermost().nth(1).is_some()
            });
            found.map(|(_, region)| region.name.to_string())
        });
        match region {
            Some(name) => self.full_label("region", &name),
            None => self.and(places.outermost().map(|it| it.code().to_owned())),
        }
    }

    fn condition(&self, condition: &Condition) -> String {
        let mut parts = Vec::new();
        parts.push(
            self.tongue
                .pick(match condition.protection {
                    None => [
                        "once it has undertaken to protect it",
                        "s’il s’engage à les protéger",
                        "wenn er sich zum Schutz verpflichtet hat",
                        "须承诺保护",
                    ],
                    Some("processing-agreement") => [
                        "under a processing agreement",
                        "sous contrat de sous-traitance",
                        "mit Auftragsverarbeitungsvertrag",
                        "须有处理协议",
                    ],
                    Some("group-agreement") => [
                        "under an agreement of the group",
                        "sous accord du groupe",
                        "mit Konzernvereinbarung",
                        "须有集团协议",
                    ],
                    Some("sharing-agreement") => [
                        "under an agreement between controllers",
                        "sous accord entre responsables",
                        "mit Vereinbarung zwischen Verantwortlichen",
                        "须有处理者之间的协议",
                    ],
                    Some("professional-secrecy") => [
                        "under professional secrecy",
                        "sous secret professionnel",
                        "unter beruflicher Schweigepflicht",
                        "须负职业保密义务",
                    ],
                    Some(_) => [
                        "without an undertaking",
                        "sans engagement",
                        "ohne Zusage",
                        "无须承诺",
                    ],
                })
                .to_owned(),
        );
        if !condition.assurances.is_empty() {
            let labels = condition.assurances.iter();
            let labels: Vec<String> = labels.map(|it| self.full_label("assurance", it)).collect();
            let (one, all) = self.tongue.pick([
                ("with one of ", "with all of "),
                ("avec l’un de : ", "avec tous : "),
                ("mit einem von: ", "mit allen: "),
                ("须有其一：", "须全部具备："),
            ]);
            let which = if condition.all { all } else { one };
            parts.push(format!("{which}{}", labels.join(", ")));
        }
        if condition.consent {
            parts.push(self.choice(Choice::OptIn).to_owned());
        }
        parts.join(self.tongue.pick([", ", ", ", ", ", "，"]))
    }

    fn choice(&self, choice: Choice) -> &'static str {
        self.tongue.pick(match choice {
            Choice::None => ["you are not asked", "sans choix", "ohne Wahl", "不征求意见"],
            Choice::OptIn => [
                "only if you agree",
                "seulement avec votre accord",
                "nur mit Ihrer Einwilligung",
                "须经您同意",
            ],
            Choice::OptOut => [
                "until you say stop",
                "jusqu’à ce que vous disiez non",
                "bis Sie widersprechen",
                "您可随时退出",
            ],
        })
    }

    fn identity(&self, identity: Identity) -> &'static str {
        self.tongue.pick(match identity {
            Identity::None => ["nothing", "rien", "nichts", "无"],
            Identity::EmailCode => [
                "a code sent by e-mail",
                "un code envoyé par e-mail",
                "einen Code per E-Mail",
                "电子邮件验证码",
            ],
            Identity::Telephone => [
                "questions on the telephone",
                "des questions au téléphone",
                "Fragen am Telefon",
                "电话核对",
            ],
            Identity::Passkey => ["a passkey", "une clé d’accès", "einen Passkey", "通行密钥"],
            Identity::Document => [
                "an identity document",
                "une pièce d’identité",
                "ein Ausweisdokument",
                "身份证件",
            ],
        })
    }

    fn place(&self, place: &str) -> &'static str {
        self.tongue.pick(match place {
            "fields" => ["fields", "champs", "Feldern", "字段"],
            "free-text" => ["free text", "texte libre", "freiem Text", "自由文本"],
            _ => ["attachments", "pièces jointes", "Anhängen", "附件"],
        })
    }
}

fn own_label(words: &Words, kind: &str, name: &str) -> Option<String> {
    macro_rules! label {
        ($vocabulary:ident) => {{
            let id = words.$vocabulary.id(name)?;
            words.$vocabulary.get(id).map(|word| word.label.clone())
        }};
    }
    match kind {
        "field" => label!(fields),
        "purpose" => label!(purposes),
        "channel" => label!(channels),
        "event" => label!(events),
        "role" => label!(roles),
        "service" => label!(services),
        "recipient" => label!(recipients),
        "entity" => label!(entities),
        "region" => label!(regions),
        "instrument" => label!(instruments),
        "assurance" => label!(assurances),
        "store" => label!(stores),
        _ => None,
    }
}

/// Fills the marks of a frame; one that is not known stays as it is.
fn fill(frame: &str, with: impl Fn(&str) -> Option<String>) -> String {
    let (mut out, mut rest) = (String::new(), frame);
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (mark, left) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(&with(mark).unwrap_or_else(|| format!("{{{mark}}}")));
        rest = left;
    }
    out.push_str(rest);
    out
}

/// A sentence begins with a capital.
fn capital(sentence: &str) -> String {
    let mut chars = sentence.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}
