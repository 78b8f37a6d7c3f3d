//! What people may ask without signing in: a question, a complaint, a report of a child's
//! information, a request on somebody's behalf.
//! Here stands what each asks; how it is asked is the wizard's, what becomes of it is sent on.

use super::asking::{self, Sent};
use super::layout::{answer, done, owner};
use super::place::Place;
use super::wizard::{Answers, Flow, Kind, Next, Question, Shown, Step};
use super::words::*;
use crate::api::{Api, Problem};
use crate::sign_in::session::SignedIn;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use kept_terms::Day;
use maud::{Markup, html};

phrases! {
    COUNTRY = ["Where do you live or work?", "Où vivez-vous ou travaillez-vous ?", "Wo leben oder arbeiten Sie?", "您在哪里居住或工作？"];
    COUNTRY_WHY = [
        "Your rights, and how soon we must answer, depend on it.",
        "Vos droits et notre délai de réponse en dépendent.",
        "Davon hängen Ihre Rechte ab und wie bald wir antworten müssen.",
        "您的权利和我们的答复期限取决于此。",
    ];
    AGE = ["Are you {0} years old or older?", "Avez-vous {0} ans ou plus ?", "Sind Sie {0} Jahre alt oder älter?", "您是否年满 {0} 岁？"];
    AGE_WHY = [
        "We take nothing about anybody younger from themselves. Your answer is not stored.",
        "Nous ne prenons rien directement de personnes plus jeunes. Votre réponse n’est pas conservée.",
        "Von Jüngeren selbst nehmen wir nichts an. Ihre Antwort wird nicht gespeichert.",
        "我们不直接接受更年轻者提供的信息。您的回答不会被存储。",
    ];
    REACH = ["How do we reach you?", "Comment vous joindre ?", "Wie erreichen wir Sie?", "我们如何联系您？"];
    REACH_WHY = [
        "To answer you, and for nothing else.",
        "Pour vous répondre, et pour rien d’autre.",
        "Um Ihnen zu antworten, und zu sonst nichts.",
        "仅用于答复您。",
    ];
    NAME = ["Your name", "Votre nom", "Ihr Name", "您的姓名"];
    EMAIL = ["Your e-mail address", "Votre adresse électronique", "Ihre E-Mail-Adresse", "您的电子邮箱"];
    NOTHING_SENSITIVE = [
        "Please say nothing about health, beliefs, origins, a union or private life; we would strike it out before it is stored.",
        "Ne dites rien de la santé, des convictions, des origines, d’un syndicat ou de la vie intime ; nous le bifferions avant de l’enregistrer.",
        "Bitte schreiben Sie nichts über Gesundheit, Überzeugungen, Herkunft, Gewerkschaft oder Privatleben; wir würden es vor dem Speichern streichen.",
        "请勿提及健康、信仰、出身、工会或私生活；如有，我们会在存储前删除。",
    ];
    QUESTION = ["Ask us something", "Nous poser une question", "Etwas fragen", "向我们提问"];
    QUESTION_BEFORE = [
        "Somebody of the privacy office reads it and answers by e-mail.",
        "Une personne du bureau de la vie privée la lit et répond par courriel.",
        "Jemand aus dem Datenschutzbüro liest sie und antwortet per E-Mail.",
        "隐私办公室会有专人阅读并通过电子邮件答复。",
    ];
    WHAT_QUESTION = ["What would you like to know?", "Que souhaitez-vous savoir ?", "Was möchten Sie wissen?", "您想了解什么？"];
    COMPLAINT = ["Complain", "Faire une réclamation", "Sich beschweren", "投诉"];
    COMPLAINT_BEFORE = [
        "Tell us what went wrong with your information, and we look into it. You can turn to an authority at any time as well; the policy names them.",
        "Dites-nous ce qui n’a pas été avec vos informations, et nous examinons. Vous pouvez aussi à tout moment saisir une autorité ; la politique les nomme.",
        "Sagen Sie uns, was mit Ihren Angaben schiefging, und wir gehen dem nach. Sie können sich auch jederzeit an eine Behörde wenden; die Richtlinie nennt sie.",
        "请告诉我们您的信息出了什么问题，我们会调查。您也可随时向监管机构投诉，政策中列有其名称。",
    ];
    WHAT_COMPLAINT = ["What went wrong?", "Que s’est-il passé ?", "Was ist schiefgegangen?", "出了什么问题？"];
    CHILD_FLOW = ["Report a child’s information", "Signaler les données d’un enfant", "Angaben über ein Kind melden", "报告儿童信息"];
    CHILD_BEFORE = [
        "If we hold something about a child who is too young, we erase it. Tell us enough to find it, and no more.",
        "Si nous conservons quelque chose sur un enfant trop jeune, nous l’effaçons. Dites-nous de quoi le retrouver, pas davantage.",
        "Wenn wir etwas über ein zu junges Kind speichern, löschen wir es. Sagen Sie uns genug, um es zu finden, und nicht mehr.",
        "如果我们持有年龄过小的儿童的信息，我们会将其删除。请只提供查找所需的内容。",
    ];
    CHILD_EMAIL = [
        "Which e-mail address or name might the child have used?",
        "Quelle adresse électronique ou quel nom l’enfant a-t-il pu utiliser ?",
        "Welche E-Mail-Adresse oder welchen Namen könnte das Kind benutzt haben?",
        "该儿童可能使用了哪个电子邮箱或姓名？",
    ];
    CHILD_EMAIL_WHY = [
        "By it we look for what we hold. It is kept with your report and goes with it.",
        "Nous cherchons avec cela. Il reste avec votre signalement et disparaît avec lui.",
        "Damit suchen wir. Es bleibt bei Ihrer Meldung und geht mit ihr.",
        "我们据此查找。该信息随您的报告保存，并随之删除。",
    ];
    CHILD_MORE = ["Is there anything that helps us find it?", "Y a-t-il autre chose qui nous aide à le retrouver ?", "Gibt es noch etwas, das beim Suchen hilft?", "还有什么有助于我们查找？"];
    CHILD_MORE_WHY = [
        "For example when, and on which of our pages.",
        "Par exemple quand, et sur laquelle de nos pages.",
        "Zum Beispiel wann, und auf welcher unserer Seiten.",
        "例如时间以及使用的页面。",
    ];
    CHILD_REACH = [
        "May we ask you something about it?",
        "Pouvons-nous vous poser une question à ce sujet ?",
        "Dürfen wir Sie dazu etwas fragen?",
        "我们可以就此向您询问吗？",
    ];
    CHILD_REACH_WHY = [
        "Then leave an e-mail address. You need not.",
        "Laissez alors une adresse électronique. Rien ne vous y oblige.",
        "Dann hinterlassen Sie eine E-Mail-Adresse. Sie müssen nicht.",
        "如可以，请留下电子邮箱，也可不填。",
    ];
    AGENT_FLOW = ["Ask on behalf of somebody", "Demander au nom d’une autre personne", "Für jemand anderen fragen", "代他人提出请求"];
    AGENT_BEFORE = [
        "We act for the person once we know that they want it: we write to them, at the address that we already have, before anything leaves us.",
        "Nous agissons pour la personne dès que nous savons qu’elle le veut : nous lui écrivons, à l’adresse que nous avons déjà, avant que rien ne sorte d’ici.",
        "Wir handeln für die Person, sobald wir wissen, dass sie es will: Wir schreiben ihr an die Adresse, die wir schon haben, bevor etwas hinausgeht.",
        "确认本人意愿后我们才会办理：在任何信息提供之前，我们会先写信到已登记的地址与本人核实。",
    ];
    AGENT_WISH = ["What do you ask for them?", "Que demandez-vous pour elle ?", "Was verlangen Sie für sie?", "您代其提出什么请求？"];
    AGENT_WISH_WHY = ["Each is a right of theirs; none costs anything.", "Chacun est un droit ; aucun ne coûte quoi que ce soit.", "Jedes ist ihr Recht; nichts davon kostet etwas.", "每一项都是其权利，均不收费。"];
    WISH_ACCESS = ["To see what is held about them", "Voir ce qui est conservé", "Sehen, was gespeichert ist", "查看持有的信息"];
    WISH_CORRECTION = ["To have something put right", "Faire corriger quelque chose", "Etwas berichtigen lassen", "更正信息"];
    WISH_ERASURE = ["To have it deleted", "Faire supprimer", "Löschen lassen", "删除信息"];
    WISH_OPT_OUT = ["To say no to a use", "Refuser un usage", "Einer Nutzung widersprechen", "拒绝某种用途"];
    WHOM = ["Whose information is it?", "De qui s’agit-il ?", "Um wessen Angaben geht es?", "是谁的信息？"];
    WHOM_WHY = ["The name and address that we would know them by.", "Le nom et l’adresse sous lesquels nous la connaîtrions.", "Name und Adresse, unter denen wir sie kennen würden.", "我们可能知道的姓名和邮箱。"];
    THEIR_NAME = ["Their name", "Son nom", "Ihr Name", "其姓名"];
    THEIR_EMAIL = ["Their e-mail address", "Son adresse électronique", "Ihre E-Mail-Adresse", "其电子邮箱"];
    AUTHORITY = ["How come you may act for them?", "À quel titre agissez-vous ?", "Warum dürfen Sie für sie handeln?", "您凭何代其行事？"];
    AUTHORITY_WHY = [
        "In a sentence: a power of attorney, parental responsibility, a mandate. Send no papers yet; we ask if we need any.",
        "En une phrase : procuration, autorité parentale, mandat. N’envoyez pas encore de pièces ; nous les demanderons au besoin.",
        "In einem Satz: Vollmacht, elterliche Sorge, Auftrag. Schicken Sie noch keine Papiere; wir fragen danach, falls nötig.",
        "一句话说明：授权书、监护权、委托。请先不要寄送文件，如有需要我们会索取。",
    ];
    SENT = ["It has arrived", "C’est bien arrivé", "Es ist angekommen", "已收到"];
    NEXT_QUESTION = [
        "Somebody of the privacy office reads it and answers to the address that you gave.",
        "Une personne du bureau de la vie privée la lit et répond à l’adresse indiquée.",
        "Jemand aus dem Datenschutzbüro liest es und antwortet an die angegebene Adresse.",
        "隐私办公室会有专人阅读，并答复到您提供的邮箱。",
    ];
    NEXT_COMPLAINT = [
        "We look into it and answer to the address that you gave, and say who answers.",
        "Nous examinons et répondons à l’adresse indiquée, en disant qui répond.",
        "Wir gehen dem nach, antworten an die angegebene Adresse und sagen, wer antwortet.",
        "我们会调查并答复到您提供的邮箱，并说明答复人。",
    ];
    NEXT_CHILD = [
        "We look for it. What we find of a child is set apart at once, so that nobody uses it, and then erased. Whether there was anything we tell nobody, you included: that would already say something about the child.",
        "Nous cherchons. Ce que nous trouvons d’un enfant est aussitôt mis à part, pour que personne ne s’en serve, puis effacé. S’il y avait quelque chose, nous ne le disons à personne, pas même à vous : ce serait déjà dire quelque chose de l’enfant.",
        "Wir suchen danach. Was wir über ein Kind finden, wird sofort beiseitegelegt, sodass niemand es nutzt, und dann gelöscht. Ob etwas da war, sagen wir niemandem, auch Ihnen nicht: Schon das würde etwas über das Kind verraten.",
        "我们会进行查找。找到的儿童信息将立即封存，任何人不得使用，随后删除。是否存有信息，我们不会告诉任何人（包括您），因为这本身就会透露该儿童的情况。",
    ];
    NEXT_AGENT = [
        "We write to the address that you gave. First we ask what shows that you may act for them; until that is clear nothing is given out and nothing is changed, and we say to nobody whether we hold anything.",
        "Nous écrivons à l’adresse indiquée. Nous demandons d’abord ce qui montre que vous pouvez agir pour cette personne ; d’ici là rien n’est transmis ni modifié, et nous ne disons à personne si nous détenons quelque chose.",
        "Wir schreiben an die angegebene Adresse. Zuerst fragen wir, was zeigt, dass Sie für die Person handeln dürfen; bis das klar ist, wird nichts herausgegeben und nichts geändert, und wir sagen niemandem, ob wir etwas speichern.",
        "我们会写信到您提供的邮箱，先请您证明有权代其行事；在确认之前，我们不会提供或更改任何内容，也不会告诉任何人我们是否持有其信息。",
    ];
    NEXT_LETTER = [
        "The same number comes to you by e-mail as well, unless too much was sent to that address today. It is all the same to us whether we know the address.",
        "Le même numéro vous parvient aussi par courriel, sauf si trop de messages sont déjà partis vers cette adresse aujourd’hui. Peu importe que nous connaissions ou non l’adresse.",
        "Dieselbe Nummer kommt auch per E-Mail zu Ihnen, außer wenn heute schon zu viel an diese Adresse ging. Ob wir die Adresse kennen, macht dabei keinen Unterschied.",
        "同一编号也会通过电子邮件发送给您，除非今天向该邮箱发送的邮件已过多。我们是否认识该邮箱对此没有影响。",
    ];
    NEXT_BY = [
        "You hear from us by {0} at the latest.",
        "Vous aurez de nos nouvelles au plus tard le {0}.",
        "Sie hören spätestens am {0} von uns.",
        "我们最迟于 {0} 答复您。",
    ];
    NEXT_BY_CHILD = [
        "We have looked into it by {0} at the latest.",
        "Nous l’aurons examiné au plus tard le {0}.",
        "Spätestens am {0} sind wir dem nachgegangen.",
        "我们最迟于 {0} 完成核查。",
    ];
    NEXT_STAGE = [
        "{0} answers first. If that does not settle it, it moves on by itself to {1}.",
        "{0} répond d’abord. Si cela ne suffit pas, la réclamation passe d’elle-même à {1}.",
        "Zuerst antwortet {0}. Hilft das nicht, geht es von selbst weiter an {1}.",
        "首先由{0}答复；如未解决，将自动转交{1}。",
    ];
    NEXT_AUTHORITY = [
        "You can turn to an authority at any time. The policy names those that watch over us.",
        "Vous pouvez saisir une autorité à tout moment. La politique nomme celles qui nous surveillent.",
        "Sie können sich jederzeit an eine Behörde wenden. Die Richtlinie nennt, wer über uns wacht.",
        "您可随时向监管机构投诉，政策列明了相关机构。",
    ];
    TOO_YOUNG = [
        "You are too young to send us something about yourself. Nothing of what you wrote was stored. A parent or somebody you trust can ask for you.",
        "Vous êtes trop jeune pour nous envoyer quelque chose sur vous. Rien n’a été conservé. Un parent ou une personne de confiance peut demander pour vous.",
        "Sie sind zu jung, um uns etwas über sich zu schicken. Nichts wurde gespeichert. Eltern oder jemand, dem Sie vertrauen, können für Sie fragen.",
        "您年龄过小，不能向我们提供自己的信息，所填内容均未存储。可由父母或您信任的人代为提出。",
    ];
    NOT_TAKEN_TITLE = ["This cannot be done", "Cela ne peut pas être fait", "Das geht nicht", "无法执行"];
    NOT_TAKEN = [
        "Our policy does not let us take this. Nothing of it was stored.",
        "Notre politique ne nous permet pas d’accepter cela. Rien n’a été conservé.",
        "Unsere Richtlinie lässt das nicht zu. Nichts davon wurde gespeichert.",
        "我们的政策不允许接受这些内容，均未存储。",
    ];
    NO_ACCOUNT = [
        "Keep the reference: give it whenever you write or call about it.",
        "Gardez la référence : donnez-la quand vous écrivez ou appelez à ce sujet.",
        "Bewahren Sie die Referenz auf: Nennen Sie sie, wenn Sie deswegen schreiben oder anrufen.",
        "请保存编号，来信或来电时请告知。",
    ];
}

const WHERE: Step = Step {
    title: COUNTRY,
    why: COUNTRY_WHY,
    questions: &[Question {
        name: "country",
        label: COUNTRY,
        kind: Kind::Country,
        optional: false,
    }],
};
const OF_AGE: Step = Step {
    title: AGE,
    why: AGE_WHY,
    questions: &[Question {
        name: "of-age",
        label: AGE,
        kind: Kind::OfAge,
        optional: false,
    }],
};
const WHO: Step = Step {
    title: REACH,
    why: REACH_WHY,
    questions: &[
        Question {
            name: "my-name",
            label: NAME,
            kind: Kind::Name,
            optional: false,
        },
        Question {
            name: "my-email",
            label: EMAIL,
            kind: Kind::Email,
            optional: false,
        },
    ],
};

/// A question.
pub(super) const QUESTION_FLOW: Flow = Flow {
    path: "/question",
    title: QUESTION,
    before: QUESTION_BEFORE,
    steps: &[
        WHERE,
        OF_AGE,
        Step {
            title: WHAT_QUESTION,
            why: NOTHING_SENSITIVE,
            questions: &[Question {
                name: "message",
                label: WHAT_QUESTION,
                kind: Kind::Text,
                optional: false,
            }],
        },
        WHO,
    ],
};

/// A complaint.
pub(super) const COMPLAINT_FLOW: Flow = Flow {
    path: "/complaint",
    title: COMPLAINT,
    before: COMPLAINT_BEFORE,
    steps: &[
        WHERE,
        OF_AGE,
        Step {
            title: WHAT_COMPLAINT,
            why: NOTHING_SENSITIVE,
            questions: &[Question {
                name: "message",
                label: WHAT_COMPLAINT,
                kind: Kind::Text,
                optional: false,
            }],
        },
        WHO,
    ],
};

/// A report that we hold a child's information.
pub(super) const CHILD_REPORT: Flow = Flow {
    path: "/child",
    title: CHILD_FLOW,
    before: CHILD_BEFORE,
    steps: &[
        WHERE,
        Step {
            title: CHILD_EMAIL,
            why: CHILD_EMAIL_WHY,
            questions: &[Question {
                name: "their-email",
                label: CHILD_EMAIL,
                kind: Kind::Name,
                optional: false,
            }],
        },
        Step {
            title: CHILD_MORE,
            why: CHILD_MORE_WHY,
            questions: &[Question {
                name: "message",
                label: CHILD_MORE,
                kind: Kind::Text,
                optional: true,
            }],
        },
        Step {
            title: CHILD_REACH,
            why: CHILD_REACH_WHY,
            questions: &[Question {
                name: "my-email",
                label: CHILD_REACH,
                kind: Kind::Email,
                optional: true,
            }],
        },
    ],
};

/// A request on somebody's behalf.
pub(super) const AGENT_REQUEST: Flow = Flow {
    path: "/for-somebody",
    title: AGENT_FLOW,
    before: AGENT_BEFORE,
    steps: &[
        WHERE,
        OF_AGE,
        Step {
            title: AGENT_WISH,
            why: AGENT_WISH_WHY,
            questions: &[Question {
                name: "wish",
                label: AGENT_WISH,
                kind: Kind::One(&[
                    ("access", WISH_ACCESS),
                    ("rectification", WISH_CORRECTION),
                    ("erasure", WISH_ERASURE),
                    ("opt-out", WISH_OPT_OUT),
                ]),
                optional: false,
            }],
        },
        Step {
            title: WHOM,
            why: WHOM_WHY,
            questions: &[
                Question {
                    name: "their-name",
                    label: THEIR_NAME,
                    kind: Kind::Name,
                    optional: false,
                },
                Question {
                    name: "their-email",
                    label: THEIR_EMAIL,
                    kind: Kind::Email,
                    optional: false,
                },
            ],
        },
        Step {
            title: AUTHORITY,
            why: AUTHORITY_WHY,
            questions: &[Question {
                name: "message",
                label: AUTHORITY,
                kind: Kind::Text,
                optional: false,
            }],
        },
        WHO,
    ],
};

macro_rules! pages {
    ($($first:ident $sent:ident $flow:ident;)+) => { $(
        pub(super) async fn $first(
            State(api): State<Api>,
            place: Place,
        ) -> Result<Response, Problem> {
            begin(&api, &place, &$flow)
        }
        pub(super) async fn $sent(
            State(api): State<Api>,
            place: Place,
            request: Request,
        ) -> Result<Response, Problem> {
            go_on(&api, &place, &$flow, request).await
        }
    )+ };
}

pages! {
    question question_sent QUESTION_FLOW;
    complaint complaint_sent COMPLAINT_FLOW;
    child child_sent CHILD_REPORT;
    agent agent_sent AGENT_REQUEST;
}

fn missing() -> Problem {
    Problem::internal("a page of questions is missing")
}

/// The first page of a request.
fn begin(api: &Api, place: &Place, flow: &Flow) -> Result<Response, Problem> {
    let answers = Answers {
        once: asking::drawn(api),
        ..Answers::default()
    };
    let shown = shown(api, flow, place, &answers);
    let page = shown.page(0, &[]).ok_or_else(missing)?;
    Ok(answer(StatusCode::OK, page))
}

fn shown<'a>(api: &Api, flow: &'a Flow, place: &'a Place, answers: &'a Answers) -> Shown<'a> {
    let stages = match flow.path == COMPLAINT_FLOW.path {
        true => asking::stages(place, answers.country(), Day::of(api.door.now())),
        false => Vec::new(),
    };
    let told = match stages.as_slice() {
        [(first, _), (second, _), ..] => {
            let text = place.language.pick(NEXT_STAGE);
            Some(text.replace("{0}", first).replace("{1}", second))
        }
        _ => None,
    };
    Shown {
        flow,
        place,
        answers,
        owner: owner(&place.policy, place.document()),
        told,
    }
}

/// What follows from what was sent.
async fn go_on(
    api: &Api,
    place: &Place,
    flow: &Flow,
    request: Request,
) -> Result<Response, Problem> {
    let allowed = asking::allowed(api, &request);
    let by = SignedIn::known(api, request.headers(), request.extensions()).await?;
    let body = asking::body(api, request).await?;
    let Some(answers) = Answers::read(flow, &body) else {
        return begin(api, place, flow);
    };
    let shown = shown(api, flow, place, &answers);
    match answers.next(flow, &place.policy) {
        Next::Page(at, wrong) => {
            let status = match wrong.is_empty() {
                true => StatusCode::OK,
                false => StatusCode::UNPROCESSABLE_ENTITY,
            };
            Ok(answer(status, shown.page(at, &wrong).ok_or_else(missing)?))
        }
        Next::Check => Ok(answer(StatusCode::OK, shown.check(None))),
        Next::Send if !allowed() => Ok(answer(
            StatusCode::TOO_MANY_REQUESTS,
            shown.check(Some(TOO_MANY)),
        )),
        Next::Send => match asking::send(api, &shown, by.as_ref()).await {
            Ok(sent) => Ok(answer(StatusCode::OK, arrived(&shown, &sent))),
            Err((status, phrase)) => Ok(answer(status, shown.check(Some(phrase)))),
        },
    }
}

/// What is said once it was sent: its reference, what happens next, and the proof.
fn arrived(shown: &Shown<'_>, sent: &Sent) -> Markup {
    let language = shown.place.language;
    let title = language.pick(SENT);
    let path = shown.flow.path;
    let (is_complaint, is_report) = (path == COMPLAINT_FLOW.path, path == CHILD_REPORT.path);
    let next = match path {
        _ if is_complaint => NEXT_COMPLAINT,
        _ if is_report => NEXT_CHILD,
        _ if path == AGENT_REQUEST.path => NEXT_AGENT,
        _ => NEXT_QUESTION,
    };
    let by = sent.by.map(|day| {
        let day = kept_policy::day_in(language.tag(), day);
        let until = if is_report { NEXT_BY_CHILD } else { NEXT_BY };
        language.pick(until).replace("{0}", &day)
    });
    let inner = html! {
        (done(language, title, Some(&sent.reference)))
        h2 { (language.pick(NEXT)) }
        p { (language.pick(next)) }
        @if let Some(by) = by { p { strong { (by) } } }
        @if is_complaint {
            @if let Some(told) = &shown.told { p { (told) } }
            p { (language.pick(NEXT_AUTHORITY)) }
        }
        @if !is_report { p { (language.pick(NEXT_LETTER)) } }
        p { (language.pick(NO_ACCOUNT)) }
        (proof(language, sent.entry))
        p { a href=(format!("/centre/{}", language.tag())) { (language.pick(TO_START)) } }
    };
    shown.frame(title, false).around(&inner)
}

/// The receipt of what was done.
pub(super) fn proof(language: crate::outbox::Language, entry: Option<u64>) -> Markup {
    html! {
        @if let Some(entry) = entry {
            h2 { (language.pick(PROOF)) }
            p { (language.pick(PROOF_WHY)) }
            p { a download=(format!("{entry}.tlog-proof")) href=(format!("/v1/ledger/receipts/{entry}")) {
                (language.pick(RECEIPT)) } }
        }
    }
}
