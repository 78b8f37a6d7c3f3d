//! The shape of `secure`: its forms, and the acts that an instruction may be asked for.
//! It says which keys there are; what they mean is compiled elsewhere.

use super::Kind::*;
use super::verbs::{EVERY, told_by};
use super::*;

pub(super) const SECURE: VerbShape = VerbShape {
    verb: Verb::Secure,
    doc: "how it is guarded",
    forms: &[
        told_by(
            "role",
            &[
                must("role", Name(WordKind::Role), "whose view it is"),
                must(
                    "sees",
                    Table(&[
                        may(
                            "clear",
                            AllOrNames(WordKind::Field),
                            "what is seen as it is",
                        ),
                        may(
                            "masked",
                            AllOrNames(WordKind::Field),
                            "what is seen in part",
                        ),
                    ]),
                    "what the role sees; without such a clause it sees nothing",
                ),
                may(
                    "for",
                    AllOrNames(WordKind::Purpose),
                    "for which purposes; all where it is left out",
                ),
            ],
        ),
        told_by(
            "certification",
            &[
                must(
                    "certification",
                    Name(WordKind::Assurance),
                    "what is certified",
                ),
                EVERY[0],
                EVERY[1],
            ],
        ),
        told_by(
            "report",
            &[
                must(
                    "report",
                    Name(WordKind::Assurance),
                    "which report is obtained",
                ),
                must("of", Name(WordKind::Recipient), "about whom"),
                EVERY[0],
                EVERY[1],
            ],
        ),
        told_by(
            "measure",
            &[
                must(
                    "measure",
                    Name(WordKind::Measure),
                    "which measure is reviewed",
                ),
                EVERY[0],
                EVERY[1],
            ],
        ),
        told_by(
            "stored-in",
            &[must(
                "stored-in",
                Names(WordKind::Store),
                "where information stands",
            )],
        ),
        told_by(
            "sign-in",
            &[must(
                "sign-in",
                Words(&["password", "passkey", "e-mail-code"]),
                "how people sign in",
            )],
        ),
        told_by(
            "break-glass",
            &[
                must(
                    "break-glass",
                    Table(&[
                        must("approvals", Count(1, 9), "how many others approve"),
                        must("lasts", Period, "how long it lasts"),
                    ]),
                    "access in an emergency",
                ),
                must("roles", Names(WordKind::Role), "who may ask for it"),
                may(
                    "approved-by",
                    Names(WordKind::Role),
                    "who approves; whoever may ask where it is left out",
                ),
                may(
                    "sees",
                    Table(&[
                        may(
                            "clear",
                            AllOrNames(WordKind::Field),
                            "what is seen as it is",
                        ),
                        may(
                            "masked",
                            AllOrNames(WordKind::Field),
                            "what is seen in part",
                        ),
                    ]),
                    "what it opens; nothing where it is left out",
                ),
                may(
                    "for",
                    AllOrNames(WordKind::Purpose),
                    "for which purposes; all where it is left out",
                ),
            ],
        ),
        told_by(
            "records",
            &[
                must(
                    "records",
                    Words(&[
                        "trail",
                        "tokens",
                        "evidence",
                        "figures",
                        "soundness",
                        "approvals",
                        "sharing",
                        "messages",
                    ]),
                    "what is written down of what happened",
                ),
                must("roles", Names(WordKind::Role), "who may look at it"),
            ],
        ),
        told_by(
            "transport",
            &[must("transport", Word(&["tls"]), "how it travels")],
        ),
        told_by(
            "apart",
            &[must(
                "apart",
                Word(&["client-and-system"]),
                "what is held for each client in each hosted system stands apart from all else",
            )],
        ),
        told_by(
            "instructed",
            &[must(
                "instructed",
                AllOrWords(INSTRUCTED),
                "acts that need an instruction of the client",
            )],
        ),
    ],
};

/// The acts on what is held for a client that an instruction may be asked for; a test holds each
/// to be a word of `kept_terms::Act`.
pub(crate) const INSTRUCTED: &[&str] = &[
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
    "erase",
    "hold",
    "lift",
];
