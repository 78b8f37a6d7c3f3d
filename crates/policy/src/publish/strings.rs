//! The words of the published page, in the languages of the documents.
//! It says nothing of its own; documents say what is promised.

mod children;
mod grounds;
mod parties;

pub(crate) use children::{parent_way, undecided, whoever_sees_all};
pub(crate) use grounds::{automated, basis, category, exception};

pub(crate) use parties::{protection, recipient};

use crate::model::{Identity, Unlooked};
use crate::standing::{State, Tongue};
use kept_terms::{Book, FieldKind, Period, Right};

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
    ExceptionHeading = ["Special categories", "Catégories particulières", "Besondere Kategorien", "敏感类别"];
    AutomatedHeading = ["A program alone", "Un programme seul", "Ein Programm allein", "程序单独处理"];
    Excepted = ["Except", "Sauf", "Außer", "除外"];
    Choice = ["Your say", "Votre choix", "Ihre Wahl", "您的选择"];
    OptIn = ["only if you agree", "seulement avec votre accord", "nur mit Ihrer Einwilligung", "须经您同意"];
    OptOut = ["until you say stop", "jusqu’à ce que vous disiez non", "bis Sie widersprechen", "您可随时退出"];
    NoChoice = ["–", "–", "–", "–"];
    Country = ["Country", "Pays", "Land", "国家或地区"];
    What = ["What it is", "Nature", "Art", "性质"];
    Rule = ["the rule that runs", "la règle appliquée", "die Regel dahinter", "实际运行的规则"];
    Identifier = ["Clause", "Clause", "Klausel", "条款"];
    After = ["after", "après", "nach", "自此之后"];
    Other = ["Other documents", "Autres documents", "Weitere Dokumente", "其他文件"];
    Where = ["Where are you?", "Où êtes-vous ?", "Wo sind Sie?", "您在哪里？"];
    WhereWhy = [
        "Which policy is yours depends on the country you work in.",
        "La politique qui vous concerne dépend du pays où vous travaillez.",
        "Welche Erklärung für Sie gilt, hängt davon ab, in welchem Land Sie arbeiten.",
        "哪一份政策适用于您，取决于您在哪个国家或地区工作。",
    ];
    Nowhere = [
        "No policy of ours is for people there, so we take in nothing about them.",
        "Aucune de nos politiques ne vaut pour ce pays ; nous n’y recueillons donc rien sur personne.",
        "Für dieses Land gilt keine unserer Erklärungen; also nehmen wir nichts über Menschen dort auf.",
        "我们没有适用于该国家或地区的政策，因此不收集当地任何人的信息。",
    ];
    Elsewhere = [
        "Another country or region",
        "Un autre pays ou une autre région",
        "Anderes Land oder andere Region",
        "其他国家或地区",
    ];
    Show = ["Show the policy", "Voir la politique", "Erklärung zeigen", "查看政策"];
    Sensitive = ["Sensitive information", "Données sensibles", "Sensible Daten", "敏感信息"];
    LegalHold = ["What a legal claim needs", "Ce qu’exige un litige", "Was ein Rechtsstreit braucht", "法律争议所需"];
    WhatYouAsked = ["What you asked of us", "Ce que vous nous avez demandé", "Was Sie von uns verlangt haben", "您向我们提出的请求"];
    AfterTheEnd = ["After the answer", "Après la réponse", "Nach der Antwort", "答复之后"];
    Complaints = ["Complaints", "Réclamations", "Beschwerden", "投诉"];
    Authorities = ["Authorities", "Autorités", "Behörden", "主管机关"];
    Staff = ["Breaches by our own people", "Manquements de nos équipes", "Verstöße unserer Leute", "我们人员的违规"];
    Warned = ["A word of caution", "Mise en garde", "Ein Wort der Vorsicht", "提醒"];
    SignIn = ["Signing in", "Connexion", "Anmeldung", "登录"];
    Emergency = ["Access in an emergency", "Accès d’urgence", "Zugang im Notfall", "紧急访问"];
    Records = ["Who sees what is on record", "Qui consulte les registres", "Wer in die Aufzeichnungen sieht", "谁可查阅记录"];
    Apart = ["Each client apart", "Chaque client à part", "Jeder Kunde für sich", "各客户彼此分开"];
    Instructed = ["On the client’s instruction only", "Sur instruction du client", "Nur auf Weisung des Kunden", "仅依客户指示"];
    Forwarded = ["Requests passed to the client", "Demandes transmises au client", "Anfragen gehen an den Kunden", "请求转交客户"];
    Returned = ["At the end of the contract", "À la fin du contrat", "Am Ende des Vertrags", "合同终止时"];
    AnsweredWithin = ["Client answers within", "Réponse du client sous", "Antwort des Kunden binnen", "客户答复期限"];
    Transport = ["Encryption on the way", "Chiffrement en chemin", "Verschlüsselung unterwegs", "传输加密"];
    Through = ["By way of", "Par", "Über", "途径"];
    NeededFor = ["Needed for", "Nécessaire pour", "Nötig für", "为此必需"];
    ToldBefore = ["Told before", "Annoncé avant", "Vorher gesagt", "事先告知"];
    Tied = ["Tied to you", "Rattaché à vous", "Mit Ihnen verbunden", "与您关联"];
    OnceKnown = [
        "only once you say who you are",
        "seulement une fois que vous dites qui vous êtes",
        "erst wenn Sie sagen, wer Sie sind",
        "仅在您表明身份之后",
    ];
    ConfirmedEvery = [
        "You are asked whether it is right every",
        "Nous vous demandons si c’est exact tous les",
        "Sie werden gefragt, ob es stimmt, alle",
        "询问您是否正确的间隔",
    ];
    SmallestGroup = ["Smallest group shown", "Plus petit groupe montré", "Kleinste gezeigte Gruppe", "所示群体最少人数"];
    ConfirmsWithin = ["Confirms within", "Confirme dans un délai de", "Bestätigt binnen", "确认期限"];
    AskedThrough = ["Age is asked by way of", "Âge demandé par", "Nach dem Alter fragt", "询问年龄的途径"];
    UnlessParent = [
        "Unless a parent agrees, shown by",
        "Sauf accord d’un parent, justifié par",
        "Außer ein Elternteil willigt ein, nachgewiesen durch",
        "除非父母同意，核实方式",
    ];
    DecidedWithin = [
        "A report of a child is decided within",
        "Signalement d’un enfant tranché sous",
        "Über die Meldung eines Kindes wird entschieden binnen",
        "儿童报告的处理期限",
    ];
    DecidedBy = [
        "Who decides a report",
        "Qui tranche un signalement",
        "Wer über eine Meldung entscheidet",
        "报告由谁决定",
    ];
    IfUndecided = [
        "If nobody decides in time",
        "Si personne ne tranche à temps",
        "Wenn niemand rechtzeitig entscheidet",
        "逾期未决时",
    ];
    Yes = ["yes", "oui", "ja", "是"];
    Who = ["Who", "Qui", "Wer", "由谁"];
    GoesWith = ["Also from", "Aussi depuis", "Auch aus", "亦可用于此目的的来源"];
    Undertaking = ["Undertaking", "Engagement", "Zusage", "承诺"];
    Reports = ["Proof", "Preuve", "Nachweis", "证明"];
    From = ["From", "De", "Von", "从"];
    To = ["To", "Vers", "Nach", "到"];
    Instrument = ["Protected by", "Protégé par", "Geschützt durch", "保护方式"];
    Until = ["Until", "Jusqu’au", "Bis", "截至"];
    Then = ["Then", "Ensuite", "Dann", "之后"];
    StaysErased = [
        "Stays if you have everything deleted, because of",
        "Reste même si vous faites tout effacer, en vertu de",
        "Bleibt, auch wenn Sie alles löschen lassen, wegen",
        "即使您要求删除一切仍须保存，依据",
    ];
    Destroyed = ["destroyed", "détruit", "zerstört", "销毁"];
    Anonymised = [
        "made such that it leads to nobody",
        "rendu tel qu’il ne mène plus à personne",
        "so verändert, dass es zu niemandem mehr führt",
        "处理成无法追溯到任何人",
    ];
    TurnedAway = ["turned away", "refusé", "abgewiesen", "拒收"];
    StruckOut = ["struck out", "rayé", "gestrichen", "划去"];
    Unread = [
        "Files that we cannot read",
        "Fichiers que nous ne pouvons pas lire",
        "Dateien, die wir nicht lesen können",
        "无法读取的文件",
    ];
    Within = ["Within", "Dans un délai de", "Binnen", "期限"];
    Before = ["Before", "Avant", "Vorher", "提前"];
    Longer = ["Longer by at most", "Prolongé au plus de", "Höchstens länger um", "最多延长"];
    Costs = ["Costs", "Coût", "Kosten", "费用"];
    Nothing = ["nothing", "rien", "nichts", "无"];
    Identity = ["Who asks is checked by", "Identité vérifiée par", "Geprüft durch", "身份核实方式"];
    Sees = ["Sees", "Voit", "Sieht", "可见"];
    SeesMasked = ["Sees in part", "Voit en partie", "Sieht teilweise", "部分可见"];
    Every = ["Every", "Tous les", "Alle", "每"];
    Stores = ["Stands in", "Se trouve dans", "Steht in", "存放于"];
    Approvals = ["Others who agree", "Accords d’autres personnes", "Zustimmungen anderer", "须同意的其他人数"];
    ApprovedBy = ["Who may agree", "Qui peut donner son accord", "Wer zustimmen darf", "可以同意的人"];
    Engaged = ["Engaged", "Engagement de la personne", "Beauftragt", "聘用方式"];
    InWriting = [
        "in writing, for one task",
        "par écrit, pour une seule tâche",
        "schriftlich, für eine einzige Aufgabe",
        "以书面形式，用于单项任务",
    ];
    TriesAboutOne = [
        "Wrong answers about one person before a pause",
        "Réponses fausses sur une personne avant une pause",
        "Falsche Antworten zu einer Person bis zur Pause",
        "就同一人答错多少次后暂停",
    ];
    TriesByOne = [
        "Wrong answers to one of us before a pause",
        "Réponses fausses à l’un d’entre nous avant une pause",
        "Falsche Antworten bei einem von uns bis zur Pause",
        "对我们同一名员工答错多少次后暂停",
    ];
    Refusals = [
        "Refused attempts that are looked into",
        "Tentatives refusées qui sont examinées",
        "Abgewiesene Versuche, die untersucht werden",
        "多少次被拒绝的尝试会受到调查",
    ];
    Outcomes = ["It may end with", "Suites possibles", "Mögliche Folgen", "可能的结果"];
    Lasts = ["Lasts", "Dure", "Dauert", "持续"];
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

/// Those younger than an age.
pub(super) fn under(tongue: Tongue, age: u8) -> String {
    match tongue {
        Tongue::English => format!("Anyone under {age}"),
        Tongue::French => format!("Moins de {age} ans"),
        Tongue::German => format!("Wer unter {age} ist"),
        Tongue::Chinese => format!("未满 {age} 周岁"),
    }
}

/// So long after something.
pub(super) fn after(tongue: Tongue, period: &str, event: &str) -> String {
    match tongue {
        Tongue::English => format!("{period} after {event}"),
        Tongue::French => format!("{period} après : {event}"),
        Tongue::German => format!("{period} nach: {event}"),
        Tongue::Chinese => format!("{event}之后{period}"),
    }
}

/// On which occasion people are told, by its word in documents.
pub(super) fn occasion(tongue: Tongue, when: &str) -> &'static str {
    tongue.pick(match when {
        "any" => [
            "Every version",
            "Chaque version",
            "Jede Fassung",
            "每个版本",
        ],
        "breach" => ["A breach", "Une violation", "Eine Verletzung", "信息泄露"],
        "call" => ["Calls", "Les appels", "Gespräche", "通话"],
        "use" => ["A use", "Un usage", "Eine Verwendung", "使用"],
        _ => [
            "Changes that matter to you",
            "Les changements qui vous touchent",
            "Änderungen, die Sie angehen",
            "与您有关的变更",
        ],
    })
}

/// How a review of what one of us did may end, by its word in documents.
pub(super) fn outcome(tongue: Tongue, word: &str) -> &str {
    tongue.pick(match word {
        "unfounded" => ["nothing to it", "sans fondement", "unbegründet", "不成立"],
        "reminder" => ["a reminder", "un rappel", "eine Ermahnung", "提醒"],
        "warning" => ["a warning", "un avertissement", "eine Abmahnung", "警告"],
        "dismissal" => ["dismissal", "un licenciement", "die Kündigung", "解雇"],
        "legal-measures" => [
            "legal measures",
            "des poursuites",
            "rechtliche Schritte",
            "法律措施",
        ],
        other => [other; 4],
    })
}

/// Records of what was done.
pub(super) fn book(tongue: Tongue, book: Book) -> &'static str {
    tongue.pick(match book {
        Book::Trail => [
            "what happened",
            "ce qui s’est passé",
            "was geschehen ist",
            "经历记录",
        ],
        Book::Tokens => [
            "keys of programs",
            "clés des programmes",
            "Schlüssel der Programme",
            "程序密钥",
        ],
        Book::Evidence => ["evidence", "preuves", "Nachweise", "证据"],
        Book::Figures => ["figures", "chiffres", "Zahlen", "统计数字"],
        Book::Soundness => [
            "soundness of the records",
            "intégrité des registres",
            "Unversehrtheit der Aufzeichnungen",
            "记录完整性",
        ],
        Book::Approvals => ["approvals", "accords", "Zustimmungen", "批准"],
        Book::Sharing => ["recipients", "destinataires", "Empfänger", "接收方"],
        Book::Messages => ["messages", "messages", "Nachrichten", "发出的信息"],
        Book::Complaints => ["complaints", "réclamations", "Beschwerden", "投诉"],
        Book::Enquiries => [
            "enquiries of authorities",
            "demandes des autorités",
            "Anfragen von Behörden",
            "主管机关的询问",
        ],
        Book::Violations => ["violations", "violations", "Verstöße", "违规"],
        Book::Requests => ["requests", "demandes", "Anträge", "请求"],
        Book::Compelled => [
            "what authorities demand",
            "ce que les autorités exigent",
            "was Behörden verlangen",
            "主管机关的要求",
        ],
        Book::Breaches => [
            "breaches",
            "violations de données",
            "Datenpannen",
            "数据泄露",
        ],
        Book::Reports => [
            "reports of children",
            "signalements d’enfants",
            "Meldungen von Kindern",
            "未成年人报告",
        ],
    })
}

/// A way of telling people, by its word in documents.
pub(super) fn way(tongue: Tongue, word: &str) -> &'static str {
    tongue.pick(match word {
        "e-mail" => ["e-mail", "courrier électronique", "E-Mail", "电子邮件"],
        "spoken" => ["spoken", "de vive voix", "gesprochen", "语音"],
        "letter" => ["letter", "lettre", "Brief", "信函"],
        _ => ["this page", "cette page", "diese Seite", "本页"],
    })
}

/// What is done with files that cannot be read.
pub(crate) fn unread(tongue: Tongue, rule: Unlooked) -> &'static str {
    tongue.pick(match rule {
        Unlooked::Take => ["taken", "acceptés", "angenommen", "接收"],
        Unlooked::RefuseDocuments => [
            "turned away, but for pictures and sounds",
            "refusés, sauf images et sons",
            "abgewiesen, außer Bildern und Tönen",
            "拒收（图片和声音除外）",
        ],
        Unlooked::Refuse => ["turned away", "refusés", "abgewiesen", "拒收"],
    })
}

/// How somebody shows who they are.
pub(super) fn identity(tongue: Tongue, identity: Identity) -> &'static str {
    tongue.pick(match identity {
        Identity::None => ["nothing", "rien", "nichts", "无需核实"],
        Identity::EmailCode => [
            "a code sent by e-mail",
            "un code envoyé par courriel",
            "einen Code per E-Mail",
            "电子邮件验证码",
        ],
        Identity::Telephone => ["telephone", "téléphone", "Telefon", "电话"],
        Identity::Passkey => ["a passkey", "une clé d’accès", "einen Passkey", "通行密钥"],
        Identity::Document => ["a document", "un document", "ein Dokument", "证件"],
    })
}

/// A kind of word, as the page calls it.
pub(super) fn kind(tongue: Tongue, word: &str) -> &str {
    tongue.pick(match word {
        "channel" => ["way in", "voie d’entrée", "Eingangsweg", "途径"],
        "event" => ["event", "événement", "Ereignis", "事件"],
        "role" => ["role", "rôle", "Rolle", "角色"],
        "service" => ["service", "service", "Dienst", "服务"],
        "entity" => ["company", "société", "Unternehmen", "公司"],
        "team" => ["team", "équipe", "Team", "团队"],
        "instrument" => ["instrument", "instrument", "Instrument", "传输依据"],
        "assurance" => ["proof", "preuve", "Nachweis", "证明"],
        "system" => ["system", "système", "System", "系统"],
        "store" => ["place", "lieu", "Ort", "存放地点"],
        "measure" => ["measure", "mesure", "Maßnahme", "措施"],
        "authority" => ["authority", "autorité", "Behörde", "主管机关"],
        "region" => ["region", "région", "Region", "地区"],
        other => [other; 4],
    })
}

/// What values of a field look like.
pub(super) fn field_kind(tongue: Tongue, kind: FieldKind) -> &'static str {
    tongue.pick(match kind {
        FieldKind::PersonName => ["name", "nom", "Name", "姓名"],
        FieldKind::Email => [
            "e-mail address",
            "adresse électronique",
            "E-Mail-Adresse",
            "电子邮箱",
        ],
        FieldKind::Phone => [
            "telephone number",
            "numéro de téléphone",
            "Telefonnummer",
            "电话号码",
        ],
        FieldKind::Text => ["short text", "texte court", "kurzer Text", "短文本"],
        FieldKind::LongText => ["text", "texte", "Text", "文本"],
        FieldKind::Country => ["country", "pays", "Land", "国家或地区"],
        FieldKind::Date => ["date", "date", "Datum", "日期"],
        FieldKind::Number => ["number", "nombre", "Zahl", "数字"],
        FieldKind::Flag => ["yes or no", "oui ou non", "ja oder nein", "是或否"],
        FieldKind::Choice => ["choice", "choix", "Auswahl", "选项"],
        FieldKind::IpAddress => ["Internet address", "adresse IP", "IP-Adresse", "IP 地址"],
        FieldKind::Log => ["log", "journal", "Protokoll", "日志"],
        FieldKind::Document => ["file", "fichier", "Datei", "文件"],
        FieldKind::Recording => ["recording", "enregistrement", "Aufnahme", "录音"],
    })
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

/// So many words that are defined in one place.
pub(super) fn words(tongue: Tongue, count: usize) -> String {
    let text = tongue.pick([
        "words defined here",
        "mots définis ici",
        "Wörter, hier bestimmt",
        "个词语在此定义",
    ]);
    format!("{count} {text}")
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
