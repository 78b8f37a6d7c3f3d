//! What the pages of the centre say by themselves, in the languages of the documents: English,
//! French, German, Chinese.
//! What is held, why and for how long is said by the policy.

/// Something said, in English, French, German and Chinese.
pub(crate) type Phrase = [&'static str; 4];

/// Declares phrases, and lists them all for the tests.
macro_rules! phrases {
    ($($name:ident = $texts:expr;)+) => {
        $(pub(crate) const $name: Phrase = $texts;)+
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, Phrase)] = &[$((stringify!($name), $name),)+];
    };
}
pub(super) use phrases;

phrases! {
    CENTRE = ["Privacy centre", "Espace vie privée", "Datenschutz-Center", "隐私中心"];
    SKIP = ["Skip to the content", "Aller au contenu", "Zum Inhalt", "跳到正文"];
    ERROR = ["Error: ", "Erreur : ", "Fehler: ", "错误："];
    HOME = ["Start", "Accueil", "Start", "首页"];
    ABOUT_ME = ["About me", "À mon sujet", "Über mich", "关于我"];
    ASK_US = ["Ask us something", "Nous poser une question", "Etwas fragen", "向我们提问"];
    POLICY = ["The policy", "La politique", "Die Richtlinie", "隐私政策"];
    WAYS = ["Ways", "Chemins", "Wege", "导航"];
    LANGUAGE = ["Language", "Langue", "Sprache", "语言"];
    SIGN_OUT = ["Sign out", "Se déconnecter", "Abmelden", "退出登录"];
    HELP = ["If you need something else", "Autres démarches", "Wenn Sie etwas anderes brauchen", "其他需要"];
    COMPLAIN = ["Complain", "Faire une réclamation", "Sich beschweren", "投诉"];
    CHILD = ["Report that we hold a child’s information", "Signaler les données d’un enfant", "Angaben über ein Kind melden", "报告儿童信息"];
    AGENT = ["Ask on behalf of somebody", "Demander au nom d’une autre personne", "Für jemand anderen fragen", "代他人提出请求"];
    CHECK_RECEIPT = ["Check a receipt", "Vérifier un reçu", "Einen Beleg prüfen", "核验收据"];
    NO_TRACE = [
        "These pages need no script, set no cookie before you sign in, and count nobody.",
        "Ces pages se passent de script, ne déposent aucun témoin avant connexion et ne comptent personne.",
        "Diese Seiten brauchen kein Skript, setzen vor der Anmeldung kein Cookie und zählen niemanden.",
        "本页面无需脚本，登录前不设置 Cookie，也不统计访客。",
    ];
    TROUBLE = ["There is something to put right", "Il y a quelque chose à corriger", "Etwas ist zu berichtigen", "有内容需要更正"];
    REFERENCE = ["Your reference", "Votre référence", "Ihre Referenz", "您的编号"];
    CONTINUE = ["Continue", "Continuer", "Weiter", "继续"];
    BACK = ["Back", "Retour", "Zurück", "返回"];
    SEND = ["Send", "Envoyer", "Absenden", "发送"];
    OPTIONAL = ["(optional)", "(facultatif)", "(freiwillig)", "（选填）"];
    CHANGE = ["Change", "Modifier", "Ändern", "修改"];
    CHECK = ["Check your answers", "Vérifiez vos réponses", "Prüfen Sie Ihre Angaben", "请核对您的回答"];
    CHECK_WHY = [
        "Nothing has been sent or stored yet.",
        "Rien n’a encore été envoyé ni conservé.",
        "Noch ist nichts gesendet oder gespeichert.",
        "尚未发送或存储任何内容。",
    ];
    NOT_SAID = ["Not said", "Non précisé", "Nicht angegeben", "未填写"];
    NEXT = ["What happens next", "La suite", "Wie es weitergeht", "接下来"];
    PROOF = ["The proof", "La preuve", "Der Nachweis", "凭证"];
    PROOF_WHY = [
        "What was just done is written in a ledger that nobody can change afterwards, not even us. The receipt proves it; keep it if you like.",
        "Ce qui vient d’être fait est inscrit dans un registre que personne ne peut modifier après coup, pas même nous. Le reçu le prouve ; gardez-le si vous le souhaitez.",
        "Was eben geschehen ist, steht in einem Verzeichnis, das nachträglich niemand ändern kann, auch wir nicht. Der Beleg beweist es; bewahren Sie ihn auf, wenn Sie möchten.",
        "刚才的操作已写入任何人（包括我们）事后都无法更改的账本。收据可以证明这一点，您可以保存。",
    ];
    RECEIPT = ["Download the receipt", "Télécharger le reçu", "Beleg herunterladen", "下载收据"];
    TO_START = ["Back to the start", "Retour à l’accueil", "Zurück zum Start", "返回首页"];
    BUSY = [
        "We could not do this just now. Nothing was lost; please try again in a minute.",
        "Nous n’avons pas pu le faire. Rien n’est perdu ; réessayez dans une minute.",
        "Das ging gerade nicht. Nichts ist verloren; bitte versuchen Sie es in einer Minute erneut.",
        "暂时无法处理，内容没有丢失，请稍后再试。",
    ];
    TOO_MANY = [
        "Too much was sent from where you are. Please wait a minute and try again.",
        "Trop d’envois depuis votre adresse. Attendez une minute et réessayez.",
        "Von Ihrer Adresse kam zu viel. Bitte warten Sie eine Minute und versuchen Sie es erneut.",
        "您所在网络发送过多，请一分钟后再试。",
    ];
    MISSING = ["Please answer this", "Veuillez répondre", "Bitte beantworten Sie das", "请填写此项"];
    ODD_EMAIL = [
        "Write an e-mail address such as name@example.com",
        "Écrivez une adresse électronique comme nom@example.com",
        "Schreiben Sie eine E-Mail-Adresse wie name@example.com",
        "请填写类似 name@example.com 的电子邮箱",
    ];
    TOO_LONG = ["This is too long; please shorten it", "C’est trop long ; veuillez raccourcir", "Das ist zu lang; bitte kürzen Sie es", "内容过长，请缩短"];
    ODD = ["This does not fit here; please look at it again", "Cela ne convient pas ici ; veuillez vérifier", "Das passt hier nicht; bitte prüfen Sie es", "此处内容不符合要求，请检查"];
    YES = ["Yes", "Oui", "Ja", "是"];
    NO = ["No", "Non", "Nein", "否"];
    LEAVE_EMPTY = ["Leave this empty", "Laissez ce champ vide", "Lassen Sie dies leer", "请留空"];
    HOME_TITLE = [
        "What we know about you, and what you can do about it",
        "Ce que nous savons de vous, et ce que vous pouvez en faire",
        "Was wir über Sie wissen, und was Sie damit tun können",
        "我们掌握您的哪些信息，以及您可以怎么做",
    ];
    HOME_POLICY = ["Read the policy", "Lire la politique", "Die Richtlinie lesen", "阅读隐私政策"];
    HOME_POLICY_WHY = [
        "What we take, why, for how long and who else sees it: each promise with the rule that runs and whether it is kept today.",
        "Ce que nous recueillons, pourquoi, combien de temps et qui d’autre le voit : chaque promesse avec la règle appliquée et si elle est tenue aujourd’hui.",
        "Was wir erheben, wozu, wie lange und wer es sonst sieht: jedes Versprechen mit der Regel, die läuft, und ob es heute gehalten wird.",
        "我们收集什么、为何收集、保存多久、谁能看到：每项承诺都附有执行规则及当前是否兑现。",
    ];
    HOME_ME = ["See what we hold about you", "Voir ce que nous conservons sur vous", "Sehen, was wir über Sie speichern", "查看我们持有的您的信息"];
    HOME_ME_WHY = [
        "Change it, delete it, take a copy with you, say no to a use. You sign in with a code that we send you.",
        "Modifiez, supprimez, emportez une copie, refusez un usage. Vous vous connectez avec un code que nous vous envoyons.",
        "Ändern, löschen, eine Kopie mitnehmen, einer Nutzung widersprechen. Sie melden sich mit einem Code an, den wir Ihnen senden.",
        "更改、删除、获取副本或拒绝某种用途。您可用我们发送的验证码登录。",
    ];
    HOME_ASK = ["Ask us something", "Nous poser une question", "Etwas fragen", "向我们提问"];
    HOME_ASK_WHY = [
        "About your information or about this policy. No account is needed.",
        "Sur vos informations ou sur cette politique. Aucun compte n’est nécessaire.",
        "Zu Ihren Angaben oder zu dieser Richtlinie. Sie brauchen kein Konto.",
        "有关您的信息或本政策的问题，无需账户。",
    ];
    OTHER_WAYS = ["More that you can do without signing in", "Ce que vous pouvez faire sans vous connecter", "Was ohne Anmeldung geht", "无需登录即可办理"];
    UNSUBSCRIBE = ["Stop messages from us", "Ne plus recevoir nos messages", "Keine Nachrichten mehr bekommen", "停止接收我们的邮件"];
    UNSUBSCRIBE_WHY = [
        "The link at the foot of every such message ends them at once. There is nothing to fill in.",
        "Le lien au bas de chacun de ces messages y met fin aussitôt. Il n’y a rien à remplir.",
        "Der Link am Ende jeder solchen Nachricht beendet sie sofort. Es ist nichts auszufüllen.",
        "此类邮件底部的链接可立即停止接收，无需填写任何内容。",
    ];
    COMPLAIN_WHY = ["Who answers, and by when, is said before you begin.", "Qui répond, et dans quel délai, est dit d’emblée.", "Wer antwortet und bis wann, steht gleich am Anfang.", "开始前即会说明由谁、在何时答复。"];
    CHILD_WHY = ["Somebody looks into it, and erases what we must not hold.", "Quelqu’un vérifie et efface ce que nous ne devons pas détenir.", "Jemand geht dem nach und löscht, was wir nicht haben dürfen.", "我们会派人核实，并删除不应持有的内容。"];
    AGENT_WHY = ["For an authorised agent, a parent, a guardian, a lawyer.", "Pour un mandataire, un parent, un tuteur, un avocat.", "Für Bevollmächtigte, Eltern, Betreuer oder Anwälte.", "适用于授权代理人、父母、监护人或律师。"];
    CHECK_RECEIPT_WHY = ["See for yourself that what we said we did is on record.", "Voyez vous-même que ce que nous disons avoir fait est inscrit.", "Sehen Sie selbst, dass verzeichnet ist, was wir getan haben.", "自行确认我们所说的操作确有记录。"];
    GPC_ON = [
        "Your browser asks us not to sell or share what concerns you (Global Privacy Control). We take that as your no, and your visits are not studied.",
        "Votre navigateur nous demande de ne pas vendre ni partager vos données (Global Privacy Control). Nous y voyons votre refus, et vos visites ne sont pas étudiées.",
        "Ihr Browser bittet uns, nichts über Sie zu verkaufen oder zu teilen (Global Privacy Control). Wir nehmen das als Ihr Nein, und Ihre Besuche werden nicht ausgewertet.",
        "您的浏览器要求我们不出售或共享您的信息（全球隐私控制）。我们将其视为您的拒绝，不会研究您的访问。",
    ];
    GPC_TITLE = ["Signal honoured", "Signal respecté", "Signal beachtet", "信号已生效"];
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_page_speaks_every_language() {
        let lists = [
            super::ALL,
            crate::centre::about_me::ALL,
            crate::centre::ask::ALL,
            crate::centre::change::ALL,
            crate::centre::choices::ALL,
            crate::centre::copy::ALL,
            crate::centre::copy::LINKS,
            crate::centre::delete::ALL,
            crate::centre::history::ALL,
            crate::centre::receipt::ALL,
            crate::centre::requests::ALL,
            crate::centre::signal::ALL,
            crate::centre::trail::ALL,
        ];
        for (name, phrase) in lists.into_iter().flatten() {
            for text in phrase {
                assert!(!text.trim().is_empty(), "{name}");
            }
            let [english, french, german, chinese] = phrase;
            let holes = |text: &str| text.matches('{').count();
            for other in [french, german, chinese] {
                assert_eq!(holes(english), holes(other), "{name}");
            }
            assert!(chinese.chars().any(|c| c > '\u{2e80}'), "{name}");
        }
    }
}
