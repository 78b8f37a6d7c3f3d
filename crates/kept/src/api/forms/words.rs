//! What a form says by itself, in the languages of the documents.
//! What is asked and why is said by the policy.

use kept_terms::FieldKind;

/// A language of forms.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tongue {
    English,
    French,
    German,
    Chinese,
}

impl Tongue {
    /// The language of a tag, if forms are written in it.
    pub fn read(tag: &str) -> Option<Tongue> {
        match tag.split('-').next()?.to_ascii_lowercase().as_str() {
            "en" => Some(Tongue::English),
            "fr" => Some(Tongue::French),
            "de" => Some(Tongue::German),
            "zh" => Some(Tongue::Chinese),
            _ => None,
        }
    }

    /// The first language of a browser's list that forms are written in.
    pub fn spoken(list: &str) -> Option<Tongue> {
        let tags = list.split(',').filter_map(|part| part.split(';').next());
        tags.map(str::trim).find_map(Tongue::read)
    }

    /// Its tag.
    pub fn tag(self) -> &'static str {
        self.pick(["en", "fr", "de", "zh"])
    }

    /// What stands between the parts of a list.
    pub fn comma(self) -> &'static str {
        self.pick([", ", ", ", ", ", "、"])
    }

    fn pick(self, [english, french, german, chinese]: [&'static str; 4]) -> &'static str {
        match self {
            Tongue::English => english,
            Tongue::French => french,
            Tongue::German => german,
            Tongue::Chinese => chinese,
        }
    }
}

macro_rules! says {
    ($($name:ident = $texts:expr;)+) => {
        /// Something that forms say.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(super) enum Says { $($name,)+ }

        impl Says {
            /// Everything.
            #[cfg(test)]
            pub const ALL: &'static [Says] = &[$(Says::$name,)+];

            /// It, in a language.
            pub fn of(self, tongue: Tongue) -> &'static str {
                tongue.pick(match self { $(Says::$name => $texts,)+ })
            }
        }
    };
}

says! {
    Needed = ["needed", "nécessaire", "nötig", "必填"];
    Optional = ["if you like", "facultatif", "freiwillig", "选填"];
    AskedFor = ["Asked for:", "Demandé pour :", "Gefragt für:", "用途："];
    Send = ["Send", "Envoyer", "Absenden", "发送"];
    Policy = ["How we treat what you tell us", "Comment nous traitons ce que vous nous dites", "Wie wir mit Ihren Angaben umgehen", "我们如何处理您提供的信息"];
    AllSensitive = [
        "your health, beliefs, origins, union or private life",
        "votre santé, vos convictions, vos origines, votre syndicat ou votre vie intime",
        "Gesundheit, Überzeugungen, Herkunft, Gewerkschaft oder Privatleben",
        "健康、信仰、出身、工会或私生活",
    ];
    StruckOut = [
        "Please write nothing about this: {about}. If you do, we strike it out before it is stored.",
        "N’écrivez rien à ce sujet : {about}. Sinon, nous le biffons avant de l’enregistrer.",
        "Bitte schreiben Sie nichts darüber: {about}. Andernfalls streichen wir es, bevor etwas gespeichert wird.",
        "请不要提供以下信息：{about}。如有提及，我们会在存储前将其删除。",
    ];
    AllRefused = [
        "Please write nothing about this: {about}. If you do, we take nothing of what you send.",
        "N’écrivez rien à ce sujet : {about}. Sinon, nous n’acceptons rien de votre envoi.",
        "Bitte schreiben Sie nichts darüber: {about}. Andernfalls nehmen wir nichts von dem an, was Sie senden.",
        "请不要提供以下信息：{about}。如有提及，我们将不接受您发送的任何内容。",
    ];
    StruckOutThere = [
        "If you write about this: {about}, we strike it out before it is stored. We look for it under: {under}.",
        "Si vous écrivez à ce sujet : {about}, nous le biffons avant de l’enregistrer. Nous le cherchons sous : {under}.",
        "Wenn Sie darüber schreiben: {about}, streichen wir es, bevor etwas gespeichert wird. Wir suchen danach unter: {under}.",
        "如果您提及以下信息：{about}，我们会在存储前将其删除。我们检查的栏目：{under}。",
    ];
    AllRefusedThere = [
        "If you write about this: {about}, we take nothing of what you send. We look for it under: {under}.",
        "Si vous écrivez à ce sujet : {about}, nous n’acceptons rien de votre envoi. Nous le cherchons sous : {under}.",
        "Wenn Sie darüber schreiben: {about}, nehmen wir nichts von dem an, was Sie senden. Wir suchen danach unter: {under}.",
        "如果您提及以下信息：{about}，我们将不接受您发送的任何内容。我们检查的栏目：{under}。",
    ];
    Without = [
        "What is marked as needed is needed for this service; without it, we cannot give it.",
        "Ce qui est marqué comme nécessaire l’est pour ce service ; sans cela, nous ne pouvons pas le fournir.",
        "Was als nötig bezeichnet ist, brauchen wir für diesen Dienst; ohne das können wir ihn nicht leisten.",
        "标为必填的内容是提供此服务所必需的；缺少这些内容，我们无法提供此服务。",
    ];
    OfAge = ["Are you {} years old or older?", "Avez-vous {} ans ou plus ?", "Sind Sie {} Jahre alt oder älter?", "您是否年满 {} 岁？"];
    WhyAge = [
        "We take nothing from anybody younger. Your answer is not stored.",
        "Nous n’acceptons rien de personnes plus jeunes. Votre réponse n’est pas conservée.",
        "Von Jüngeren nehmen wir nichts an. Ihre Antwort wird nicht gespeichert.",
        "我们不接受更年轻者提供的信息。您的回答不会被存储。",
    ];
    WhyAgeParent = [
        "From anybody younger we take this only once a parent has agreed. Your answer is not stored.",
        "De personnes plus jeunes, nous ne l’acceptons qu’une fois qu’un parent a donné son accord. Votre réponse n’est pas conservée.",
        "Von Jüngeren nehmen wir dies erst an, wenn ein Elternteil zugestimmt hat. Ihre Antwort wird nicht gespeichert.",
        "对于更年轻者，我们仅在家长同意之后才接受其信息。您的回答不会被存储。",
    ];
    Yes = ["Yes", "Oui", "Ja", "是"];
    No = ["No", "Non", "Nein", "否"];
    Trouble = ["This was not sent. Please look at:", "Le formulaire n’a pas été envoyé. Veuillez revoir :", "Das wurde nicht gesendet. Bitte prüfen Sie:", "尚未发送，请检查："];
    MissingValue = ["Please fill this in. We cannot help you online without it.", "Veuillez remplir ce champ. Sans lui, nous ne pouvons pas vous aider en ligne.", "Bitte füllen Sie dies aus. Ohne diese Angabe können wir online nicht helfen.", "请填写此项，否则我们无法在线为您提供帮助。"];
    MissingAnswer = ["Please answer this.", "Veuillez répondre.", "Bitte beantworten Sie das.", "请回答此问题。"];
    TooLong = ["This is too long. Please shorten it.", "C’est trop long. Veuillez raccourcir.", "Das ist zu lang. Bitte kürzen Sie es.", "内容过长，请缩短。"];
    LikeEmail = ["Write an address such as name@example.com.", "Écrivez une adresse comme nom@example.com.", "Schreiben Sie eine Adresse wie name@example.com.", "请填写类似 name@example.com 的地址。"];
    LikePhone = ["Write a number with its country, such as +1 212 555 0123.", "Écrivez un numéro avec l’indicatif du pays, comme +1 212 555 0123.", "Schreiben Sie die Nummer mit Landesvorwahl, etwa +1 212 555 0123.", "请填写带国家代码的号码，例如 +1 212 555 0123。"];
    LikeCountry = ["Two letters, such as US, or a part of a country, such as US-CA.", "Deux lettres, comme US, ou une partie d’un pays, comme US-CA.", "Zwei Buchstaben, etwa US, oder ein Teil eines Landes, etwa US-CA.", "两个字母，例如 US；或国家的一部分，例如 US-CA。"];
    LikeDate = ["A date such as 2026-01-31.", "Une date comme 2026-01-31.", "Ein Datum wie 2026-01-31.", "日期，例如 2026-01-31。"];
    NotLikeThis = ["This does not fit here. Please look at it again.", "Cela ne convient pas ici. Veuillez vérifier.", "Das passt hier nicht. Bitte prüfen Sie es.", "此处内容不符合要求，请检查。"];
    LeaveEmpty = ["Leave this empty.", "Laissez ce champ vide.", "Lassen Sie dies leer.", "请留空。"];
    Instead = ["You can also write to us:", "Vous pouvez aussi nous écrire :", "Sie können uns auch schreiben:", "您也可以写信给我们："];
    Clause = ["The rule behind this:", "La règle appliquée :", "Die Regel dahinter:", "所依据的规则："];
    TooYoung = ["You are too young for this form. Nothing of what you wrote was stored.", "Vous êtes trop jeune pour ce formulaire. Rien de ce que vous avez écrit n’a été conservé.", "Sie sind zu jung für dieses Formular. Nichts davon wurde gespeichert.", "您的年龄不符合要求，您填写的内容均未存储。"];
    ParentFirst = ["A parent has to agree first. Nothing of what you wrote was stored.", "Un parent doit d’abord donner son accord. Rien de ce que vous avez écrit n’a été conservé.", "Zuerst muss ein Elternteil zustimmen. Nichts davon wurde gespeichert.", "须先征得家长同意，您填写的内容均未存储。"];
    NotTaken = ["Our policy does not let us take this. Nothing of it was stored.", "Notre politique ne nous permet pas d’accepter cela. Rien n’a été conservé.", "Unsere Richtlinie lässt das nicht zu. Nichts davon wurde gespeichert.", "我们的政策不允许接受这些内容，均未存储。"];
    Nothing = ["There is nothing in it yet.", "Il est encore vide.", "Es steht noch nichts darin.", "内容为空。"];
    Busy = ["We could not take this just now. Please try again in a minute.", "Nous n’avons pas pu l’enregistrer. Réessayez dans une minute.", "Das ging gerade nicht. Bitte versuchen Sie es in einer Minute erneut.", "暂时无法接收，请稍后再试。"];
    Thanks = ["Thank you", "Merci", "Danke", "谢谢"];
    Arrived = ["What you sent has arrived.", "Votre envoi nous est parvenu.", "Ihre Nachricht ist angekommen.", "您发送的内容已收到。"];
}

/// What is said of a value that does not fit its kind.
pub(super) fn wrong(kind: FieldKind) -> Says {
    hint(kind).unwrap_or(Says::NotLikeThis)
}

/// What is said of how values of a kind look.
pub(super) fn hint(kind: FieldKind) -> Option<Says> {
    match kind {
        FieldKind::Email => Some(Says::LikeEmail),
        FieldKind::Phone => Some(Says::LikePhone),
        FieldKind::Country => Some(Says::LikeCountry),
        FieldKind::Date => Some(Says::LikeDate),
        FieldKind::PersonName
        | FieldKind::Text
        | FieldKind::LongText
        | FieldKind::Number
        | FieldKind::Flag
        | FieldKind::Choice
        | FieldKind::IpAddress
        | FieldKind::Log
        | FieldKind::Document
        | FieldKind::Recording => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_said_in_every_language() {
        let tongues = ["en", "fr", "de", "zh"].map(|tag| Tongue::read(tag).unwrap());
        for says in Says::ALL {
            for tongue in tongues {
                assert!(!says.of(tongue).is_empty(), "{says:?} {tongue:?}");
            }
        }
        assert_eq!(Tongue::spoken("it, de-AT;q=0.8, en"), Some(Tongue::German));
        assert_eq!(Tongue::spoken("it"), None);
    }
}
