//! The policy in force beside the numbers under which storage knows its words.
//! Storage numbers a word once for all versions; a policy numbers it anew: here the two meet.

use crate::Failure;
use crate::door::HOLD;
use kept_policy::*;
use kept_terms::{Act, Day, Index, ParentWay, Set};
use kept_vault::store::{Store, StoredItem, Word, WordKind};
use kept_vault::{PersonState, Seen, Vault};
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

/// A policy in force, with the words that storage knows.
pub struct InForce {
    /// The policy.
    pub policy: Arc<Policy>,
    fields: Pairs<FieldId>,
    classes: Pairs<ClassId>,
    purposes: Pairs<PurposeId>,
    events: Pairs<EventId>,
    recipients: Pairs<RecipientId>,
    origins: RwLock<Origins>,
}

/// Words of one kind, both ways.
struct Pairs<I> {
    words: Vec<Word>,
    ids: HashMap<u32, I>,
}

impl<I: Index> Pairs<I> {
    fn word(&self, id: I) -> Result<Word, Failure> {
        let found = self.words.get(usize::from(id.number())).copied();
        found.ok_or_else(|| Failure::Corrupt("a word of the policy is not numbered".to_owned()))
    }

    fn id(&self, word: Word) -> Option<I> {
        self.ids.get(&word.0).copied()
    }
}

#[derive(Default)]
struct Origins {
    words: HashMap<String, Word>,
    known: HashMap<u32, Origin>,
}

/// Where items came from.
#[derive(Clone)]
pub struct Origin {
    /// The purposes they are held for, as far as this policy still declares them.
    pub purposes: Set<PurposeId>,
    /// The text as it is stored: `policy-digest document@revised channel purpose,purpose`.
    pub text: Arc<str>,
}

impl InForce {
    /// Numbers the words of a policy in storage. Fails where storage holds items of a class that
    /// the policy no longer knows: nothing would say when they fall due.
    pub async fn adopt<S: Store>(
        policy: Arc<Policy>,
        vault: &Vault<S>,
    ) -> Result<InForce, Failure> {
        let stored = vault.store().words().await?;
        let words = &policy.words;
        let field_names = words
            .fields
            .iter()
            .map(|(_, f)| f.name.to_string())
            .collect();
        let class_names = words
            .classes
            .iter()
            .map(|(_, c)| c.name.to_string())
            .collect();
        let purpose_names = words
            .purposes
            .iter()
            .map(|(_, p)| p.name.to_string())
            .collect();
        let event_names = words
            .events
            .iter()
            .map(|(_, e)| e.name.to_string())
            .collect();
        let recipient_names = words
            .recipients
            .iter()
            .map(|(_, r)| r.name.to_string())
            .collect();
        let in_force = InForce {
            fields: number(vault, WordKind::Field, field_names).await?,
            classes: number(vault, WordKind::Class, class_names).await?,
            purposes: number(vault, WordKind::Purpose, purpose_names).await?,
            events: number(vault, WordKind::Event, event_names).await?,
            recipients: number(vault, WordKind::Recipient, recipient_names).await?,
            origins: RwLock::default(),
            policy,
        };
        // A later policy may take texts where this one takes files, which are still there then.
        for (_, field) in in_force.policy.words.fields.iter() {
            if field.kind.is_large() {
                vault.store().intern(WordKind::Files, &field.name).await?;
            }
        }
        for (kind, text, word) in stored {
            if kind == WordKind::Origin {
                in_force.learn(&text, word);
            }
        }
        in_force.nothing_orphaned(vault).await?;
        Ok(in_force)
    }

    /// A policy beside the numbers of a store that it is not brought into force in: nothing is
    /// numbered, and what the store has never seen has no number.
    pub fn imagined(policy: Arc<Policy>, stored: &[(WordKind, String, Word)]) -> InForce {
        let words = &policy.words;
        let in_force = InForce {
            fields: looked_up(stored, WordKind::Field, &words.fields),
            classes: looked_up(stored, WordKind::Class, &words.classes),
            purposes: looked_up(stored, WordKind::Purpose, &words.purposes),
            events: looked_up(stored, WordKind::Event, &words.events),
            recipients: looked_up(stored, WordKind::Recipient, &words.recipients),
            origins: RwLock::default(),
            policy,
        };
        for (kind, text, word) in stored {
            if *kind == WordKind::Origin {
                in_force.learn(text, *word);
            }
        }
        in_force
    }

    async fn nothing_orphaned<S: Store>(&self, vault: &Vault<S>) -> Result<(), Failure> {
        let words = vault.store().words().await?;
        for (class, count) in vault.store().figures().await?.items_by_class {
            if count == 0 || self.classes.id(class).is_some() {
                continue;
            }
            let name = words
                .iter()
                .find(|(k, _, w)| *k == WordKind::Class && *w == class);
            let name = name.map_or("unknown", |(_, text, _)| text.as_str());
            if name.starts_with(HOLD) {
                continue;
            }
            let problem = format!(
                "no longer has the clause `{name}`, under which {count} items are stored; \
                 keep the clause until they are gone"
            );
            return Err(Failure::invalid("the policy", problem));
        }
        Ok(())
    }

    /// The stored number of a field.
    pub fn field_word(&self, id: FieldId) -> Result<Word, Failure> {
        self.fields.word(id)
    }

    /// The name of the field that a stored number means today, if any.
    pub fn field_name(&self, word: Word) -> Option<String> {
        let id = self.fields.id(word)?;
        let field = self.policy.words.fields.get(id)?;
        Some(field.name.to_string())
    }

    /// The stored number of a class.
    pub fn class_word(&self, id: ClassId) -> Result<Word, Failure> {
        self.classes.word(id)
    }

    /// The class that a stored number means today, if any.
    pub fn class(&self, word: Word) -> Option<&Class> {
        self.classes
            .id(word)
            .and_then(|id| self.policy.words.classes.get(id))
    }

    /// The stored number of a purpose.
    pub fn purpose_word(&self, id: PurposeId) -> Result<Word, Failure> {
        self.purposes.word(id)
    }

    /// The purpose that a stored number means today, if any.
    pub fn purpose(&self, word: Word) -> Option<PurposeId> {
        self.purposes.id(word)
    }

    /// The stored number of an event.
    pub fn event_word(&self, id: EventId) -> Result<Word, Failure> {
        self.events.word(id)
    }

    /// The stored number of a recipient.
    pub fn recipient_word(&self, id: RecipientId) -> Result<Word, Failure> {
        self.recipients.word(id)
    }

    /// The recipient that a stored number means today, if any.
    pub fn recipient(&self, word: Word) -> Option<RecipientId> {
        self.recipients.id(word)
    }

    /// Where items of a stored origin came from.
    pub fn origin(&self, word: Word) -> Option<Origin> {
        let origins = self
            .origins
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        origins.known.get(&word.0).cloned()
    }

    /// The purposes that items of a stored origin are held for.
    fn held_for(&self, word: Word) -> Set<PurposeId> {
        let origins = self
            .origins
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        origins
            .known
            .get(&word.0)
            .map_or(Set::EMPTY, |origin| origin.purposes)
    }

    /// The stored number of an origin, which is numbered if it is new.
    pub async fn origin_word<S: Store>(
        &self,
        vault: &Vault<S>,
        document: &Document,
        channel: &str,
        purposes: Set<PurposeId>,
    ) -> Result<Word, Failure> {
        let digest = self.policy.digest.to_string();
        let digest = digest.get(..32).unwrap_or(&digest);
        let purposes = self.policy.words.purposes.names(purposes).join(",");
        let text = format!("{digest} {} {channel} {purposes}", document.version);
        {
            let origins = self
                .origins
                .read()
                .unwrap_or_else(|poisoned| poisoned.into_inner());
            if let Some(word) = origins.words.get(&text) {
                return Ok(*word);
            }
        }
        let word = vault.store().intern(WordKind::Origin, &text).await?;
        self.learn(&text, word);
        Ok(word)
    }

    /// Takes up where items come from as other servers have numbered it.
    pub async fn learn_origins<S: Store>(&self, vault: &Vault<S>) -> Result<(), Failure> {
        for (kind, text, word) in vault.store().words().await? {
            if kind == WordKind::Origin {
                self.learn(&text, word);
            }
        }
        Ok(())
    }

    fn learn(&self, text: &str, word: Word) {
        let names = text.rsplit(' ').next().unwrap_or("");
        let purposes = names
            .split(',')
            .filter_map(|name| self.policy.words.purposes.id(name));
        let origin = Origin {
            purposes: purposes.collect(),
            text: Arc::from(text),
        };
        let mut origins = self
            .origins
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        origins.words.insert(text.to_owned(), word);
        origins.known.insert(word.0, origin);
    }

    /// What is known about a person, in the policy's own numbers.
    pub fn person(&self, state: &PersonState) -> PersonFacts {
        let purpose = |word: &u32| self.purposes.id(Word(*word));
        let live = state
            .consents
            .iter()
            .filter(|consent| consent.withdrawn_second.is_none());
        let consents = live.filter_map(|consent| {
            let purpose = purpose(&consent.purpose)?;
            Some(Consent {
                purpose,
                given: Day(consent.given),
            })
        });
        let recipient = |word: &u32| self.recipients.id(Word(*word));
        PersonFacts {
            country: state.territory(),
            restricted: state.restricted,
            child: state.child,
            reported: state.reported.map(Day),
            remnant: state.remnant,
            parent: state
                .parent
                .as_ref()
                .and_then(|it| ParentWay::from_word(&it.way)),
            objections: state.objections.iter().filter_map(purpose).collect(),
            consents: consents.collect(),
            agreed_recipients: state
                .agreed_recipients
                .iter()
                .filter_map(recipient)
                .collect(),
            home: state.home.as_ref().map(|home| self.policy.home(home)),
            instructions: Vec::new(),
        }
    }

    /// The facts of all that was read of somebody.
    pub fn items(&self, seen: &Seen) -> Vec<ItemFacts> {
        let items = seen.items.iter();
        items
            .filter_map(|item| self.item(&seen.state, item))
            .collect()
    }

    /// What is known about an item; nothing where the policy no longer knows its field or class.
    pub fn item(&self, state: &PersonState, item: &StoredItem) -> Option<ItemFacts> {
        let field = self.fields.id(item.field)?;
        let before = state.before_held(item.field, item.number);
        let (class, anchor) = match before {
            Some(before) => (Word(before.class), before.anchor.map(Day)),
            None => (item.class, item.anchor),
        };
        let class = self.classes.id(class)?;
        let anchor = anchor.unwrap_or_else(|| self.anchor(state, class));
        let purposes = self.held_for(item.origin);
        let facts = self
            .policy
            .item(item.number, field, purposes, class, anchor);
        Some(match before {
            Some(_) => facts.held(),
            None => facts,
        })
    }

    /// The field that a stored number means today, if any.
    pub fn field(&self, word: Word) -> Option<FieldId> {
        self.fields.id(word)
    }

    /// The day from which a person's items of a moving class count; never, where the event has not
    /// happened.
    pub fn anchor(&self, state: &PersonState, class: ClassId) -> Day {
        let event = self
            .policy
            .words
            .classes
            .get(class)
            .map(|class| class.after);
        let word = event.and_then(|event| self.events.word(event).ok());
        word.and_then(|word| state.event(word))
            .unwrap_or(Day::NEVER)
    }

    /// The day on which a person's items of a moving class are past; nothing where the policy no
    /// longer knows the class.
    pub fn due(&self, state: &PersonState, class: Word) -> Option<Day> {
        let id = self.classes.id(class)?;
        let class = self.policy.words.classes.get(id)?;
        Some(class.period.after(self.anchor(state, id)))
    }

    /// Moves the person's events that this act moves.
    pub fn move_events(&self, state: &mut PersonState, act: Act, day: Day) -> Result<(), Failure> {
        for (id, event) in self.policy.words.events.iter() {
            if event.of_person && event.moved_by.contains(&act) {
                state.move_event(self.events.word(id)?, day);
            }
        }
        Ok(())
    }
}

async fn number<S: Store, I: Index>(
    vault: &Vault<S>,
    kind: WordKind,
    names: Vec<String>,
) -> Result<Pairs<I>, Failure> {
    let mut pairs = Pairs {
        words: Vec::with_capacity(names.len()),
        ids: HashMap::new(),
    };
    for (number, name) in (0u16..).zip(names) {
        let word = vault.store().intern(kind, &name).await?;
        pairs.words.push(word);
        pairs.ids.insert(word.0, I::from_number(number));
    }
    Ok(pairs)
}

/// The numbers that a store has given to words; none is given here.
fn looked_up<I: Index, T: Named>(
    stored: &[(WordKind, String, Word)],
    kind: WordKind,
    vocabulary: &Vocabulary<I, T>,
) -> Pairs<I> {
    let known: HashMap<&str, Word> = stored
        .iter()
        .filter(|(of, _, _)| *of == kind)
        .map(|(_, text, word)| (text.as_str(), *word))
        .collect();
    let mut pairs = Pairs {
        words: Vec::with_capacity(vocabulary.len()),
        ids: HashMap::new(),
    };
    for (id, word) in vocabulary.iter() {
        let found = known.get(word.name()).copied();
        pairs.words.push(found.unwrap_or(Word(u32::MAX)));
        pairs.ids.extend(found.map(|word| (word.0, id)));
    }
    pairs
}
