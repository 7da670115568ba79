//! The list of endpoints, grouped by who calls them. Path and method of a call stand at its
//! handler, with what it takes and gives: that makes both the route and its description.

use axum::handler::Handler as _;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get};
use axum::{Extension, Router};
use bytes::Bytes;
use subrosa_shared::api::{API_BASE, Channels};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::error::Error;
use super::openapi::Document;
use super::{
    config, contents, cors, headers, health, keyrings, large, leases, links, manifest, middleware, note, openapi,
    owner_links, pages, parts, pushes, security_txt, shares,
};
use crate::app::App;

/// Every call of the server, with what all of them have around them.
pub fn router(app: &App) -> Router {
    let served = app.served_channels();
    let (api, document) = api(served.channels).split_for_parts();
    let methods = headers::Methods::of(&document);
    let api =
        api.method_not_allowed_fallback(async || Error::MethodNotAllowed).fallback(async || Error::UnknownEndpoint);
    let api = api.layer(from_fn_with_state(large::AnswerMemory::new(app), large::hold));
    let api = api.layer(Extension(Document::new(&document))).layer(from_fn_with_state(methods, headers::api_headers));

    // Nothing is compressed while the server runs: pages were when it was built, ciphertext does
    // not compress, and answers with secrets of both sides must not.
    let mut around = Router::new().route("/dl/{*name}", any(pages::serve_nothing));
    if served.channels.shares() {
        around = around.route(pages::GIVEN, any(pages::decline_given));
    }
    let limited = Router::new()
        .nest(API_BASE, api)
        .merge(around)
        .fallback_service(pages::serve_page.with_state(served.channels))
        .layer(from_fn_with_state(app.clone(), middleware::limit))
        // Around the limits: a page has to be able to read that it is to come back.
        .layer(from_fn_with_state(cors::share_origins(&served.share_origins), cors::cors));
    let limited = match app.security_txt() {
        Some(text) => limited.route(security_txt::PATH, security_txt::serve(text.clone())),
        None => limited,
    };
    // A server that is busy is not a server that is dead: whoever watches it is answered all the
    // same.
    let [live, ready, accepting] = health::PATHS;
    Router::new()
        .route(live, get(health::live).fallback(pages::only_read))
        .route(ready, get(health::ready).fallback(pages::only_read))
        .route(accepting, get(health::accepting).fallback(pages::only_read))
        .merge(limited)
        .layer(middleware::catch_panic())
        .layer(axum::middleware::from_fn(middleware::close_unread))
        .layer(axum::middleware::from_fn(middleware::close_over_limit))
        .layer(axum::middleware::from_fn(middleware::expect_host))
        .layer(axum::middleware::from_fn(middleware::log))
        .layer(from_fn_with_state(headers::security_headers(served.push_origin.as_ref()), headers::secure))
        .with_state(app.clone())
}

/// The description of every call that a server can have: shares and pushes, as JSON.
#[must_use]
pub fn document() -> Bytes {
    let (_, document) = api(Channels::Both).split_for_parts();
    Document::new(&document).into_bytes()
}

/// Every call of the API that is served, with its description.
fn api(channels: Channels) -> OpenApiRouter<App> {
    let mut api = OpenApiRouter::with_openapi(openapi::frame())
        // Anyone.
        .routes(routes!(config::show_config))
        .routes(routes!(openapi::show_document))
        // Whoever has the recovery phrase.
        .routes(routes!(keyrings::store_keyring, keyrings::read_keyring, keyrings::delete_keyring));
    if channels.shares() {
        api = api.merge(shares_api());
    }
    if channels.pushes() {
        api = api.merge(pushes_api());
    }
    api
}

fn shares_api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        // Owners.
        .routes(routes!(shares::create_share, shares::show_share, shares::change_share, shares::revoke_share))
        .routes(routes!(parts::list_parts))
        .routes(routes!(parts::store_part, parts::read_part_back))
        .routes(routes!(manifest::store_manifest, manifest::read_manifest_back))
        .routes(routes!(contents::begin_content, contents::remove_content))
        .routes(routes!(contents::complete_content))
        .routes(routes!(contents::move_links))
        .routes(routes!(shares::show_log))
        .routes(routes!(note::store_note, note::read_note))
        .routes(routes!(owner_links::add_links))
        .routes(routes!(owner_links::add_link, owner_links::change_link, owner_links::revoke_link))
        // Holders of a link.
        .routes(routes!(links::look_at_link, links::destroy_link))
        .routes(routes!(links::open_link))
        .routes(routes!(links::read_manifest))
        .routes(routes!(leases::grant_lease))
        .routes(routes!(leases::finish_lease))
        .routes(routes!(leases::fetch_part))
}

/// What pages of other servers may call of these is said in [`cors`].
fn pushes_api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        // Owners, and holders of the link.
        .routes(routes!(pushes::make_push, pushes::look_at_push, pushes::destroy_push))
        .routes(routes!(pushes::reveal_push))
        .routes(routes!(pushes::acknowledge_push))
        // Owners.
        .routes(routes!(pushes::show_push, pushes::change_push, pushes::revoke_push))
        .routes(routes!(pushes::show_push_log))
}
