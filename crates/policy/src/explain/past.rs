//! What is past its day, in words: it is shown to nobody, although the act is permitted.
//! It counts nothing itself; each item brings the day on which it falls due.

use crate::facts::{Facts, ItemFacts, Request};
use crate::model::*;
use kept_terms::Day;

/// The fields that were asked for of which nothing is open because it is past its day, each with
/// the first day on which it was. `counts` tells what would be open but for its day.
pub(super) fn past(
    request: &Request<'_>,
    facts: &Facts<'_>,
    today: Day,
    counts: impl Fn(&ItemFacts) -> bool,
) -> Vec<(FieldId, Day)> {
    let mut past = Vec::new();
    for field in request.fields.iter() {
        let items = || facts.items.iter().filter(|item| item.field == field);
        let mut counted = items().filter(|item| counts(item));
        if counted.any(|item| item.due() > today) {
            continue;
        }
        let days = items().filter(|item| counts(item)).map(ItemFacts::due);
        past.extend(days.max().map(|day| (field, day)));
    }
    past
}

/// Fields with the days since which they are past their own.
pub(super) fn in_words(policy: &Policy, past: &[(FieldId, Day)]) -> String {
    let one = |(field, day): &(FieldId, Day)| {
        let name = policy.words.fields.name(*field);
        format!("`{name}` since {day}")
    };
    past.iter().map(one).collect::<Vec<_>>().join(", ")
}
