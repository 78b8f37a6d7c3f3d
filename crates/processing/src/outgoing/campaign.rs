//! Campaigns: one message to everybody who may be contacted for a purpose.
//! People are gone through in order, and how far it got is booked with what was queued, so a
//! campaign that broke off goes on where it was and reaches each person once. Choosing whom to
//! write to shows no value; whether each message is sent is decided again, and recorded, when it
//! is due.

use super::*;
use crate::Caller;
use crate::door::actor;
use kept_policy::{Decision, Facts, Request, decide};
use kept_terms::Act;
use kept_vault::store::Wanted;

/// How the key of a campaign's progress begins.
const CAMPAIGN: &str = "campaign/";

/// How many people one step of a campaign looks at.
const PEOPLE: usize = 500;

/// A campaign, and how far it has come.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Campaign {
    /// Its name: the same name is the same campaign.
    pub name: String,
    /// For which purpose people are contacted.
    pub purpose: String,
    /// By which template.
    pub template: String,
    /// The second since 1970 at which it began.
    pub began: i64,
    /// The last person looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<PersonId>,
    /// How many messages were queued.
    pub queued: u64,
    /// How many people were passed over, because they may not be contacted for this.
    pub passed_over: u64,
    /// Whether everybody was looked at.
    pub complete: bool,
}

impl Campaign {
    /// A campaign that is about to begin.
    pub(crate) fn new(name: &str, purpose: &str, template: &str, began: i64) -> Campaign {
        Campaign {
            name: name.to_owned(),
            purpose: purpose.to_owned(),
            template: template.to_owned(),
            began,
            after: None,
            queued: 0,
            passed_over: 0,
            complete: false,
        }
    }

    /// The key of its progress.
    pub(crate) fn key(&self) -> Vec<u8> {
        format!("{CAMPAIGN}{}", self.name).into_bytes()
    }

    /// The change that books how far it has come.
    pub(crate) fn booked(&self) -> Result<Write, Failure> {
        let value = serde_json::to_vec(self)
            .map_err(|_| Failure::invalid("the campaign", "cannot be written down"))?;
        Ok(Write::PutRecord(Record {
            kind: RecordKind::Progress,
            key: self.key(),
            value,
        }))
    }
}

impl<S: Store> Processing<S> {
    /// All campaigns, in order of name.
    pub async fn campaigns(&self) -> Result<Vec<Campaign>, Failure> {
        let store = self.vault.store();
        let mut all = Vec::new();
        let mut after: Option<Vec<u8>> = None;
        loop {
            let begins = CAMPAIGN.as_bytes();
            let page = store.records_page(RecordKind::Progress, begins, after.as_deref(), STEP);
            let page = page.await?;
            let Some(last) = page.last() else {
                return Ok(all);
            };
            after = Some(last.key.clone());
            for record in &page {
                let campaign = serde_json::from_slice(&record.value).map_err(|_| {
                    Failure::Corrupt("the progress of a campaign cannot be read".to_owned())
                })?;
                all.push(campaign);
            }
        }
    }

    /// Takes every campaign that is not complete one step further; the answer is how many messages
    /// were queued, and whether there is more to do.
    pub async fn advance_campaigns(&self) -> Result<(u64, bool), Failure> {
        let (mut queued, mut more) = (0, false);
        for mut campaign in self.campaigns().await? {
            if campaign.complete {
                continue;
            }
            let before = campaign.queued;
            self.advance(&mut campaign).await?;
            queued += campaign.queued - before;
            more |= !campaign.complete;
        }
        Ok((queued, more))
    }

    async fn advance(&self, campaign: &mut Campaign) -> Result<(), Failure> {
        let people = self.vault.store().people(campaign.after, PEOPLE).await?;
        campaign.complete = people.len() < PEOPLE;
        let now = self.clock.now().as_second();
        let mut writes = Vec::with_capacity(people.len() + 1);
        for person in people {
            campaign.after = Some(person);
            if !self.may_contact(person, &campaign.purpose).await? {
                campaign.passed_over += 1;
                continue;
            }
            let message = Outgoing {
                // What somebody waits for comes first.
                not_before: now,
                ..Outgoing::new(
                    person,
                    &campaign.template,
                    &campaign.purpose,
                    &campaign.name,
                )
            };
            writes.push(message.queued()?);
            campaign.queued += 1;
        }
        writes.push(campaign.booked()?);
        Ok(self.vault.store().book(writes).await?)
    }

    /// Whether a person may be contacted for a purpose now, as far as that is known without looking
    /// at what is held.
    async fn may_contact(&self, person: PersonId, purpose: &str) -> Result<bool, Failure> {
        let Some(seen) = self.vault.look(person, Wanted::Nothing).await? else {
            return Ok(false);
        };
        // Those who are held for a client are the client's to write to.
        if seen.state.home.is_some() {
            return Ok(false);
        }
        let moment = self.moment();
        let policy = moment.policy();
        let known = moment.in_force.person(&seen.state);
        let request = Request {
            purpose: policy.words.purposes.id(purpose),
            fields: handing::address_fields(policy),
            ..Request::new(Act::Contact, actor(policy, &Caller::system("outbox"))?)
        };
        let facts = Facts {
            person: &known,
            items: &[],
            recipient: None,
        };
        match decide(policy, &request, &facts, moment.today) {
            Decision::Refused(_) => Ok(false),
            Decision::Permitted(_) => Ok(!self.address_bounced(&seen).await?),
        }
    }
}
