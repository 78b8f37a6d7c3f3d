//! The keys of front matter and of every verb except `define`.
//! It is a table; `compile::read` follows it.

use super::Kind::*;
use super::guards::SECURE;
use super::words::RECIPIENT_KINDS;
use super::*;

const AUTOMATED: &str = "what a program does for it alone: `decision`, it decides about people; `profiling`, it assesses them";
const EXCEPTION: &str = "why information of special categories may be used for it";
const RIGHTS_FOR: &str = "the purposes it concerns; all where it is left out";

/// The keys of front matter.
pub(crate) const FRONT: &[Key] = &[
    must("id", Text, "the document's name, unique in the folder"),
    must("title", Text, "a line of text"),
    must("language", Text, "a BCP 47 tag, such as `en`"),
    may("effective", Date, "in force since"),
    may("revised", Date, "last changed"),
    may("regions", Places, "which people it is for"),
    may(
        "default",
        Flag,
        "whether it is for people whose country is not known",
    ),
    may(
        "systems",
        Names(WordKind::System),
        "hosted systems whose information, held for clients, it governs",
    ),
    may("controller", Name(WordKind::Entity), "who is responsible"),
    may("imports", Lines, "files whose definitions this one uses"),
];

pub(super) const EVERY: [Key; 2] = [
    must("every", Period, "how often it is renewed or reviewed"),
    may(
        "warn",
        Period,
        "how long before it lapses it counts as at risk; thirty days where it is left out",
    ),
];

const fn one(keys: &'static [Key]) -> Form {
    Form {
        told_by: None,
        keys,
    }
}

pub(super) const fn told_by(key: &'static str, keys: &'static [Key]) -> Form {
    Form {
        told_by: Some(key),
        keys,
    }
}

/// Every verb but `define`, in the order in which documents speak of them.
pub(crate) const VERBS: &[VerbShape] = &[
    VerbShape {
        verb: Verb::Collect,
        doc: "what comes in",
        forms: &[one(&[
            must("data", AllOrNames(WordKind::Field), "what is taken"),
            must("through", Names(WordKind::Channel), "by which channels"),
            must("for", AllOrNames(WordKind::Purpose), "for which purposes"),
            may(
                "required-for",
                Names(WordKind::Service),
                "services that cannot be had without it",
            ),
            may(
                "notice",
                Word(&["before"]),
                "`before` where the person must have been told before it is taken",
            ),
            may(
                "tie",
                Word(&["identified"]),
                "`identified` where what was taken under a pseudonym may become that of a person \
                 who has said who they are",
            ),
        ])],
    },
    VerbShape {
        verb: Verb::Use,
        doc: "what it is for; declares the purpose of its name",
        forms: &[one(&[
            may("label", Text, "how people read the purpose"),
            must(
                "basis",
                Word(&[
                    "consent",
                    "contract",
                    "legal-obligation",
                    "vital-interests",
                    "public-task",
                    "legitimate-interest",
                    "credit-protection",
                ]),
                "why the use is lawful",
            ),
            may("exception", Word(EXCEPTIONS), EXCEPTION),
            must("roles", Names(WordKind::Role), "who may use it"),
            may(
                "choice",
                Word(&["opt-in", "opt-out"]),
                "`opt-in`: consent is needed first; `opt-out`: an objection stops it at once",
            ),
            may(
                "compatible-with",
                AllOrNames(WordKind::Purpose),
                "purposes such that what was collected for them may be used for this one; `\"all\"`: all others",
            ),
            may("automated", Word(&["decision", "profiling"]), AUTOMATED),
            may("consent-lasts", Period, "how long a consent lasts"),
            may(
                "restricted-too",
                Flag,
                "whether use goes on while a person's processing is paused",
            ),
            may("person", Flag, "whether the person may read it themselves"),
            may(
                "confirm-every",
                Period,
                "how long what is collected for it may go unconfirmed before the person is asked",
            ),
            may(
                "suppress-below",
                Count(2, 1_000),
                "the smallest group that sums may show; without it nothing is summed",
            ),
            may("dpv", Text, "the term of the Data Privacy Vocabulary"),
            may(
                "tries",
                Table(&[
                    may(
                        "person",
                        Count(1, 5),
                        "about one person; five where it is left out",
                    ),
                    may(
                        "caller",
                        Count(1, 20),
                        "by one caller; twenty where it is left out",
                    ),
                ]),
                "how many attempts to tell who somebody is may fail before a pause",
            ),
        ])],
    },
    VerbShape {
        verb: Verb::Disclose,
        doc: "who else sees it",
        forms: &[one(&[
            must("to", Name(WordKind::Recipient), "who receives it"),
            must("data", AllOrNames(WordKind::Field), "what they receive"),
            must("for", AllOrNames(WordKind::Purpose), "for which purposes"),
            may(
                "protection",
                Word(&[
                    "processing-agreement",
                    "group-agreement",
                    "sharing-agreement",
                    "professional-secrecy",
                    "law",
                ]),
                "the kind of undertaking that must be on record",
            ),
            may(
                "assurance",
                Table(&[
                    may(
                        "any",
                        Names(WordKind::Assurance),
                        "one of these must be on record",
                    ),
                    may(
                        "all",
                        Names(WordKind::Assurance),
                        "all of these must be on record",
                    ),
                ]),
                "reports that must be on record and valid: `any` or `all`",
            ),
            may(
                "consent",
                Flag,
                "whether the person must have agreed to this recipient",
            ),
            may(
                "compelled",
                Flag,
                "whether only a compelled disclosure may use the clause",
            ),
            may(
                "confirms-within",
                Period,
                "how soon the recipient confirms what it is told: to forget, to stop, to correct",
            ),
            may(
                "approvals",
                Count(1, 9),
                "how many others must approve each disclosure; none where it is left out",
            ),
            may(
                "engagement",
                Flag,
                "whether an engagement of the recipient must be on record that covers it",
            ),
        ])],
    },
    VerbShape {
        verb: Verb::Transfer,
        doc: "across which borders",
        forms: &[one(&[
            must("from", Places, "where people are"),
            must("to", Places, "where recipients are"),
            must(
                "instrument",
                Name(WordKind::Instrument),
                "what makes it lawful",
            ),
            may("valid-until", Date, "the last day of the route"),
            may(
                "kinds",
                Words(RECIPIENT_KINDS),
                "the kinds of recipient it leads to; all where it is left out",
            ),
        ])],
    },
    VerbShape {
        verb: Verb::Keep,
        doc: "how long",
        forms: &[
            told_by(
                "period",
                &[
                    must("data", AllOrNames(WordKind::Field), "what is kept"),
                    may(
                        "for",
                        AllOrNames(WordKind::Purpose),
                        "for which purposes; all where it is left out",
                    ),
                    must("period", Period, "how long"),
                    must(
                        "after",
                        Name(WordKind::Event),
                        "the event from which the period counts",
                    ),
                    must(
                        "then",
                        Word(&["destroy", "anonymise"]),
                        "what happens at the end",
                    ),
                    may(
                        "obliged-by",
                        Text,
                        "the law by which it has to stay for its time, although the person is erased",
                    ),
                ],
            ),
            told_by(
                "hold",
                &[
                    must(
                        "hold",
                        Names(WordKind::Role),
                        "who may keep it beyond its day for a legal claim, and lift that",
                    ),
                    must("data", AllOrNames(WordKind::Field), "what may be held"),
                ],
            ),
            told_by(
                "requests",
                &[must(
                    "requests",
                    Period,
                    "how long a case is kept after its end: what was asked, answered, complained of",
                )],
            ),
        ],
    },
    VerbShape {
        verb: Verb::Grant,
        doc: "what a person may ask; its name is the right",
        forms: &[one(&[
            must("answer-within", Period, "how soon an answer is given"),
            may(
                "extend",
                Table(&[
                    must("by", Period, "how much longer it may take"),
                    may("reason", Flag, "whether the reason is told"),
                ]),
                "by how much the time may be lengthened",
            ),
            may(
                "fee",
                WordOrTable(
                    &["none"],
                    &[
                        must("label", Text, "what is charged"),
                        may("only-when", Text, "in which case it is charged"),
                    ],
                ),
                "what is charged; nothing where it is left out",
            ),
            may(
                "identity",
                Word(&["none", "e-mail-code", "passkey", "telephone", "document"]),
                "how a person shows who they are; an e-mail code where it is left out",
            ),
            may("for", AllOrNames(WordKind::Purpose), RIGHTS_FOR),
            may(
                "decided",
                Word(&["at-once", "by-case"]),
                "`at-once`: people do it themselves, without anybody weighing it; `by-case`: they ask, and somebody decides",
            ),
        ])],
    },
    VerbShape {
        verb: Verb::Refuse,
        doc: "what is never taken",
        forms: &[
            told_by(
                "classes",
                &[
                    must("classes", AllOrWords(CATEGORIES), "special categories"),
                    must(
                        "in",
                        Words(&["fields", "free-text", "attachments"]),
                        "where they are looked for",
                    ),
                    must(
                        "then",
                        Word(&["refuse", "redact"]),
                        "what is done where one is found",
                    ),
                    may(
                        "except",
                        Names(WordKind::Field),
                        "fields of these categories that are taken all the same",
                    ),
                    may(
                        "unread",
                        Word(&["take", "refuse-documents", "refuse"]),
                        "what is done with a file in which nothing can be looked for: taken, which holds where it is left out; refused where it is a document; refused where it is a picture, a sound or a film, too",
                    ),
                ],
            ),
            told_by(
                "under",
                &[
                    must(
                        "under",
                        Count(1, 25),
                        "the age below which nobody's information is taken",
                    ),
                    may(
                        "where",
                        Places,
                        "for people of which countries; all of the document's where it is left out",
                    ),
                    may(
                        "at-door",
                        Word(&["refuse"]),
                        "what is done where the age is said",
                    ),
                    may(
                        "if-found",
                        Word(&["erase"]),
                        "what is done where it shows later",
                    ),
                    may(
                        "asked-through",
                        Names(WordKind::Channel),
                        "the channels whose forms ask whether somebody is old enough; none where it is left out",
                    ),
                    may(
                        "parent-agrees",
                        Words(PARENT_WAYS),
                        "the ways in which a parent may show who they are: with the agreement of one on record, somebody under the age is taken; where it is left out, nobody is",
                    ),
                    may(
                        "decide-within",
                        Period,
                        "within how long a report that somebody is under age is decided",
                    ),
                    may(
                        "confirmed-by",
                        Names(WordKind::Role),
                        "the roles that confirm a report or lift it; where it is left out, every role that sees all that is collected",
                    ),
                    may(
                        "if-undecided",
                        Word(&["stay-apart", "erase"]),
                        "what happens once `decide-within` is over: everything stays set apart and the report goes to those who have the last word, which holds where it is left out; or it is erased",
                    ),
                ],
            ),
        ],
    },
    SECURE,
    VerbShape {
        verb: Verb::Answer,
        doc: "complaints and authorities",
        forms: &[
            told_by(
                "stages",
                &[must(
                    "stages",
                    Tables(&[
                        must("to", Name(WordKind::Team), "who answers"),
                        must("within", Period, "how soon"),
                    ]),
                    "who answers, one after the other",
                )],
            ),
            told_by(
                "authorities",
                &[
                    must(
                        "authorities",
                        Names(WordKind::Authority),
                        "whose questions are answered",
                    ),
                    must("to", Name(WordKind::Team), "who answers"),
                    must("within", Period, "how soon"),
                ],
            ),
            told_by(
                "staff",
                &[must(
                    "staff",
                    Table(&[
                        must("decided-by", Name(WordKind::Team), "who decides"),
                        may(
                            "refusals",
                            Count(1, 100),
                            "how many refused attempts of one person raise a review",
                        ),
                        may("within", Period, "within what time they count together"),
                        may("outcomes", Lines, "how a review may end"),
                    ]),
                    "violations by staff",
                )],
            ),
            told_by(
                "warned",
                &[must(
                    "warned",
                    Flag,
                    "what the document says, with no mechanism but saying it",
                )],
            ),
            told_by(
                "forwarded",
                &[
                    must(
                        "forwarded",
                        AllOrWords(RIGHTS),
                        "requests that are passed on to the client for whom the person is held",
                    ),
                    must("within", Period, "how soon the client is told"),
                    must(
                        "answered-within",
                        Period,
                        "how soon the client is to have answered",
                    ),
                ],
            ),
            told_by(
                "returned",
                &[
                    must(
                        "returned",
                        Word(&["client"]),
                        "to whom everything goes after the end of the contract; then it is destroyed",
                    ),
                    must("within", Period, "how soon after the end of the contract"),
                ],
            ),
        ],
    },
    VerbShape {
        verb: Verb::Notify,
        doc: "what people are told",
        forms: &[one(&[
            must(
                "when",
                Word(&["material", "any", "breach", "call", "use"]),
                "on which occasion",
            ),
            must(
                "through",
                Words(&["this-page", "e-mail", "spoken", "letter"]),
                "by which ways",
            ),
            may("before", Period, "how long before"),
            may("within", Period, "how soon after"),
            may(
                "for",
                Name(WordKind::Purpose),
                "the purpose for which a message is sent to people",
            ),
        ])],
    },
];

/// The words of rights, as `kept_terms::Right` lists them; a test holds them equal.
pub(crate) const RIGHTS: &[&str] = &[
    "access",
    "rectification",
    "erasure",
    "restriction",
    "portability",
    "objection",
    "opt-out",
    "withdrawal",
];

/// The words of ways in which a parent shows who they are, as `kept_terms::ParentWay` lists them; a
/// test holds them equal.
pub(crate) const PARENT_WAYS: &[&str] = &[
    "signed-form",
    "card-payment",
    "telephone",
    "video-call",
    "identity-document",
    "knowledge-questions",
    "e-mail-plus",
];

/// The words of exceptions for special categories, as `kept_terms::Exception` lists them; a test
/// holds them equal.
pub(crate) const EXCEPTIONS: &[&str] = &[
    "explicit-consent",
    "employment-law",
    "vital-interests",
    "members",
    "made-public",
    "legal-claims",
    "public-interest",
    "health-care",
    "public-health",
    "research",
];

/// The words of special categories, as `kept_terms::SpecialCategory` lists them; a test holds
/// them equal.
pub(crate) const CATEGORIES: &[&str] = &[
    "racial-origin",
    "ethnic-origin",
    "political-opinion",
    "religious-belief",
    "philosophical-belief",
    "union-membership",
    "genetic",
    "biometric",
    "health",
    "sex-life",
    "sexual-orientation",
];
