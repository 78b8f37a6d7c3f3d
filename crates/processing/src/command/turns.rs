//! What a command needs of the door while it is under way: that no key goes that it seals under, and
//! that others who change the same wait.
//! It says; the door sees to it.

use super::Command;

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
                | Command::Forward(_)
                | Command::Case { .. }
        )
    }
}
