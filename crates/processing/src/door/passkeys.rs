//! Passkeys at the door: one is asked for and shown, made and removed.
//! Whoever shows something wrong is told that it is wrong, and never what, nor whether anybody has
//! such a passkey. What was asked of a device is answered once.

use super::sign_in::{Along, asked};
use super::*;
use crate::sign_in::*;
use crate::tries::Trying;
use kept_passkeys::{Asked, Key, Known, Made, NewKey, Site, Wrong};
use kept_terms::{PersonId, Territory, Way};
use kept_vault::{Passkey, PersonState};

/// What came of looking at what a device shows.
enum Looked {
    /// It is right; this is the person, and their state with the passkey as it is now.
    Right(Box<(Seen, PersonState)>),
    /// It is right, but its count went back: somebody may have copied it.
    Copied(Box<Seen>),
    Wrong,
}

impl<S: Store> Processing<S> {
    /// A browser is about to ask a device.
    pub(super) async fn ask_passkey(
        &self,
        asking: &Asking<'_>,
        attempt: &str,
        country: Option<Territory>,
    ) -> Result<Prepared, Failure> {
        let now = asking.moment.now.as_second();
        let request = asked(asking, Way::Passkey);
        let permit = match self.may_try(asking, &request, None, country) {
            Ok(permit) => permit,
            Err(refusal) => return self.refuse(asking, &request, None, refusal),
        };
        let mut telling = asking.telling(&request);
        telling.reference = Some("sign-in:passkey-asked".to_owned());
        let mut commit = unchanging(None, telling.permitted(&permit)?);
        let kept = Attempt::new(For::Passkey, None, self.draw_number(now), now);
        commit.writes.push(self.attempted(attempt, &kept)?);
        Ok(Prepared {
            commit,
            then: Then::Give(Effect::Done),
        })
    }

    /// A device showed something.
    pub(super) async fn show_passkey(
        &self,
        asking: &Asking<'_>,
        (secret, site): (&str, &Site),
        shown: &kept_passkeys::Shown,
        along: &Along<'_>,
    ) -> Result<Prepared, Failure> {
        let now = asking.moment.now.as_second();
        // The person is looked at before the attempt; see `show_code`.
        let seen = self.handled(&shown.owner).await?;
        let attempt = self.attempt(secret, &For::Passkey, now).await?;
        let about = format!("passkey-{}", hashed(secret));
        let places = self.places(&about, ATTEMPT_LASTS_SECONDS, now).await?;
        let trying = self.trying_from(along.from).await?;
        let request = Request {
            failures: places.taken,
            tries: self.tried(&trying, asking.moment.now),
            ..asked(asking, Way::Passkey)
        };
        let permit = match self.may_try(asking, &request, None, None) {
            Ok(permit) => permit,
            Err(refusal) => return self.refuse(asking, &request, None, refusal),
        };
        let number = attempt.as_ref().map_or("", |attempt| &attempt.number);
        let challenge = self.challenge(number);
        let asked = Asked {
            site,
            challenge: &challenge,
            verified: true,
        };
        let has_way = |seen: &Seen| self.may_try(asking, &request, Some(seen), None).is_ok();
        let looked = match seen.filter(has_way) {
            Some(seen) => looked_at(seen, &asked, shown, now),
            None => Looked::Wrong,
        };
        let mut prepared = match (looked, attempt.is_some()) {
            (_, false) => self.turn_away(asking, &request, &permit, &trying, Proved::Over)?,
            (Looked::Right(right), true) => {
                let (seen, state) = *right;
                let more = places.give_back();
                self.let_in(asking, &request, &permit, (&seen, state, along), more)?
            }
            (Looked::Copied(seen), true) => {
                self.turn_away_copy(asking, &request, &permit, &trying, &seen)?
            }
            (Looked::Wrong, true) => {
                self.turn_away(asking, &request, &permit, &trying, Proved::Wrong)?
            }
        };
        // Right or wrong, the challenge is answered.
        prepared.commit.writes.push(self.attempt_over(secret));
        places.take(&mut prepared.commit, ATTEMPT_LASTS_SECONDS, now);
        Ok(prepared)
    }

    /// A count that went back is on record about the person, who should know of it; whoever showed
    /// it is told what everybody is told.
    fn turn_away_copy(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        permit: &Permit,
        trying: &Trying,
        seen: &Seen,
    ) -> Result<Prepared, Failure> {
        let mut telling = asking.telling(request);
        telling.person = Some(self.vault.commitment(seen));
        telling.reference = Some("sign-in:passkey-count-back".to_owned());
        let mut commit = unchanging(Some(seen), telling.permitted(permit)?);
        let counted = self.tried_in_vain(trying, asking.moment.now);
        commit.writes.extend(counted);
        Ok(Prepared {
            commit,
            then: Then::Give(Effect::SignedIn(Proved::Wrong)),
        })
    }

    /// Adds or removes a passkey, for somebody who showed just now who they are.
    pub(super) async fn change_passkeys(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
        session: &str,
        change: &PasskeyChange,
    ) -> Result<Prepared, Failure> {
        let now = asking.moment.now.as_second();
        let seen = self.seen(person, Wanted::Nothing).await?;
        let own = self.own_session(asking, person, session).await?;
        // What is no longer a way may still be given up, by whoever signed in another way.
        let way = match change {
            PasskeyChange::Ask { .. } | PasskeyChange::Add { .. } => Way::Passkey,
            PasskeyChange::Remove { .. } => own.way,
        };
        let request = asked(asking, way);
        let permit = match self.may_try(asking, &request, Some(&seen), None) {
            Ok(permit) => permit,
            Err(refusal) => return self.refuse(asking, &request, Some(&seen), refusal),
        };
        let mut state = seen.state.clone();
        let (more, reference) = match change {
            PasskeyChange::Ask { attempt } => {
                if state.credentials.handle.is_none() {
                    state.credentials.handle = Some(self.new_handle(person)?);
                }
                let what = For::NewPasskey(session.to_owned());
                let kept = Attempt::new(what, Some(person), self.draw_number(now), now);
                let more = vec![self.attempted(attempt, &kept)?];
                (more, "sign-in:new-passkey-asked")
            }
            PasskeyChange::Add {
                attempt,
                site,
                name,
                made,
            } => {
                let name = named(name)?;
                let asked = self.new_asked(attempt, (person, session), now).await?;
                let new = self.new_passkey(&asked, site, made)?;
                add(&mut state, name, new, now)?;
                (vec![self.attempt_over(attempt)], "sign-in:passkey-added")
            }
            PasskeyChange::Remove { passkey } => {
                let passkeys = &mut state.credentials.passkeys;
                let before = passkeys.len();
                passkeys.retain(|it| told_apart(&it.id) != *passkey);
                if passkeys.len() == before {
                    return Err(Failure::invalid("passkey", "is none of yours"));
                }
                // Whoever comes back is somebody new to devices.
                if passkeys.is_empty() {
                    state.credentials.handle = None;
                }
                let others = Which::Others(session.to_owned());
                let more = self.sessions_over(person, &others).await?;
                (more, "sign-in:passkey-removed")
            }
        };
        state.credentials.last = now;
        let mut telling = asking.telling(&request);
        telling.person = Some(self.vault.commitment(&seen));
        telling.reference = Some(reference.to_owned());
        let commit = self.changing(&seen, &state, more, telling.permitted(&permit)?)?;
        Ok(Prepared {
            commit,
            then: Then::Give(Effect::Done),
        })
    }

    /// What this person asked for, in this session: that a passkey be made.
    async fn new_asked(
        &self,
        attempt: &str,
        (person, session): (PersonId, &str),
        now: i64,
    ) -> Result<Attempt, Failure> {
        let what = For::NewPasskey(session.to_owned());
        let attempt = self.attempt(attempt, &what, now).await?;
        let own = attempt.filter(|attempt| attempt.person() == Some(person));
        let problem = "was not asked for, or too long ago; begin again";
        own.ok_or_else(|| Failure::invalid("passkey", problem))
    }

    fn new_passkey(&self, asked: &Attempt, site: &Site, made: &Made) -> Result<NewKey, Failure> {
        let challenge = self.challenge(&asked.number);
        let asked = Asked {
            site,
            challenge: &challenge,
            verified: true,
        };
        let new = kept_passkeys::add(&asked, made);
        new.map_err(|wrong| Failure::invalid("passkey", format!("is not taken: {wrong}")))
    }
}

/// Looks whether a passkey of this person is shown rightly.
fn looked_at(seen: Seen, asked: &Asked<'_>, shown: &kept_passkeys::Shown, now: i64) -> Looked {
    let mut state = seen.state.clone();
    let mut passkeys = state.credentials.passkeys.iter_mut();
    let Some(passkey) = passkeys.find(|passkey| passkey.id == shown.id) else {
        return Looked::Wrong;
    };
    let Ok(key) = Key::parse(&passkey.key) else {
        return Looked::Wrong;
    };
    let known = Known {
        key: &key,
        count: passkey.count,
        copyable: passkey.copyable,
    };
    match kept_passkeys::prove(asked, &known, shown) {
        Ok(used) => {
            passkey.count = used.count;
            passkey.used = now;
            Looked::Right(Box::new((seen, state)))
        }
        Err(Wrong::CountBack) => Looked::Copied(Box::new(seen)),
        Err(_) => Looked::Wrong,
    }
}

fn add(state: &mut PersonState, name: String, new: NewKey, now: i64) -> Result<(), Failure> {
    let passkeys = &mut state.credentials.passkeys;
    if passkeys.iter().any(|passkey| passkey.id == new.id) {
        return Err(Failure::Conflict("this passkey is yours already"));
    }
    if passkeys.len() >= PASSKEYS_MAX {
        return Err(Failure::Conflict("you have ten passkeys; remove one first"));
    }
    let written = new.key.written();
    let key = written.map_err(|_| Failure::invalid("passkey", "has a key that cannot be kept"))?;
    passkeys.push(Passkey {
        name,
        added: now,
        used: 0,
        id: new.id,
        key,
        count: new.count,
        copyable: new.copyable,
    });
    Ok(())
}
