//! The keys of every kind of `define` table.
//! It is a table; `compile::read` follows it.

use super::Kind::*;
use super::*;

const LABEL: Key = must("label", Text, "how people read it");

/// Words are declared once for documents of all languages, so each may be read in several.
const LABELS: Key = may(
    "labels",
    Table(&[
        may("en", Text, "how people read it in English"),
        may("fr", Text, "how people read it in French"),
        may("de", Text, "how people read it in German"),
        may("zh", Text, "how people read it in Chinese"),
    ]),
    "how people read it in documents of other languages",
);

const fn kind(kind: WordKind, doc: &'static str, keys: &'static [Key]) -> WordShape {
    WordShape { kind, doc, keys }
}

/// Every kind of word that `define` declares.
pub(crate) const WORDS: &[WordShape] = &[
    kind(
        WordKind::Field,
        "one kind of thing that may be known about a person",
        &[
            LABEL,
            LABELS,
            must("kind", Word(FIELD_KINDS), "what values look like"),
            may(
                "identifier",
                Flag,
                "whether a value names one person and one only",
            ),
            may(
                "length-max",
                Count(1, 262_144),
                "the greatest length of a value, in characters",
            ),
            may("choices", Lines, "the values, where the kind is `choice`"),
            may(
                "many",
                Flag,
                "whether a person may have several values at once",
            ),
            may(
                "register",
                Word(REGISTERS),
                "the register in which the first word of each value must stand",
            ),
            may(
                "dated",
                Word(&["due", "done"]),
                "what a date after that word tells: until when it is due, or when it was done",
            ),
            may(
                "special",
                Word(super::verbs::CATEGORIES),
                "the special category that values are of; what it is taken for needs an exception",
            ),
            may("dpv", Text, "the term of the Data Privacy Vocabulary"),
        ],
    ),
    kind(
        WordKind::Channel,
        "a way in",
        &[
            LABEL,
            LABELS,
            may(
                "region",
                Country,
                "the country assumed where nothing tells a person's own",
            ),
            may("staffed", Flag, "whether a member of staff takes it in"),
            may(
                "public",
                Flag,
                "whether anybody may send through it without a token, by a form that is served for it",
            ),
            may(
                "framed-by",
                Lines,
                "origins such as `https://www.example.com` whose pages may show its form within them",
            ),
        ],
    ),
    kind(
        WordKind::Event,
        "something that happens, from which a period counts",
        &[
            LABEL,
            LABELS,
            must("of", Word(&["item", "person"]), "what it happens to"),
            may(
                "moved-by",
                Words(ACTS),
                "acts that set it to their day; by hand where it is left out",
            ),
            may(
                "set-by",
                Word(&["clients"]),
                "the register whose dates set it, for everybody who belongs to an entry of it",
            ),
        ],
    ),
    kind(
        WordKind::Role,
        "what a member of staff or a program is here to do",
        &[
            LABEL,
            LABELS,
            may(
                "administers",
                Flag,
                "whether it administers Kept; it then sees nothing",
            ),
            may(
                "arranges",
                Words(REGISTERS),
                "registers that it keeps, as administrators do",
            ),
        ],
    ),
    kind(
        WordKind::Service,
        "something that may need information",
        &[LABEL, LABELS],
    ),
    kind(
        WordKind::Recipient,
        "somebody to whom information may be disclosed",
        &[
            LABEL,
            LABELS,
            must(
                "kind",
                Word(RECIPIENT_KINDS),
                "what they are to the controller",
            ),
            must("country", Country, "where they are"),
        ],
    ),
    kind(
        WordKind::Entity,
        "a legal entity",
        &[
            LABEL,
            LABELS,
            must("address", Lines, "the postal address, a line each"),
            must("email", Text, "where to write about privacy"),
            must("country", Country, "where it is"),
        ],
    ),
    kind(
        WordKind::Team,
        "people who answer",
        &[
            LABEL,
            LABELS,
            may("email", Text, "where to write"),
            may("roles", Names(WordKind::Role), "the roles that act for it"),
        ],
    ),
    kind(
        WordKind::Region,
        "some places",
        &[
            LABEL,
            LABELS,
            must("countries", Countries, "which"),
            may("covered", Flag, "whether each of them must have a document"),
            may("free", Flag, "whether information moves freely within it"),
            may(
                "fee-forbidden",
                Flag,
                "whether nothing may be charged for a request there",
            ),
        ],
    ),
    kind(
        WordKind::Instrument,
        "what makes a transfer lawful",
        &[
            LABEL,
            LABELS,
            must(
                "kind",
                Word(&[
                    "adequacy",
                    "scc",
                    "uk-addendum",
                    "idta",
                    "bcr",
                    "contract",
                    "derogation",
                ]),
                "what it is",
            ),
            may("valid-until", Date, "the last day on which it holds"),
            may("reference", Text, "where it can be found"),
        ],
    ),
    kind(
        WordKind::Assurance,
        "a certification or a report; it may be referred to by its label",
        &[LABEL, LABELS],
    ),
    kind(WordKind::System, "a hosted system", &[LABEL, LABELS]),
    kind(
        WordKind::Store,
        "a place where information stands",
        &[LABEL, LABELS, must("country", Country, "where it is")],
    ),
    kind(
        WordKind::Measure,
        "a security measure",
        &[
            LABEL,
            LABELS,
            may("owner", Name(WordKind::Team), "the team that owns it"),
        ],
    ),
    kind(
        WordKind::Authority,
        "a court, regulator or other authority",
        &[
            LABEL,
            LABELS,
            may("country", Country, "where it is competent"),
        ],
    ),
    kind(
        WordKind::Term,
        "a word of the prose; the prose before the block says what it means",
        &[LABEL, LABELS],
    ),
];

/// The words of registers, as [`crate::RegisterKind`] lists them; a test holds them equal.
pub(crate) const REGISTERS: &[&str] = &["clients", "courses", "surveys"];

/// The words of field kinds, as `kept_terms::FieldKind` lists them; a test holds them equal.
pub(crate) const FIELD_KINDS: &[&str] = &[
    "person-name",
    "email",
    "phone",
    "text",
    "long-text",
    "country",
    "date",
    "number",
    "flag",
    "choice",
    "ip-address",
    "log",
    "document",
    "recording",
];

/// Kinds of recipient.
pub(crate) const RECIPIENT_KINDS: &[&str] = &[
    "group-company",
    "client",
    "processor",
    "sub-processor",
    "controller",
    "adviser",
    "authority",
    "third-party",
];

/// The acts that may move an event: those that happen to a person's information.
pub(crate) const ACTS: &[&str] = &[
    "collect",
    "use",
    "rectify",
    "restrict",
    "unrestrict",
    "consent",
    "withdraw",
    "object",
    "unobject",
    "disclose",
    "export",
    "contact",
    "verify",
    "find",
];
