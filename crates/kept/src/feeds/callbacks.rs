//! Agents of the Data Rights Protocol who gave an address for it are told how what they asked
//! stands, whenever something happened to it (section 2.03): always the last that can be said.
//! It looks at a case as the agent itself would, on record, and says nothing that the agent could
//! not ask for.

use super::AGAIN_SECONDS;
use super::post::{Answer, Post};
use crate::api::Api;
use crate::api::data_rights::standing;
use kept_processing::{CaseEvent, Failure, KnownAgent};
use std::collections::BTreeMap;

/// Tells every agent what it waits for. One that does not answer does not hold up the others.
pub async fn tell_agents(api: &Api) {
    if api.data_rights.get().is_none() {
        return;
    }
    let post = match Post::new(api.sending.is_private_allowed()) {
        Ok(post) => post,
        Err(cause) => {
            tracing::error!(cause, "agents cannot be told");
            return;
        }
    };
    for agent in api.door.agents() {
        if let Err(failure) = tell(api, &post, &agent).await {
            tracing::error!(%failure, agent = agent.id, "an agent was not told");
            if failure.is_final() {
                api.stuck.notify_one();
            }
        }
    }
}

async fn tell(api: &Api, post: &Post, agent: &KnownAgent) -> Result<(), Failure> {
    let events = api.door.case_events(&CaseEvent::hook_of(&agent.id)).await?;
    let mut by_case: BTreeMap<String, Vec<CaseEvent>> = BTreeMap::new();
    for event in events {
        let own = by_case.entry(event.reference.clone()).or_default();
        own.push(event);
    }
    for (_, mut events) in by_case {
        let Some(last) = events.pop() else { continue };
        if last.not_before <= api.door.now().as_second() {
            // What happened before is told with it.
            for earlier in &events {
                api.door.event_taken(earlier).await?;
            }
            tell_last(api, post, agent, &last).await?;
        }
    }
    Ok(())
}

async fn tell_last(
    api: &Api,
    post: &Post,
    agent: &KnownAgent,
    event: &CaseEvent,
) -> Result<(), Failure> {
    let reference = event.reference.parse();
    let standing = match reference {
        Ok(reference) => standing(api, agent, reference).await,
        Err(_) => Ok(None),
    };
    let answer = match standing {
        Ok(Some((url, told))) => {
            let body = told.to_string().into_bytes();
            post.send(&url, &[], body).await
        }
        // What is no longer there is not told of.
        Ok(None) => Ok(Answer::Gone),
        Err(()) => Err("it cannot be looked at now"),
    };
    match answer {
        Ok(Answer::Taken) => {
            api.metrics.webhook("taken");
            api.door.event_taken(event).await
        }
        Ok(Answer::Gone) => {
            api.metrics.webhook("gone");
            api.door.event_taken(event).await
        }
        Ok(Answer::Refused) | Err(_) => {
            api.metrics.webhook("failed");
            let attempt = usize::try_from(event.attempts).unwrap_or(usize::MAX);
            let later = AGAIN_SECONDS.get(attempt).or(AGAIN_SECONDS.last());
            let again = api.door.now().as_second() + later.copied().unwrap_or_default();
            let given_up = api.door.event_failed(event, again).await?;
            tracing::warn!(
                agent = agent.id,
                given_up,
                "an agent did not take how it stands"
            );
            Ok(())
        }
    }
}
