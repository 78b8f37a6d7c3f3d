//! What attempts around messages share: a template, a queue, a postman who carries into a folder.

use crate::house::{House, administrator, staff};
use kept::outbox::{Mail, Postman, Round, Sender, Way};
use kept_processing::{
    Administration, Command, Message, Outgoing, Performed, Registered, Sending, Wording,
};
use kept_terms::PersonId;
use std::collections::BTreeMap;
use std::path::Path;

/// Where links lead in these attempts.
pub const URL: &str = "https://privacy.example.com";

/// Settings by a way.
pub fn mail(way: Way) -> Mail {
    Mail {
        way,
        from: Sender::parse("privacy@example.com", Some("bounces@example.com")).unwrap(),
        public_url: URL.to_owned(),
        dkim: None,
    }
}

/// Registers what a message of a purpose says.
pub async fn template(house: &House, id: &str, purpose: &str) {
    let wording = Wording {
        subject: "What is new".to_owned(),
        body: "We have built something.\n\n.This line begins with a dot.".to_owned(),
    };
    let template = Registered::Template {
        id: id.to_owned(),
        purpose: purpose.to_owned(),
        texts: BTreeMap::from([("en".to_owned(), wording)]),
    };
    let register = Administration::Register(template);
    house
        .done(&administrator(), Command::Administer(register))
        .await;
}

/// A message that waits.
pub fn message(person: &str, template: &str, purpose: &str, about: &str) -> Command {
    let person: PersonId = person.parse().unwrap();
    let message = Outgoing::new(person, template, purpose, about);
    Command::Message(Message::One(message))
}

/// Queues a message, which has to be permitted.
pub async fn queue(house: &House, role: &str, message: Command) -> Performed {
    house.done(&staff(role), message).await
}

/// Carries everything that is due into a folder, as a new postman who has seen nothing yet.
pub async fn deliver(house: &House, folder: &Path) -> Round {
    let mut postman = Postman::new(mail(Way::Folder(folder.to_owned())));
    let mut all = Round::default();
    loop {
        let more = kept::outbox::advance(house.api()).await.unwrap();
        let round = postman.round(house.api()).await.unwrap();
        all.sent += round.sent;
        all.dropped += round.dropped;
        all.undeliverable += round.undeliverable;
        all.doubtful += round.doubtful;
        if !more && !round.more {
            return all;
        }
    }
}

/// The messages in a folder, their soft line ends undone.
pub fn letters(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder.join("new")) else {
        return Vec::new();
    };
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        text.replace("=\r\n", "")
    };
    entries.map(read).collect()
}

/// The path of the link that ends messages, as a letter's header has it.
pub fn link(letter: &str) -> String {
    let header = letter
        .lines()
        .find_map(|line| line.strip_prefix("List-Unsubscribe: <"))
        .unwrap();
    let url = header.strip_suffix('>').unwrap();
    url.strip_prefix(URL).unwrap().to_owned()
}

/// How every message stands.
pub async fn states(house: &House) -> Vec<Sending> {
    let post = house.door().post(None, 1_000).await.unwrap();
    post.into_iter().map(|message| message.state).collect()
}

/// Looks for a text in every file of a folder.
pub fn holds(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, text);
        }
        let bytes = std::fs::read(&path).unwrap();
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    })
}
