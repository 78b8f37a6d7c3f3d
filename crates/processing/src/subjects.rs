//! Who received whom: what a person's state remembers of it, and the reference by which a recipient
//! knows a person.
//! It holds no value, and a reference tells nothing to anybody but its recipient and us.

use crate::Processing;
use crate::door::Asking;
use crate::mapping::InForce;
use kept_policy::{ItemFacts, Permit, Request, View};
use kept_terms::{Act, Day, PersonId};
use kept_vault::PersonState;
use kept_vault::store::{Store, StoredItem, Word};

/// What a recipient received about a person, by the names of the policy in force.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReceivedBy {
    /// Who.
    pub recipient: String,
    /// The day of the first time.
    pub first: Day,
    /// The day of the last time.
    pub last: Day,
    /// Which fields.
    pub fields: Vec<String>,
    /// For which purposes.
    pub purposes: Vec<String>,
}

impl<S: Store> Processing<S> {
    /// The reference by which a recipient knows a person: a digest under our key, so that nobody
    /// learns from two recipients' references that they are of one person.
    pub(crate) fn subject_for(&self, recipient: Word, person: PersonId) -> String {
        let pair = format!("{}/{person}", recipient.0);
        let digest = self.vault.index("kept/subject", &pair);
        data_encoding::HEXLOWER.encode(digest.get(..16).unwrap_or_default())
    }

    /// A mark for a feed, and one for what it shows of a person. An item that changes has another
    /// number, so no value is needed to tell sameness.
    pub(crate) fn shown_mark(&self, feed: &str, shown: &[&StoredItem]) -> (u64, u64) {
        let mut text = String::new();
        for item in shown {
            text.push_str(&format!("{}/{} ", item.field.0, item.number));
        }
        let short = |field: &str, text: &str| {
            let digest = self.vault.index(field, text);
            u64::from_be_bytes(digest.first_chunk().copied().unwrap_or_default())
        };
        (short("kept/feed", feed), short("kept/feed-shown", &text))
    }

    /// Remembers with the person who receives what of them. What the law compels is another
    /// matter, whose case remembers it.
    pub(crate) fn remember_receipt(
        &self,
        asking: &Asking<'_>,
        state: &mut PersonState,
        request: &Request<'_>,
        permit: &Permit,
        items: (&[StoredItem], &[ItemFacts]),
    ) -> Result<(), crate::Failure> {
        let (in_force, today) = (&asking.moment.in_force, asking.moment.today);
        let feed = asking.command.and_then(crate::Command::feed);
        let (Some(recipient), Some(purpose)) = (request.recipient, request.purpose) else {
            return Ok(());
        };
        if request.act != Act::Disclose || request.compelled {
            return Ok(());
        }
        let shown = shown(permit, items.0, items.1);
        if shown.is_empty() {
            return Ok(());
        }
        let recipient = in_force.recipient_word(recipient)?.0;
        let purpose = in_force.purpose_word(purpose)?.0;
        let mark = feed.map(|feed| self.shown_mark(feed, &shown));
        let at = state.received.iter().position(|r| r.recipient == recipient);
        let mut received = match at {
            Some(at) => state.received.remove(at),
            None => kept_vault::Received {
                recipient,
                first: today.0,
                last: today.0,
                fields: Vec::new(),
                purposes: Vec::new(),
                feeds: Vec::new(),
            },
        };
        received.last = received.last.max(today.0);
        state.stopped.retain(|way| *way != (recipient, purpose));
        received
            .fields
            .extend(shown.iter().map(|item| item.field.0));
        received.fields.sort_unstable();
        received.fields.dedup();
        if !received.purposes.contains(&purpose) {
            received.purposes.push(purpose);
        }
        if let Some((feed, shown)) = mark {
            received.feeds.retain(|(known, _)| *known != feed);
            received.feeds.push((feed, shown));
        }
        let at = at.unwrap_or(state.received.len());
        state.received.insert(at, received);
        Ok(())
    }
}

/// The items that a permit shows anything of, in order of field and number.
pub(crate) fn shown<'i>(
    permit: &Permit,
    stored: &'i [StoredItem],
    facts: &[ItemFacts],
) -> Vec<&'i StoredItem> {
    let both = stored.iter().zip(facts);
    both.filter(|(_, facts)| permit.view(facts) != View::Withheld)
        .map(|(item, _)| item)
        .collect()
}

/// Who received a person, by the names of the policy in force.
pub(crate) fn received_by(in_force: &InForce, state: &PersonState) -> Vec<ReceivedBy> {
    let words = &in_force.policy.words;
    let fields = |all: &[u32]| names(all, |word| Some(words.fields.name(in_force.field(word)?)));
    let purposes = |all: &[u32]| {
        names(all, |word| {
            Some(words.purposes.name(in_force.purpose(word)?))
        })
    };
    let all = state.received.iter().map(|received| ReceivedBy {
        recipient: recipient_name(in_force, Word(received.recipient)).to_owned(),
        first: Day(received.first),
        last: Day(received.last),
        fields: fields(&received.fields),
        purposes: purposes(&received.purposes),
    });
    all.collect()
}

/// The names of words, as far as the policy in force declares them.
pub(crate) fn names<'n>(words: &[u32], name: impl Fn(Word) -> Option<&'n str>) -> Vec<String> {
    let known = words.iter().filter_map(|word| name(Word(*word)));
    known.map(str::to_owned).collect()
}

/// The name of a recipient, where the policy in force declares it.
pub(crate) fn recipient_name(in_force: &InForce, word: Word) -> &str {
    let recipient = in_force.recipient(word);
    recipient.map_or("unknown", |id| in_force.policy.words.recipients.name(id))
}
