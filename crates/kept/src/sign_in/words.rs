//! What the pages of signing in say, in English, French, German and Chinese.
//! They never say whether an address is known.

use crate::outbox::Language;

/// Something said, in English, French, German and Chinese.
pub(super) type Phrase = [&'static str; 4];

/// Declares phrases, and lists them all for the test.
macro_rules! phrases {
    ($($name:ident = $texts:expr;)+) => {
        $(pub(super) const $name: Phrase = $texts;)+
        #[cfg(test)]
        const ALL: &[(&str, Phrase)] = &[$((stringify!($name), $name),)+];
    };
}

phrases! {
    TITLE = ["Sign in", "Se connecter", "Anmelden", "登录"];
    ADDRESS = ["Your e-mail address", "Votre adresse e-mail", "Ihre E-Mail-Adresse", "您的邮箱地址"];
    ADDRESS_WHY = [
        "We send a code to it, so that we know that it is you. It is used for nothing else.",
        "Nous y envoyons un code, pour savoir que c’est bien vous. Elle ne sert à rien d’autre.",
        "Wir senden einen Code dorthin, damit wir wissen, dass Sie es sind. Zu nichts anderem wird sie gebraucht.",
        "我们会向该地址发送验证码以确认是您本人，不作其他用途。",
    ];
    SEND_CODE = ["Send me a code", "Envoyez-moi un code", "Code senden", "发送验证码"];
    BY_PASSWORD = ["Use a password instead", "Utiliser plutôt un mot de passe", "Lieber ein Passwort verwenden", "改用密码"];
    BY_CODE = ["Use a code instead", "Utiliser plutôt un code", "Lieber einen Code verwenden", "改用验证码"];
    BAD_ADDRESS = [
        "That does not look like an e-mail address. It should look like name@example.com.",
        "Cela ne ressemble pas à une adresse e-mail, comme nom@example.com.",
        "Das sieht nicht nach einer E-Mail-Adresse aus, wie name@example.com.",
        "这不像是邮箱地址，应类似 name@example.com。",
    ];
    CODE_TITLE = ["Enter the code", "Saisissez le code", "Code eingeben", "输入验证码"];
    CODE_SENT = [
        "If we hold that address, a code is on its way to it. It holds for ten minutes, in this window.",
        "Si nous connaissons cette adresse, un code y est envoyé. Il vaut dix minutes, dans cette fenêtre.",
        "Wenn wir diese Adresse kennen, ist ein Code dorthin unterwegs. Er gilt zehn Minuten, in diesem Fenster.",
        "如果我们保存有该地址，验证码已发往该地址。验证码十分钟内有效，且仅限本窗口使用。",
    ];
    CODE_NONE = [
        "Nothing came? Look among unwanted mail, and wait a minute. Within an hour we send at most five.",
        "Rien reçu ? Regardez dans les indésirables et patientez une minute. Nous en envoyons au plus cinq par heure.",
        "Nichts angekommen? Sehen Sie im Spam-Ordner nach und warten Sie eine Minute. In einer Stunde senden wir höchstens fünf.",
        "没有收到？请查看垃圾邮件并稍候一分钟。一小时内最多发送五次。",
    ];
    CODE = ["The code, eight digits", "Le code, huit chiffres", "Der Code, acht Ziffern", "验证码（八位数字）"];
    OTHER_CODE = ["Ask for another code", "Demander un autre code", "Einen anderen Code anfordern", "重新获取验证码"];
    WRONG_CODE = [
        "That is not the code. Check the digits; after five attempts you need a new one.",
        "Ce n’est pas le code. Vérifiez les chiffres ; après cinq essais, il en faut un nouveau.",
        "Das ist nicht der Code. Prüfen Sie die Ziffern; nach fünf Versuchen brauchen Sie einen neuen.",
        "验证码不正确。请核对数字；五次错误后需重新获取。",
    ];
    CODE_OVER = [
        "This code holds no longer. Ask for a new one.",
        "Ce code ne vaut plus. Demandez-en un nouveau.",
        "Dieser Code gilt nicht mehr. Fordern Sie einen neuen an.",
        "该验证码已失效，请重新获取。",
    ];
    TOO_MANY = [
        "There were too many attempts. Wait a quarter of an hour, or ask for a new code.",
        "Il y a eu trop d’essais. Patientez un quart d’heure, ou demandez un nouveau code.",
        "Das waren zu viele Versuche. Warten Sie eine Viertelstunde, oder fordern Sie einen neuen Code an.",
        "尝试次数过多。请等待十五分钟，或重新获取验证码。",
    ];
    PASSWORD = ["Your password", "Votre mot de passe", "Ihr Passwort", "您的密码"];
    PASSWORD_NONE = [
        "No password, or forgotten? Sign in with a code; then you can set a new one.",
        "Pas de mot de passe, ou oublié ? Connectez-vous avec un code ; vous pourrez en choisir un nouveau.",
        "Kein Passwort, oder vergessen? Melden Sie sich mit einem Code an; dann können Sie ein neues setzen.",
        "没有密码或忘记密码？请用验证码登录，之后可设置新密码。",
    ];
    WRONG_PASSWORD = [
        "The address and the password do not belong together.",
        "L’adresse et le mot de passe ne vont pas ensemble.",
        "Adresse und Passwort gehören nicht zusammen.",
        "邮箱地址与密码不匹配。",
    ];
    CLOSED = [
        "Our policy does not have this way of signing in",
        "Notre politique ne prévoit pas cette façon de se connecter",
        "Unsere Richtlinie sieht diese Art der Anmeldung nicht vor",
        "我们的政策不支持这种登录方式",
    ];
    CLAUSES = ["It says so here: {0}.", "C’est dit ici : {0}.", "Das steht hier: {0}.", "依据：{0}。"];
    HOW_TITLE = ["How you sign in", "Comment vous vous connectez", "Wie Sie sich anmelden", "您的登录方式"];
    SESSIONS = ["Where you are signed in", "Où vous êtes connecté", "Wo Sie angemeldet sind", "您的登录会话"];
    SESSION_LINE = [
        "Since {0} (UTC), by {1}; last used {2} (UTC)",
        "Depuis le {0} (UTC), par {1} ; dernière activité le {2} (UTC)",
        "Seit {0} (UTC), mit {1}; zuletzt benutzt {2} (UTC)",
        "自 {0}（UTC）起，方式：{1}；最近使用：{2}（UTC）",
    ];
    THIS_ONE = ["This is the one you are using.", "C’est celle que vous utilisez.", "Das ist diese hier.", "这是您当前使用的会话。"];
    END_ONE = ["End it", "La terminer", "Beenden", "结束"];
    END_OTHERS = ["End all others", "Terminer toutes les autres", "Alle anderen beenden", "结束其他所有会话"];
    END_ALL = ["Sign out everywhere", "Se déconnecter partout", "Überall abmelden", "在所有地方退出"];
    SIGN_OUT = ["Sign out", "Se déconnecter", "Abmelden", "退出登录"];
    SIGNED_OUT = ["You are signed out", "Vous êtes déconnecté", "Sie sind abgemeldet", "您已退出登录"];
    SIGNED_OUT_WHY = [
        "Nothing of you stays in this window.",
        "Rien de vous ne reste dans cette fenêtre.",
        "In diesem Fenster bleibt nichts von Ihnen zurück.",
        "此窗口中不再保留您的任何信息。",
    ];
    WAY_CODE = ["a code", "un code", "einem Code", "验证码"];
    WAY_PASSWORD = ["your password", "votre mot de passe", "Ihrem Passwort", "密码"];
    WAY_PASSKEY = ["a passkey", "une clé d’accès", "einem Passkey", "通行密钥"];
    SET_TITLE = ["A password", "Un mot de passe", "Ein Passwort", "密码"];
    SET_WHY = [
        "You need none: a code is enough. If you want one, take at least 8 characters, better 15 or a whole sentence. Which characters is up to you. Your other sessions end.",
        "Il n’en faut pas : un code suffit. Si vous en voulez un, prenez au moins 8 caractères, mieux 15 ou une phrase entière. Le choix des caractères est libre. Vos autres sessions se terminent.",
        "Sie brauchen keines: Ein Code genügt. Wenn Sie eines möchten, nehmen Sie mindestens 8 Zeichen, besser 15 oder einen ganzen Satz. Welche Zeichen, ist Ihre Sache. Ihre anderen Sitzungen enden.",
        "您无需设置密码，验证码即可。如需设置，请至少使用 8 个字符，建议 15 个以上或一整句话，字符种类不限。您的其他会话将被结束。",
    ];
    NEW_PASSWORD = ["New password", "Nouveau mot de passe", "Neues Passwort", "新密码"];
    SET = ["Set the password", "Définir le mot de passe", "Passwort setzen", "设置密码"];
    REMOVE = ["Remove the password", "Supprimer le mot de passe", "Passwort entfernen", "移除密码"];
    SET_DONE = ["The password is set", "Le mot de passe est défini", "Das Passwort ist gesetzt", "密码已设置"];
    REMOVE_DONE = ["The password is removed", "Le mot de passe est supprimé", "Das Passwort ist entfernt", "密码已移除"];
    TOO_SHORT = [
        "It is shorter than 8 characters; 15 are better.",
        "Il a moins de 8 caractères ; 15 valent mieux.",
        "Es hat weniger als 8 Zeichen; besser sind 15.",
        "少于 8 个字符；建议 15 个以上。",
    ];
    TOO_LONG = [
        "It is longer than 1,024 bytes.",
        "Il dépasse 1 024 octets.",
        "Es ist länger als 1.024 Bytes.",
        "超过 1024 字节。",
    ];
    COMMON = [
        "Many people have this one. Choose another.",
        "Beaucoup de gens ont celui-ci. Choisissez-en un autre.",
        "Das haben viele. Wählen Sie ein anderes.",
        "这个密码很常见，请换一个。",
    ];
    AGAIN = [
        "Sign in again first: changing how you sign in needs that you showed within the last ten minutes that it is you.",
        "Reconnectez-vous d’abord : pour changer de façon de se connecter, il faut l’avoir fait dans les dix dernières minutes.",
        "Melden Sie sich zuerst neu an: Um die Anmeldung zu ändern, müssen Sie sich in den letzten zehn Minuten angemeldet haben.",
        "请先重新登录：更改登录方式需要您在最近十分钟内验证过身份。",
    ];
    BY_PASSKEY = ["Use a passkey", "Utiliser une clé d’accès", "Passkey verwenden", "使用通行密钥"];
    PASSKEY_BROKE_OFF = [
        "That did not work: it was cancelled, took too long, or this device cannot do it. You can try again.",
        "Cela n’a pas marché : opération annulée, trop longue, ou impossible sur cet appareil. Vous pouvez réessayer.",
        "Das hat nicht geklappt: Es wurde abgebrochen, dauerte zu lange, oder dieses Gerät kann es nicht. Sie können es noch einmal versuchen.",
        "操作未成功：已取消、超时，或此设备不支持。您可以重试。",
    ];
    WRONG_PASSKEY = [
        "This passkey does not open anything here, or it took too long. Try again, or use a code.",
        "Cette clé d’accès n’ouvre rien ici, ou cela a pris trop de temps. Réessayez, ou utilisez un code.",
        "Dieser Passkey öffnet hier nichts, oder es hat zu lange gedauert. Versuchen Sie es noch einmal, oder verwenden Sie einen Code.",
        "此通行密钥在这里无效，或操作超时。请重试，或改用验证码。",
    ];
    PASSKEYS_TITLE = ["Passkeys", "Clés d’accès", "Passkeys", "通行密钥"];
    PASSKEYS_WHY = [
        "With a passkey you sign in by your finger, face or PIN on a device of yours. It works on this site alone, so nobody can trick you out of it. We hold its public half, the name you give it and when it was added and used.",
        "Avec une clé d’accès, vous vous connectez par votre empreinte, votre visage ou votre code sur un de vos appareils. Elle ne marche que sur ce site : personne ne peut vous la soutirer. Nous conservons sa moitié publique, le nom que vous lui donnez et les dates d’ajout et d’usage.",
        "Mit einem Passkey melden Sie sich durch Finger, Gesicht oder PIN auf einem Ihrer Geräte an. Er gilt nur auf dieser Seite, niemand kann ihn Ihnen abschwatzen. Wir speichern seine öffentliche Hälfte, den Namen, den Sie ihm geben, und wann er hinzukam und benutzt wurde.",
        "使用通行密钥，您可通过自己设备上的指纹、面容或 PIN 登录。它只在本网站有效，他人无法骗取。我们保存其公钥、您起的名称以及添加和使用的日期。",
    ];
    PASSKEY_ADDED = ["{0}, added {1}", "{0}, ajoutée le {1}", "{0}, hinzugefügt {1}", "{0}，添加于 {1}"];
    PASSKEY_USED = ["last used {0}", "dernier usage le {0}", "zuletzt benutzt {0}", "最近使用：{0}"];
    PASSKEY_NAME = ["What do you call the device?", "Comment appelez-vous l’appareil ?", "Wie nennen Sie das Gerät?", "您如何称呼此设备？"];
    PASSKEY_NAME_WHY = [
        "Such as “my laptop”. You can tell it from others by that.",
        "Par exemple « mon portable ». Cela le distingue des autres.",
        "Etwa „mein Laptop“. Daran unterscheiden Sie es von anderen.",
        "例如“我的笔记本”，便于与其他设备区分。",
    ];
    ADD_PASSKEY = ["Add a passkey", "Ajouter une clé d’accès", "Passkey hinzufügen", "添加通行密钥"];
    REMOVE_PASSKEY = ["Remove", "Supprimer", "Entfernen", "移除"];
    PASSKEY_DONE = ["The passkey is added", "La clé d’accès est ajoutée", "Der Passkey ist hinzugefügt", "通行密钥已添加"];
    PASSKEY_REMOVED = ["The passkey is removed", "La clé d’accès est supprimée", "Der Passkey ist entfernt", "通行密钥已移除"];
    PASSKEY_NOT_TAKEN = [
        "The passkey was not added: it took too long, or the device did not check that it is you. Give it a name and try again.",
        "La clé d’accès n’a pas été ajoutée : trop long, ou l’appareil n’a pas vérifié que c’est vous. Donnez-lui un nom et réessayez.",
        "Der Passkey wurde nicht hinzugefügt: Es dauerte zu lange, oder das Gerät hat nicht geprüft, dass Sie es sind. Geben Sie ihm einen Namen und versuchen Sie es noch einmal.",
        "通行密钥未添加：超时，或设备未验证您的身份。请填写名称后重试。",
    ];
    PASSKEY_GONE = [
        "This passkey is not there any more.",
        "Cette clé d’accès n’existe plus.",
        "Diesen Passkey gibt es nicht mehr.",
        "此通行密钥已不存在。",
    ];
    BACK = ["Back to your information", "Retour à vos informations", "Zurück zu Ihren Angaben", "返回您的信息"];
    CONTINUE = ["Continue", "Continuer", "Weiter", "继续"];
}

/// A phrase with what belongs into it.
pub(super) fn say(language: Language, phrase: Phrase, with: &[&str]) -> String {
    let mut text = language.pick(phrase).to_owned();
    for (number, value) in with.iter().enumerate() {
        text = text.replace(&format!("{{{number}}}"), value);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_said_in_four_languages() {
        for (name, texts) in ALL {
            for text in texts {
                assert!(!text.trim().is_empty() && !text.contains("  "), "{name}");
                assert_eq!(text.contains("{0}"), texts[0].contains("{0}"), "{name}");
            }
        }
    }
}
