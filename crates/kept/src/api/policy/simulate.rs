//! `POST /v1/policy/simulate`: what a draft would do to what is stored, were it published now.
//! No value is read and nothing is changed.

use super::diff::Changed;
use crate::api::administration::at_length;
use crate::api::answer::json;
use crate::api::asked::Asked;
use crate::api::auth::Administrator;
use crate::api::{Api, Problem, limits};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_policy::{Options, Severity, Source, compile_with, diff};
use kept_terms::Day;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use utoipa::ToSchema;

/// A draft.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Draft {
    /// Its files.
    files: Vec<DraftFile>,
    /// The language of the sentences; each document's own unless said.
    #[serde(default)]
    language: Option<String>,
}

/// A file of a draft.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DraftFile {
    /// Its name.
    name: String,
    /// Its text.
    text: String,
}

/// What a draft would do.
#[derive(Serialize, ToSchema)]
pub(super) struct Simulated {
    /// Its digest; nothing where it does not compile.
    digest: Option<String>,
    /// Why it could not be published as it stands, each with its place; empty where it could.
    refused: Vec<Obstructed>,
    /// What changes.
    changes: Vec<Changed>,
    /// What would become of what is stored: figures by class, purpose, country and recipient, each
    /// counted or marked as estimated; nothing where the draft does not compile.
    #[schema(value_type = Option<Object>)]
    effects: Value,
}

/// A reason why a draft could not be published.
#[derive(Serialize, ToSchema)]
pub(super) struct Obstructed {
    /// Where.
    place: String,
    /// What is wrong.
    problem: String,
}

/// Simulate
///
/// What a draft would do to what is stored.
#[utoipa::path(post, path = "/v1/policy/simulate", tag = "policy", request_body = Draft,
    responses((status = OK, description = "What it would do", body = Simulated), Problem))]
pub(super) async fn simulate(
    State(api): State<Api>,
    _: Administrator,
    asked: Asked<Draft, { limits::DRAFT_BYTES_MAX }>,
) -> Result<Response, Problem> {
    let today = Day::of(api.door.now()).date();
    let files = asked.body.files.into_iter();
    let sources: Vec<Source> = files
        .map(|file| Source::new(file.name, file.text))
        .collect();
    let (draft, diagnostics) = compile_with(&sources, &Options { today });
    let Some(draft) = draft.map(Arc::new) else {
        let errors = diagnostics.into_iter();
        let errors = errors.filter(|it| it.severity == Severity::Error);
        let refused = errors.map(|it| Obstructed {
            place: format!("{}:{}:{}", it.file, it.position.line, it.position.column),
            problem: it.message,
        });
        let simulated = Simulated {
            digest: None,
            refused: refused.collect(),
            changes: Vec::new(),
            effects: Value::Null,
        };
        return Ok(json(StatusCode::OK, &simulated));
    };
    let old = api.door.policy();
    let found = diff(&old, &draft);
    let told = match asked.body.language {
        Some(language) => found.told(&old, &draft, &language),
        None => found.told_at_home(&old, &draft),
    };
    let (door, tried) = (api.door.clone(), draft.clone());
    let mut simulation = at_length(async move || door.simulate(tried).await).await??;
    let refused = std::mem::take(&mut simulation.refused).into_iter();
    let refused = refused.map(|it| Obstructed {
        place: it.place,
        problem: it.problem,
    });
    let mut effects = serde_json::to_value(&simulation)
        .map_err(|_| Problem::internal("a simulation cannot be written down"))?;
    if let Some(effects) = effects.as_object_mut() {
        effects.remove("refused");
    }
    let simulated = Simulated {
        digest: Some(draft.digest.to_string()),
        refused: refused.collect(),
        changes: told.into_iter().map(Changed::from).collect(),
        effects,
    };
    Ok(json(StatusCode::OK, &simulated))
}
