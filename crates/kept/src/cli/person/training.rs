//! A person's training, and what is held of them being still right.

use super::super::{Ending, Failed, House, Outcome, Terminal, caller, show};
use super::{Who, act};
use kept_processing::{Command, Effect, Training as Profile};
use serde_json::json;

/// Show the courses behind a person and those ahead.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept person training 019ab0… --purpose training --role trainer")]
pub(in super::super) struct Training {
    #[command(flatten)]
    who: Who,

    /// What for.
    #[arg(long)]
    purpose: String,
}

pub(super) async fn training(terminal: &Terminal, house: &House, arguments: Training) -> Outcome {
    let Training { who, purpose } = arguments;
    let person = who.person;
    let command = Command::Training { person, purpose };
    let caller = caller::staff_or_person(who.role.as_deref());
    let performed = house.door.perform(&caller, &command).await?;
    let profile = match performed.outcome {
        Err(refusal) => return show::refused(terminal, &house.policy, &refusal),
        Ok(Effect::Training(profile)) => profile,
        Ok(_) => return Err(Failed::new("the door answered something else")),
    };
    let Profile { attended, due } = profile;
    if attended.is_empty() && due.is_empty() {
        terminal.say("no course is behind them and none ahead");
    }
    for course in attended {
        let title = course.title.as_deref().unwrap_or(&course.course);
        let on = course
            .on
            .map(|day| format!(" on {day}"))
            .unwrap_or_default();
        let until = course.counts_until;
        let until = until
            .map(|day| format!(", counts until {day}"))
            .unwrap_or_default();
        terminal.give(
            format!("attended  {title}{on}{until}"),
            || json!({ "attended": course.course, "on": course.on.map(|day| day.to_string()) }),
        );
    }
    for course in due {
        let title = course.title.as_deref().unwrap_or(&course.course);
        let by = course
            .by
            .map(|day| format!(" by {day}"))
            .unwrap_or_default();
        let late = if course.overdue { ", overdue" } else { "" };
        let required = if course.required {
            ", required by a client"
        } else {
            ""
        };
        terminal.give(format!("due       {title}{by}{late}{required}"), || {
            json!({ "due": course.course, "by": course.by.map(|day| day.to_string()),
                "overdue": course.overdue, "required": course.required })
        });
    }
    Ok(Ending::Done)
}

/// Record that what is held of a person is still right.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept person confirm 019ab0…
  kept person confirm 019ab0… --purpose keep-up-to-date --role support --fields email")]
pub(in super::super) struct Confirm {
    #[command(flatten)]
    who: Who,

    /// What for, where the person did not say so themselves.
    #[arg(long)]
    purpose: Option<String>,

    /// Which fields [default: all that are to be confirmed from time to time].
    #[arg(long, value_delimiter = ',', value_name = "FIELD,…")]
    fields: Vec<String>,
}

pub(super) async fn confirm(terminal: &Terminal, house: &House, arguments: Confirm) -> Outcome {
    let Confirm {
        who,
        purpose,
        fields,
    } = arguments;
    let command = Command::Confirm {
        person: who.person,
        purpose,
        fields,
    };
    act(terminal, house, who.role.as_deref(), command, "confirmed").await
}
