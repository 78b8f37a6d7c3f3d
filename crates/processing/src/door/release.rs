//! Opening values, after the act is durable.
//! It opens what the permit is for, and nothing before the commit.

use super::*;

impl<S: Store> Processing<S> {
    /// Opens values, after the act is durable.
    pub(crate) fn release(
        &self,
        in_force: &InForce,
        seen: &Seen,
        permit: &Permit,
        items: &[(StoredItem, ItemFacts)],
    ) -> Result<Vec<Released>, Failure> {
        let mut released = Vec::with_capacity(items.len());
        for (stored, facts) in items {
            let Some(field) = in_force.policy.words.fields.get(facts.field) else {
                continue;
            };
            let Some(value) = self
                .vault
                .open_item(permit, seen, stored, facts, field.kind)?
            else {
                continue;
            };
            let purposes = in_force.policy.words.purposes.names(facts.purposes);
            released.push(Released {
                field: field.name.to_string(),
                number: stored.number,
                value,
                purposes: purposes.into_iter().map(str::to_owned).collect(),
                origin: in_force
                    .origin(stored.origin)
                    .map_or_else(String::new, |origin| origin.text.to_string()),
                due: (facts.due() != Day::NEVER).then_some(facts.due()),
            });
        }
        Ok(released)
    }
}
