//! The words of the published page, in the languages of the documents.
//! It says nothing of its own; documents say what is promised.

use crate::standing::{State, Tongue};
use kept_terms::{Basis, Period, RecipientKind, Right};

macro_rules! strings {
    ($($name:ident = $texts:expr;)+) => {
        /// A text of the page.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(super) enum Text { $($name,)+ }

        impl Text {
            /// The text in a language.
            pub(super) fn of(self, tongue: Tongue) -> &'static str {
                tongue.pick(match self { $(Text::$name => $texts,)+ })
            }
        }
    };
}

strings! {
    Ways = ["Ways on", "Aller plus loin", "Weitere Wege", "其他入口"];
    Skip = ["Skip to the policy", "Aller au texte", "Zum Text springen", "跳至正文"];
    Effective = ["In force since", "En vigueur depuis le", "In Kraft seit", "生效日期"];
    Revised = ["Last changed", "Dernière modification", "Zuletzt geändert", "最近修订"];
    Controller = ["Who is responsible", "Responsable", "Verantwortlich", "负责方"];
    Privacy = ["Write about privacy", "Écrire au sujet de vos données", "Schreiben zum Datenschutz", "隐私事务联系"];
    Standing = ["How the promises stand", "Où en sont les promesses", "Stand der Zusagen", "承诺履行情况"];
    Contents = ["On this page", "Sur cette page", "Auf dieser Seite", "本页内容"];
    Definitions = ["What the words mean", "Ce que veulent dire les mots", "Was die Wörter bedeuten", "词语含义"];
    Terms = ["Terms", "Termes", "Begriffe", "术语"];
    Fields = ["Information", "Informations", "Angaben", "信息"];
    Purposes = ["Purposes", "Finalités", "Zwecke", "目的"];
    Recipients = ["Recipients", "Destinataires", "Empfänger", "接收方"];
    Others = ["Other words", "Autres mots", "Weitere Wörter", "其他词语"];
    Word = ["Word", "Mot", "Wort", "词语"];
    Meaning = ["Meaning", "Sens", "Bedeutung", "含义"];
    KeptFor = ["Kept for", "Conservée", "Aufbewahrt", "保存期限"];
    BasisHeading = ["Lawful basis", "Base légale", "Rechtsgrundlage", "法律依据"];
    Choice = ["Your say", "Votre choix", "Ihre Wahl", "您的选择"];
    OptIn = ["only if you agree", "seulement avec votre accord", "nur mit Ihrer Einwilligung", "须经您同意"];
    OptOut = ["until you say stop", "jusqu’à ce que vous disiez non", "bis Sie widersprechen", "您可随时退出"];
    NoChoice = ["–", "–", "–", "–"];
    Country = ["Country", "Pays", "Land", "国家"];
    What = ["What it is", "Nature", "Art", "性质"];
    Rule = ["the rule that runs", "la règle appliquée", "die Regel dahinter", "实际运行的规则"];
    Identifier = ["Clause", "Clause", "Klausel", "条款"];
    After = ["after", "après", "nach", "自此之后"];
    Other = ["Other documents", "Autres documents", "Weitere Dokumente", "其他文件"];
    Version = ["Version", "Version", "Fassung", "版本"];
    Made = [
        "This page is made from the document that the system runs. Each rule on it is the rule in force.",
        "Cette page est tirée du document que le système exécute. Chaque règle affichée est celle qui s’applique.",
        "Diese Seite entsteht aus dem Dokument, das das System ausführt. Jede Regel hier ist die geltende.",
        "本页由系统实际执行的文件生成，所示每条规则均为现行规则。",
    ];
}

/// How a state is called.
pub(super) fn state(tongue: Tongue, state: State) -> &'static str {
    tongue.pick(match state {
        State::Kept => ["Kept", "Tenue", "Eingehalten", "已履行"],
        State::AtRisk => ["At risk", "En péril", "Gefährdet", "有风险"],
        State::Broken => ["Broken", "Rompue", "Gebrochen", "已违反"],
        State::Unmeasured => [
            "Not yet measured",
            "Pas encore mesurée",
            "Noch nicht gemessen",
            "尚未测量",
        ],
    })
}

/// How many promises stand in a state, in words.
pub(super) fn count(tongue: Tongue, state: State, count: u64) -> &'static str {
    let one = tongue == Tongue::English && count == 1;
    tongue.pick(match state {
        State::Kept if one => ["promise kept", "", "", ""],
        State::Kept => [
            "promises kept",
            "promesses tenues",
            "Zusagen eingehalten",
            "项承诺已履行",
        ],
        State::AtRisk => ["at risk", "en péril", "gefährdet", "项有风险"],
        State::Broken => ["broken", "rompues", "gebrochen", "项已违反"],
        State::Unmeasured => [
            "not yet measured",
            "pas encore mesurées",
            "noch nicht gemessen",
            "项尚未测量",
        ],
    })
}

/// A sign for a state, for the eye; the word stands beside it.
pub(super) const fn sign(state: State) -> &'static str {
    match state {
        State::Kept => "✓",
        State::AtRisk => "▲",
        State::Broken => "✕",
        State::Unmeasured => "○",
    }
}

/// A state's word in style sheets.
pub(super) const fn class(state: State) -> &'static str {
    match state {
        State::Kept => "kept",
        State::AtRisk => "at-risk",
        State::Broken => "broken",
        State::Unmeasured => "unmeasured",
    }
}

/// A right as people ask for it.
pub(crate) fn right(tongue: Tongue, right: Right) -> &'static str {
    tongue.pick(match right {
        Right::Access => ["See it", "Y accéder", "Auskunft", "查阅"],
        Right::Rectification => ["Correct it", "Rectifier", "Berichtigung", "更正"],
        Right::Erasure => ["Have it deleted", "Effacer", "Löschung", "删除"],
        Right::Restriction => [
            "Pause its use",
            "Limiter l’usage",
            "Einschränkung",
            "限制处理",
        ],
        Right::Portability => ["Take it with you", "Portabilité", "Übertragung", "携带"],
        Right::Objection => ["Object", "S’opposer", "Widerspruch", "反对"],
        Right::OptOut => ["Opt out", "Se désinscrire", "Abmeldung", "退出"],
        Right::Withdrawal => [
            "Withdraw consent",
            "Retirer son accord",
            "Widerruf der Einwilligung",
            "撤回同意",
        ],
    })
}

/// A period as people say it.
pub(crate) fn period(tongue: Tongue, period: Period) -> String {
    let units = [
        (
            period.months / 12,
            ["year", "an", "Jahr", "年"],
            ["years", "ans", "Jahre", "年"],
        ),
        (
            period.months % 12,
            ["month", "mois", "Monat", "个月"],
            ["months", "mois", "Monate", "个月"],
        ),
        (
            period.days,
            ["day", "jour", "Tag", "天"],
            ["days", "jours", "Tage", "天"],
        ),
    ];
    let parts: Vec<String> = units
        .into_iter()
        .filter(|(count, _, _)| *count > 0)
        .map(|(count, one, many)| {
            let unit = tongue.pick(if count == 1 { one } else { many });
            match tongue {
                Tongue::Chinese => format!("{count}{unit}"),
                Tongue::English | Tongue::French | Tongue::German => format!("{count} {unit}"),
            }
        })
        .collect();
    parts.join(" ")
}

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
        RecipientKind::SubProcessor => [
            "sub-processor",
            "sous-traitant",
            "Unterauftragsverarbeiter",
            "分包处理方",
        ],
        RecipientKind::Adviser => ["adviser", "conseil", "Berater", "顾问"],
        RecipientKind::Authority => ["authority", "autorité", "Behörde", "主管机关"],
        RecipientKind::ThirdParty => ["third party", "tiers", "Dritter", "第三方"],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_said_as_people_say_them() {
        assert_eq!(
            period(Tongue::English, "P1Y6M".parse().unwrap()),
            "1 year 6 months"
        );
        assert_eq!(period(Tongue::German, "P90D".parse().unwrap()), "90 Tage");
    }
}
