//! The list of endpoints, grouped by who calls them.

use axum::Router;
use axum::handler::Handler as _;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get, post, put};
use tower_http::compression::CompressionLayer;

use super::error::Error;
use super::{config, headers, health, leases, links, manifest, middleware, note, owner_links, pages, parts, shares};
use crate::app::App;

/// Every call of the server, with what all of them have around them.
pub fn router(app: &App) -> Router {
    let api = Router::new()
        // Anyone.
        .route("/config", get(config::show_config))
        // Owners.
        .route(
            "/shares/{share}",
            put(shares::create_share).get(shares::show_share).patch(shares::change_share).delete(shares::revoke_share),
        )
        .route("/shares/{share}/parts", get(parts::list_parts))
        .route("/shares/{share}/parts/{index}", put(parts::store_part).get(parts::read_part_back))
        .route("/shares/{share}/manifest", put(manifest::store_manifest).get(manifest::read_manifest_back))
        .route("/shares/{share}/complete", post(shares::complete_share))
        .route("/shares/{share}/log", get(shares::show_log))
        .route("/shares/{share}/note", put(note::store_note).get(note::read_note))
        .route(
            "/shares/{share}/links/{link}",
            put(owner_links::add_link).patch(owner_links::change_link).delete(owner_links::revoke_link),
        )
        // Holders of a link.
        .route("/links/{link}", get(links::look).delete(links::destroy))
        .route("/links/{link}/open", post(links::open))
        .route("/links/{link}/manifest", get(links::read_manifest))
        .route("/links/{link}/leases", post(leases::grant_lease))
        .route("/links/{link}/leases/{lease}/done", post(leases::finish_lease))
        .route("/links/{link}/parts/{index}", get(leases::fetch_part))
        .method_not_allowed_fallback(async || Error::MethodNotAllowed)
        .fallback(async || Error::UnknownEndpoint);

    // Only pages are compressed: ciphertext does not compress, and answers with secrets of both sides must not.
    let pages = pages::serve_page.layer(CompressionLayer::new());
    Router::new()
        .nest("/api/v1", api.layer(axum::middleware::from_fn(headers::api_headers)))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/dl/{*name}", any(pages::serve_nothing))
        .fallback_service(pages.with_state(()))
        .layer(from_fn_with_state(app.clone(), middleware::limit))
        .layer(axum::middleware::from_fn(middleware::log))
        .layer(axum::middleware::from_fn(headers::security_headers))
        .with_state(app.clone())
}
