//! How recipients are called, and what they have undertaken, in the languages of the documents.
//! Who they are, documents say.

use crate::model::Protection;
use crate::standing::Tongue;
use kept_terms::RecipientKind;

/// What a recipient has undertaken.
pub(crate) fn protection(tongue: Tongue, protection: Protection) -> &'static str {
    tongue.pick(match protection {
        Protection::ProcessingAgreement => [
            "processing agreement",
            "contrat de sous-traitance",
            "Auftragsverarbeitungsvertrag",
            "委托处理协议",
        ],
        Protection::GroupAgreement => [
            "agreement of the group",
            "accord du groupe",
            "Konzernvereinbarung",
            "集团协议",
        ],
        Protection::SharingAgreement => [
            "agreement between controllers",
            "accord entre responsables",
            "Vereinbarung zwischen Verantwortlichen",
            "处理者之间的协议",
        ],
        Protection::ProfessionalSecrecy => [
            "professional secrecy",
            "secret professionnel",
            "Berufsgeheimnis",
            "职业保密义务",
        ],
        Protection::Law => [
            "none, where the law compels",
            "aucun, là où la loi l’exige",
            "keine, wo das Gesetz zwingt",
            "无，法律强制提供",
        ],
    })
}

/// What a recipient is to the controller.
pub(crate) fn recipient(tongue: Tongue, kind: RecipientKind) -> &'static str {
    tongue.pick(match kind {
        RecipientKind::GroupCompany => [
            "group company",
            "société du groupe",
            "Konzernunternehmen",
            "集团公司",
        ],
        RecipientKind::Client => ["client", "client", "Kunde", "客户"],
        RecipientKind::Processor => [
            "processor",
            "sous-traitant",
            "Auftragsverarbeiter",
            "受托处理方",
        ],
        RecipientKind::Controller => [
            "another controller",
            "autre responsable",
            "anderer Verantwortlicher",
            "其他负责方",
        ],
        RecipientKind::SubProcessor => [
            "sub-processor",
            "sous-traitant ultérieur",
            "Unterauftragsverarbeiter",
            "分包处理方",
        ],
        RecipientKind::Adviser => ["adviser", "conseil", "Berater", "顾问"],
        RecipientKind::Authority => ["authority", "autorité", "Behörde", "主管机关"],
        RecipientKind::ThirdParty => ["third party", "tiers", "Dritter", "第三方"],
    })
}
