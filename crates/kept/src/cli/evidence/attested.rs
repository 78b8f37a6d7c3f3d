//! `kept evidence put` and `kept evidence list`: what promises about others and about measures
//! rest on. Nothing in it is about a person; what it is enough for is the policy's decision.

use crate::cli::{Ending, Failed, House, Outcome, Place, Terminal, caller, show};
use jiff::civil::Date;
use kept_processing::{Command as Act, Effect, Evidence, Listed, Showing};
use serde_json::{Map, Value, json};

/// What is done with evidence on record.
#[derive(clap::Subcommand)]
pub(super) enum Command {
    Put(Box<Put>),
    List(List),
}

/// Put evidence on record. Newer evidence of the same thing takes the place of older.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept evidence put undertaking --recipient crm-cloud --protection processing-agreement \\
      --until 2027-03-31
  kept evidence put assurance --recipient crm-cloud --assurance soc-2 --until 2027-03-31
  kept evidence put assurance --assurance iso-27001 --until 2027-03-31
  kept evidence put review --measure access-review --on 2026-11-20
  kept evidence put engagement --recipient auditors --purpose audit --fields name,email \\
      --reference audit-2026 --from 2026-11-01 --until 2026-12-31
  kept evidence put revocation --instrument adequacy-2023")]
pub(super) struct Put {
    /// Of what.
    kind: Kind,

    /// Whose; an assurance without is the controller's own.
    #[arg(long)]
    recipient: Option<String>,

    /// For an undertaking: processing-agreement, group-agreement, sharing-agreement or
    /// professional-secrecy.
    #[arg(long)]
    protection: Option<String>,

    /// For an assurance: which.
    #[arg(long)]
    assurance: Option<String>,

    /// For an undertaking, an assurance or an engagement: the last day on which it holds.
    #[arg(long, value_name = "DATE")]
    until: Option<Date>,

    /// For a review: of which measure.
    #[arg(long)]
    measure: Option<String>,

    /// For a review: the day.
    #[arg(long, value_name = "DATE")]
    on: Option<Date>,

    /// For a revocation: of which instrument.
    #[arg(long)]
    instrument: Option<String>,

    /// For an engagement: what for.
    #[arg(long)]
    purpose: Option<String>,

    /// For an engagement: which fields it may see.
    #[arg(long, value_delimiter = ',', value_name = "FIELD,…")]
    fields: Option<Vec<String>>,

    /// For an engagement: the code of the task.
    #[arg(long, value_name = "CODE")]
    reference: Option<String>,

    /// For an engagement: the first day on which it holds.
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,

    /// Act as staff in this role [default: as an administrator].
    #[arg(long)]
    role: Option<String>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Kind {
    /// A recipient's undertaking to protect what it gets.
    Undertaking,
    /// A report or certification.
    Assurance,
    /// A security measure was reviewed.
    Review,
    /// A recipient was engaged for a task that needs to see something.
    Engagement,
    /// A transfer instrument was revoked.
    Revocation,
}

/// List the evidence on record.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept evidence list
  kept evidence list --role privacy-office --json")]
pub(super) struct List {
    /// Act as staff in this role [default: as an administrator].
    #[arg(long)]
    role: Option<String>,
}

pub(super) async fn run(terminal: &Terminal, place: &Place, command: &Command) -> Outcome {
    match command {
        Command::Put(arguments) => {
            // What is not evidence fails before anything is opened.
            let evidence = arguments.evidence()?;
            let house = place.open_or_make(false).await?;
            put(terminal, &house, arguments.role.as_deref(), evidence).await
        }
        Command::List(arguments) => {
            list(terminal, &place.open().await?, arguments.role.as_deref()).await
        }
    }
}

impl Put {
    /// The evidence, if what is given is what its kind needs, and nothing else.
    fn evidence(&self) -> Result<Evidence, Failed> {
        let kind = match self.kind {
            Kind::Undertaking => "undertaking",
            Kind::Assurance => "assurance",
            Kind::Review => "review",
            Kind::Engagement => "engagement",
            Kind::Revocation => "revocation",
        };
        let day = |date: Option<Date>| date.map(|date| date.to_string());
        let given = [
            ("recipient", json!(self.recipient)),
            ("protection", json!(self.protection)),
            ("assurance", json!(self.assurance)),
            ("until", json!(day(self.until))),
            ("measure", json!(self.measure)),
            ("on", json!(day(self.on))),
            ("instrument", json!(self.instrument)),
            ("purpose", json!(self.purpose)),
            ("fields", json!(self.fields)),
            ("reference", json!(self.reference)),
            ("from", json!(day(self.from))),
        ];
        let given = given.into_iter().filter(|(_, value)| !value.is_null());
        let mut parts: Map<String, Value> = given
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        parts.insert("kind".to_owned(), json!(kind));
        serde_json::from_value(Value::Object(parts)).map_err(|cause| {
            let failed = Failed::new(format!("this is no {kind}: {cause}"));
            failed.help("`kept evidence put --help` shows an example of each kind")
        })
    }
}

async fn put(
    terminal: &Terminal,
    house: &House,
    role: Option<&str>,
    evidence: Evidence,
) -> Outcome {
    let caller = caller::staff_or_administrator(role);
    let text = format!("on record: {}", in_words(&evidence));
    let told = json!({ "evidence": evidence });
    let performed = house.door.perform(&caller, &Act::Attest(evidence)).await?;
    match performed.outcome {
        Err(refusal) => show::refused(terminal, &house.policy, &refusal),
        Ok(_) => {
            terminal.give(text, || told);
            Ok(Ending::Done)
        }
    }
}

async fn list(terminal: &Terminal, house: &House, role: Option<&str>) -> Outcome {
    let caller = caller::staff_or_administrator(role);
    let listing = Act::Show(Showing::Evidence);
    let evidence = match house.door.perform(&caller, &listing).await?.outcome {
        Err(refusal) => return show::refused(terminal, &house.policy, &refusal),
        Ok(Effect::Listed(Listed::Evidence(evidence))) => evidence,
        Ok(_) => return Err(Failed::new("the door listed something else")),
    };
    if evidence.is_empty() {
        terminal.say("nothing is on record; put evidence there with `kept evidence put`");
    }
    for one in &evidence {
        terminal.give(in_words(one), || json!(one));
    }
    Ok(Ending::Done)
}

fn in_words(evidence: &Evidence) -> String {
    match evidence {
        Evidence::Undertaking {
            recipient,
            protection,
            until,
        } => format!("undertaking  {protection} of {recipient}, until {until}"),
        Evidence::Assurance {
            recipient,
            assurance,
            until,
        } => {
            let whose = recipient.as_deref().unwrap_or("the controller");
            format!("assurance  {assurance} of {whose}, until {until}")
        }
        Evidence::Review { measure, on } => format!("review  {measure}, on {on}"),
        Evidence::Engagement {
            recipient,
            purpose,
            fields,
            reference,
            from,
            until,
        } => {
            let fields = fields.join(", ");
            format!(
                "engagement  {reference} of {recipient} for {purpose}: {fields}, from {from} until {until}"
            )
        }
        Evidence::Revocation { instrument } => format!("revocation  {instrument}"),
    }
}
