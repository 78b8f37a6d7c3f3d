//! The words for what holds for people under an age, in the languages of the documents.
//! It says nothing of its own; documents say what is promised.

use crate::model::Undecided;
use crate::standing::Tongue;
use kept_terms::ParentWay;

/// A way in which a parent shows who they are.
pub(crate) fn parent_way(tongue: Tongue, way: ParentWay) -> &'static str {
    tongue.pick(match way {
        ParentWay::SignedForm => [
            "a signed form",
            "formulaire signé",
            "unterschriebenes Formular",
            "签字表格",
        ],
        ParentWay::CardPayment => [
            "a card payment",
            "paiement par carte",
            "Kartenzahlung",
            "银行卡付款",
        ],
        ParentWay::Telephone => ["telephone", "téléphone", "Telefon", "电话"],
        ParentWay::VideoCall => ["a video call", "appel vidéo", "Videogespräch", "视频通话"],
        ParentWay::IdentityDocument => [
            "an identity document",
            "pièce d’identité",
            "Ausweis",
            "身份证件",
        ],
        ParentWay::KnowledgeQuestions => [
            "questions a child could hardly answer",
            "questions hors de portée d’un enfant",
            "Fragen, die ein Kind kaum beantwortet",
            "儿童难以回答的问题",
        ],
        ParentWay::EmailPlus => [
            "e-mail, confirmed a second time",
            "courriel confirmé une seconde fois",
            "zweifach bestätigte E-Mail",
            "经再次确认的电子邮件",
        ],
    })
}

/// What happens to a report that nobody decides in time.
pub(crate) fn undecided(tongue: Tongue, undecided: Undecided) -> &'static str {
    tongue.pick(match undecided {
        Undecided::StayApart => [
            "left alone, and the report passed on to those who have the last word",
            "laissé de côté, et le signalement transmis à qui a le dernier mot",
            "nicht angerührt und die Meldung an die letzte Stelle weitergegeben",
            "继续隔离，报告转交最终决定者",
        ],
        Undecided::Erase => ["erased", "effacé", "gelöscht", "删除"],
    })
}

/// Who decides a report where the clause names nobody.
pub(crate) fn whoever_sees_all(tongue: Tongue) -> &'static str {
    tongue.pick([
        "whoever sees everything that is collected",
        "quiconque voit tout ce qui est recueilli",
        "wer alles sieht, was erhoben wird",
        "可查看全部所收集信息者",
    ])
}
