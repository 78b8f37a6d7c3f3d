//! How lawful grounds are called, in the languages of the documents.
//! Which there are, and where, is the law's.

use crate::model::Automated;
use crate::standing::Tongue;
use kept_terms::{Basis, Exception, SpecialCategory};

/// How a lawful basis is called.
pub(crate) fn basis(tongue: Tongue, basis: Basis) -> &'static str {
    tongue.pick(match basis {
        Basis::Consent => ["consent", "consentement", "Einwilligung", "同意"],
        Basis::Contract => ["contract", "contrat", "Vertrag", "合同"],
        Basis::LegalObligation => [
            "legal obligation",
            "obligation légale",
            "rechtliche Verpflichtung",
            "法定义务",
        ],
        Basis::VitalInterests => [
            "vital interests",
            "intérêts vitaux",
            "lebenswichtige Interessen",
            "重大利益",
        ],
        Basis::PublicTask => [
            "public task",
            "mission publique",
            "öffentliche Aufgabe",
            "公共任务",
        ],
        Basis::LegitimateInterest => [
            "legitimate interest",
            "intérêt légitime",
            "berechtigtes Interesse",
            "合法利益",
        ],
        Basis::CreditProtection => [
            "protection of credit",
            "protection du crédit",
            "Kreditschutz",
            "信用保护",
        ],
    })
}

/// How an exception for special categories is called.
pub(crate) fn exception(tongue: Tongue, exception: Exception) -> &'static str {
    tongue.pick(match exception {
        Exception::ExplicitConsent => [
            "explicit consent",
            "consentement explicite",
            "ausdrückliche Einwilligung",
            "单独同意",
        ],
        Exception::EmploymentLaw => [
            "employment and social security law",
            "droit du travail et de la protection sociale",
            "Arbeits- und Sozialrecht",
            "劳动与社会保障法",
        ],
        Exception::VitalInterests => [
            "vital interests",
            "intérêts vitaux",
            "lebenswichtige Interessen",
            "重大利益",
        ],
        Exception::Members => [
            "members of a body without profit",
            "membres d’un organisme sans but lucratif",
            "Mitglieder einer Organisation ohne Gewinnzweck",
            "非营利组织的成员",
        ],
        Exception::MadePublic => [
            "made public by the person",
            "rendu public par la personne",
            "von der Person selbst öffentlich gemacht",
            "本人已公开",
        ],
        Exception::LegalClaims => [
            "legal claims",
            "action en justice",
            "Rechtsansprüche",
            "法律主张",
        ],
        Exception::PublicInterest => [
            "substantial public interest, by law",
            "intérêt public important, selon la loi",
            "erhebliches öffentliches Interesse, kraft Gesetzes",
            "法律规定的重大公共利益",
        ],
        Exception::HealthCare => [
            "health or social care, under secrecy",
            "soins de santé ou aide sociale, sous le secret",
            "Gesundheits- oder Sozialversorgung, unter Schweigepflicht",
            "负保密义务的医疗或社会护理",
        ],
        Exception::PublicHealth => [
            "public health",
            "santé publique",
            "öffentliche Gesundheit",
            "公共卫生",
        ],
        Exception::Research => [
            "archives, research or statistics",
            "archives, recherche ou statistiques",
            "Archive, Forschung oder Statistik",
            "档案、研究或统计",
        ],
    })
}

/// How a special category is called.
pub(crate) fn category(tongue: Tongue, category: SpecialCategory) -> &'static str {
    use SpecialCategory as Of;
    tongue.pick(match category {
        Of::RacialOrigin => ["race", "origine raciale", "Rasse", "种族"],
        Of::EthnicOrigin => ["ethnic origin", "origine ethnique", "Herkunft", "民族"],
        Of::PoliticalOpinion => [
            "political views",
            "opinions politiques",
            "politische Ansichten",
            "政治观点",
        ],
        Of::ReligiousBelief => ["religion", "religion", "Religion", "宗教信仰"],
        Of::PhilosophicalBelief => [
            "philosophy of life",
            "convictions",
            "Weltanschauung",
            "哲学信念",
        ],
        Of::UnionMembership => ["trade unions", "syndicat", "Gewerkschaft", "工会"],
        Of::Genetic => ["genes", "gènes", "Gene", "基因"],
        Of::Biometric => ["biometrics", "biométrie", "Biometrie", "生物识别"],
        Of::Health => ["health", "santé", "Gesundheit", "健康"],
        Of::SexLife => ["sex life", "vie sexuelle", "Sexualleben", "性生活"],
        Of::SexualOrientation => [
            "sexual orientation",
            "orientation sexuelle",
            "sexuelle Orientierung",
            "性取向",
        ],
    })
}

/// What a program does alone.
pub(crate) fn automated(tongue: Tongue, automated: Automated) -> &'static str {
    tongue.pick(match automated {
        Automated::Decision => [
            "it decides about you; you may have somebody look at it",
            "il décide à votre sujet ; vous pouvez demander qu’une personne l’examine",
            "es entscheidet über Sie; Sie können verlangen, dass ein Mensch es prüft",
            "对您作出决定；您可要求人工复核",
        ],
        Automated::Profiling => [
            "it assesses you, and people decide",
            "il vous évalue, et des personnes décident",
            "es schätzt Sie ein, und Menschen entscheiden",
            "对您进行评估，由人作出决定",
        ],
    })
}
