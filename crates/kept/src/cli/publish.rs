//! `kept publish`: writes the policy as pages, or brings it into force.

use super::{Ending, Failed, Outcome, Place, Terminal};
use serde_json::json;
use std::path::PathBuf;

/// Write the policy as web pages, or bring it into force.
///
/// The pages need no JavaScript and no other file. With --in-force the policy takes the place of
/// the one in force in the data folder; every version that was ever in force stays on record.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept publish policies/mediaocean --out pages
  kept publish policies/mediaocean --in-force")]
pub(super) struct Arguments {
    /// The policy's folder [default: the folder of --policy].
    path: Option<PathBuf>,

    /// The folder the pages are written to, or a file where the policy has one page.
    #[arg(long, value_name = "PATH", required_unless_present = "in_force")]
    out: Option<PathBuf>,

    /// Bring the policy into force in the data folder.
    #[arg(long)]
    in_force: bool,
}

pub(super) async fn run(terminal: &Terminal, place: &Place, arguments: &Arguments) -> Outcome {
    let mut place = place.clone();
    if let Some(path) = &arguments.path {
        place.policy.clone_from(path);
    }
    if let Some(out) = &arguments.out {
        let problem = format!(
            "no page can be written to `{}` by this build",
            out.display()
        );
        return Err(Failed::new(problem));
    }
    let house = place.open_or_make(true).await?;
    let digest = house.policy.digest.to_string();
    terminal.give(
        format!("policy {digest} is in force"),
        || json!({ "in-force": digest }),
    );
    Ok(Ending::Done)
}
