//! Acts on personal information, one file each.
//! Each turns its request into one command for the door, and its effect into an answer.

mod collect;
mod collect_bulk;
mod contact;
mod disclose;
mod find;
mod reading;
mod reading_bulk;
mod reading_file;
mod verify;

pub(super) use collect::{LETTER, Stored, day, stored};
pub(super) use reading_file::{Ranged, file};

use super::Api;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of all acts.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(routes!(collect::collect))
        .routes(routes!(collect::collect_files))
        .routes(routes!(collect_bulk::collect_bulk))
        .routes(routes!(reading::reading))
        .routes(routes!(reading_bulk::reading_bulk))
        .routes(routes!(reading_file::reading_file))
        .routes(routes!(contact::contact))
        .routes(routes!(find::find))
        .routes(routes!(verify::verify))
        .routes(routes!(disclose::disclose))
}
