//! Homes and instructions in the policy's own numbers: for whom a person is held in which hosted
//! system, and what that client has told us to do.
//! It says what is covered; whether an instruction is needed is weighed in `decide`.

use crate::facts::Request;
use crate::model::{FieldId, Policy, PurposeId, SystemId};
use kept_terms::{Act, Day, Home, Set};

/// A client, as facts name it: a digest of its identifier, so that deciding compares numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ClientId(pub [u8; 16]);

impl ClientId {
    /// The number of a client's identifier.
    pub fn of(client: &str) -> ClientId {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, client.as_bytes());
        let mut id = [0; 16];
        for (to, from) in id.iter_mut().zip(digest.as_ref()) {
            *to = *from;
        }
        ClientId(id)
    }
}

/// For whom a person is held, and in which system.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct HomeId {
    /// The client.
    pub client: ClientId,
    /// The system; [`HomeId::GONE`] where the policy does not declare it any more.
    pub system: SystemId,
}

impl HomeId {
    /// A system that no policy declares, so that no document governs it.
    pub const GONE: SystemId = SystemId(u16::MAX);
}

impl Policy {
    /// A home in the policy's own numbers.
    pub fn home(&self, home: &Home) -> HomeId {
        HomeId {
            client: ClientId::of(&home.client),
            system: self.words.systems.id(&home.system).unwrap_or(HomeId::GONE),
        }
    }
}

/// A set of acts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Acts(u32);

impl Acts {
    /// Every act.
    pub const ALL: Acts = Acts(u32::MAX);

    /// What is in either.
    pub fn union(self, other: Acts) -> Acts {
        Acts(self.0 | other.0)
    }

    /// Whether an act is in the set.
    pub fn contains(self, act: Act) -> bool {
        self.0 & (1 << act as u32) != 0
    }
}

impl FromIterator<Act> for Acts {
    fn from_iter<I: IntoIterator<Item = Act>>(acts: I) -> Acts {
        acts.into_iter()
            .fold(Acts::default(), |all, act| Acts(all.0 | 1 << act as u32))
    }
}

/// What a client has told us to do with what we hold for them in a system (GDPR Art. 28(3)(a)).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Instruction {
    /// Which acts.
    pub acts: Acts,
    /// For which purposes; nothing means any.
    pub purposes: Option<Set<PurposeId>>,
    /// With which fields; nothing means any.
    pub fields: Option<Set<FieldId>>,
    /// The first day.
    pub from: Day,
    /// The last day.
    pub until: Day,
}

impl Instruction {
    /// Whether it is in force and covers all of what is asked. Where only some purposes are
    /// covered, whatever takes something in has to name one of them.
    pub fn covers(&self, request: &Request<'_>, today: Day) -> bool {
        let purpose = match (self.purposes, request.purpose) {
            (None, _) => true,
            (Some(covered), Some(purpose)) => covered.contains(purpose),
            (Some(_), None) => request.act != Act::Collect,
        };
        self.acts.contains(request.act)
            && (self.from..=self.until).contains(&today)
            && purpose
            && self
                .fields
                .is_none_or(|covered| request.fields.is_subset(covered))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_has_a_place_of_its_own() {
        assert!(Act::ALL.len() <= 32);
        for act in Act::ALL {
            let one: Acts = [*act].into_iter().collect();
            let found: Vec<Act> = Act::ALL
                .iter()
                .copied()
                .filter(|other| one.contains(*other))
                .collect();
            assert_eq!(found, [*act]);
            assert!(Acts::ALL.contains(*act));
        }
    }
}
