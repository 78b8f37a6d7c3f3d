//! `POST /v1/messages/campaigns`: one message to everybody who may be contacted for a purpose, each
//! once; `GET` tells how far each campaign has come, and each telling of a new version.
//! Whether each message is sent is decided again when it is due.

use crate::api::answer::{Done, json};
use crate::api::asked::{Asked, OnceKey};
use crate::api::auth::Bearer;
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Announcement, Command, Message, Showing};
use kept_terms::Day;
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
    /// How far people and clients were told of new versions.
    notices: Vec<Notice>,
}

/// How far one version was told of.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
struct Notice {
    /// The digest of the version.
    version: String,
    /// The day from which it holds.
    takes_effect: String,
    /// How many people were queued a message.
    queued: u64,
    /// Whether everybody was looked at.
    complete: bool,
    /// The clients that are told.
    clients: Vec<ClientNotice>,
}

/// How the telling of one client stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
struct ClientNotice {
    /// The client.
    client: String,
    /// The clause that says so.
    clause: String,
    /// The last day on which it is told in time.
    by: String,
    /// `no-mailbox`, `queued`, `told` or `failed`.
    stands: &'static str,
    /// Since which day.
    since: String,
}

impl Notice {
    fn of(announcement: Announcement) -> Notice {
        let tellings = announcement.clients.values();
        let clients = tellings.flat_map(|telling| {
            let clients = telling.clients.iter();
            clients.map(|(name, client)| ClientNotice {
                client: name.clone(),
                clause: telling.clause.clone(),
                by: Day(telling.by).to_string(),
                stands: client.stands.word(),
                since: Day(client.since).to_string(),
            })
        });
        Notice {
            takes_effect: Day(announcement.takes_effect).to_string(),
            queued: announcement.queued.values().sum(),
            complete: announcement.done,
            clients: clients.collect(),
            version: announcement.version,
        }
    }
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
/// How far each campaign has come, and how far people and clients were told of new versions.
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
    let notices = api.door.announcements().await?.into_iter();
    let answer = Campaigns {
        campaigns: campaigns.collect(),
        notices: notices.map(Notice::of).collect(),
    };
    Ok(json(StatusCode::OK, &answer))
}
