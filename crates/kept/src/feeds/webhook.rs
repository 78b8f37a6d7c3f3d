//! One message to a recipient's webhook: what it says is asked of the door, signed and sent
//! (Standard Webhooks).
//! Its body is written when it is sent and kept nowhere.

use super::post::{Answer, Post};
use crate::api::Api;
use kept_processing::{Caller, Command, Delivery, Effect, Failure, Feed, Performed, Shown, What};
use serde_json::{Map, Value, json};

/// What became of a message.
pub(super) enum Sent {
    /// The recipient has it.
    Taken,
    /// There was nothing to send any more.
    Dropped,
    /// The recipient takes nothing more at this address.
    Gone,
    /// It did not arrive, for this reason.
    Failed(&'static str),
}

/// Sends a message, and takes it off the queue where it was taken.
pub(super) async fn send(
    api: &Api,
    post: &Post,
    feed: &Feed,
    delivery: &Delivery,
) -> Result<Sent, Failure> {
    let Some((kind, data)) = told(api, feed, delivery).await? else {
        api.door.delivery_dropped(delivery).await?;
        return Ok(Sent::Dropped);
    };
    let now = api.door.now();
    let body = json!({ "type": kind, "timestamp": now.to_string(), "data": data });
    let body = serde_json::to_vec(&body).map_err(|_| Failure::Invalid {
        place: "the message".to_owned(),
        problem: "cannot be written".to_owned(),
    })?;
    let second = now.as_second();
    let signature = api
        .door
        .sign_webhook(feed, &delivery.message, second, &body)
        .await?;
    let headers = [
        ("webhook-id", delivery.message.clone()),
        ("webhook-timestamp", second.to_string()),
        ("webhook-signature", signature),
    ];
    let url = feed.url.as_deref().unwrap_or_default();
    match post.send(url, &headers, body).await {
        Ok(Answer::Taken) => {
            taken(api, feed, delivery).await?;
            Ok(Sent::Taken)
        }
        Ok(Answer::Gone) => Ok(Sent::Gone),
        Ok(Answer::Refused) => Ok(Sent::Failed("the recipient answered with an error")),
        Err(why) => Ok(Sent::Failed(why)),
    }
}

async fn taken(api: &Api, feed: &Feed, delivery: &Delivery) -> Result<(), Failure> {
    match &delivery.what {
        What::Share { .. } => api.door.delivery_dropped(delivery).await,
        What::Correct { .. } | What::Stop { .. } | What::Pause | What::Resume | What::Forget
            if feed.confirms =>
        {
            let command = Command::ConfirmDelivery {
                delivery: delivery.id.clone(),
            };
            api.door
                .perform(&Caller::system("webhook"), &command)
                .await
                .map(drop)
        }
        What::Correct { .. } | What::Stop { .. } | What::Pause | What::Resume | What::Forget => {
            api.door.delivery_told(delivery).await
        }
    }
}

/// What a message says; nothing where it would share what may not be shared any more.
async fn told(
    api: &Api,
    feed: &Feed,
    delivery: &Delivery,
) -> Result<Option<(&'static str, Value)>, Failure> {
    let due = api.door.due(delivery);
    let mut data = Map::new();
    let mut say = |name: &str, value: Value| data.insert(name.to_owned(), value);
    say("subject", json!(delivery.subject));
    if !matches!(delivery.what, What::Share { .. }) {
        say("delivery", json!(delivery.id));
    }
    let kind = match &delivery.what {
        What::Share { .. } => {
            let Some(fields) = fields(api, feed, delivery).await? else {
                return Ok(None);
            };
            say("fields", Value::Object(fields));
            "person.shared"
        }
        What::Correct { .. } => {
            let mut fields = fields(api, feed, delivery).await?.unwrap_or_default();
            // What has no value here any more is to go there too.
            fields.retain(|field, _| due.fields.contains(field));
            say("corrected", json!(due.fields));
            say("fields", Value::Object(fields));
            "person.corrected"
        }
        What::Stop { .. } => {
            say("purposes", json!(due.purposes));
            "person.stopped"
        }
        What::Pause => "person.paused",
        What::Resume => "person.resumed",
        What::Forget => "person.forgotten",
    };
    Ok(Some((kind, Value::Object(data))))
}

/// What the feed carries of the person at this moment; nothing where it may not.
async fn fields(
    api: &Api,
    feed: &Feed,
    delivery: &Delivery,
) -> Result<Option<Map<String, Value>>, Failure> {
    let Some(person) = delivery.person() else {
        return Ok(None);
    };
    let command = Command::Pass {
        feed: feed.id.clone(),
        person,
    };
    let performed = api.door.perform(&Caller::system("webhook"), &command).await;
    let values = match performed {
        Ok(Performed {
            outcome: Ok(Effect::Values(values)),
            ..
        }) => values,
        Ok(_) | Err(Failure::NotFound(_)) => return Ok(None),
        Err(failure) => return Err(failure),
    };
    let policy = api.door.policy();
    let mut fields = Map::new();
    for released in &values {
        if let Shown::Clear(text) = &released.value {
            super::table::add(&policy, &mut fields, &released.field, text);
        }
    }
    Ok((!fields.is_empty()).then_some(fields))
}
