//! `POST /v1/messages/campaigns`: one message to everybody who may be contacted for a purpose, each
//! once; `GET` tells how far each campaign has come.
//! Whether each message is sent is decided again when it is due.

use crate::api::answer::{Done, json};
use crate::api::asked::{Asked, OnceKey};
use crate::api::auth::Bearer;
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Command, Message, Showing};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A message to many.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct NewCampaign {
    /// Its name; there is one campaign of a name.
    name: String,
    /// What for.
    purpose: String,
    /// By which template.
    template: String,
}

/// How far campaigns have come.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Campaigns {
    campaigns: Vec<OneCampaign>,
}

/// How far a campaign has come.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
struct OneCampaign {
    /// Its name.
    name: String,
    /// What for.
    purpose: String,
    /// By which template.
    template: String,
    /// How many messages were queued.
    queued: u64,
    /// How many people were passed over, because they may not be contacted for this.
    passed_over: u64,
    /// Whether everybody was looked at.
    complete: bool,
}

/// Begin a campaign
///
/// Queues a message to everybody who may be contacted for a purpose, each once. It goes on in the
/// background, and after a restart where it was.
#[utoipa::path(post, path = "/v1/messages/campaigns", tag = "messages", request_body = NewCampaign,
    params(OnceKey),
    responses((status = OK, description = "It has begun", body = Done), Problem))]
pub(super) async fn campaign(
    State(api): State<Api>,
    asked: Asked<NewCampaign>,
) -> Result<Response, Problem> {
    let NewCampaign {
        name,
        purpose,
        template,
    } = asked.body;
    super::fits(&api, &template, &purpose)?;
    let command = Command::Message(Message::Everybody {
        name,
        purpose,
        template,
    });
    let acted = api.act(&asked.caller, command, asked.once).await?;
    api.queued.notify_one();
    acted.done()
}

/// Campaigns
///
/// How far each campaign has come.
#[utoipa::path(get, path = "/v1/messages/campaigns", tag = "messages",
    responses((status = OK, description = "The campaigns", body = Campaigns), Problem))]
pub(super) async fn campaigns(
    State(api): State<Api>,
    Bearer(caller): Bearer,
) -> Result<Response, Problem> {
    api.look(&caller, Showing::Messages).await?;
    let campaigns = api.door.campaigns().await?.into_iter();
    let campaigns = campaigns.map(|campaign| OneCampaign {
        name: campaign.name,
        purpose: campaign.purpose,
        template: campaign.template,
        queued: campaign.queued,
        passed_over: campaign.passed_over,
        complete: campaign.complete,
    });
    let campaigns = campaigns.collect();
    Ok(json(StatusCode::OK, &Campaigns { campaigns }))
}
