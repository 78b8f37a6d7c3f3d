//! What people are told about their cases, in the languages of the documents.
//! `{reference}` and `{day}` are filled in; a paragraph that names a day is left out where there is
//! none. Nothing in them says what was asked, or by whom.

use super::Phrase;

/// Template, subject, text.
pub(super) const OWN: [(&str, Phrase, Phrase); 8] = [
    (
        "case-received",
        [
            "We have it: {reference}",
            "Nous l’avons reçu : {reference}",
            "Es ist angekommen: {reference}",
            "我们已收到：{reference}",
        ],
        [
            "We have what you sent us. Its number is {reference}; give it whenever you write or \
             call about it.\n\nYou have our answer by {day} at the latest.",
            "Nous avons bien reçu votre demande. Son numéro est {reference} ; donnez-le quand vous \
             nous écrivez ou appelez à ce sujet.\n\nVous aurez notre réponse au plus tard le {day}.",
            "Ihre Nachricht ist angekommen. Ihre Nummer ist {reference}; nennen Sie sie, wenn Sie \
             deswegen schreiben oder anrufen.\n\nSie haben unsere Antwort spätestens am {day}.",
            "我们已收到您的来信。编号为 {reference}；来信或来电时请告知此编号。\n\n我们最迟于 {day} 答复您。",
        ],
    ),
    (
        "case-identity-wanted",
        [
            "Please show us that it is you: {reference}",
            "Merci de nous montrer que c’est bien vous : {reference}",
            "Bitte zeigen Sie uns, dass Sie es sind: {reference}",
            "请证明是您本人：{reference}",
        ],
        [
            "Somebody asked us about your information, under the number {reference}. Before we do \
             anything, we have to be sure that it was you.\n\nIf it was, show it on the page where \
             you asked, or write to us. If it was not, you need do nothing: nothing is given out, \
             and nothing is changed.",
            "Quelqu’un nous a fait une demande au sujet de vos informations, sous le numéro \
             {reference}. Avant d’agir, nous devons être sûrs que c’était vous.\n\nSi c’était vous, \
             montrez-le sur la page de la demande, ou écrivez-nous. Sinon, vous n’avez rien à \
             faire : rien n’est transmis, rien n’est modifié.",
            "Jemand hat unter der Nummer {reference} etwas zu Ihren Angaben verlangt. Bevor wir \
             etwas tun, müssen wir sicher sein, dass Sie es waren.\n\nWaren Sie es, so zeigen Sie es \
             auf der Seite, auf der Sie gefragt haben, oder schreiben Sie uns. Waren Sie es nicht, \
             müssen Sie nichts tun: Nichts wird herausgegeben, nichts wird geändert.",
            "有人就您的信息向我们提出了请求，编号为 {reference}。在采取任何行动之前，我们必须确认提出请求的是\
             您本人。\n\n如果是您，请在提出请求的页面上证明，或写信给我们。如果不是，您无需采取任何行动：不会提供\
             或更改任何内容。",
        ],
    ),
    (
        "case-waiting",
        [
            "We have a question: {reference}",
            "Nous avons une question : {reference}",
            "Wir haben eine Frage: {reference}",
            "我们有一个问题：{reference}",
        ],
        [
            "To answer {reference} we need something from you. What it is stands with the case, on \
             the page where you asked; you can also write to us.\n\nUntil we hear from you, it \
             waits.",
            "Pour répondre à {reference}, nous avons besoin de quelque chose de votre part. Ce que \
             c’est figure dans le dossier, sur la page de la demande ; vous pouvez aussi nous \
             écrire.\n\nJusqu’à votre réponse, le dossier attend.",
            "Um {reference} zu beantworten, brauchen wir etwas von Ihnen. Was, steht beim Fall, auf \
             der Seite, auf der Sie gefragt haben; Sie können uns auch schreiben.\n\nBis wir von \
             Ihnen hören, ruht er.",
            "为答复 {reference}，我们需要您提供一些信息。具体内容见您提出请求的页面；您也可以写信给我们。\n\n\
             在收到您的回复之前，该事项将暂停处理。",
        ],
    ),
    (
        "case-extended",
        [
            "It takes longer: {reference}",
            "Cela prend plus de temps : {reference}",
            "Es dauert länger: {reference}",
            "需要更长时间：{reference}",
        ],
        [
            "We need longer to answer {reference}. Why stands with the case, on the page where you \
             asked. It takes longer only once.\n\nYou have our answer by {day} at the latest.\n\nIf \
             you do not agree, complain to us or to an authority, as our policy describes.",
            "Il nous faut plus de temps pour répondre à {reference}. La raison figure dans le \
             dossier, sur la page de la demande. Ce délai n’est prolongé qu’une fois.\n\nVous aurez \
             notre réponse au plus tard le {day}.\n\nSi vous n’êtes pas d’accord, vous pouvez vous \
             plaindre auprès de nous ou d’une autorité, comme notre politique le décrit.",
            "Für {reference} brauchen wir länger. Warum, steht beim Fall, auf der Seite, auf der Sie \
             gefragt haben. Länger dauert es nur einmal.\n\nSie haben unsere Antwort spätestens am \
             {day}.\n\nWenn Sie nicht einverstanden sind, beschweren Sie sich bei uns oder bei einer \
             Behörde, wie unsere Erklärung es beschreibt.",
            "我们需要更长时间来答复 {reference}。原因见您提出请求的页面。期限只延长一次。\n\n我们最迟于 {day} \
             答复您。\n\n如果您不同意，可按我们的政策所述向我们或主管机关投诉。",
        ],
    ),
    (
        "case-ended",
        [
            "Our answer: {reference}",
            "Notre réponse : {reference}",
            "Unsere Antwort: {reference}",
            "我们的答复：{reference}",
        ],
        [
            "{reference} is answered. What was done, what was not and why stands with the case, on \
             the page where you asked.\n\nIf you are not content, tell us: it is looked at again by \
             others. You can also turn to an authority, or to a court, as our policy describes.",
            "{reference} a reçu une réponse. Ce qui a été fait, ce qui ne l’a pas été et pourquoi \
             figure dans le dossier, sur la page de la demande.\n\nSi vous n’êtes pas satisfait, \
             dites-le-nous : d’autres personnes le réexamineront. Vous pouvez aussi vous adresser à \
             une autorité ou à un tribunal, comme notre politique le décrit.",
            "{reference} ist beantwortet. Was getan wurde, was nicht und warum, steht beim Fall, auf \
             der Seite, auf der Sie gefragt haben.\n\nSind Sie nicht zufrieden, sagen Sie es uns: \
             Andere sehen es sich noch einmal an. Sie können sich auch an eine Behörde oder ein \
             Gericht wenden, wie unsere Erklärung es beschreibt.",
            "{reference} 已有答复。做了什么、没有做什么及其原因，见您提出请求的页面。\n\n如果您不满意，请告诉\
             我们：将由其他人员重新审查。您也可以按我们的政策所述，向主管机关或法院寻求帮助。",
        ],
    ),
    (
        "breach",
        [
            "Something happened to information about you: {reference}",
            "Un incident concerne vos informations : {reference}",
            "Mit Angaben über Sie ist etwas geschehen: {reference}",
            "您的信息发生了安全事件：{reference}",
        ],
        [
            "Information about you was lost, altered, or reached somebody who should not have it. \
             We know of it, have acted on it, and tell whoever has to be told.\n\nBe wary of \
             messages that speak of it and ask you for something: we never ask for a password. Write \
             to us under the number {reference}, and we tell you what it was, what it means for you \
             and what you can do.",
            "Des informations à votre sujet ont été perdues, altérées ou sont parvenues à quelqu’un \
             qui ne devait pas les avoir. Nous le savons, nous avons agi et nous prévenons qui doit \
             l’être.\n\nMéfiez-vous des messages qui en parlent et vous demandent quelque chose : \
             nous ne demandons jamais de mot de passe. Écrivez-nous sous le numéro {reference} : \
             nous vous dirons ce dont il s’agit, ce que cela signifie pour vous et ce que vous \
             pouvez faire.",
            "Angaben über Sie sind verloren gegangen, verändert worden oder an jemanden gelangt, der \
             sie nicht haben soll. Wir wissen davon, haben gehandelt und unterrichten, wen wir \
             unterrichten müssen.\n\nSeien Sie vorsichtig mit Nachrichten, die davon sprechen und \
             etwas von Ihnen wollen: Nach einem Passwort fragen wir nie. Schreiben Sie uns unter der \
             Nummer {reference}; wir sagen Ihnen, was es war, was es für Sie bedeutet und was Sie \
             tun können.",
            "与您有关的信息丢失、被篡改，或落入了不应获得的人手中。我们已知悉并采取措施，并会通知应当通知的各\
             方。\n\n请警惕提及此事并向您索取信息的消息：我们从不索要密码。请以编号 {reference} 写信给我们，我们\
             会告诉您发生了什么、对您有何影响以及您可以做什么。",
        ],
    ),
    (
        "case-due",
        [
            "Soon due: {reference}",
            "Bientôt à échéance : {reference}",
            "Bald fällig: {reference}",
            "即将到期：{reference}",
        ],
        [
            "{reference} is open, and its time runs out.\n\nIts last day is {day}.\n\nWhat it is \
             about stands with the case, and nowhere in this message.",
            "{reference} est ouvert, et son délai s’achève.\n\nSon dernier jour est le {day}.\n\nCe \
             dont il s’agit figure dans le dossier, et nulle part dans ce message.",
            "{reference} ist offen, und die Zeit läuft ab.\n\nDer letzte Tag ist der {day}.\n\nWorum \
             es geht, steht beim Fall und nirgends in dieser Nachricht.",
            "{reference} 尚未办结，期限即将届满。\n\n最后期限为 {day}。\n\n具体内容见该事项，本邮件不含任何细节。",
        ],
    ),
    (
        "breach-client",
        [
            "Something happened to information that we hold for you: {reference}",
            "Un incident concerne des informations que nous détenons pour vous : {reference}",
            "Mit Angaben, die wir für Sie speichern, ist etwas geschehen: {reference}",
            "我们为贵方保存的信息发生了安全事件：{reference}",
        ],
        [
            "Information that we hold for you was lost, altered, or reached somebody who should not \
             have it. We know of it and have acted on it.\n\nYou may have to tell an authority, and \
             the people whom it touches. Write to us under the number {reference}, and we tell you \
             what it was, whom it touches and what we do about it.",
            "Des informations que nous détenons pour vous ont été perdues, altérées ou sont parvenues \
             à quelqu’un qui ne devait pas les avoir. Nous le savons et avons agi.\n\nVous devez \
             peut-être prévenir une autorité, et les personnes concernées. Écrivez-nous sous le \
             numéro {reference} : nous vous dirons ce dont il s’agit, qui est concerné et ce que nous \
             faisons.",
            "Angaben, die wir für Sie speichern, sind verloren gegangen, verändert worden oder an \
             jemanden gelangt, der sie nicht haben soll. Wir wissen davon und haben \
             gehandelt.\n\nVielleicht müssen Sie eine Behörde unterrichten und die Menschen, die es \
             betrifft. Schreiben Sie uns unter der Nummer {reference}; wir sagen Ihnen, was es war, \
             wen es betrifft und was wir tun.",
            "我们为贵方保存的信息丢失、被篡改，或落入了不应获得的人手中。我们已知悉并采取措施。\n\n贵方可能需要\
             通知主管机关以及受影响的人员。请以编号 {reference} 写信给我们，我们会告知事件内容、影响范围以及采取的\
             措施。",
        ],
    ),
];

/// A text with what it is about filled in: `about` is a reference, and a day where there is one.
pub(super) fn filled(text: &str, about: &str) -> String {
    let mut parts = about.split(':');
    let reference = parts.next().unwrap_or_default();
    let day = parts.next().filter(|day| *day != "-");
    let paragraphs = text.split("\n\n");
    let kept = paragraphs.filter(|paragraph| day.is_some() || !paragraph.contains("{day}"));
    let text = kept.collect::<Vec<_>>().join("\n\n");
    text.replace("{reference}", reference)
        .replace("{day}", day.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_that_names_a_day_needs_one() {
        let text = "Number {reference}.\n\nUntil {day}.";
        let filled_in = filled(text, "K7QF-2M9X:2027-01-12:0");
        assert_eq!(filled_in, "Number K7QF-2M9X.\n\nUntil 2027-01-12.");
        assert_eq!(filled(text, "K7QF-2M9X:-:0"), "Number K7QF-2M9X.");
    }
}
