//! `kept export`: the registers of the policy, for auditors, authorities and other programs.
//! They hold nothing about anybody; what is held about a person is `kept person export`.

use super::house::Compiled;
use super::{Ending, Failed, Outcome, Place, Terminal};
use crate::registers::{Form, Register};
use kept_policy::Evidence;
use kept_policy::registers::Registers;
use std::path::PathBuf;

/// Write the registers of the policy: what is done with personal data, to whom it goes, and across
/// which borders.
///
/// With a data folder, what is on record about recipients is in them.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept export activities > record-of-processing.csv
  kept export transfers --form json
  kept export recipients --out recipients.csv
  kept export activities --form jsonld --out ropa.jsonld")]
pub(super) struct Arguments {
    /// Which register.
    #[arg(value_enum)]
    register: Register,

    /// In which form; the terms of the Data Privacy Vocabulary are one form of all registers.
    #[arg(long, value_enum, default_value = "csv")]
    form: Form,

    /// The file it is written to [default: standard output].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) async fn run(terminal: &Terminal, place: &Place, arguments: &Arguments) -> Outcome {
    let registers = match place.folder()?.is_used() {
        true => {
            let house = place.open().await?;
            Registers::new(&house.policy, &house.door.measure().await?)
        }
        false => {
            let Compiled { policy, .. } = place.compile()?;
            Registers::new(&policy, &Evidence::default())
        }
    };
    let text = arguments.register.text(&registers, arguments.form);
    match &arguments.out {
        None => terminal.line(text.trim_end()),
        Some(path) => {
            let failed = |cause| Failed::new(format!("{}: {cause}", path.display()));
            std::fs::write(path, text).map_err(failed)?;
            terminal.say(format!("written to {}", path.display()));
        }
    }
    Ok(Ending::Done)
}
