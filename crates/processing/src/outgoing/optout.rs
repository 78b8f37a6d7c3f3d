//! The link that ends a kind of message: a token that stands for a person and a purpose, sealed so
//! that it names nobody outside and cannot be made by anybody else.
//! It holds for as long as the person is stored. It acts on nothing by itself; whoever shows it
//! asks the door.

use super::*;
use crate::{Command, ConsentTo};
use data_encoding::BASE64URL_NOPAD;
use kept_policy::Choice;
use kept_vault::store::{Wanted, Word};

/// What a token is sealed for.
const SEALED_FOR: &[u8] = b"opt-out";

/// How many random bytes lead a token.
const SALT_LENGTH: usize = 16;

/// The longest that is looked at as a token, in characters.
const TOKEN_MAX: usize = 400;

/// What a token stands for.
pub struct OptOut {
    /// What ends the messages, asked of the door as the person themselves.
    pub command: Command,
    /// Whether they ended before.
    pub already: bool,
    /// The document that holds for the person.
    pub document: String,
    /// The purpose.
    pub purpose: String,
}

impl<S: Store> Processing<S> {
    /// Draws a token for a person and a purpose. Two of the same look unrelated.
    pub fn opt_out_token(&self, person: PersonId, purpose: &str) -> Result<String, Failure> {
        let moment = self.moment();
        let id = moment.policy().words.purposes.id(purpose);
        let id = id.ok_or_else(|| Failure::invalid("purpose", "is not declared"))?;
        let word = moment.in_force.purpose_word(id)?.0;
        let told = [&person.0[..], &word.to_be_bytes()].concat();
        // Each link has a key of its own, drawn from the random bytes that lead it.
        let mut salt = [0; SALT_LENGTH];
        self.randomness.fill(&mut salt);
        let id = [SEALED_FOR, &salt].concat();
        let key = self.vault.keyring().outgoing();
        let sealed = key.seal(&id, &told, &*self.randomness)?;
        Ok(BASE64URL_NOPAD.encode(&[&salt[..], &sealed].concat()))
    }

    /// What a token stands for; nothing where it is none of ours, its purpose is no longer one that
    /// can be declined, or the person is gone.
    pub async fn opt_out(&self, token: &str) -> Result<Option<OptOut>, Failure> {
        let sealed = match token.len() <= TOKEN_MAX {
            true => BASE64URL_NOPAD.decode(token.as_bytes()).ok(),
            false => None,
        };
        let opened = sealed.and_then(|sealed| {
            let (salt, sealed) = sealed.split_at_checked(SALT_LENGTH)?;
            let id = [SEALED_FOR, salt].concat();
            let key = self.vault.keyring().outgoing();
            key.open(&id, sealed).ok()
        });
        let told = opened.as_ref().and_then(|told| {
            let person: [u8; 16] = *told.first_chunk()?;
            let word: [u8; 4] = told.get(16..)?.try_into().ok()?;
            Some((PersonId(person), Word(u32::from_be_bytes(word))))
        });
        let Some((person, word)) = told else {
            return Ok(None);
        };
        let moment = self.moment();
        let policy = moment.policy();
        let Some(seen) = self.vault.look(person, Wanted::Nothing).await? else {
            return Ok(None);
        };
        let known = moment.in_force.person(&seen.state);
        let document = policy.document_for(known.country);
        let (Some(document), Some(purpose)) = (document, moment.in_force.purpose(word)) else {
            return Ok(None);
        };
        let Some((_, r#use)) = document.rules.use_of(purpose) else {
            return Ok(None);
        };
        let name = policy.words.purposes.name(purpose).to_owned();
        let (command, already) = match r#use.choice {
            Choice::None => return Ok(None),
            Choice::OptOut => {
                let objects = true;
                let purpose_name = name.clone();
                let command = Command::Object {
                    person,
                    purpose: purpose_name,
                    objects,
                };
                (command, known.objections.contains(purpose))
            }
            Choice::OptIn => {
                let agreed = known.consents.iter().any(|c| c.purpose == purpose);
                let mut channels = policy.words.channels.iter();
                let channel = channels.find(|(_, channel)| !channel.staffed);
                let channel = channel.map_or("", |(_, channel)| channel.name.as_str());
                let command = Command::Consent {
                    person,
                    to: ConsentTo::Purpose(name.clone()),
                    given: false,
                    channel: channel.to_owned(),
                };
                (command, !agreed)
            }
        };
        Ok(Some(OptOut {
            command,
            already,
            document: document.name.to_string(),
            purpose: name,
        }))
    }
}
