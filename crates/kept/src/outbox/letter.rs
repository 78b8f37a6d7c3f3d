//! A message as it is sent (RFC 5322): in plain text and as simple HTML, saying from whom, why, and
//! where to turn; and where the person may choose, with the link that ends such messages (RFC
//! 8058).
//! It is made for one handing over and wiped afterwards; it is written nowhere else.

use super::settings::Mail;
use super::words::{self, Language, Phrase};
use kept_policy::{Document, Entity, Policy};
use kept_processing::{Door, Parcel};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use maud::{DOCTYPE, html};
use std::time::{Duration, SystemTime};
use zeroize::Zeroizing;

/// A message on its way to a server.
pub(super) struct Letter {
    /// The address that bounces come to.
    pub from: Address,
    /// The address.
    pub to: Address,
    /// The whole message.
    pub text: Zeroizing<Vec<u8>>,
    /// Stands for the message outside.
    pub token: String,
}

/// Why a message cannot be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unwritten {
    /// Nothing says what it should say.
    NoTemplate,
    /// What is held as an address is none.
    BadAddress,
    /// It cannot be signed at present.
    Unsigned,
}

/// What a message says, before it is dressed as text or as HTML.
struct Content {
    language: Language,
    subject: String,
    /// The greeting and the text, a paragraph each.
    paragraphs: Vec<Zeroizing<String>>,
    /// What stands below, a line each: text, and where it ends in a link, the link.
    below: Vec<(String, Option<String>)>,
}

/// Writes a message.
pub(super) fn write(door: &Door, parcel: &Parcel, mail: &Mail) -> Result<Letter, Unwritten> {
    let policy = door.policy();
    let document = policy.document_named(&parcel.document);
    let document = document.ok_or(Unwritten::NoTemplate)?;
    let controller = document
        .controller
        .and_then(|id| policy.words.entities.get(id));
    let link = parcel.opt_out.as_ref();
    let link = link.map(|token| format!("{}/u/{token}", mail.public_url));
    let content = content(door, parcel, mail, document, controller, link.as_deref())?;
    let to: Address = parcel.address.parse().map_err(|_| Unwritten::BadAddress)?;
    let sender = controller.map(|controller| plain(&controller.label));
    let name = parcel.name.as_ref().map(|name| plain(name));
    let mut message = Message::builder()
        .from(Mailbox::new(sender, mail.from.address.clone()))
        .to(Mailbox::new(name, to.clone()))
        .subject(plain(&content.subject))
        .date(at(door))
        .message_id(Some(format!(
            "<{}@{}>",
            parcel.token,
            mail.from.address.domain()
        )))
        .raw_header(raw("Auto-Submitted", "auto-generated"));
    if let Some(link) = &link {
        let post = "List-Unsubscribe=One-Click";
        message = message
            .raw_header(raw("List-Unsubscribe", &format!("<{link}>")))
            .raw_header(raw("List-Unsubscribe-Post", post));
    }
    let part = |kind: ContentType, text: String| SinglePart::builder().header(kind).body(text);
    let parts = MultiPart::alternative()
        .boundary(format!("kept-{}", parcel.token))
        .singlepart(part(ContentType::TEXT_PLAIN, as_text(&content)))
        .singlepart(part(ContentType::TEXT_HTML, as_html(&content)));
    let message = message
        .multipart(parts)
        .map_err(|_| Unwritten::BadAddress)?;
    let mut text = Zeroizing::new(message.formatted());
    if let Some(dkim) = &mail.dkim {
        let header = dkim.header(&text, door.now().as_second());
        // Marketing that is not signed may be taken for somebody else's.
        let header = header.ok_or(Unwritten::Unsigned)?;
        text = Zeroizing::new([header.as_slice(), &text].concat());
    }
    Ok(Letter {
        from: envelope_from(mail, &parcel.token),
        to,
        text,
        token: parcel.token.clone(),
    })
}

/// The address that bounces of this message come to.
fn envelope_from(mail: &Mail, token: &str) -> Address {
    let bounces = mail.from.bounces.as_ref();
    let own = bounces.and_then(|bounces| {
        Address::new(format!("{}+{token}", bounces.user()), bounces.domain()).ok()
    });
    own.unwrap_or_else(|| mail.from.address.clone())
}

fn content(
    door: &Door,
    parcel: &Parcel,
    mail: &Mail,
    document: &Document,
    controller: Option<&Entity>,
    link: Option<&str>,
) -> Result<Content, Unwritten> {
    let language = Language::of(document);
    let message = &parcel.message;
    let wording = words::wording(door, message, language);
    let mut wording = wording.ok_or(Unwritten::NoTemplate)?;
    if !parcel.with.is_empty() {
        wording.subject = words::filled(&wording.subject, &parcel.with);
        wording.body = words::filled(&wording.body, &parcel.with);
    }
    let body = parcel.text.as_ref().map_or(&wording.body, |text| &**text);
    let greeting = match &parcel.name {
        Some(name) => say(language, words::GREETING_NAMED, name),
        None => language.pick(words::GREETING).to_owned(),
    };
    let mut paragraphs = vec![Zeroizing::new(greeting)];
    let mut body = Zeroizing::new(body.replace("\r\n", "\n"));
    if let Some(code) = &parcel.code {
        body = Zeroizing::new(body.replace("{0}", &spaced(code)));
    }
    if let Some(answer) = &parcel.answer {
        body = Zeroizing::new(format!("{}\n\n{}", answer.replace("\r\n", "\n"), *body));
    }
    let split = body
        .split("\n\n")
        .map(str::trim)
        .filter(|text| !text.is_empty());
    paragraphs.extend(split.map(|text| Zeroizing::new(text.to_owned())));
    let mut below = Vec::new();
    if let Some(why) = purpose_label(&door.policy(), document, &message.purpose) {
        below.push((say(language, words::WHY, &why), None));
    }
    let policy_page = format!("{}/policy/{}", mail.public_url, document.name);
    below.push((say(language, words::POLICY, ""), Some(policy_page)));
    if let Some(link) = link {
        below.push((say(language, words::STOP, ""), Some(link.to_owned())));
    }
    if let Some(controller) = controller {
        let lines = std::iter::once(&controller.label).chain(&controller.address);
        let lines: Vec<&str> = lines.map(String::as_str).collect();
        below.push((lines.join(", "), None));
        below.push((say(language, words::WRITE_TO, &controller.email), None));
    }
    Ok(Content {
        language,
        subject: wording.subject,
        paragraphs,
        below,
    })
}

/// How people read a purpose.
fn purpose_label(policy: &Policy, document: &Document, purpose: &str) -> Option<String> {
    let purpose = policy.words.purposes.id(purpose)?;
    let (_, r#use) = document.rules.use_of(purpose)?;
    Some(r#use.label.trim_end_matches('.').to_owned())
}

fn as_text(content: &Content) -> String {
    let mut text = String::new();
    for paragraph in &content.paragraphs {
        text.push_str(paragraph);
        text.push_str("\n\n");
    }
    text.push_str("-- \n");
    for (line, link) in &content.below {
        text.push_str(line);
        text.push_str(link.as_deref().unwrap_or(""));
        text.push('\n');
    }
    text.replace('\n', "\r\n")
}

fn as_html(content: &Content) -> String {
    let page = html! {
        (DOCTYPE)
        html lang=(content.language.tag()) {
            head { meta charset="utf-8"; title { (content.subject) } }
            body {
                @for paragraph in &content.paragraphs { p { (paragraph.as_str()) } }
                hr;
                @for (line, link) in &content.below {
                    p {
                        (line)
                        @if let Some(link) = link { a href=(link) { (link) } }
                    }
                }
            }
        }
    };
    page.into_string()
}

/// A code as it is easily read: in two halves.
fn spaced(code: &str) -> Zeroizing<String> {
    let (one, other) = code.split_at_checked(code.len() / 2).unwrap_or((code, ""));
    Zeroizing::new(format!("{one} {other}"))
}

fn say(language: Language, phrase: Phrase, with: &str) -> String {
    language.pick(phrase).replace("{0}", with)
}

/// A text as one line, so that it can add no header.
fn plain(text: &str) -> String {
    let shown = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    shown.collect::<String>().trim().to_owned()
}

/// A header of letters and signs of ours alone, which must not be folded.
fn raw(name: &'static str, value: &str) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str(name);
    HeaderValue::dangerous_new_pre_encoded(name, value.to_owned(), value.to_owned())
}

fn at(door: &Door) -> SystemTime {
    let seconds = u64::try_from(door.now().as_second()).unwrap_or(0);
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}
