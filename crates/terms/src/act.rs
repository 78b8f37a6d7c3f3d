//! The closed list of everything that can happen to personal information.
//! It names acts; it never decides whether one is allowed.

use std::fmt;

/// Declares a closed enum whose variants are written as kebab-case words.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        #[repr(u8)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// Every variant, in order of declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The word that stands for it in documents, in the ledger and on the wire.
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }

            /// Finds the variant that a word stands for.
            pub fn from_word(word: &str) -> Option<$name> {
                match word { $($word => Some($name::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.word()) }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.word())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let word = <std::borrow::Cow<'de, str>>::deserialize(d)?;
                $name::from_word(&word).ok_or_else(|| {
                    serde::de::Error::unknown_variant(&word, &[$($word,)+])
                })
            }
        }
    };
}
pub(crate) use words;

words! {
    /// An operation on personal information (GDPR Art. 4(2)), or on what guards it.
    Act {
        /// Something about a person comes in and is stored.
        Collect = "collect",
        /// Something stored is read for a purpose.
        Use = "use",
        /// Something stored is put right.
        Rectify = "rectify",
        /// Processing of what is stored is paused (GDPR Art. 18).
        Restrict = "restrict",
        /// A pause on processing is lifted.
        Unrestrict = "unrestrict",
        /// A person agrees to a purpose or a recipient.
        Consent = "consent",
        /// A person takes an agreement back.
        Withdraw = "withdraw",
        /// A person objects to a purpose, or opts out of it (GDPR Art. 21).
        Object = "object",
        /// A person takes an objection back.
        Unobject = "unobject",
        /// Something stored is shown to a recipient.
        Disclose = "disclose",
        /// Everything stored about a person is handed to that person (GDPR Art. 15 and 20).
        Export = "export",
        /// A message is sent to a person, or one from them is recorded.
        Contact = "contact",
        /// What somebody claims about themselves is compared with what is stored.
        Verify = "verify",
        /// A person is looked up by an identifier.
        Find = "find",
        /// A person is erased: their key first, their rows after (GDPR Art. 17).
        Erase = "erase",
        /// An item is destroyed because its retention period ended.
        Destroy = "destroy",
        /// A person's request is passed on to the client for whom they are held, or the client's
        /// answer to it is noted (GDPR Art. 28(3)(e)).
        Forward = "forward",
        /// A legal hold keeps what is stored beyond its day, and keeps it from being changed.
        Hold = "hold",
        /// A legal hold is lifted.
        Lift = "lift",
        /// A version of the policy comes into force.
        Publish = "publish",
        /// Evidence is recorded: a certification, a report, an undertaking, an instrument.
        Attest = "attest",
        /// A token or role is granted, changed or taken away, or a key is rotated.
        Administer = "administer",
        /// What was taken of somebody under a pseudonym becomes that of a known person.
        Tie = "tie",
        /// What is written down of what happened is looked at: a trail, a list, a figure.
        Show = "show",
        /// Something that others must agree to is asked for.
        Propose = "propose",
        /// Somebody else agrees to it.
        Approve = "approve",
        /// It is declined, or taken back.
        Decline = "decline",
        /// A case is opened, moved on or ended: a request, a complaint, a question of an authority,
        /// a breach, a violation.
        Answer = "answer",
        /// Somebody shows who they are, or changes how they do.
        SignIn = "sign-in",
        /// A session of theirs ends.
        SignOut = "sign-out",
    }
}

words! {
    /// How people show who they are.
    Way {
        /// By a password that only they know.
        Password = "password",
        /// By a key that a device of theirs holds (WebAuthn).
        Passkey = "passkey",
        /// By a code that was sent to their e-mail address.
        EmailCode = "e-mail-code",
    }
}

words! {
    /// How it was checked that whoever agrees for a child is its parent (16 CFR 312.5(b)(2); GDPR
    /// Art. 8(2)).
    ParentWay {
        /// By a form that they signed and sent back.
        SignedForm = "signed-form",
        /// By a payment with a card, of which the holder is told.
        CardPayment = "card-payment",
        /// By a call to somebody who was trained for it.
        Telephone = "telephone",
        /// By a conversation with a picture.
        VideoCall = "video-call",
        /// By a document of theirs, which is deleted once it was looked at.
        IdentityDocument = "identity-document",
        /// By questions that a child could hardly answer.
        KnowledgeQuestions = "knowledge-questions",
        /// By an answer to a message, confirmed a second time in another way.
        EmailPlus = "e-mail-plus",
    }
}

words! {
    /// What is written down of what happened, and may be looked at.
    Book {
        /// The entries about a person.
        Trail = "trail",
        /// The tokens with which staff and programs show who they are.
        Tokens = "tokens",
        /// Undertakings, reports, reviews, engagements.
        Evidence = "evidence",
        /// How much is stored.
        Figures = "figures",
        /// Whether what is stored is sound: the audit and the sweep.
        Soundness = "soundness",
        /// What waits for others to agree, and what they agreed to.
        Approvals = "approvals",
        /// Recipients, feeds, and what recipients have to be told.
        Sharing = "sharing",
        /// Messages to people, and how they stand.
        Messages = "messages",
        /// Complaints.
        Complaints = "complaints",
        /// Questions of authorities.
        Enquiries = "enquiries",
        /// Violations by staff.
        Violations = "violations",
        /// What people asked for, and their questions.
        Requests = "requests",
        /// What authorities want shown to them.
        Compelled = "compelled",
        /// What got into the wrong hands, or was lost.
        Breaches = "breaches",
        /// Reports that somebody is under age.
        Reports = "reports",
    }
}

words! {
    /// What a person may ask for.
    Right {
        /// To see what is held (GDPR Art. 15).
        Access = "access",
        /// To have it corrected (GDPR Art. 16).
        Rectification = "rectification",
        /// To have it deleted (GDPR Art. 17).
        Erasure = "erasure",
        /// To have processing paused (GDPR Art. 18).
        Restriction = "restriction",
        /// To take it elsewhere (GDPR Art. 20).
        Portability = "portability",
        /// To object to a purpose (GDPR Art. 21).
        Objection = "objection",
        /// To stop marketing, at once and without giving reasons.
        OptOut = "opt-out",
        /// To take a consent back (GDPR Art. 7(3)).
        Withdrawal = "withdrawal",
    }
}

words! {
    /// Who is acting, as far as the policy cares.
    ActorKind {
        /// A member of staff, in a declared role.
        Staff = "staff",
        /// A program with a token, in a declared role.
        Machine = "machine",
        /// The person the information is about.
        Person = "person",
        /// Kept itself: the sweep and the other workers.
        System = "system",
        /// Somebody who administers Kept and may not see personal information.
        Administrator = "administrator",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_leads_back_to_its_variant() {
        for act in Act::ALL {
            assert_eq!(Act::from_word(act.word()), Some(*act));
        }
        assert_eq!(Act::from_word("peek"), None);
    }
}
