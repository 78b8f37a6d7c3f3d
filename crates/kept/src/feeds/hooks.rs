//! What programs are told of cases, sent in order and signed (Standard Webhooks): which case, of
//! which kind, at which stage and until when.
//! It knows nothing about anybody. An address that answers 410 is not asked again.

use super::post::{Answer, Post};
use super::{AGAIN_SECONDS, Sending};
use crate::api::Api;
use futures::future::join_all;
use kept_processing::{CaseEvent, Failure, Hook};
use serde_json::{Value, json};

/// Sends what waits for each hook. One that fails does not hold up the others.
pub async fn tell_of_cases(api: &Api) {
    let hooks = api.door.hooks();
    if hooks.is_empty() {
        return;
    }
    let sending: &Sending = &api.sending;
    let post = match Post::new(sending.is_private_allowed()) {
        Ok(post) => post,
        Err(cause) => {
            tracing::error!(cause, "webhooks cannot be sent");
            return;
        }
    };
    join_all(hooks.iter().map(|hook| attend(api, &post, hook))).await;
}

async fn attend(api: &Api, post: &Post, hook: &Hook) {
    if let Err(failure) = send(api, post, hook).await {
        tracing::error!(%failure, hook = hook.id, "a hook failed");
        if failure.is_final() {
            api.stuck.notify_one();
        }
    }
}

/// Sends what waits for a hook, in the order in which it happened, until one is not taken.
async fn send(api: &Api, post: &Post, hook: &Hook) -> Result<(), Failure> {
    let events = api.door.case_events(&hook.id).await?;
    if events.is_empty() || api.door.is_hook_gone(hook).await? {
        return Ok(());
    }
    for event in events {
        let second = api.door.now().as_second();
        if event.not_before > second {
            return Ok(());
        }
        let body = serde_json::to_vec(&told(&event)).map_err(|_| Failure::Invalid {
            place: "the event".to_owned(),
            problem: "cannot be written".to_owned(),
        })?;
        let headers = [
            ("webhook-id", event.message.clone()),
            ("webhook-timestamp", second.to_string()),
            (
                "webhook-signature",
                api.door.sign_event(&event, second, &body).await?,
            ),
        ];
        match post.send(&hook.url, &headers, body).await {
            Ok(Answer::Taken) => {
                api.metrics.webhook("taken");
                api.door.event_taken(&event).await?;
            }
            Ok(Answer::Gone) => {
                api.metrics.webhook("gone");
                tracing::warn!(
                    hook = hook.id,
                    "the hook takes no more; it is not asked again"
                );
                return api.door.hook_gone(hook).await;
            }
            Ok(Answer::Refused) | Err(_) => {
                api.metrics.webhook("failed");
                let again = usize::try_from(event.attempts).unwrap_or(usize::MAX);
                let later = AGAIN_SECONDS.get(again).or(AGAIN_SECONDS.last());
                let again = second + later.copied().unwrap_or_default();
                let given_up = api.door.event_failed(&event, again).await?;
                tracing::warn!(hook = hook.id, given_up, "an event was not taken");
                return Ok(());
            }
        }
    }
    Ok(())
}

/// What is said of an event.
fn told(event: &CaseEvent) -> Value {
    let at = kept_terms::Timestamp::from_second(event.at);
    json!({
        "type": format!("case.{}", event.step),
        "timestamp": at.map(|at| at.to_string()).unwrap_or_default(),
        "data": {
            "reference": event.reference,
            "kind": event.kind,
            "state": event.state,
            "stage": event.stage,
            "due": event.due,
        },
    })
}
