//! What each command is: which act, whether it seals, whether it takes its turn.
//! It names; what may be done is the policy's.

use super::Command;
use kept_terms::Act;

impl Command {
    /// Whether it seals values, or cases.
    pub(crate) fn seals(&self) -> bool {
        matches!(
            self,
            Command::Collect(_)
                | Command::Rectify { .. }
                | Command::Hold { .. }
                | Command::Lift { .. }
                | Command::Tie { .. }
                | Command::Case { .. }
                | Command::ReportChild { .. }
                | Command::ParentAgrees { .. }
                | Command::Erase { .. }
                | Command::Propose(_)
                | Command::CarryOut { .. }
                | Command::Decline { .. }
                | Command::Forward(_)
        )
    }

    /// The feed that it is done for, if any.
    pub(crate) fn feed(&self) -> Option<&str> {
        let Command::Pass { feed, .. } = self else {
            return None;
        };
        Some(feed)
    }

    /// Whether it changes what others change as well, so that one is done after the other.
    pub(crate) fn takes_turns(&self) -> bool {
        matches!(
            self,
            Command::Approve { .. }
                | Command::Decline { .. }
                | Command::CarryOut { .. }
                | Command::Case { .. }
                | Command::Forward(_)
        )
    }

    /// The act that a command is.
    pub fn act(&self) -> Act {
        match self {
            Command::Show(_) => Act::Show,
            Command::Propose(_) => Act::Propose,
            Command::Approve { .. } => Act::Approve,
            Command::Decline { .. } => Act::Decline,
            Command::CarryOut { .. } => Act::Disclose,
            Command::UseInEmergency { .. } => Act::Use,
            Command::Case { .. } => Act::Answer,
            Command::SignIn(_) => Act::SignIn,
            Command::SignOut { .. } => Act::SignOut,
            Command::Collect(_) => Act::Collect,
            Command::Use(_) => Act::Use,
            Command::Contact(_) => Act::Contact,
            Command::Find { .. } => Act::Find,
            Command::Verify { .. } => Act::Verify,
            Command::Rectify { .. } => Act::Rectify,
            Command::Restrict { paused: true, .. } => Act::Restrict,
            Command::Restrict { paused: false, .. } => Act::Unrestrict,
            Command::Consent { given: true, .. } => Act::Consent,
            Command::Consent { given: false, .. } => Act::Withdraw,
            Command::Object { objects: true, .. } => Act::Object,
            Command::Object { objects: false, .. } => Act::Unobject,
            Command::Disclose { .. } | Command::Pass { .. } | Command::BeginFeed { .. } => {
                Act::Disclose
            }
            Command::ConfirmDelivery { .. } => Act::Attest,
            Command::Export { .. } | Command::CopyLink(_) => Act::Export,
            Command::Erase { .. } | Command::EraseItem { .. } => Act::Erase,
            Command::ReportChild { child: true, .. } => Act::Restrict,
            Command::ReportChild { child: false, .. } => Act::Unrestrict,
            Command::ParentAgrees { parent, .. } => match parent {
                Some(_) => Act::Consent,
                None => Act::Withdraw,
            },
            Command::Forward(_) => Act::Forward,
            Command::Tie { .. } => Act::Tie,
            Command::Hold { .. } => Act::Hold,
            Command::Lift { .. } => Act::Lift,
            Command::Attest(_) => Act::Attest,
            Command::Administer(_) => Act::Administer,
            Command::Confirm { .. } => Act::Rectify,
            Command::Training { .. }
            | Command::Due { .. }
            | Command::Stale { .. }
            | Command::Tabulate { .. } => Act::Use,
            Command::Publish { .. } => Act::Publish,
            Command::Message(_) => Act::Contact,
        }
    }
}
