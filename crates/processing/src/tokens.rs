//! Tokens: how staff and programs show who they are. A token is stored as the hash of its secret
//! and shown once.
//! A token's role and purposes limit it; what they allow is the policy's decision.

use crate::command::{Caller, RECIPIENT};
use crate::{Failure, Processing};
use kept_ledger::entry::Name;
use kept_policy::Policy;
use kept_terms::{ActorKind, Home, Timestamp};
use kept_vault::store::{Record, RecordKind, Store};
use serde::{Deserialize, Serialize};

/// What a secret begins with, so that scanners recognise a leaked one.
const PREFIX: &str = "kept_";

/// A token without its secret.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Token {
    /// By which it is named and revoked; it opens nothing.
    pub id: String,
    /// Who acts with it.
    pub kind: ActorKind,
    /// In which declared role; an administrator has none.
    pub role: Option<String>,
    /// The purposes it is limited to; nothing means those of the role.
    pub purposes: Option<Vec<String>>,
    /// The home within which it acts, where it is one hosted for a client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<Home>,
    /// Who holds it, by a name that means nothing outside, such as `staff-17`: what needs several
    /// people counts all tokens of one holder as one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
    /// The recipient for which a program acts with it, and does nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
}

/// A token to be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewToken {
    /// Who will act with it.
    pub kind: ActorKind,
    /// In which declared role.
    pub role: Option<String>,
    /// The purposes it is limited to.
    pub purposes: Option<Vec<String>>,
    /// The home within which it acts, where it is one hosted for a client.
    pub home: Option<Home>,
    /// When it ends.
    pub expires: Timestamp,
}

impl Token {
    /// The token, held by somebody.
    pub fn held_by(self, holder: Option<String>) -> Token {
        Token { holder, ..self }
    }

    /// Who holds it, where its identifier does not say: staff whose tokens name no holder count as
    /// one and the same, since nothing tells them apart.
    pub(crate) fn whose(&self) -> Option<String> {
        match (&self.holder, self.kind) {
            (Some(holder), _) => Some(format!("holder:{holder}")),
            (None, ActorKind::Machine) => None,
            (None, _) => Some("holder:unnamed".to_owned()),
        }
    }

    /// Checks the token as it was checked when it was drawn.
    pub(crate) fn check(&self, policy: &Policy) -> Result<(), Failure> {
        if let Some(recipient) = &self.recipient {
            return match (self.kind, &self.role, policy.words.recipients.id(recipient)) {
                (ActorKind::Machine, None, Some(_)) => Ok(()),
                (_, _, None) => {
                    let problem = "is not declared by the policy in force";
                    Err(Failure::invalid("recipient", problem))
                }
                (_, _, Some(_)) => {
                    let problem = "is for a program without a role";
                    Err(Failure::invalid("recipient", problem))
                }
            };
        }
        let named = |holder: &String| Name::new(holder).is_ok() && holder != "unnamed";
        if !self.holder.as_ref().is_none_or(named) {
            let problem = "is not a short name of small letters, digits and hyphens";
            return Err(Failure::invalid("holder", problem));
        }
        let new = NewToken {
            kind: self.kind,
            role: self.role.clone(),
            purposes: self.purposes.clone(),
            home: self.home.clone(),
            expires: self.expires,
        };
        new.check(policy)
    }
}

impl NewToken {
    /// Checks that the role and the purposes are declared, and that the kind of actor may have a
    /// token.
    pub(crate) fn check(&self, policy: &Policy) -> Result<(), Failure> {
        let words = &policy.words;
        match (self.kind, &self.role) {
            (ActorKind::Staff | ActorKind::Machine, Some(role)) => {
                if words.roles.id(role).is_none() {
                    let problem = "is not declared by the policy in force";
                    return Err(Failure::invalid("role", problem));
                }
            }
            (ActorKind::Staff | ActorKind::Machine, None) => {
                return Err(Failure::invalid(
                    "role",
                    "is missing; name a role of the policy",
                ));
            }
            (ActorKind::Administrator, None) => {}
            (ActorKind::Administrator, Some(_)) => {
                let problem = "is not for administrators: they see nothing; leave it out";
                return Err(Failure::invalid("role", problem));
            }
            (ActorKind::Person | ActorKind::System, _) => {
                let problem = "is not one that tokens are made for";
                return Err(Failure::invalid("kind", problem));
            }
        }
        if let Some(home) = &self.home {
            if self.kind == ActorKind::Administrator {
                let problem = "is not for administrators: they act in no client's home";
                return Err(Failure::invalid("home", problem));
            }
            if words.systems.id(&home.system).is_none() {
                let problem = "names a system that the policy in force does not declare";
                return Err(Failure::invalid("home", problem));
            }
        }
        for purpose in self.purposes.iter().flatten() {
            if words.purposes.id(purpose).is_none() {
                let problem = "names one that the policy in force does not declare";
                return Err(Failure::invalid("purposes", problem));
            }
        }
        Ok(())
    }
}

impl<S: Store> Processing<S> {
    /// Draws a secret and the token that it will be stored as.
    pub fn draw_token(&self, new: NewToken) -> Result<(String, Token), Failure> {
        new.check(&self.policy())?;
        self.moment().register.has_client(new.home.as_ref())?;
        Ok(self.draw(new, None))
    }

    /// Draws a secret and the token with which a program acts for a recipient, and does nothing
    /// else.
    pub fn draw_recipient_token(
        &self,
        recipient: &str,
        expires: Timestamp,
    ) -> Result<(String, Token), Failure> {
        let new = NewToken {
            kind: ActorKind::Machine,
            role: None,
            purposes: Some(Vec::new()),
            home: None,
            expires,
        };
        let drawn = self.draw(new, Some(recipient.to_owned()));
        drawn.1.check(&self.policy())?;
        Ok(drawn)
    }

    fn draw(&self, new: NewToken, recipient: Option<String>) -> (String, Token) {
        let mut secret = [0; 32];
        self.randomness.fill(&mut secret);
        let secret = format!("{PREFIX}{}", data_encoding::BASE64URL_NOPAD.encode(&secret));
        let hash = hash(&secret);
        let short = hash.get(..6).unwrap_or_default();
        let token = Token {
            id: data_encoding::HEXLOWER.encode(short),
            kind: new.kind,
            role: new.role,
            purposes: new.purposes,
            home: new.home,
            holder: None,
            created: self.clock.now(),
            expires: new.expires,
            recipient,
        };
        (secret, token)
    }

    /// Who shows a secret; nothing for one that is unknown, revoked or expired.
    pub async fn authenticate(&self, secret: &str) -> Result<Option<Caller>, Failure> {
        if !secret.starts_with(PREFIX) {
            return Ok(None);
        }
        let record = self
            .vault
            .store()
            .record(RecordKind::Token, &hash(secret))
            .await?;
        let Some(token) = record.as_deref().map(read).transpose()? else {
            return Ok(None);
        };
        if token.expires <= self.clock.now() {
            return Ok(None);
        }
        let whose = token.whose();
        let id = match &token.recipient {
            Some(recipient) => format!("{RECIPIENT}{recipient}/{}", token.id),
            None => format!("token:{}", token.id),
        };
        Ok(Some(Caller {
            id,
            kind: token.kind,
            role: token.role,
            purposes: token.purposes,
            home: token.home,
            holder: whose,
        }))
    }

    /// All tokens that were not revoked.
    pub(crate) async fn tokens(&self) -> Result<Vec<Token>, Failure> {
        let records = self.vault.store().records(RecordKind::Token).await?;
        records.iter().map(|record| read(&record.value)).collect()
    }

    /// The record under which a token is stored, by its identifier.
    pub(crate) async fn token_key(&self, id: &str) -> Result<Vec<u8>, Failure> {
        for record in self.vault.store().records(RecordKind::Token).await? {
            if read(&record.value)?.id == id {
                return Ok(record.key);
            }
        }
        Err(Failure::NotFound("token"))
    }
}

/// The record of a token under the hash of its secret.
pub(crate) fn record(secret: &str, token: &Token) -> Result<Record, Failure> {
    let value = serde_json::to_vec(token)
        .map_err(|_| Failure::invalid("the token", "cannot be written down"))?;
    Ok(Record {
        kind: RecordKind::Token,
        key: hash(secret),
        value,
    })
}

fn read(bytes: &[u8]) -> Result<Token, Failure> {
    serde_json::from_slice(bytes)
        .map_err(|_| Failure::Corrupt("the record of a token cannot be read".to_owned()))
}

fn hash(secret: &str) -> Vec<u8> {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, secret.as_bytes())
        .as_ref()
        .to_vec()
}
