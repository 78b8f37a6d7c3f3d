//! Signing in at the door: a code is asked for, something is shown, a session begins or ends.
//! What is decided is the way and the number of attempts; whether what was shown is right is told
//! by what is stored, and said only once the attempt is durable.

use super::*;
use crate::outgoing::{OF_NOBODY, Outgoing, address_field};
use crate::sign_in::*;
use crate::tries::Trying;
use kept_terms::{PersonId, Territory, Way};
use kept_vault::{PersonState, same};
use zeroize::Zeroizing;

impl<S: Store> Processing<S> {
    pub(super) async fn sign_in(
        &self,
        asking: &Asking<'_>,
        signing: &Signing,
    ) -> Result<Prepared, Failure> {
        match signing {
            Signing::AskCode {
                address,
                attempt,
                country,
            } => self.ask_code(asking, address, attempt, *country).await,
            Signing::Code {
                attempt,
                code,
                from,
                session,
            } => {
                let shown = Along { from, session };
                self.show_code(asking, attempt, code, &shown).await
            }
            Signing::Password {
                address,
                password,
                from,
                session,
                country,
            } => {
                let shown = Along { from, session };
                let named = (address.as_str(), *country);
                self.show_password(asking, named, password, &shown).await
            }
            Signing::AskPasskey { attempt, country } => {
                self.ask_passkey(asking, attempt, *country).await
            }
            Signing::Passkey {
                attempt,
                site,
                shown,
                from,
                session,
            } => {
                let along = Along { from, session };
                self.show_passkey(asking, (attempt, site), shown, &along)
                    .await
            }
            Signing::ChangePasskeys {
                person,
                session,
                change,
            } => self.change_passkeys(asking, *person, session, change).await,
            Signing::SetPassword {
                person,
                session,
                password,
            } => {
                crate::sign_in::check(password)?;
                let told = self.stretched.told(password, &*self.randomness).await?;
                self.change_password(asking, *person, session, Some(told))
                    .await
            }
            Signing::RemovePassword { person, session } => {
                self.change_password(asking, *person, session, None).await
            }
        }
    }

    /// Queues a code for whoever has an address. Whether that is anybody changes nothing of what is
    /// looked up, decided and written but the message itself.
    async fn ask_code(
        &self,
        asking: &Asking<'_>,
        address: &str,
        attempt: &str,
        country: Option<Territory>,
    ) -> Result<Prepared, Failure> {
        let now = asking.moment.now.as_second();
        let named = self.named(asking, address).await?;
        let request = asked(asking, Way::EmailCode);
        let permit = match self.may_try(asking, &request, None, country) {
            Ok(permit) => permit,
            Err(refusal) => return self.refuse(asking, &request, None, refusal),
        };
        let places = self
            .places(&format!("codes-{}", named.digest), CODES_SECONDS, now)
            .await?;
        let number = self.draw_number(now);
        let sent = (places.taken < CODES_MAX).then(|| {
            let own = named.seen.as_ref();
            let own = own.and_then(|seen| self.code_message(asking, &request, seen, &number));
            own.or_else(|| {
                let may = |known: &PersonFacts| decided(asking, &request, known).is_ok();
                self.code_to_nobody(asking.policy(), may, (&named.digest, &number))
            })
        });
        let sent = sent.flatten();
        let person = sent.as_ref().map(|message| message.person);
        let person = person.filter(|person| *person != OF_NOBODY);
        let mut telling = asking.telling(&request);
        // Whoever reads the ledger is not to tell from it whether somebody has the address.
        telling.person = Some(match named.seen.as_ref() {
            Some(seen) => self.vault.commitment(seen),
            None => self.vault.commitment_of_nobody(),
        });
        telling.reference = Some("sign-in:code-asked".to_owned());
        let mut commit = unchanging(named.seen.as_ref(), telling.permitted(&permit)?);
        places.take(&mut commit, CODES_SECONDS, now);
        let kept = Attempt::new(For::Code, person, number, now);
        commit.writes.push(self.attempted(attempt, &kept)?);
        if let Some(message) = sent {
            commit.writes.push(message.queued()?);
        }
        Ok(Prepared {
            commit,
            then: Then::Give(Effect::Done),
        })
    }

    /// The message that carries a code, where the document of the person has this way, too.
    fn code_message(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        seen: &Seen,
        number: &str,
    ) -> Option<Outgoing> {
        let known = asking.moment.person(&seen.state);
        let facts = about(&known);
        match decide(asking.policy(), request, &facts, asking.moment.today) {
            Decision::Refused(_) => None,
            Decision::Permitted(permit) => {
                let document = asking.policy().document(permit.document())?;
                let purpose = code_purpose(asking.policy(), document)?;
                Some(Outgoing::new(seen.id, CODE_TEMPLATE, &purpose, number))
            }
        }
    }

    /// A code was shown by the browser that asked for one.
    async fn show_code(
        &self,
        asking: &Asking<'_>,
        secret: &str,
        code: &str,
        shown: &Along<'_>,
    ) -> Result<Prepared, Failure> {
        let now = asking.moment.now.as_second();
        // The person is looked at before the attempt, so that of two who show the same code one
        // finds the attempt gone, or the person changed.
        let before = self.attempt(secret, &For::Code, now).await?;
        let seen = match before.as_ref().and_then(Attempt::person) {
            Some(person) => self.vault.look(person, Wanted::Nothing).await?,
            None => None,
        };
        let attempt = self.attempt(secret, &For::Code, now).await?;
        let places = self
            .places(&format!("code-{}", hashed(secret)), CODE_LASTS_SECONDS, now)
            .await?;
        let trying = self.trying_from(shown.from).await?;
        let request = Request {
            failures: places.taken,
            tries: self.tried(&trying, asking.moment.now),
            ..asked(asking, Way::EmailCode)
        };
        // Whose attempt it is shows once it is right, and not before.
        let permit = match self.may_try(asking, &request, None, None) {
            Ok(permit) => permit,
            Err(refusal) => return self.refuse(asking, &request, None, refusal),
        };
        let typed: String = code.chars().filter(char::is_ascii_digit).collect();
        let typed = Zeroizing::new(typed);
        let number = attempt.as_ref().map_or("", |attempt| &attempt.number);
        let person = seen.as_ref().map_or(PersonId([0; 16]), |seen| seen.id);
        let is_right = same(typed.as_bytes(), self.code(person, number).as_bytes());
        let seen = seen.filter(|_| is_right && attempt.is_some());
        let mut prepared = match seen.and_then(|seen| self.way_open_to(asking, &request, seen)) {
            Some((seen, own)) => {
                let mut more = vec![self.attempt_over(secret)];
                more.extend(places.give_back());
                self.let_in(
                    asking,
                    &request,
                    &own,
                    (&seen, seen.state.clone(), shown),
                    more,
                )?
            }
            None => {
                let proved = match attempt {
                    Some(_) => Proved::Wrong,
                    None => Proved::Over,
                };
                self.turn_away(asking, &request, &permit, &trying, proved)?
            }
        };
        places.take(&mut prepared.commit, CODE_LASTS_SECONDS, now);
        Ok(prepared)
    }

    /// A password was shown. It is stretched whether or not there is anybody, or anything, to
    /// compare it with.
    async fn show_password(
        &self,
        asking: &Asking<'_>,
        (address, country): (&str, Option<Territory>),
        password: &Zeroizing<String>,
        shown: &Along<'_>,
    ) -> Result<Prepared, Failure> {
        let now = asking.moment.now.as_second();
        let named = self.named(asking, address).await?;
        let places = self
            .places(&format!("password-{}", named.digest), GUESSES_SECONDS, now)
            .await?;
        let trying = self.trying_from(shown.from).await?;
        let request = Request {
            failures: places.taken,
            tries: self.tried(&trying, asking.moment.now),
            ..asked(asking, Way::Password)
        };
        let permit = match self.may_try(asking, &request, None, country) {
            Ok(permit) => permit,
            Err(refusal) => return self.refuse(asking, &request, None, refusal),
        };
        let stored = named.seen.as_ref();
        let stored = stored.and_then(|seen| seen.state.credentials.password.as_deref());
        let is_right = self.stretched.is(password, stored).await?;
        let seen = named.seen.filter(|_| is_right);
        let mut prepared = match seen.and_then(|seen| self.way_open_to(asking, &request, seen)) {
            Some((seen, own)) => {
                let more = places.give_back();
                self.let_in(
                    asking,
                    &request,
                    &own,
                    (&seen, seen.state.clone(), shown),
                    more,
                )?
            }
            None => self.turn_away(asking, &request, &permit, &trying, Proved::Wrong)?,
        };
        places.take(&mut prepared.commit, GUESSES_SECONDS, now);
        Ok(prepared)
    }

    /// A session begins. The person's state changes with it, so that what was shown is shown once.
    pub(super) fn let_in(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        permit: &Permit,
        (seen, mut state, shown): (&Seen, PersonState, &Along<'_>),
        mut more: Vec<Write>,
    ) -> Result<Prepared, Failure> {
        let way = request.way.unwrap_or(Way::EmailCode);
        let session = Session::begin(shown.session, seen.id, way, asking.moment.now);
        more.extend(self.session_begun(&session)?);
        state.credentials.last = asking.moment.now.as_second();
        let mut telling = asking.telling(request);
        telling.person = Some(self.vault.commitment(seen));
        telling.reference = Some(format!("sign-in:{way}"));
        let commit = self.changing(seen, &state, more, telling.permitted(permit)?)?;
        let proved = Proved::In(Box::new(session));
        Ok(Prepared {
            commit,
            then: Then::Give(Effect::SignedIn(proved)),
        })
    }

    /// An attempt in vain is recorded and counted. It names nobody: whose address or attempt it was
    /// is no business of the one who failed.
    pub(super) fn turn_away(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        permit: &Permit,
        trying: &Trying,
        proved: Proved,
    ) -> Result<Prepared, Failure> {
        let mut telling = asking.telling(request);
        telling.reference = Some("sign-in:failed".to_owned());
        let mut commit = unchanging(None, telling.permitted(permit)?);
        let counted = self.tried_in_vain(trying, asking.moment.now);
        commit.writes.extend(counted);
        Ok(Prepared {
            commit,
            then: Then::Give(Effect::SignedIn(proved)),
        })
    }

    /// Sets or removes a password, for somebody who showed just now who they are.
    async fn change_password(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
        session: &str,
        password: Option<Vec<u8>>,
    ) -> Result<Prepared, Failure> {
        let seen = self.seen(person, Wanted::Nothing).await?;
        let own = self.own_session(asking, person, session).await?;
        // What is no longer a way may still be given up, by whoever signed in another way.
        let way = match password {
            Some(_) => Way::Password,
            None => own.way,
        };
        let request = asked(asking, way);
        let permit = match self.may_try(asking, &request, Some(&seen), None) {
            Ok(permit) => permit,
            Err(refusal) => return self.refuse(asking, &request, Some(&seen), refusal),
        };
        let mut state = seen.state.clone();
        let reference = match password {
            Some(_) => "sign-in:password-set",
            None => "sign-in:password-removed",
        };
        state.credentials.password = password;
        state.credentials.last = asking.moment.now.as_second();
        let others = Which::Others(session.to_owned());
        let more = self.sessions_over(person, &others).await?;
        let mut telling = asking.telling(&request);
        telling.person = Some(self.vault.commitment(&seen));
        telling.reference = Some(reference.to_owned());
        let commit = self.changing(&seen, &state, more, telling.permitted(&permit)?)?;
        Ok(Prepared {
            commit,
            then: Then::Give(Effect::Done),
        })
    }

    /// The session in which somebody changes how they sign in: they showed just now who they are.
    pub(super) async fn own_session(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
        session: &str,
    ) -> Result<Session, Failure> {
        let sessions = self.sessions(person).await?;
        let mut own = sessions.into_iter().filter(|it| it.id == session);
        let own = own.next().filter(|own| own.is_recent(asking.moment.now));
        let problem = "sign in again before you change how you sign in";
        own.ok_or(Failure::Conflict(problem))
    }

    /// Ends sessions of a person.
    pub(super) async fn sign_out(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
        which: &Which,
    ) -> Result<Prepared, Failure> {
        let seen = self.seen(person, Wanted::Nothing).await?;
        let known = asking.moment.person(&seen.state);
        let request = Request::new(Act::SignOut, asking.actor);
        let decision = decide(
            asking.policy(),
            &request,
            &about(&known),
            asking.moment.today,
        );
        let permit = match decision {
            Decision::Permitted(permit) => permit,
            Decision::Refused(refusal) => {
                return self.refuse(asking, &request, Some(&seen), refusal);
            }
        };
        let over = self.sessions_over(person, which).await?;
        let mut telling = asking.telling(&request);
        telling.person = Some(self.vault.commitment(&seen));
        let mut commit = unchanging(Some(&seen), telling.permitted(&permit)?);
        commit.writes.extend(over);
        Ok(Prepared {
            commit,
            then: Then::Give(Effect::Done),
        })
    }

    /// Decides an attempt of somebody, or of nobody under the document for a country.
    pub(super) fn may_try(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        seen: Option<&Seen>,
        country: Option<Territory>,
    ) -> Result<Permit, Refusal> {
        let known = match seen {
            Some(seen) => asking.moment.person(&seen.state),
            None => {
                let mut known = nobody(asking.policy());
                known.country = country.or(known.country);
                known
            }
        };
        decided(asking, request, &known)
    }

    /// Somebody whose own document has the way, with what permits it.
    fn way_open_to(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        seen: Seen,
    ) -> Option<(Seen, Permit)> {
        let own = self.may_try(asking, request, Some(&seen), None).ok()?;
        Some((seen, own))
    }

    /// Who has an address. Where nobody has, somebody is looked at all the same, and not used.
    async fn named(&self, asking: &Asking<'_>, address: &str) -> Result<Named, Failure> {
        let words = &asking.policy().words;
        let missing = || Failure::invalid("address", "is asked for by no field of the policy");
        let name = address_field(asking.policy()).ok_or_else(missing)?;
        let id = declared(&words.fields, "address", &name)?;
        let field = words.fields.get(id).ok_or_else(missing)?;
        let checked = field
            .kind
            .normalise(address, None, &field.choices, field.length_max);
        let checked =
            checked.map_err(|problem| Failure::invalid("address", problem.to_string()))?;
        let index = self.vault.identifier(None, &field.name, &checked.compared);
        let store = self.vault.store();
        let owner = store.find(index).await?;
        let decoy = store.people(None, 1).await?.first().copied();
        let word = asking.moment.in_force.field_word(id)?;
        let seen = match owner.or(decoy) {
            Some(person) => self.vault.look(person, Wanted::Fields(&[word])).await?,
            None => None,
        };
        let is_live = |seen: &Seen| {
            let facts = seen.items.iter();
            let mut facts = facts.filter_map(|it| asking.moment.in_force.item(&seen.state, it));
            facts.any(|facts| facts.due() > asking.moment.today)
        };
        let seen = seen.filter(is_live).filter(|_| owner.is_some());
        let digest = self
            .vault
            .index("kept/sign-in", &data_encoding::HEXLOWER.encode(&index));
        let digest = data_encoding::HEXLOWER.encode(digest.get(..16).unwrap_or(&digest));
        Ok(Named { digest, seen })
    }
}

/// What comes along with what is shown.
pub(super) struct Along<'a> {
    pub from: &'a str,
    pub session: &'a str,
}

/// Whom an address names.
struct Named {
    /// Stands for the address where attempts at it are counted.
    digest: String,
    seen: Option<Seen>,
}

pub(super) fn asked<'a>(asking: &Asking<'_>, way: Way) -> Request<'a> {
    Request {
        way: Some(way),
        ..Request::new(Act::SignIn, asking.actor)
    }
}

/// Whether somebody may try, of whom this is known.
fn decided(
    asking: &Asking<'_>,
    request: &Request<'_>,
    known: &PersonFacts,
) -> Result<Permit, Refusal> {
    match decide(asking.policy(), request, &about(known), asking.moment.today) {
        Decision::Permitted(permit) => Ok(permit),
        Decision::Refused(refusal) => Err(refusal),
    }
}

pub(super) fn about(person: &PersonFacts) -> Facts<'_> {
    Facts {
        person,
        items: &[],
        recipient: None,
    }
}
