//! Each command handed to what is made for it, and its cases along with it.
//! It prepares; it commits and releases nothing.

use super::*;
use std::pin::Pin;

impl<S: Store> Processing<S> {
    /// As [`Processing::dispatch`], for an act that another causes.
    pub(super) fn dispatched<'a>(
        &'a self,
        asking: &'a Asking<'_>,
        command: &'a Command,
    ) -> Pin<Box<dyn Future<Output = Result<Prepared, Failure>> + Send + 'a>> {
        Box::pin(self.dispatch(asking, command))
    }

    /// Hands each command to what is made for it, and its cases along with it.
    pub(super) async fn dispatch(
        &self,
        asking: &Asking<'_>,
        command: &Command,
    ) -> Result<Prepared, Failure> {
        let prepared = self.handed(asking, command).await?;
        self.along(asking, command, prepared).await
    }

    async fn handed(&self, asking: &Asking<'_>, command: &Command) -> Result<Prepared, Failure> {
        match command {
            Command::Collect(collect) => self.collect(asking, collect, false).await,
            Command::Use(wanted) | Command::Contact(wanted) => self.read(asking, wanted).await,
            Command::Find {
                purpose,
                field,
                value,
            } => self.find(asking, purpose, field, value).await,
            Command::Verify {
                person,
                purpose,
                claims,
            } => self.verify(asking, *person, purpose, claims).await,
            Command::Rectify { .. } => self.rectify(asking).await,
            Command::Restrict { person, paused } => self.restrict(asking, *person, *paused).await,
            Command::ReportChild { person, child } => {
                self.report_child(asking, *person, *child).await
            }
            Command::ParentAgrees { .. } => self.parent_agrees(asking).await,
            Command::Consent { .. } => self.consent(asking).await,
            Command::Object {
                person,
                purpose,
                objects,
            } => self.object(asking, *person, purpose, *objects).await,
            Command::Disclose { .. } => self.disclose(asking).await,
            Command::Pass { feed, person } => self.pass(asking, feed, *person).await,
            Command::BeginFeed { feed } => self.begin(asking, feed).await,
            Command::ConfirmDelivery { delivery } => self.confirm_delivery(asking, delivery).await,
            Command::Export { person, right } => self.export(asking, *person, *right).await,
            Command::Erase { person } => self.erase(asking, *person).await,
            Command::EraseItem { .. } => self.erase_item(asking).await,
            Command::Forward(forwarding) => self.forward(asking, forwarding).await,
            Command::Tie { visitor, person } => self.tie(asking, visitor, *person).await,
            Command::Hold {
                person,
                fields,
                matter,
            } => self.hold(asking, *person, fields, matter).await,
            Command::Lift { person, matter } => self.lift(asking, *person, matter).await,
            Command::Attest(evidence) => self.attest(asking, evidence),
            Command::Administer(administration) => self.administer(asking, administration).await,
            Command::Message(message) => self.message(asking, message).await,
            Command::Confirm { .. } => self.confirm(asking).await,
            Command::Training { person, purpose } => self.training(asking, *person, purpose).await,
            Command::Due { .. } => self.due_courses(asking).await,
            Command::Stale { purpose } => self.stale(asking, purpose).await,
            Command::Tabulate { survey, purpose } => self.tabulate(asking, survey, purpose).await,
            Command::Show(showing) => self.show(asking, showing).await,
            Command::Propose(proposal) => self.propose(asking, proposal).await,
            Command::Approve { approval, digest } => self.approve(asking, approval, digest).await,
            Command::Decline { approval } => self.decline(asking, approval).await,
            Command::CarryOut { approval } => self.carry_out(asking, approval).await,
            Command::UseInEmergency { approval, wanted } => {
                self.use_in_emergency(asking, approval, wanted).await
            }
            Command::Case { of, casing } => self.casing(asking, *of, casing).await,
            Command::SignIn(signing) => self.sign_in(asking, signing).await,
            Command::SignOut { person, which } => self.sign_out(asking, *person, which).await,
            Command::Publish { .. } => Err(Failure::invalid(
                "the command",
                "is given to `Processing::publish`, which brings the policy into force with it",
            )),
        }
    }
}
