//! Each command handed to what is made for it, and its cases along with it.
//! It prepares; it commits and releases nothing.
//!
//! What is asked for all the time is prepared in place. The rest is prepared in a future of its
//! own, so that a reading does not carry along what the largest of all acts needs.

use super::*;

impl<S: Store> Processing<S> {
    /// Hands a command on, in a future of its own: it is compiled once, here, however many ways
    /// lead to it, and an act may cause another.
    pub(super) fn dispatched<'a>(
        &'a self,
        asking: &'a Asking<'_>,
        command: &'a Command,
    ) -> Doing<'a, Prepared> {
        Box::pin(self.dispatch(asking, command))
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
            } => Box::pin(self.find(asking, purpose, field, value)),
            Command::Verify {
                person,
                purpose,
                claims,
            } => Box::pin(self.verify(asking, *person, purpose, claims)),
            Command::Rectify { .. } => Box::pin(self.rectify(asking)),
            Command::Restrict { person, paused } => {
                Box::pin(self.restrict(asking, *person, *paused))
            }
            Command::ReportChild { person, child } => {
                Box::pin(self.report_child(asking, *person, *child))
            }
            Command::Consent { .. } => Box::pin(self.consent(asking)),
            Command::Object {
                person,
                purpose,
                objects,
            } => Box::pin(self.object(asking, *person, purpose, *objects)),
            Command::Disclose { .. } => Box::pin(self.disclose(asking)),
            Command::Pass { feed, person } => Box::pin(self.pass(asking, feed, *person)),
            Command::BeginFeed { feed } => Box::pin(self.begin(asking, feed)),
            Command::ConfirmDelivery { delivery } => {
                Box::pin(self.confirm_delivery(asking, delivery))
            }
            Command::Export { person, right } => Box::pin(self.export(asking, *person, *right)),
            Command::Erase { person } => Box::pin(self.erase(asking, *person)),
            Command::EraseItem { .. } => Box::pin(self.erase_item(asking)),
            Command::Forward(forwarding) => Box::pin(self.forward(asking, forwarding)),
            Command::Tie { visitor, person } => Box::pin(self.tie(asking, visitor, *person)),
            Command::Hold {
                person,
                fields,
                matter,
            } => Box::pin(self.hold(asking, *person, fields, matter)),
            Command::Lift { person, matter } => Box::pin(self.lift(asking, *person, matter)),
            Command::Attest(evidence) => return self.attest(asking, evidence),
            Command::Administer(administration) => {
                Box::pin(self.administer(asking, administration))
            }
            Command::Message(message) => Box::pin(self.message(asking, message)),
            Command::Confirm { .. } => Box::pin(self.confirm(asking)),
            Command::Training { person, purpose } => {
                Box::pin(self.training(asking, *person, purpose))
            }
            Command::Due { .. } => Box::pin(self.due_courses(asking)),
            Command::Stale { purpose } => Box::pin(self.stale(asking, purpose)),
            Command::Tabulate { survey, purpose } => {
                Box::pin(self.tabulate(asking, survey, purpose))
            }
            Command::Show(showing) => Box::pin(self.show(asking, showing)),
            Command::Propose(proposal) => Box::pin(self.propose(asking, proposal)),
            Command::Approve { approval, digest } => {
                Box::pin(self.approve(asking, approval, digest))
            }
            Command::Decline { approval } => Box::pin(self.decline(asking, approval)),
            Command::CarryOut { approval } => Box::pin(self.carry_out(asking, approval)),
            Command::UseInEmergency { approval, wanted } => {
                Box::pin(self.use_in_emergency(asking, approval, wanted))
            }
            Command::Case { of, casing } => Box::pin(self.casing(asking, *of, casing)),
            Command::SignIn(signing) => Box::pin(self.sign_in(asking, signing)),
            Command::SignOut { person, which } => Box::pin(self.sign_out(asking, *person, which)),
            Command::Publish { .. } => {
                return Err(Failure::invalid(
                    "the command",
                    "is given to `Processing::publish`, which brings the policy into force with it",
                ));
            }
        };
        apart.await
    }
}
