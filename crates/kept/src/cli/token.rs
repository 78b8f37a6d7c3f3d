//! `kept token`: grants, lists and revokes the tokens with which staff and programs show who they
//! are. A secret is printed once, when its token is made, and stored only as a hash.

use super::{Ending, Failed, House, Outcome, Place, Terminal, caller, show};
use crate::ambient::MachineClock;
use kept_processing::{Administration, Command as Act, Effect, Listed, NewToken, Showing, Token};
use kept_terms::{ActorKind, Clock, Day, Period, Timestamp};
use serde_json::json;

/// Grant, list and revoke tokens.
///
/// A token says who acts: a member of staff or a program in a role of the policy, or an
/// administrator, who sees nothing. What the role may do is the policy's decision.
#[derive(clap::Subcommand)]
pub(super) enum Command {
    Create(Create),
    List(List),
    Revoke(Revoke),
}

/// Make a token and print its secret, once.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept token create --role support --expires P90D
  kept token create --role marketing --kind machine --purposes marketing
  kept token create --role client-user --kind machine --home prisma/acme
  kept token create --recipient mail-cloud
  kept token create --administrator")]
pub(super) struct Create {
    /// The role of the policy in which its holder acts.
    #[arg(
        long,
        required_unless_present_any = ["administrator", "recipient"],
        conflicts_with_all = ["administrator", "recipient"]
    )]
    role: Option<String>,

    /// Make a token for a program of a recipient of the policy: it picks up what the recipient has
    /// to be told and confirms it, and does nothing else.
    #[arg(long, conflicts_with_all = ["administrator", "purposes", "kind"])]
    recipient: Option<String>,

    /// Make a token for an administrator, who has no role and sees nothing.
    #[arg(long)]
    administrator: bool,

    /// Who holds it.
    #[arg(
        long,
        value_enum,
        default_value = "staff",
        conflicts_with = "administrator"
    )]
    kind: Kind,

    /// The purposes it is limited to [default: those of the role].
    #[arg(long, value_delimiter = ',', value_name = "PURPOSE,…")]
    purposes: Option<Vec<String>>,

    /// Who holds it, by a name that means nothing outside: where several must agree, all tokens of
    /// one holder count as one, and so do all tokens that name none.
    #[arg(long, value_name = "NAME")]
    holder: Option<String>,

    /// When it ends: a period such as P90D, or a date.
    #[arg(long, default_value = "P90D", value_name = "PERIOD|DATE")]
    expires: String,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Kind {
    /// A person at work.
    Staff,
    /// A program.
    Machine,
}

/// List the tokens that were not revoked, without their secrets.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept token list --json")]
pub(super) struct List {}

/// Revoke a token; the next request with it is turned away.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept token revoke 7f3a90b1c2d4")]
pub(super) struct Revoke {
    /// The token's identifier, as `kept token list` shows it.
    id: String,
}

pub(super) async fn run(terminal: &Terminal, place: &Place, command: Command) -> Outcome {
    match command {
        // The first token is most often the first thing that is wanted of a new house.
        Command::Create(arguments) => {
            create(terminal, &place.open_or_make(false).await?, arguments).await
        }
        Command::List(_) => list(terminal, &place.open().await?).await,
        Command::Revoke(arguments) => revoke(terminal, &place.open().await?, arguments.id).await,
    }
}

async fn create(terminal: &Terminal, house: &House, arguments: Create) -> Outcome {
    let kind = match (arguments.administrator, arguments.kind) {
        (true, _) => ActorKind::Administrator,
        (false, Kind::Staff) => ActorKind::Staff,
        (false, Kind::Machine) => ActorKind::Machine,
    };
    let new = NewToken {
        kind,
        role: arguments.role,
        purposes: arguments.purposes,
        home: caller::home(),
        expires: ending(&arguments.expires)?,
    };
    let (secret, token) = match &arguments.recipient {
        Some(recipient) => house.door.draw_recipient_token(recipient, new.expires)?,
        None => house.door.draw_token(new)?,
    };
    let token = token.held_by(arguments.holder);
    let grant = Administration::Grant {
        secret: secret.clone(),
        token: token.clone(),
    };
    let act = Act::Administer(grant);
    let performed = house.door.perform(&caller::administrator(), &act).await?;
    if let Err(refusal) = performed.outcome {
        return show::refused(terminal, &house.policy, &refusal);
    }
    terminal.say(in_words(&token));
    terminal.say("its secret, which is shown only now:");
    terminal.give(&secret, || json!({ "token": token, "secret": secret }));
    Ok(Ending::Done)
}

/// When a token ends: a period from now, or the first moment of a day.
fn ending(text: &str) -> Result<Timestamp, Failed> {
    let unread =
        || Failed::new("--expires is a period such as `P90D` or a date such as `2027-03-31`");
    let day = match (text.parse::<Period>(), text.parse::<jiff::civil::Date>()) {
        (Ok(period), _) => period.after(Day::of(MachineClock.now())),
        (Err(_), Ok(date)) => Day::from_date(date),
        (Err(_), Err(_)) => return Err(unread()),
    };
    let ends = day.start().ok_or_else(unread)?;
    match ends > MachineClock.now() {
        true => Ok(ends),
        false => Err(Failed::new("--expires lies in the past")),
    }
}

async fn list(terminal: &Terminal, house: &House) -> Outcome {
    let listing = Act::Show(Showing::Tokens);
    let performed = house
        .door
        .perform(&caller::administrator(), &listing)
        .await?;
    let tokens = match performed.outcome {
        Err(refusal) => return show::refused(terminal, &house.policy, &refusal),
        Ok(Effect::Listed(Listed::Tokens(tokens))) => tokens,
        Ok(_) => return Err(Failed::new("the door listed something else")),
    };
    if tokens.is_empty() {
        terminal.say("there is no token; make one with `kept token create`");
    }
    for token in &tokens {
        terminal.give(in_words(token), || json!(token));
    }
    Ok(Ending::Done)
}

fn in_words(token: &Token) -> String {
    let role = token.role.as_deref().or(token.recipient.as_deref());
    let role = role.unwrap_or("administrator");
    let purposes = match &token.purposes {
        Some(purposes) if !purposes.is_empty() => format!(", only for {}", purposes.join(", ")),
        Some(_) | None => String::new(),
    };
    let home = match &token.home {
        Some(home) => format!(", within {home}"),
        None => String::new(),
    };
    let holder = match &token.holder {
        Some(holder) => format!(", held by {holder}"),
        None => String::new(),
    };
    let until = Day::of(token.expires);
    format!(
        "{}  {} as {role}{purposes}{home}{holder}, until {until}",
        token.id, token.kind
    )
}

async fn revoke(terminal: &Terminal, house: &House, id: String) -> Outcome {
    let act = Act::Administer(Administration::Revoke { id: id.clone() });
    let performed = match house.door.perform(&caller::administrator(), &act).await {
        Err(kept_processing::Failure::NotFound(_)) => {
            let failed = Failed::new(format!("there is no token `{id}`"));
            return Err(failed.help("`kept token list` shows them all"));
        }
        answer => answer?,
    };
    if let Err(refusal) = performed.outcome {
        return show::refused(terminal, &house.policy, &refusal);
    }
    terminal.give(format!("{id} is revoked"), || json!({ "revoked": id }));
    Ok(Ending::Done)
}
