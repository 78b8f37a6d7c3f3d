//! Closed lists that come from the law: lawful bases, special categories and the exceptions for
//! them, kinds of recipient.
//! It lists; which apply where is said in policy documents, never here.

use crate::act::words;
use std::fmt;

words! {
    /// Why a use is lawful (GDPR Art. 6(1)).
    Basis {
        /// The person agreed (a).
        Consent = "consent",
        /// A contract with the person needs it (b).
        Contract = "contract",
        /// The law requires it (c).
        LegalObligation = "legal-obligation",
        /// A life is at stake (d).
        VitalInterests = "vital-interests",
        /// A public authority's task needs it (e).
        PublicTask = "public-task",
        /// A legitimate interest that the person's own do not override (f).
        LegitimateInterest = "legitimate-interest",
        /// Credit is to be protected (LGPD Art. 7, X); a ground in Brazil alone.
        CreditProtection = "credit-protection",
    }
}

words! {
    /// Special categories of personal data (GDPR Art. 9(1)), and the two that laws treat alike.
    SpecialCategory {
        /// Racial origin.
        RacialOrigin = "racial-origin",
        /// Ethnic origin.
        EthnicOrigin = "ethnic-origin",
        /// Political opinions.
        PoliticalOpinion = "political-opinion",
        /// Religious beliefs.
        ReligiousBelief = "religious-belief",
        /// Philosophical beliefs.
        PhilosophicalBelief = "philosophical-belief",
        /// Trade-union membership.
        UnionMembership = "union-membership",
        /// Genetic data.
        Genetic = "genetic",
        /// Biometric data that identifies.
        Biometric = "biometric",
        /// Health.
        Health = "health",
        /// Sex life.
        SexLife = "sex-life",
        /// Sexual orientation.
        SexualOrientation = "sexual-orientation",
    }
}

words! {
    /// Why information of a special category may be used all the same (GDPR Art. 9(2)).
    Exception {
        /// The person agreed expressly (a).
        ExplicitConsent = "explicit-consent",
        /// Employment, social security or social protection law needs it (b).
        EmploymentLaw = "employment-law",
        /// A life is at stake, and the person cannot agree (c).
        VitalInterests = "vital-interests",
        /// A body with a political, philosophical, religious or trade-union aim uses it of its own
        /// members (d).
        Members = "members",
        /// The person has made it public (e).
        MadePublic = "made-public",
        /// A legal claim needs it (f).
        LegalClaims = "legal-claims",
        /// A law asks for it in a substantial public interest (g).
        PublicInterest = "public-interest",
        /// Health or social care needs it, under a duty of secrecy (h).
        HealthCare = "health-care",
        /// Public health needs it (i).
        PublicHealth = "public-health",
        /// Archiving in the public interest, research or statistics need it (j).
        Research = "research",
    }
}

words! {
    /// What a recipient is to the controller.
    RecipientKind {
        /// A company of the controller's group.
        GroupCompany = "group-company",
        /// The firm whose systems or staff are served.
        Client = "client",
        /// Somebody who processes on the controller's behalf.
        Processor = "processor",
        /// Somebody who processes on the behalf of a processor.
        SubProcessor = "sub-processor",
        /// Another controller, who answers for what it does with it: a bank, a carrier, a partner.
        Controller = "controller",
        /// An accountant, auditor or lawyer.
        Adviser = "adviser",
        /// A court, regulator or other authority.
        Authority = "authority",
        /// Any other third party.
        ThirdParty = "third-party",
    }
}
