//! Links to one's copy at the door: one is made or ended, by the right by which the copy itself is
//! had. It hands nothing over; whoever uses a link asks for the copy then, and is decided on then.

use super::*;
use crate::copies::{CopyLink, LINKS_MAX};

impl<S: Store> Processing<S> {
    pub(super) async fn copy_link(
        &self,
        asking: &Asking<'_>,
        change: &CopyLink,
    ) -> Result<Prepared, Failure> {
        let person = change.person();
        let seen = self.seen(person, Wanted::Nothing).await?;
        let known = asking.moment.person(&seen.state);
        let request = Request {
            fields: asking.policy().words.fields.all(),
            right: Some(kept_terms::Right::Portability),
            ..Request::new(Act::Export, asking.actor)
        };
        let facts = Facts {
            person: &known,
            items: &[],
            recipient: None,
        };
        let permit = match decide(asking.policy(), &request, &facts, asking.moment.today) {
            Decision::Permitted(permit) => permit,
            Decision::Refused(refusal) => {
                return self.refuse(asking, &request, Some(&seen), refusal);
            }
        };
        let (writes, reference) = match change {
            CopyLink::Make { secret, .. } => {
                if self.copy_links(person).await?.len() >= LINKS_MAX {
                    return Err(Failure::Conflict("you have five links; end one first"));
                }
                let now = asking.moment.now.as_second();
                let made = Self::link_made(person, secret, now);
                (vec![made], "copy-link:made")
            }
            CopyLink::Revoke { link, .. } => {
                let over = self.link_over(person, link).await?;
                if over.is_empty() {
                    return Err(Failure::invalid("link", "is none of yours"));
                }
                (over, "copy-link:ended")
            }
        };
        let told = Request {
            fields: kept_terms::Set::EMPTY,
            ..request
        };
        let mut telling = asking.telling(&told);
        telling.person = Some(self.vault.commitment(&seen));
        telling.reference = Some(reference.to_owned());
        let mut commit = unchanging(Some(&seen), telling.permitted(&permit)?);
        commit.writes.extend(writes);
        Ok(Prepared {
            commit,
            then: Then::Give(Effect::Done),
        })
    }
}
