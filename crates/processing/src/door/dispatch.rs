//! Each command handed to what is made for it, and its cases along with it.
//! It prepares; it commits and releases nothing.
//!
//! What is asked for all the time is prepared in place. The rest is prepared in a future of its
//! own, so that a reading does not carry along what the largest of all acts needs.

use super::*;
use futures::FutureExt;

impl<S: Store> Processing<S> {
    /// Hands a command on, in a future of its own: it is compiled once, here, however many ways
    /// lead to it, and an act may cause another.
    pub(super) fn dispatched<'a>(
        &'a self,
        asking: &'a Asking<'_>,
        command: &'a Command,
    ) -> Doing<'a, Prepared> {
        self.dispatch(asking, command).boxed()
    }

    async fn dispatch(&self, asking: &Asking<'_>, command: &Command) -> Result<Prepared, Failure> {
        let prepared = self.handed(asking, command).await?;
        self.along(asking, command, prepared).await
    }

    async fn handed(&self, asking: &Asking<'_>, command: &Command) -> Result<Prepared, Failure> {
        let apart: Doing<'_, Prepared> = match command {
            Command::Collect(collect) => return self.collect(asking, collect, false).await,
            Command::Use(wanted) | Command::Contact(wanted) => {
                return self.read(asking, wanted).await;
            }
            Command::Find {
                purpose,
                field,
                value,
            } => self.find(asking, purpose, field, value).boxed(),
            Command::Verify {
                person,
                purpose,
                claims,
            } => self.verify(asking, *person, purpose, claims).boxed(),
            Command::Rectify { .. } => self.rectify(asking).boxed(),
            Command::Restrict { person, paused } => self.restrict(asking, *person, *paused).boxed(),
            Command::ReportChild { person, child } => {
                self.report_child(asking, *person, *child).boxed()
            }
            Command::ParentAgrees { .. } => self.parent_agrees(asking).boxed(),
            Command::Consent { .. } => self.consent(asking).boxed(),
            Command::Object {
                person,
                purpose,
                objects,
            } => self.object(asking, *person, purpose, *objects).boxed(),
            Command::Disclose { .. } => self.disclose(asking).boxed(),
            Command::Pass { feed, person } => self.pass(asking, feed, *person).boxed(),
            Command::BeginFeed { feed } => self.begin(asking, feed).boxed(),
            Command::ConfirmDelivery { delivery } => {
                self.confirm_delivery(asking, delivery).boxed()
            }
            Command::Export { person, right } => self.export(asking, *person, *right).boxed(),
            Command::Erase { person } => self.erase(asking, *person).boxed(),
            Command::EraseItem { .. } => self.erase_item(asking).boxed(),
            Command::Forward(forwarding) => self.forward(asking, forwarding).boxed(),
            Command::Tie { visitor, person } => self.tie(asking, visitor, *person).boxed(),
            Command::Hold { .. } => self.hold(asking).boxed(),
            Command::Lift { person, matter } => self.lift(asking, *person, matter).boxed(),
            Command::Attest(evidence) => return self.attest(asking, evidence),
            Command::Administer(administration) => self.administer(asking, administration).boxed(),
            Command::Message(message) => self.message(asking, message).boxed(),
            Command::Confirm { .. } => self.confirm(asking).boxed(),
            Command::Training { person, purpose } => {
                self.training(asking, *person, purpose).boxed()
            }
            Command::Due { .. } => self.due_courses(asking).boxed(),
            Command::Stale { purpose } => self.stale(asking, purpose).boxed(),
            Command::Tabulate { survey, purpose } => self.tabulate(asking, survey, purpose).boxed(),
            Command::Show(showing) => self.show(asking, showing).boxed(),
            Command::Propose(proposal) => self.propose(asking, proposal).boxed(),
            Command::Approve { approval, digest } => self.approve(asking, approval, digest).boxed(),
            Command::Decline { approval } => self.decline(asking, approval).boxed(),
            Command::CarryOut { approval } => self.carry_out(asking, approval).boxed(),
            Command::UseInEmergency { approval, wanted } => {
                self.use_in_emergency(asking, approval, wanted).boxed()
            }
            Command::Case { of, casing } => self.casing(asking, *of, casing).boxed(),
            Command::CopyLink(change) => self.copy_link(asking, change).boxed(),
            Command::SignIn(signing) => self.sign_in(asking, signing).boxed(),
            Command::SignOut { person, which } => self.sign_out(asking, *person, which).boxed(),
            Command::Publish { .. } => return Err(another_way()),
        };
        apart.await
    }
}

/// A policy is published with what brings it into force.
fn another_way() -> Failure {
    Failure::invalid(
        "the command",
        "is given to `Processing::publish`, which brings the policy into force with it",
    )
}
