//! The forms in which a copy tells the same: a page, a table, data for programs.
//! What somebody wrote is text in each of them, and never markup, a formula or code.

use crate::centre::about_me::{channel_of, text, until};
use crate::centre::saying::Speaker;
use crate::centre::trail;
use kept_processing::{About, Released};
use kept_terms::Timestamp;
use maud::{DOCTYPE, html};
use serde_json::json;

/// One form of a copy, told item by item.
pub(super) trait Form {
    /// What stands before the first.
    fn begin(&mut self) -> String;
    /// One, with the name of its file in the archive.
    fn item(&mut self, item: &Released, file: Option<&str>) -> String;
    /// What stands after the last.
    fn end(&mut self) -> String;
}

/// A page that people read.
pub(super) struct Page<'a> {
    speaker: Speaker<'a>,
    about: &'a About,
    made: Timestamp,
}

impl<'a> Page<'a> {
    pub fn new(speaker: Speaker<'a>, about: &'a About, made: Timestamp) -> Page<'a> {
        Page {
            speaker,
            about,
            made,
        }
    }
}

impl Form for Page<'_> {
    fn begin(&mut self) -> String {
        let language = self.speaker.language;
        let title = language.pick(crate::centre::about_me::TITLE);
        let no: Vec<String> = self
            .about
            .objections
            .iter()
            .map(|it| self.speaker.purpose(it))
            .collect();
        let who = self.about.received.iter();
        let who: Vec<String> = who
            .map(|it| self.speaker.recipient(&it.recipient))
            .collect();
        let head = html! {
            (DOCTYPE)
            html lang=(language.tag()) {
                head { meta charset="utf-8"; title { (title) }
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    style { "body{font:1rem/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}dt{font-weight:600}dd{margin:0 0 1rem;white-space:pre-line;overflow-wrap:anywhere}small{color:#555}" }
                }
            }
        };
        let lead = html! {
            h1 { (title) }
            p { small { (self.made.strftime("%Y-%m-%d %H:%M UTC").to_string()) } }
            @if !no.is_empty() {
                p { (language.pick(trail::SAID_NO)) ": " (self.speaker.list(&no)) }
            }
            @if !who.is_empty() {
                p { (language.pick(trail::SHOWN_TO)) ": " (self.speaker.list(&who)) }
            }
        };
        let head = head.into_string();
        let open = head.trim_end_matches("</html>");
        format!("{open}<body>{}<dl>\n", lead.into_string())
    }

    fn item(&mut self, item: &Released, file: Option<&str>) -> String {
        let speaker = &self.speaker;
        let purposes: Vec<String> = item
            .purposes
            .iter()
            .map(|name| speaker.purpose(name))
            .collect();
        let line = [
            speaker.list(&purposes),
            speaker.channel(channel_of(item)),
            until(speaker.language, item.due),
        ];
        let told = html! {
            dt { (speaker.field(&item.field)) }
            dd {
                @match file { Some(file) => a href=(file) { (text(item)) }, None => (text(item)) }
                br; small { (line.join(" · ")) }
            }
        };
        told.into_string() + "\n"
    }

    fn end(&mut self) -> String {
        "</dl></body></html>\n".to_owned()
    }
}

/// A table.
pub(super) struct Csv<'a> {
    speaker: Speaker<'a>,
}

impl<'a> Csv<'a> {
    pub fn new(speaker: Speaker<'a>) -> Csv<'a> {
        Csv { speaker }
    }
}

/// A cell as spreadsheets read it. One that they would take for a formula begins with an
/// apostrophe.
fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if is_formula { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

impl Form for Csv<'_> {
    fn begin(&mut self) -> String {
        "\u{feff}field,label,value,file,purposes,channel,until\r\n".to_owned()
    }

    fn item(&mut self, item: &Released, file: Option<&str>) -> String {
        let purposes: Vec<String> = item
            .purposes
            .iter()
            .map(|it| self.speaker.purpose(it))
            .collect();
        let cells = [
            cell(&item.field),
            cell(&self.speaker.field(&item.field)),
            cell(text(item)),
            cell(file.unwrap_or_default()),
            cell(&purposes.join("; ")),
            cell(&self.speaker.channel(channel_of(item))),
            cell(&item.due.map_or_else(String::new, |day| day.to_string())),
        ];
        cells.join(",") + "\r\n"
    }

    fn end(&mut self) -> String {
        String::new()
    }
}

/// Data for programs.
pub(super) struct Json<'a> {
    about: &'a About,
    made: Timestamp,
    first: bool,
}

impl<'a> Json<'a> {
    pub fn new(about: &'a About, made: Timestamp) -> Json<'a> {
        Json {
            about,
            made,
            first: true,
        }
    }
}

impl Form for Json<'_> {
    fn begin(&mut self) -> String {
        let about = self.about;
        let consents = about.consents.iter().map(|(purpose, record)| {
            json!({
                "purpose": purpose, "given": record.given_second, "withdrawn": record.withdrawn_second,
                "channel": record.through, "version": record.version,
            })
        });
        let received = about.received.iter().map(|it| {
            json!({
                "recipient": it.recipient, "first": it.first.to_string(), "last": it.last.to_string(),
                "fields": it.fields, "purposes": it.purposes,
            })
        });
        let about = json!({
            "country": about.country.map(|it| it.code()),
            "document": about.document,
            "paused": about.restricted,
            "objections": about.objections,
            "consents": consents.collect::<Vec<_>>(),
            "agreed-recipients": about.recipients,
            "received": received.collect::<Vec<_>>(),
        });
        format!(
            "{{\"made\":\"{}\",\"about\":{about},\"values\":[\n",
            self.made
        )
    }

    fn item(&mut self, item: &Released, file: Option<&str>) -> String {
        let comma = if std::mem::take(&mut self.first) {
            ""
        } else {
            ",\n"
        };
        let told = json!({
            "field": item.field,
            "number": item.number,
            "value": text(item),
            "file": file,
            "purposes": item.purposes,
            "origin": item.origin,
            "until": item.due.map(|day| day.to_string()),
        });
        format!("{comma}{told}")
    }

    fn end(&mut self) -> String {
        "\n]}\n".to_owned()
    }
}
