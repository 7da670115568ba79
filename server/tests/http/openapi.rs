//! The description of the API says what the server does: every call, every proof, every body, and
//! nothing else.

mod strict;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use http::Method;
use serde_json::Value;
use subrosa_server::http::router;
use subrosa_shared::api::API_BASE;
use subrosa_shared::problem::{Problem, ProblemType};
use subrosa_shared::secret::OwnerSecret;

use crate::support::{Answer, Call, Server};

const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

/// A described call.
struct Described {
    method: Method,
    template: String,
    operation: Value,
}

impl Described {
    /// A request with ids of the right form that name nothing.
    fn call(&self) -> Call {
        let id = "A".repeat(22);
        let path = ["{share}", "{link}", "{lease}", "{keyring}"]
            .iter()
            .fold(self.template.clone(), |path, name| path.replace(name, &id));
        Call::new(self.method.clone(), path.replace("{index}", "0").replace("{content}", "1"))
    }

    /// Sets of proofs, each of which will do.
    fn proofs(&self) -> Vec<BTreeSet<&str>> {
        let sets = self.operation["security"].as_array().into_iter().flatten();
        sets.map(|set| set.as_object().unwrap().keys().map(String::as_str).collect()).collect()
    }

    fn name(&self) -> String {
        format!("{} {}", self.method, self.template)
    }
}

static CALLS: LazyLock<Vec<Described>> = LazyLock::new(|| calls(&serde_json::from_slice(&router::document()).unwrap()));

/// That a refusal is one that the document tells of, for this call. Every call of these tests is
/// held against it.
pub(crate) fn expect_described(method: &Method, path: &str, answer: &Answer) {
    const OF_ANY_CALL: [ProblemType; 7] = [
        ProblemType::UnknownEndpoint,
        ProblemType::MethodNotAllowed,
        ProblemType::HeadersTooLarge,
        ProblemType::RequestTimeout,
        ProblemType::StorageFull,
        ProblemType::Busy,
        ProblemType::Internal,
    ];
    let Some(path) = path.strip_prefix(API_BASE) else { return };
    let path: Vec<&str> = path.split('?').next().unwrap().split('/').collect();
    let is_asked = |call: &&Described| {
        let names: Vec<&str> = call.template.split('/').collect();
        let fits = names.iter().zip(&path).all(|(name, part)| name.starts_with('{') || name == part);
        call.method == *method && names.len() == path.len() && fits
    };
    let refused = serde_json::from_slice::<Problem>(&answer.body).ok().filter(|_| !answer.status.is_success());
    let Some((call, problem)) = CALLS.iter().find(is_asked).zip(refused) else { return };
    let told = call.operation["responses"][problem.status.to_string()]["description"].as_str().unwrap_or_default();
    assert!(
        told.contains(&format!("`{}`", problem.uri))
            || problem.problem_type().is_some_and(|p| OF_ANY_CALL.contains(&p)),
        "server/src/http/openapi/refusals.rs does not tell that {} can answer {}",
        call.name(),
        problem.uri
    );
}

async fn document(server: &Server) -> Value {
    let answer = server.call(Call::get("/openapi.json")).await;
    assert_eq!(answer.headers["content-type"], "application/json");
    answer.json()
}

fn calls(document: &Value) -> Vec<Described> {
    let mut calls = Vec::new();
    for (template, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(METHODS.contains(&method.as_str()), "{method} {template}");
            let method = method.to_uppercase().parse().unwrap();
            calls.push(Described { method, template: template.clone(), operation: operation.clone() });
        }
    }
    calls
}

fn problem(answer: &Answer) -> Problem {
    serde_json::from_slice(&answer.body).unwrap()
}

/// Whether a proof was refused for its form, and in which header.
fn refused_proof(answer: &Answer) -> Option<String> {
    let problem = serde_json::from_slice::<Problem>(&answer.body).ok()?;
    (problem.problem_type() == Some(ProblemType::InvalidProof)).then(|| problem.detail.unwrap())
}

#[tokio::test]
async fn it_is_of_version_3_1_and_every_reference_leads_somewhere() {
    let document = document(&Server::start().await).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    assert_eq!(document["servers"][0]["url"], "/api/v1");
    let mut rest = vec![&document];
    let mut references = 0;
    while let Some(value) = rest.pop() {
        match value {
            Value::Object(members) => {
                if let Some(reference) = members.get("$ref").map(|reference| reference.as_str().unwrap()) {
                    let target = document.pointer(reference.strip_prefix('#').unwrap());
                    assert!(target.is_some(), "{reference}");
                    references += 1;
                }
                // Links of Rust's documentation lead nowhere here.
                let description = members.get("description").and_then(Value::as_str).unwrap_or("");
                assert!(!description.contains("[`") && !description.contains("crate::"), "{description}");
                rest.extend(members.values());
            }
            Value::Array(values) => rest.extend(values),
            _ => {}
        }
    }
    assert!(references > 50, "{references}");
}

#[tokio::test]
async fn names_of_calls_are_unique_and_no_format_is_of_our_own_making() {
    // https://spec.openapis.org/registry/format
    const REGISTERED: [&str; 4] = ["date-time", "uri", "uuid", "byte"];
    let document = document(&Server::start().await).await;
    let calls = calls(&document);
    let names: BTreeSet<&str> = calls.iter().map(|call| call.operation["operationId"].as_str().unwrap()).collect();
    assert_eq!(names.len(), calls.len());
    let mut rest = vec![&document];
    while let Some(value) = rest.pop() {
        if let Some(format) = value.get("format").and_then(Value::as_str) {
            assert!(REGISTERED.contains(&format), "{format}");
        }
        // Patterns hold from the first character to the last.
        if let Some(pattern) = value.get("pattern").and_then(Value::as_str) {
            assert!(pattern.starts_with('^') && pattern.ends_with('$') && !pattern.contains("|^"), "{pattern}");
        }
        rest.extend(value.as_object().into_iter().flat_map(|members| members.values()));
        rest.extend(value.as_array().into_iter().flatten());
    }
}

#[tokio::test]
async fn it_lists_the_calls_that_there_are_and_no_other() {
    let server = Server::start().await;
    let document = document(&server).await;
    let mut methods = BTreeMap::<String, BTreeSet<Method>>::new();
    for call in calls(&document) {
        let answer = server.call(call.call()).await;
        let refused = answer.status.is_client_error().then(|| problem(&answer).problem_type().unwrap());
        let unknown = [Some(ProblemType::UnknownEndpoint), Some(ProblemType::MethodNotAllowed)].contains(&refused);
        assert!(!unknown && !answer.status.is_server_error(), "{}: {}", call.name(), answer.status);
        methods.entry(call.template.clone()).or_default().insert(call.method);
    }
    for (template, methods) in &methods {
        for method in METHODS.map(|method| method.to_uppercase().parse::<Method>().unwrap()) {
            if !methods.contains(&method) {
                let other = Described { method, template: template.clone(), operation: Value::Null };
                server.call(other.call()).await.refused(ProblemType::MethodNotAllowed);
            }
        }
    }
    // What the router knows, as it shows itself to programmers: the only place that lists its
    // paths.
    let routes = format!("{:?}", server.router);
    let routes: BTreeSet<&str> = routes.split('"').filter_map(|text| text.strip_prefix("/api/v1/")).collect();
    let listed: BTreeSet<&str> = methods.keys().map(|path| path.trim_start_matches('/')).collect();
    let is_call = |path: &&str| !path.is_empty() && !path.starts_with("{*");
    assert_eq!(routes.into_iter().filter(is_call).collect::<BTreeSet<_>>(), listed);
}

/// Every header is left out once and malformed once: it matters if and only if the description says
/// so.
#[tokio::test]
async fn every_call_takes_the_proofs_that_it_names() {
    let server = Server::start().await;
    let document = document(&server).await;
    let schemes = document["components"]["securitySchemes"].as_object().unwrap();
    let right = OwnerSecret::from_bytes([1; 32]).proof().to_text().to_string();
    for call in calls(&document) {
        let proofs = call.proofs();
        for name in proofs.iter().flatten() {
            assert!(schemes.contains_key(*name), "{name}");
        }
        let all = || {
            let headers = schemes.values().map(|scheme| scheme["name"].as_str().unwrap());
            headers.fold(call.call(), |call, header| call.header(header, &right))
        };
        assert_eq!(refused_proof(&server.call(all()).await), None, "{}", call.name());
        for (name, scheme) in schemes {
            assert_eq!((&scheme["type"], &scheme["in"]), (&"apiKey".into(), &"header".into()));
            let header = scheme["name"].as_str().unwrap();
            let taken = proofs.iter().any(|set| set.contains(name.as_str()));
            let needed = taken && proofs.iter().all(|set| set.contains(name.as_str()));
            let malformed = refused_proof(&server.call(all().header(header, "no")).await);
            assert_eq!(malformed.is_some_and(|detail| detail.contains(header)), taken, "{} {name}", call.name());
            let missing = refused_proof(&server.call(all().without(header)).await);
            assert_eq!(missing.is_some_and(|detail| detail.contains(header)), needed, "{} {name}", call.name());
        }
    }
}

#[tokio::test]
async fn every_call_takes_the_path_and_body_that_it_names() {
    let server = Server::start().await;
    let document = document(&server).await;
    let schemes = document["components"]["securitySchemes"].as_object().unwrap();
    let right = OwnerSecret::from_bytes([1; 32]).proof().to_text().to_string();
    for call in calls(&document) {
        let parameters: Vec<&Value> = call.operation["parameters"].as_array().into_iter().flatten().collect();
        let in_path = parameters.iter().filter(|parameter| parameter["in"] == "path");
        let in_path: BTreeSet<&str> = in_path.map(|parameter| parameter["name"].as_str().unwrap()).collect();
        let names = call.template.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        assert_eq!(in_path, names.collect(), "{}", call.name());

        let with_proofs = || {
            let headers = schemes.values().map(|scheme| scheme["name"].as_str().unwrap());
            let call = headers.fold(call.call(), |call, header| call.header(header, &right));
            // Beside proofs, what the document says a header has to be.
            let needed = parameters.iter().filter(|one| one["in"] == "header" && one["required"] == true);
            let needed = needed.filter(|one| one["name"] != "content-digest");
            needed.fold(call, |call, one| {
                call.header(one["name"].as_str().unwrap(), one["schema"]["examples"][0].as_str().unwrap())
            })
        };
        let other_body = with_proofs().header("content-type", "text/plain").body("text");
        let problem = problem(&server.call(other_body).await);
        let Some(body) = call.operation["requestBody"].as_object() else {
            assert_eq!(problem.problem_type(), Some(ProblemType::InvalidBody), "{}", call.name());
            continue;
        };
        assert_eq!(problem.problem_type(), Some(ProblemType::UnsupportedMediaType), "{}", call.name());
        let (media_type, _) = body["content"].as_object().unwrap().iter().next().unwrap();
        assert!(problem.detail.unwrap().contains(media_type), "{}", call.name());
        assert_eq!(body["required"], true, "{}", call.name());
        let digest = parameters.iter().any(|parameter| parameter["name"] == "content-digest");
        assert_eq!(digest, media_type == "application/octet-stream", "{}", call.name());
    }
}

#[tokio::test]
async fn every_call_says_how_it_refuses_and_every_type_of_problem_is_told() {
    let document = document(&Server::start().await).await;
    for call in calls(&document) {
        assert_eq!(call.operation["responses"]["default"]["$ref"], "#/components/responses/Problem", "{}", call.name());
        assert!(call.operation["summary"].is_string(), "{}", call.name());
    }
    let refused = &document["components"]["responses"]["Problem"];
    assert!(refused["content"]["application/problem+json"].is_object());
    let description = refused["description"].as_str().unwrap();
    for problem in ProblemType::ALL {
        assert!(description.contains(&format!("`{}` ({})", problem.uri(), problem.status())), "{problem:?}");
    }
}
