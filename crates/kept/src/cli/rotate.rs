//! `kept rotate`: replaces the wrapping key, or the root key.

use super::device::Uri;
use super::root::{Command, Keeper};
use super::{Ending, Failed, Outcome, Place, Terminal, caller, counted, show};
use kept_processing::RootKey;
use serde_json::json;
use std::path::PathBuf;

/// Replace the wrapping key, and rewrap every key with the new one.
///
/// The values themselves are not touched. If it is interrupted, it goes on with the next rotation;
/// nothing is unreadable in between.
///
/// With one of the options, the wrapping keys are put under another root key instead, which every
/// start needs from then on: change the settings with it. The root key of before opens nothing but
/// old copies of the keyring; destroy it when a backup was made.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept rotate
  kept rotate --new-root-key /var/lib/kept-key/root.key.new
  kept rotate --new-root-command '/usr/local/bin/unwrap-root-key kept'")]
pub(super) struct Arguments {
    /// A file for the new root key; it is made where it is missing.
    #[arg(long, value_name = "FILE", group = "root")]
    new_root_key: Option<PathBuf>,

    /// A file that holds the passphrase to work the root key out from.
    #[arg(long, value_name = "FILE", group = "root")]
    new_passphrase_file: Option<PathBuf>,

    /// A command that prints the new root key.
    #[arg(long, value_name = "COMMAND", group = "root")]
    new_root_command: Option<Command>,

    /// The name of the service's credential that is the new root key.
    #[arg(long, value_name = "NAME", group = "root")]
    new_root_credential: Option<String>,

    /// The new root key in a device, as a PKCS#11 URI; it is made where it is missing.
    #[arg(long, value_name = "URI", group = "root")]
    new_root_pkcs11: Option<Uri>,
}

impl Arguments {
    fn root(&self) -> Result<Option<RootKey>, Failed> {
        let keeper = Keeper {
            file: self.new_root_key.as_deref(),
            passphrase_file: self.new_passphrase_file.as_deref(),
            command: self.new_root_command.as_ref(),
            credential: self.new_root_credential.as_deref(),
            device: self.new_root_pkcs11.as_ref(),
        };
        keeper.key()
    }
}

pub(super) async fn run(terminal: &Terminal, place: &Place, arguments: &Arguments) -> Outcome {
    let root = arguments.root()?;
    let house = place.open().await?;
    if let Some(root) = root {
        let caller = caller::administrator();
        let performed = house.door.rotate_root(&caller, &root).await?;
        if let Err(refusal) = performed.outcome {
            return show::refused(terminal, &house.policy, &refusal);
        }
        let text = "the keyring is under the new root key: set it before the next start, and make a \
                    backup; then destroy the one of before";
        terminal.give(text.to_owned(), || json!({ "entry": performed.entry }));
        return Ok(Ending::Done);
    }
    let bar = terminal.progress("rewrapping keys", Some(0));
    let mut keys = 0;
    let mut progress = |done: u64, total: u64| {
        keys = total;
        bar.set_length(total);
        bar.set_position(done);
    };
    let performed = house
        .door
        .rotate(&caller::administrator(), &mut progress)
        .await?;
    bar.finish_and_clear();
    if let Err(refusal) = performed.outcome {
        return show::refused(terminal, &house.policy, &refusal);
    }
    terminal.give(
        format!("rewrapped {}", counted(keys, "key")),
        || json!({ "keys": keys, "entry": performed.entry }),
    );
    Ok(Ending::Done)
}
