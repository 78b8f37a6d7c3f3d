//! How lawful grounds are called, in the languages of the documents.
//! Which there are, and where, is the law's.

use crate::standing::Tongue;
use kept_terms::Basis;

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
