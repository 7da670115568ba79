//! `/openapi.json`: what every call takes and gives, made from the handlers and their types, so
//! that it cannot drift away. The calls themselves come in where the router lists them; here is
//! what they have in common.

mod numbers;
mod refusals;

use std::collections::BTreeMap;

use axum::Extension;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::header;
use subrosa_shared::api::{API_BASE, header as api_header};
use subrosa_shared::id::KeyringId;
use subrosa_shared::problem::{CONTENT_TYPE, Problem, ProblemType};
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, LicenseBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, Ref, RefOr,
    Required, ResponseBuilder, Schema, ServerBuilder, Type, response,
};
use utoipa::{IntoParams, IntoResponses, PartialSchema, ToSchema};

use super::error::Error;
use super::extract::{NoBody, Path};

/// Media type of sealed objects.
const BINARY: &str = "application/octet-stream";

/// The proofs: the name that calls give them, the header that carries them, what they are.
const PROOFS: [(&str, &str, &str); 5] = [
    (
        "owner",
        api_header::OWNER_PROOF,
        "Shows the owner secret: the share or push is the caller's. Of a keyring: shows its phrase.",
    ),
    ("link", api_header::LINK_PROOF, "Shows the link secret: the caller holds the link."),
    ("open", api_header::OPEN_PROOF, "Shows link secret and password. A wrong one counts as a guess."),
    ("lease", api_header::LEASE_PROOF, "Shows the lease secret: the download or view is the caller's."),
    (
        "device",
        api_header::DEVICE_PROOF,
        "Optional. A device that opened the link before is not slowed by others' guesses.",
    ),
];

/// The document of a server, made once.
#[derive(Clone)]
pub(super) struct Document(Bytes);

impl Document {
    pub(super) fn new(api: &OpenApi) -> Self {
        let mut document = serde_json::to_value(api).expect("names and texts become JSON");
        numbers::bound(&mut document);
        refusals::describe(&mut document);
        document["components"]["headers"] = headers();
        Self(document.to_string().into())
    }

    /// The JSON.
    pub(super) fn into_bytes(self) -> Bytes {
        self.0
    }
}

/// This document.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "anyone",
    responses((status = 200, description = "An OpenAPI document.", body = Object), Refused)
)]
pub(super) async fn show_document(
    Extension(Document(document)): Extension<Document>,
    Path(()): Path<()>,
    _: NoBody,
) -> Result<Response, Error> {
    Ok(([(header::CONTENT_TYPE, "application/json")], document).into_response())
}

/// The document without its calls.
pub(super) fn frame() -> OpenApi {
    let license = LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0"));
    let info = InfoBuilder::new()
        .title("Subrosa")
        .version(env!("CARGO_PKG_VERSION"))
        .license(Some(license.build()))
        .description(Some(
            "Shares, their links, and pushes. The server holds sealed objects and counts; keys never reach it. How ids, proofs and \
             sealed objects are made is in docs/PROTOCOL.md. Requests refuse unknown fields, fields that stand twice, and \
             queries; answers may grow new fields. Integers are written as digits: no fraction, no exponent, no `-0`. \
             Byte strings are base64url without padding; the last character has no stray bits. Names that end in \
             `_secs`, `_millis`, `_bytes` or `_len` tell the unit. What a server allows within the bounds here, it tells \
             at `/config`. Every answer has `Cache-Control: no-store`.",
        ));
    // No body holds the id of a keyring, so nothing else brings its schema in.
    let mut schemas =
        vec![(Problem::name().into_owned(), Problem::schema()), (KeyringId::name().into_owned(), KeyringId::schema())];
    Problem::schemas(&mut schemas);
    let mut components = ComponentsBuilder::new().schemas_from_iter(schemas).response(Problem::name(), problem());
    for (name, header, description) in PROOFS {
        let pattern = "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$";
        let description = format!("{description} 32 bytes as base64url without padding, once: `{pattern}`.");
        let scheme = ApiKeyValue::with_description(header, &description);
        components = components.security_scheme(name, SecurityScheme::ApiKey(ApiKey::Header(scheme)));
    }
    let server = ServerBuilder::new().url(API_BASE).build();
    OpenApiBuilder::new().info(info.build()).servers(Some([server])).components(Some(components.build())).build()
}

/// What every call answers when it refuses.
fn problem() -> response::Response {
    let types = ProblemType::ALL.iter().map(|problem| {
        let (uri, status, title) = (problem.uri(), problem.status(), problem.title());
        format!("\n- `{uri}` ({status}): {title}")
    });
    let description = format!(
        "Refused. A call tells at each status with which of these problems it is meant; any call can be answered with {}. \
         The types of problems:\n{}",
        refusals::ANY.map(|problem| format!("`{}`", problem.uri())).join(", "),
        types.collect::<String>()
    );
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
    ResponseBuilder::new().description(description).content(CONTENT_TYPE, content).build()
}

/// Headers of answers that several calls have.
fn headers() -> serde_json::Value {
    serde_json::json!({
        "RetryAfter": {
            "description": "Seconds until it is worth trying again, rounded up, where `retry_after_millis` is told.",
            "schema": { "type": "integer", "minimum": 0 },
        },
    })
}

/// Every status that is not a call's own: a problem document.
pub(super) enum Refused {}

impl IntoResponses for Refused {
    fn responses() -> BTreeMap<String, RefOr<response::Response>> {
        BTreeMap::from([("default".to_owned(), Ref::from_response_name(Problem::name()).into())])
    }
}

/// A sealed object, or a range of it.
pub(super) enum WholeOrRange {}

impl IntoResponses for WholeOrRange {
    fn responses() -> BTreeMap<String, RefOr<response::Response>> {
        let header = |kind: Type, description: &str| {
            let mut header = Header::new(ObjectBuilder::new().schema_type(kind));
            header.description = Some(description.to_owned());
            header
        };
        let answer = |description: &str| {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(SealedObject::name()))).build();
            ResponseBuilder::new()
                .description(description)
                .content(BINARY, content)
                .header("Accept-Ranges", header(Type::String, "`bytes`."))
                .header("ETag", header(Type::String, "The strong validator of the sealed object."))
                .header("Content-Length", header(Type::Integer, "Bytes of this answer."))
        };
        let range = header(Type::String, "`bytes FIRST-LAST/LENGTH`, of the sealed object.");
        BTreeMap::from([
            ("200".to_owned(), answer("The sealed object.").into()),
            ("206".to_owned(), answer("The range of it that was asked for.").header("Content-Range", range).into()),
        ])
    }
}

/// The header that asks for a range.
pub(super) enum RangeHeader {}

impl IntoParams for RangeHeader {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description = "One range: `bytes=A-B`, `bytes=A-` or `bytes=-N`, not empty, of numbers below 2^64.";
        vec![header_parameter(
            "range",
            Required::False,
            description,
            "^bytes=([0-9]+-[0-9]*|-[0-9]+)$",
            "bytes=0-65600",
        )]
    }
}

/// The header that says what a body is to be.
pub(super) enum DigestHeader {}

impl IntoParams for DigestHeader {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description = "SHA-256 of the body: `sha-256=:BASE64:` (RFC 9530), with padding. Digests by other \
            algorithms beside it are passed over. The length has to be told too.";
        let pattern = "^sha-256=:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=:$";
        let example = "sha-256=:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=:";
        vec![header_parameter(api_header::CONTENT_DIGEST, Required::True, description, pattern, example)]
    }
}

/// The header that tells the revision of a keyring.
pub(super) enum RevisionHeader {}

impl IntoParams for RevisionHeader {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description = "The revision that the keyring is to be, from 1 to 2^53 - 1. It is sealed with it.";
        vec![header_parameter(api_header::KEYRING_REVISION, Required::True, description, "^[1-9][0-9]{0,15}$", "1")]
    }
}

/// The headers that say which note or keyring another one takes the place of.
pub(super) enum ReplacesHeaders {}

impl IntoParams for ReplacesHeaders {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let replaces = "What is replaced, by its `ETag`, or several of which it is one, or `*`: any. Where another one is, or \
            none, nothing is stored, and the answer is 412.";
        let tag = "\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\"";
        let pattern = "^([*]|(W/)?\"[!#-~]*\"([ ,]+(W/)?\"[!#-~]*\")*)$";
        let first = "`*`: stored only where there is none yet. Not together with `If-Match`.";
        vec![
            header_parameter("if-match", Required::False, replaces, pattern, tag),
            header_parameter("if-none-match", Required::False, first, "^[*]$", "*"),
        ]
    }
}

fn header_parameter(name: &str, required: Required, description: &str, pattern: &str, example: &str) -> Parameter {
    let schema = ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).examples([example]);
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

/// The index of a part in a path.
pub(super) struct Index;

impl PartialSchema for Index {
    fn schema() -> RefOr<Schema> {
        let description = "Place of a part in the content, from 0: digits, without sign or leading zeros.";
        let schema = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^(0|[1-9][0-9]{0,8})$"))
            .examples(["0"])
            .description(Some(description));
        schema.into()
    }
}

impl ToSchema for Index {}

/// The number of a content in a path.
pub(super) struct Content;

impl PartialSchema for Content {
    fn schema() -> RefOr<Schema> {
        let to_65_535 = "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]";
        let description = "Which content of the share, from 1: digits, without sign or leading zeros.";
        let schema = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(format!("^({to_65_535})$")))
            .examples(["1"])
            .description(Some(description));
        schema.into()
    }
}

impl ToSchema for Content {}

/// A sealed object on the wire.
pub(super) enum SealedObject {}

impl PartialSchema for SealedObject {
    fn schema() -> RefOr<Schema> {
        // Bytes have no type in JSON's sense.
        let schema = ObjectBuilder::new()
            .schema_type(SchemaType::AnyValue)
            .content_media_type(BINARY)
            .description(Some("A sealed object: PROTOCOL.md section 4. The server can open none."));
        schema.into()
    }
}

impl ToSchema for SealedObject {}
