//! The sentences of the standing, in the languages of the documents.
//! It fills in figures; what they mean is worked out elsewhere.

use crate::model::Protection;

/// A language that pages are written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Tongue {
    English,
    French,
    German,
    Chinese,
}

impl Tongue {
    /// The language of a tag; English where pages are not written in it.
    pub(crate) fn of(tag: &str) -> Tongue {
        match tag.split('-').next() {
            Some("fr") => Tongue::French,
            Some("de") => Tongue::German,
            Some("zh") => Tongue::Chinese,
            _ => Tongue::English,
        }
    }

    /// The one of four texts that is in this language: English, French, German, Chinese.
    pub(crate) fn pick<T: Copy>(self, [english, french, german, chinese]: [T; 4]) -> T {
        match self {
            Tongue::English => english,
            Tongue::French => french,
            Tongue::German => german,
            Tongue::Chinese => chinese,
        }
    }
}

/// A number with its thousands set apart.
pub(crate) fn number(tongue: Tongue, count: u64) -> String {
    let separator = tongue.pick([',', '\u{202f}', '.', ',']);
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

macro_rules! phrases {
    ($($name:ident = $texts:expr;)+) => {
        /// A sentence about a figure.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(super) enum Phrase { $($name,)+ }

        impl Phrase {
            #[cfg(test)]
            pub(super) const ALL: &'static [Phrase] = &[$(Phrase::$name,)+];

            /// The sentence in English, French, German and Chinese; `{0}` and on are
            /// filled in, and `{0?one:many}` follows the number that `{0}` is.
            pub(super) const fn texts(self) -> [&'static str; 4] {
                match self { $(Phrase::$name => $texts,)+ }
            }
        }
    };
}

phrases! {
    Between = ["; ", " ; ", "; ", "；"];
    NotMeasured = [
        "nothing has been measured yet",
        "rien n’a encore été mesuré",
        "noch nichts gemessen",
        "尚未测量",
    ];
    Acts = [
        "{0} {0?act:acts} relied on it, {1} {1?attempt:attempts} refused since {2}",
        "{0} {0?acte:actes} à l’appui, {1} {1?tentative refusée:tentatives refusées} depuis le {2}",
        "{0} {0?Vorgang berief:Vorgänge beriefen} sich darauf, {1} {1?Versuch:Versuche} abgewiesen seit {2}",
        "自 {2} 起，{0} 次操作依据本条，{1} 次尝试被拒绝",
    ];
    Choices = [
        "{0} {0?person agrees:people agree}, {1} {1?objects:object}",
        "{0} {0?personne consent:personnes consentent}, {1} {1?s’oppose:s’opposent}",
        "{0} {0?Person willigt:Personen willigen} ein, {1} {1?widerspricht:widersprechen}",
        "{0} 人同意，{1} 人反对",
    ];
    Items = [
        "{0} of {1} items past their day",
        "{0} éléments sur {1} ont dépassé leur terme",
        "{0} von {1} Einträgen über ihrer Frist",
        "{1} 条中有 {0} 条逾期",
    ];
    Oldest = [
        "the oldest was due on {0}",
        "le plus ancien devait disparaître le {0}",
        "der älteste war am {0} fällig",
        "最早的应于 {0} 销毁",
    ];
    Valid = [
        "{0} valid until {1}",
        "{0} valable jusqu’au {1}",
        "{0} gültig bis {1}",
        "{0} 有效期至 {1}",
    ];
    Lapsed = [
        "{0} lapsed on {1}",
        "{0} a expiré le {1}",
        "{0} abgelaufen am {1}",
        "{0} 已于 {1} 失效",
    ];
    Missing = [
        "{0}: nothing on record",
        "{0} : rien d’enregistré",
        "{0}: nichts hinterlegt",
        "{0}：没有记录",
    ];
    NothingKnown = [
        "nothing is on record about {0}, so nothing goes there",
        "rien n’est enregistré sur {0}, donc rien n’y va",
        "über {0} ist nichts hinterlegt, also geht nichts dorthin",
        "没有关于 {0} 的记录，因此不向其提供任何信息",
    ];
    NothingOwed = [
        "no undertaking is asked of {0}",
        "aucun engagement n’est demandé à {0}",
        "von {0} wird keine Zusage verlangt",
        "不要求 {0} 作出承诺",
    ];
    Unconfirmed = [
        "{0} {0?message:messages} to it not confirmed yet",
        "{0} {0?message:messages} sans confirmation de sa part",
        "{0} {0?Mitteilung:Mitteilungen} von ihm noch nicht bestätigt",
        "{0} 条通知尚未得到其确认",
    ];
    UnconfirmedLate = [
        "{0} of {1} messages to it not confirmed in time",
        "{0} messages sur {1} non confirmés à temps",
        "{0} von {1} Mitteilungen nicht rechtzeitig bestätigt",
        "{1} 条通知中有 {0} 条未按时确认",
    ];
    RouteOpen = [
        "route open: {0} valid, with no end set",
        "voie ouverte : {0} en vigueur, sans terme fixé",
        "Weg offen: {0} gültig, ohne festes Ende",
        "路径开放：{0} 有效，未设期限",
    ];
    RouteOpenUntil = [
        "route open: {0} valid until {1}",
        "voie ouverte : {0} valable jusqu’au {1}",
        "Weg offen: {0} gültig bis {1}",
        "路径开放：{0} 有效期至 {1}",
    ];
    RouteExpired = [
        "route closed: {0} expired on {1}",
        "voie fermée : {0} a expiré le {1}",
        "Weg geschlossen: {0} am {1} abgelaufen",
        "路径关闭：{0} 已于 {1} 失效",
    ];
    RouteRevoked = [
        "route closed: {0} was revoked",
        "voie fermée : {0} a été révoqué",
        "Weg geschlossen: {0} wurde widerrufen",
        "路径关闭：{0} 已撤销",
    ];
    Cases = [
        "{0} of {1} open cases past their time",
        "{0} dossiers ouverts sur {1} hors délai",
        "{0} von {1} offenen Fällen über der Frist",
        "{1} 个未结案件中有 {0} 个逾期",
    ];
    Reports = ["reports: ", "signalements : ", "Meldungen: ", "报告："];
    Answered = [
        "{0} answered in time, {1} late",
        "{0} {0?traité:traités} dans le délai, {1} en retard",
        "{0} rechtzeitig beantwortet, {1} zu spät",
        "{0} 个按时答复，{1} 个逾期",
    ];
    Asked = [
        "{0} of {1} ended cases past their day",
        "{0} dossiers clos sur {1} au-delà de leur terme",
        "{0} von {1} beendeten Fällen über ihren Tag hinaus",
        "{1} 个已结案件中有 {0} 个超过保存期限",
    ];
    Notices = [
        "{0} of {2} {2?notice:notices} given, {1} late",
        "{0} avis {0?donné:donnés} sur {2}, {1} en retard",
        "{0} von {2} {2?Mitteilung:Mitteilungen} gemacht, {1} verspätet",
        "应发 {2} 条通知，已发 {0} 条，{1} 条延误",
    ];
    StoredIn = [
        "stands in {0} and nowhere else",
        "se trouve dans {0} et nulle part ailleurs",
        "liegt in {0} und nirgends sonst",
        "仅存于 {0}",
    ];
    StoredElsewhere = [
        "also stands in {0}",
        "se trouve aussi dans {0}",
        "liegt auch in {0}",
        "还存于 {0}",
    ];
    SignIn = [
        "people sign in by {0} only; {1} signed in now, {2} {2?attempt:attempts} in vain",
        "on se connecte par {0} uniquement ; {1} {1?session:sessions} en cours, {2} {2?tentative:tentatives} en vain",
        "Anmeldung nur mit {0}; {1} angemeldet, {2} {2?Versuch:Versuche} vergeblich",
        "仅可通过 {0} 登录；当前 {1} 个会话，{2} 次失败尝试",
    ];
    Emergencies = [
        "{0} {0?emergency:emergencies} in all, {1} open, {2} without approval",
        "{0} {0?urgence:urgences} en tout, {1} en cours, {2} sans approbation",
        "{0} {0?Notfall:Notfälle} insgesamt, {1} offen, {2} ohne Zustimmung",
        "共 {0} 次紧急访问，{1} 次进行中，{2} 次未经批准",
    ];
    PlainConnections = [
        "{0} {0?request:requests} came unencrypted",
        "{0} {0?requête reçue:requêtes reçues} sans chiffrement",
        "{0} {0?Anfrage kam:Anfragen kamen} unverschlüsselt",
        "{0} 个请求未加密",
    ];
    Apart = [
        "{0} {0?person:people} held for clients in {1} {1?place:places}, each apart; {2} {2?attempt:attempts} from outside refused",
        "{0} {0?personne détenue:personnes détenues} pour des clients en {1} {1?lieu séparé:lieux séparés} ; {2} {2?tentative refusée:tentatives refusées} de l’extérieur",
        "{0} {0?Person:Personen} für Kunden an {1} {1?Stelle:Stellen}, je für sich; {2} {2?Versuch:Versuche} von außen abgewiesen",
        "为客户在 {1} 处分别持有 {0} 人的信息；拒绝 {2} 次外部尝试",
    ];
    Forwarded = [
        "{0} {0?request:requests} passed on and open, of which clients were told late of {1} and are late with {2}",
        "{0} {0?demande transmise et ouverte:demandes transmises et ouvertes}, dont {1} annoncées en retard au client et {2} en retard de sa part",
        "{0} {0?Anfrage:Anfragen} weitergegeben und offen, davon {1} dem Kunden verspätet gemeldet und {2} von ihm verspätet",
        "已转交 {0} 项未结请求，其中 {1} 项未及时告知客户，{2} 项客户逾期",
    ];
    Returned = [
        "{0} ended {0?contract:contracts} with something still held, {1} past the time for handing it back",
        "{0} {0?contrat terminé:contrats terminés} avec des données encore détenues, {1} au-delà du délai de restitution",
        "{0} {0?beendeter Vertrag:beendete Verträge} mit noch vorhandenen Daten, {1} über der Rückgabefrist",
        "{0} 份已终止的合同仍有数据，其中 {1} 份已过返还期限",
    ];
    Said = [
        "said on this page, which is all it takes",
        "dit sur cette page, ce qui suffit",
        "auf dieser Seite gesagt, mehr braucht es nicht",
        "已在本页说明",
    ];
    Named = [
        "named by {0} {0?clause:clauses}",
        "nommé par {0} {0?clause:clauses}",
        "in {0} {0?Klausel:Klauseln} genannt",
        "{0} 个条款提及",
    ];
    Values = [
        "{0} {0?value:values} held",
        "{0} {0?valeur détenue:valeurs détenues}",
        "{0} {0?Wert:Werte} vorhanden",
        "持有 {0} 个值",
    ];
}

/// A sentence with its figures filled in.
pub(super) fn say(tongue: Tongue, phrase: Phrase, with: &[&str]) -> String {
    let mut out = tongue.pick(phrase.texts()).to_owned();
    for (at, figure) in with.iter().enumerate() {
        let mark = format!("{{{at}?");
        while let Some((before, rest)) = out.split_once(&mark) {
            let (choice, after) = rest.split_once('}').unwrap_or((rest, ""));
            let (one, many) = choice.split_once(':').unwrap_or((choice, choice));
            let chosen = if *figure == "1" { one } else { many };
            out = format!("{before}{chosen}{after}");
        }
        out = out.replace(&format!("{{{at}}}"), figure);
    }
    out
}

/// How an undertaking is called.
pub(super) fn undertaking_name(tongue: Tongue, kind: Option<Protection>) -> &'static str {
    tongue.pick(match kind {
        None => ["undertaking", "engagement", "Zusage", "承诺"],
        Some(Protection::ProcessingAgreement) => [
            "processing agreement",
            "contrat de sous-traitance",
            "Auftragsverarbeitungsvertrag",
            "处理协议",
        ],
        Some(Protection::GroupAgreement) => [
            "group agreement",
            "accord de groupe",
            "Konzernvereinbarung",
            "集团协议",
        ],
        Some(Protection::SharingAgreement) => [
            "agreement between controllers",
            "accord entre responsables",
            "Vereinbarung zwischen Verantwortlichen",
            "处理者之间的协议",
        ],
        Some(Protection::ProfessionalSecrecy) => [
            "duty of professional secrecy",
            "secret professionnel",
            "Berufsgeheimnis",
            "职业保密义务",
        ],
        Some(Protection::Law) => [
            "legal duty",
            "obligation légale",
            "gesetzliche Pflicht",
            "法定义务",
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_takes_the_same_figures_in_every_language() {
        for phrase in Phrase::ALL {
            for at in 0..4 {
                let mark = format!("{{{at}}}");
                let takes: Vec<bool> = phrase
                    .texts()
                    .iter()
                    .map(|text| text.contains(&mark))
                    .collect();
                assert!(takes.iter().all(|t| *t == takes[0]), "{phrase:?}");
            }
        }
    }

    #[test]
    fn words_follow_their_number() {
        let told = |count| say(Tongue::English, Phrase::Acts, &[count, "1", "2026-01-01"]);
        assert_eq!(
            told("1"),
            "1 act relied on it, 1 attempt refused since 2026-01-01"
        );
        assert_eq!(
            told("2"),
            "2 acts relied on it, 1 attempt refused since 2026-01-01"
        );
        for phrase in Phrase::ALL {
            for tongue in [
                Tongue::English,
                Tongue::French,
                Tongue::German,
                Tongue::Chinese,
            ] {
                let told = say(tongue, *phrase, &["1", "2", "3"]);
                assert!(!told.contains(['{', '}', '?']), "{told}");
            }
        }
    }

    #[test]
    fn numbers_are_set_as_their_language_sets_them() {
        assert_eq!(number(Tongue::English, 81_204), "81,204");
        assert_eq!(number(Tongue::German, 1_000_000), "1.000.000");
        assert_eq!(number(Tongue::French, 999), "999");
    }
}
