//! The trail of a person in words: what was done with what is held, when, by whom, for what.
//! Entries hold no values, so neither does this.

use super::saying::Speaker;
use super::words::*;
use crate::api::{Api, Problem};
use kept_processing::{Listed, Showing};
use kept_terms::{Act, Day, Timestamp};
use serde::Deserialize;

phrases! {
    CAME_IN = ["Came in", "Reçu", "Eingegangen", "收到"];
    READ = ["Read", "Consulté", "Gelesen", "读取"];
    PUT_RIGHT = ["Put right or confirmed", "Corrigé ou confirmé", "Berichtigt oder bestätigt", "更正或确认"];
    PAUSED = ["Paused", "Mis en pause", "Angehalten", "暂停"];
    UNPAUSED = ["Pause ended", "Pause levée", "Pause beendet", "结束暂停"];
    AGREED = ["Agreed", "Accord donné", "Zugestimmt", "同意"];
    TOOK_BACK = ["Agreement taken back", "Accord retiré", "Zustimmung zurückgenommen", "撤回同意"];
    SAID_NO = ["Said no", "Refus exprimé", "Widersprochen", "拒绝"];
    NO_TAKEN_BACK = ["No taken back", "Refus retiré", "Widerspruch zurückgenommen", "撤回拒绝"];
    SHOWN_TO = ["Passed on", "Transmis", "Weitergegeben", "提供给第三方"];
    HANDED = ["Shown to you in full", "Vous a été montré en entier", "Ihnen vollständig gezeigt", "向您完整展示"];
    WRITTEN = ["You were written to, or wrote", "Message échangé avec vous", "Nachricht an Sie oder von Ihnen", "与您通信"];
    COMPARED = ["Compared with what was said", "Comparé à ce qui a été dit", "Mit Gesagtem verglichen", "与所述比对"];
    LOOKED_UP = ["Looked up", "Recherché", "Nachgeschlagen", "查找"];
    ERASED = ["Deleted", "Supprimé", "Gelöscht", "删除"];
    DESTROYED = ["Destroyed on its day", "Détruit à l’échéance", "Am Stichtag vernichtet", "到期销毁"];
    FORWARDED = ["Passed on to your company", "Transmis à votre entreprise", "An Ihre Firma weitergeleitet", "转交您的公司"];
    HELD = ["Kept for a legal matter", "Conservé pour une affaire juridique", "Für eine Rechtssache aufbewahrt", "因法律事务保留"];
    UNHELD = ["No longer kept for a legal matter", "N’est plus conservé pour une affaire", "Nicht mehr für eine Rechtssache aufbewahrt", "不再因法律事务保留"];
    TIED = ["Tied to you", "Rattaché à vous", "Ihnen zugeordnet", "与您关联"];
    LOOKED_AT = ["This list was looked at", "Cette liste a été consultée", "Diese Liste wurde angesehen", "查看此列表"];
    PROPOSED = ["Others were asked to agree", "Accord demandé à d’autres", "Zustimmung anderer erbeten", "请求他人批准"];
    APPROVED = ["Others agreed", "Accord d’autres", "Andere stimmten zu", "他人批准"];
    DECLINED = ["Others declined", "Refus d’autres", "Andere lehnten ab", "他人拒绝"];
    ANSWERED = ["A request or complaint moved on", "Une demande ou réclamation a avancé", "Eine Anfrage oder Beschwerde ging weiter", "请求或投诉有进展"];
    ADMINISTERED = ["What guards it was changed", "La protection a été modifiée", "Der Schutz wurde geändert", "更改保护设置"];
    SIGNED_IN = ["Signing in", "Connexion", "Anmeldung", "登录"];
    SIGNED_OUT = ["Signing out", "Déconnexion", "Abmeldung", "退出登录"];
    LINK_MADE = ["A link to your copy was made", "Un lien vers votre copie a été créé", "Ein Link zu Ihrer Kopie wurde erstellt", "生成副本链接"];
    LINK_ENDED = ["A link to your copy was ended", "Un lien vers votre copie a pris fin", "Ein Link zu Ihrer Kopie wurde beendet", "终止副本链接"];
    PASSKEY_ADDED = ["A passkey was added", "Une clé d’accès a été ajoutée", "Ein Passkey kam hinzu", "添加通行密钥"];
    PASSKEY_REMOVED = ["A passkey was removed", "Une clé d’accès a été supprimée", "Ein Passkey wurde entfernt", "移除通行密钥"];
    PASSKEY_COPIED = [
        "A passkey of yours was refused: it may have been copied. Remove it and add a new one",
        "Une de vos clés d’accès a été refusée : elle a peut-être été copiée. Supprimez-la et ajoutez-en une nouvelle",
        "Ein Passkey von Ihnen wurde abgelehnt: Er wurde vielleicht kopiert. Entfernen Sie ihn und fügen Sie einen neuen hinzu",
        "您的一个通行密钥被拒绝：它可能已被复制。请移除并添加新的通行密钥",
    ];
    REFUSED = ["Refused", "Refusé", "Abgelehnt", "已拒绝"];
    YOU = ["you", "vous", "Sie", "您本人"];
    ANYBODY = ["somebody, by a form", "une personne, par formulaire", "jemand, über ein Formular", "通过表单的某人"];
    OURSELVES = ["our system by itself", "notre système lui-même", "unser System selbst", "我们的系统"];
}

/// An entry about a person.
#[derive(Deserialize)]
pub(super) struct Entry {
    pub at: Timestamp,
    pub act: String,
    pub outcome: String,
    actor: String,
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    pub fields: Vec<String>,
    #[serde(default)]
    pub purpose: Option<String>,
    #[serde(default)]
    recipient: Option<String>,
    #[serde(default)]
    pub clauses: Vec<String>,
    #[serde(default, rename = "ref")]
    reference: Option<String>,
}

/// The entries about a person, newest first.
pub(super) async fn read(
    api: &Api,
    by: &crate::sign_in::session::SignedIn,
    below: Option<u64>,
    limit: usize,
) -> Result<Vec<(u64, Entry)>, Problem> {
    let showing = Showing::Trail {
        person: by.person,
        below,
        limit,
    };
    let Listed::Trail(found) = api.look(&by.caller, showing).await? else {
        return Err(Problem::internal("the door listed something else"));
    };
    let read = |(index, bytes): (u64, Vec<u8>)| {
        let entry = serde_json::from_slice(&bytes);
        entry
            .map(|entry| (index, entry))
            .map_err(|_| Problem::internal("an entry is not JSON"))
    };
    found.into_iter().map(read).collect()
}

impl Entry {
    /// Whether somebody saw or received something by it.
    pub fn is_use(&self) -> bool {
        let used = ["use", "contact", "verify", "disclose"];
        self.outcome != "refused" && used.contains(&self.act.as_str())
    }

    /// Whether it was done.
    pub fn is_done(&self) -> bool {
        self.outcome != "refused"
    }

    /// What was done.
    pub fn what(&self, speaker: &Speaker<'_>) -> &'static str {
        let act = Act::from_word(&self.act);
        let told = match self.reference.as_deref() {
            Some("copy-link:made") => Some(LINK_MADE),
            Some("copy-link:ended") => Some(LINK_ENDED),
            Some("sign-in:passkey-added") => Some(PASSKEY_ADDED),
            Some("sign-in:passkey-removed") => Some(PASSKEY_REMOVED),
            Some("sign-in:passkey-count-back") => Some(PASSKEY_COPIED),
            _ => None,
        };
        if let Some(told) = told {
            return speaker.language.pick(told);
        }
        speaker.language.pick(act.map_or(READ, word))
    }

    /// Who did it.
    pub fn who(&self, speaker: &Speaker<'_>) -> String {
        let pick = |phrase: Phrase| speaker.language.pick(phrase).to_owned();
        match (&self.role, self.actor.split(':').next()) {
            (Some(role), _) => speaker.role(role),
            (None, Some("person")) => pick(YOU),
            (None, Some("public")) => pick(ANYBODY),
            (None, _) => pick(OURSELVES),
        }
    }

    /// Which fields, for what, and to whom, in a line.
    pub fn about(&self, speaker: &Speaker<'_>) -> String {
        let fields: Vec<String> = self.fields.iter().map(|name| speaker.field(name)).collect();
        let mut parts = Vec::new();
        if !fields.is_empty() {
            parts.push(speaker.list(&fields));
        }
        parts.extend(
            self.recipient
                .as_ref()
                .map(|name| format!("→ {}", speaker.recipient(name))),
        );
        parts.extend(self.purpose.as_ref().map(|name| speaker.purpose(name)));
        parts.join(" · ")
    }

    /// The day.
    pub fn day(&self, speaker: &Speaker<'_>) -> String {
        kept_policy::day_in(speaker.language.tag(), Day::of(self.at))
    }

    /// The hour and minute, in universal time.
    pub fn hour(&self) -> String {
        self.at.strftime("%H:%M UTC").to_string()
    }
}

fn word(act: Act) -> Phrase {
    match act {
        Act::Collect => CAME_IN,
        Act::Use => READ,
        Act::Rectify => PUT_RIGHT,
        Act::Restrict => PAUSED,
        Act::Unrestrict => UNPAUSED,
        Act::Consent => AGREED,
        Act::Withdraw => TOOK_BACK,
        Act::Object => SAID_NO,
        Act::Unobject => NO_TAKEN_BACK,
        Act::Disclose => SHOWN_TO,
        Act::Export => HANDED,
        Act::Contact => WRITTEN,
        Act::Verify => COMPARED,
        Act::Find => LOOKED_UP,
        Act::Erase => ERASED,
        Act::Destroy => DESTROYED,
        Act::Forward => FORWARDED,
        Act::Hold => HELD,
        Act::Lift => UNHELD,
        Act::Tie => TIED,
        Act::Show => LOOKED_AT,
        Act::Propose => PROPOSED,
        Act::Approve => APPROVED,
        Act::Decline => DECLINED,
        Act::Answer => ANSWERED,
        Act::SignIn => SIGNED_IN,
        Act::SignOut => SIGNED_OUT,
        Act::Publish | Act::Attest | Act::Administer => ADMINISTERED,
    }
}
