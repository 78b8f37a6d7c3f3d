//! `kept outbox`: messages queued, sent, looked over, and what came back of them.
//! A server does all of this by itself; these commands are for when none runs.

use super::serve::MailArguments;
use super::{Ending, Failed, House, Outcome, Place, Terminal, caller, counted, show};
use crate::ambient::MachineRandomness;
use crate::api::Api;
use crate::outbox::{self, Postman, Round};
use kept_processing::{
    Administration, Bounced, Command as Act, Door, Message, Outgoing, Registered, Sending, Wording,
};
use kept_terms::PersonId;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Queue, send and look over messages to people.
#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Queue a message to a person, if they may be contacted for its purpose.
    #[command(after_long_help = "Example:
  kept outbox send --person 019ab0… --purpose answer-you --template hello --role support")]
    Send(SendArguments),
    /// Queue a message to everybody who may be contacted for a purpose, each once.
    #[command(after_long_help = "Example:
  kept outbox campaign spring --purpose marketing --template news --role marketing")]
    Campaign(CampaignArguments),
    /// Register what a message says: a JSON file with `id`, `purpose` and `texts`.
    #[command(after_long_help = "Example:
  kept outbox template news.json

news.json holds {\"id\": \"news\", \"purpose\": \"marketing\", \"texts\": {\"en\": {\"subject\": \"…\", \"body\": \"…\"}}}")]
    Template {
        /// The file.
        file: PathBuf,
    },
    /// Tell how messages stand.
    #[command(after_long_help = "Example:
  kept outbox list --state doubtful")]
    List {
        /// Only those that stand so.
        #[arg(long, value_parser = ["waiting", "leaving", "gone", "undeliverable", "doubtful"])]
        state: Option<String>,
    },
    /// Send what is due, until nothing is.
    #[command(after_long_help = "Example:
  kept outbox deliver --smtp smtp://127.0.0.1:25 --mail-from privacy@example.com \
    --public-url https://privacy.example.com")]
    Deliver(MailArguments),
    /// Read reports of delivery that came back from a folder of `.eml` files.
    #[command(after_long_help = "Example:
  kept outbox bounces returned/")]
    Bounces {
        /// The folder.
        folder: PathBuf,
    },
}

#[derive(clap::Args)]
pub(super) struct SendArguments {
    /// To whom, as `kept person find` shows it.
    #[arg(long, value_name = "ID")]
    person: PersonId,

    /// What for.
    #[arg(long)]
    purpose: String,

    /// By which template.
    #[arg(long)]
    template: String,

    /// What it is about: the same template about the same thing is sent once.
    #[arg(long, value_name = "REFERENCE")]
    about: Option<String>,

    /// In which role of the policy.
    #[arg(long)]
    role: String,
}

#[derive(clap::Args)]
pub(super) struct CampaignArguments {
    /// Its name; there is one campaign of a name.
    name: String,

    /// What for.
    #[arg(long)]
    purpose: String,

    /// By which template.
    #[arg(long)]
    template: String,

    /// In which role of the policy.
    #[arg(long)]
    role: String,
}

pub(super) async fn run(terminal: &Terminal, place: &Place, command: Command) -> Outcome {
    // What is wrong with the settings is told before anything is opened.
    let postman = match &command {
        Command::Deliver(arguments) => {
            let missing = "nothing says how messages leave: give `--smtp` or `--mail-folder`";
            let mail = arguments.mail()?.ok_or_else(|| Failed::new(missing))?;
            Some(Postman::new(mail))
        }
        Command::Send(_)
        | Command::Campaign(_)
        | Command::Template { .. }
        | Command::List { .. }
        | Command::Bounces { .. } => None,
    };
    let house = place.open().await?;
    match command {
        Command::Send(arguments) => send(terminal, &house, arguments).await,
        Command::Campaign(arguments) => campaign(terminal, &house, arguments).await,
        Command::Template { file } => template(terminal, &house, &file).await,
        Command::List { state } => list(terminal, &house.door, state.as_deref()).await,
        Command::Deliver(_) => match postman {
            Some(postman) => deliver(terminal, &house, postman).await,
            None => Ok(Ending::Done),
        },
        Command::Bounces { folder } => bounces(terminal, &house.door, &folder).await,
    }
}

async fn send(terminal: &Terminal, house: &House, arguments: SendArguments) -> Outcome {
    let SendArguments {
        person,
        purpose,
        template,
        about,
        role,
    } = arguments;
    fits(house, &template, &purpose)?;
    let about = about.unwrap_or_else(|| house.door.draw_reference());
    let message = Outgoing::new(person, &template, &purpose, &about);
    let act = Act::Message(Message::One(message));
    perform(terminal, house, &caller::staff(&role), act, "queued").await
}

async fn campaign(terminal: &Terminal, house: &House, arguments: CampaignArguments) -> Outcome {
    let CampaignArguments {
        name,
        purpose,
        template,
        role,
    } = arguments;
    fits(house, &template, &purpose)?;
    let act = Act::Message(Message::Everybody {
        name,
        purpose,
        template,
    });
    perform(terminal, house, &caller::staff(&role), act, "begun").await
}

/// A template as its file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: String,
    purpose: String,
    texts: BTreeMap<String, Wording>,
}

async fn template(terminal: &Terminal, house: &House, file: &Path) -> Outcome {
    let text = std::fs::read(file).map_err(|cause| super::house::unreadable(file, &cause))?;
    let File { id, purpose, texts } = serde_json::from_slice(&text)
        .map_err(|cause| Failed::new(format!("`{}` is no template: {cause}", file.display())))?;
    let template = Registered::Template { id, purpose, texts };
    let act = Act::Administer(Administration::Register(template));
    perform(terminal, house, &caller::administrator(), act, "registered").await
}

async fn perform(
    terminal: &Terminal,
    house: &House,
    caller: &kept_processing::Caller,
    act: Act,
    done: &str,
) -> Outcome {
    let performed = house.door.perform(caller, &act).await?;
    match performed.outcome {
        Err(refusal) => show::refused(terminal, &house.policy, &refusal),
        Ok(_) => {
            let entry = performed.entry;
            terminal.give(done, || json!({ "outcome": done, "entry": entry }));
            Ok(Ending::Done)
        }
    }
}

fn fits(house: &House, template: &str, purpose: &str) -> Result<(), Failed> {
    if outbox::is_template(&house.door, template, purpose) {
        return Ok(());
    }
    let known = outbox::known_templates(&house.door).join(", ");
    let problem = "there is no such template for this purpose";
    Err(Failed::new(problem).help(format!(
        "known: {known}; register one with `outbox template`"
    )))
}

async fn list(terminal: &Terminal, door: &Door, state: Option<&str>) -> Outcome {
    let mut after: Option<String> = None;
    loop {
        let page = door.post(after.as_deref(), 500).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.key());
        for message in page {
            if state.is_some_and(|state| state != message.state.word()) {
                continue;
            }
            let why = match message.state {
                Sending::Undeliverable { why, .. } => why.word(),
                Sending::Waiting { .. }
                | Sending::Leaving { .. }
                | Sending::Gone { .. }
                | Sending::Doubtful { .. } => "",
            };
            let state = message.state.word();
            let text = format!(
                "{state:13} {} {} {} {why}",
                message.person, message.template, message.about
            );
            terminal.give(text.trim_end().to_owned(), || {
                json!({
                    "person": message.person, "template": message.template,
                    "purpose": message.purpose, "about": message.about, "state": state,
                    "why": why,
                })
            });
        }
    }
    for campaign in door.campaigns().await? {
        let stands = match campaign.complete {
            true => "complete",
            false => "under way",
        };
        let text = format!(
            "campaign {}: {stands}; {} queued, {} passed over",
            campaign.name,
            counted(campaign.queued, "message"),
            counted(campaign.passed_over, "person")
        );
        terminal.give(text, || json!({ "campaign": campaign }));
    }
    for notice in door.announcements().await? {
        let stands = match notice.done {
            true => "complete",
            false => "under way",
        };
        let version = notice.version.get(..8).unwrap_or_default();
        let queued: u64 = notice.queued.values().sum();
        let queued = counted(queued, "message");
        let text = format!("notice of version {version}: {stands}; {queued} to people queued");
        terminal.give(text, || json!({ "notice": notice }));
        for (name, client) in notice.clients.values().flat_map(|it| &it.clients) {
            let since = kept_terms::Day(client.since);
            let text = format!("  client {name}: {}, since {since}", client.stands.word());
            terminal.give(text, || json!({ "client": name, "told": client }));
        }
    }
    Ok(Ending::Done)
}

async fn deliver(terminal: &Terminal, house: &House, mut postman: Postman) -> Outcome {
    let api = Api::new(house.door.clone(), &MachineRandomness::new(), false);
    let mut all = Round::default();
    loop {
        let more = outbox::advance(&api).await?;
        let round = postman.round(&api).await?;
        all.unreached = round.unreached;
        all.sent += round.sent;
        all.retried += round.retried;
        all.dropped += round.dropped;
        all.undeliverable += round.undeliverable;
        all.doubtful += round.doubtful;
        if !more && !round.more {
            break;
        }
    }
    postman.rest().await;
    house.door.sequence().await?;
    if let Some(cause) = all.unreached {
        let sent = counted(all.sent, "message");
        let problem = format!("no mail server takes messages: {cause} ({sent} sent before)");
        return Err(Failed::new(problem).help("what was not sent waits; look at `--smtp`"));
    }
    let text = format!(
        "sent {}; {} to be tried again, {} dropped, {} undeliverable, {} doubtful",
        counted(all.sent, "message"),
        all.retried,
        all.dropped,
        all.undeliverable,
        all.doubtful
    );
    terminal.give(text, || {
        json!({
            "sent": all.sent, "retried": all.retried, "dropped": all.dropped,
            "undeliverable": all.undeliverable, "doubtful": all.doubtful,
        })
    });
    Ok(Ending::Done)
}

/// The longest report that is read, in bytes.
const REPORT_BYTES_MAX: u64 = 1 << 20;

async fn bounces(terminal: &Terminal, door: &Door, folder: &Path) -> Outcome {
    let unreadable = |cause: &std::io::Error| super::house::unreadable(folder, cause);
    let (mut noted, mut others) = (0, 0);
    for entry in std::fs::read_dir(folder).map_err(|cause| unreadable(&cause))? {
        let path = entry.map_err(|cause| unreadable(&cause))?.path();
        let size = path.metadata().map_or(0, |data| data.len());
        let is_letter = path.extension().is_some_and(|end| end == "eml");
        if !is_letter || size > REPORT_BYTES_MAX {
            others += u64::from(is_letter);
            continue;
        }
        let bytes =
            std::fs::read(&path).map_err(|cause| super::house::unreadable(&path, &cause))?;
        match outbox::note(door, &bytes).await? {
            Some(Some(Bounced::Noted)) => noted += 1,
            Some(_) | None => others += 1,
        }
    }
    let text = format!(
        "{} will not arrive; {} said nothing new",
        counted(noted, "message"),
        counted(others, "report")
    );
    terminal.give(text, || json!({ "noted": noted, "others": others }));
    Ok(Ending::Done)
}
