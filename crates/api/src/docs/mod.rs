//! `/v1/openapi.json` and `/v1/docs`: what there is to ask, generated from the routes themselves.

use axum::{
    Router,
    http::header,
    response::{Html, IntoResponse},
    routing::get,
};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, License, OpenApi, OpenApiBuilder, PathItem, Ref, RefOr, ResponseBuilder,
    security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    tag::TagBuilder,
};

use crate::{
    problem::{PROBLEM_JSON, Problem},
    routes::{TAGS, all},
};

/// The page, with nothing from elsewhere: it reads the document beside it.
const PAGE: &str = include_str!("page.html");
/// The page runs its own script and asks its own service; nothing else.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const ABOUT: &str = "What customers say at each touchpoint of a journey map, and what is done about it. Every answer is the \
                     `--format json` of a command. Errors are problem documents (RFC 9457); reads carry an `ETag`; \
                     parameters that do not exist are refused by name.";

/// The document: OpenAPI 3.1.
pub fn openapi() -> OpenApi {
    let mut document = all().into_openapi();
    let info = InfoBuilder::new()
        .title("moodline")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(License::builder().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0")).build()));
    let tags = TAGS.map(|(name, about)| TagBuilder::new().name(name).description(Some(about)).build());
    let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(
        "A token of `moodline token create`; not needed on the machine itself unless the settings say so",
    ));
    let mut components = document.components.take().unwrap_or_default();
    components.add_security_scheme("token", SecurityScheme::Http(token.build()));
    let mut schemas = Vec::new();
    <Problem as utoipa::ToSchema>::schemas(&mut schemas);
    schemas.push(("Problem".to_owned(), <Problem as utoipa::PartialSchema>::schema()));
    components.schemas.extend(schemas.into_iter().chain(crate::body::words::schemas()));
    for item in document.paths.paths.values_mut() {
        every_error_is_a_problem(item);
    }
    OpenApiBuilder::new()
        .info(info.build())
        .paths(document.paths)
        .components(Some(components))
        .tags(Some(tags))
        .security(Some([SecurityRequirement::default(), SecurityRequirement::new("token", [] as [&str; 0])]))
        .build()
}

fn every_error_is_a_problem(item: &mut PathItem) {
    let content = ContentBuilder::new().schema(Some(RefOr::Ref(Ref::from_schema_name("Problem")))).build();
    let problem = ResponseBuilder::new().description("Why it was not answered").content(PROBLEM_JSON, content).build();
    for operation in [&mut item.get, &mut item.post, &mut item.patch, &mut item.delete].into_iter().flatten() {
        for answer in operation.responses.responses.values_mut() {
            // A response has to have one; the schema says what it is.
            if let RefOr::T(answer) = answer
                && answer.description.is_empty()
            {
                "What was asked for".clone_into(&mut answer.description);
            }
        }
        operation.responses.responses.insert("default".to_owned(), RefOr::T(problem.clone()));
    }
}

/// The routes of the document and its page.
pub(crate) fn routes() -> Router {
    let document = openapi().to_pretty_json().unwrap_or_default();
    let page = || async {
        let headers = [(header::CONTENT_SECURITY_POLICY, POLICY), (header::REFERRER_POLICY, "no-referrer")];
        (headers, Html(PAGE)).into_response()
    };
    let json = move || {
        let document = document.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], document) }
    };
    Router::new().route("/v1/docs", get(page)).route("/v1/openapi.json", get(json))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_the_one_in_the_repository() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
        let generated = openapi().to_pretty_json().unwrap();
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            kept.trim() == generated.trim(),
            "docs/openapi.json is not what the routes give: `moodline openapi > docs/openapi.json` writes it anew"
        );
    }

    #[test]
    fn every_operation_has_a_name_a_summary_and_a_tag_that_is_known() {
        let document = serde_json::to_value(openapi()).unwrap();
        assert_eq!(document["openapi"], "3.1.0");
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let at = format!("{method} {path}");
                assert!(operation["operationId"].is_string() && operation["summary"].is_string(), "{at}");
                let tag = operation["tags"][0].as_str().unwrap();
                assert!(TAGS.iter().any(|(known, _)| *known == tag), "{at}: {tag}");
                assert!(operation["responses"]["default"].is_object(), "{at}");
                for answer in operation["responses"].as_object().unwrap().values() {
                    assert!(answer["description"].is_string(), "{at}: {answer}");
                }
            }
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = openapi().to_json().unwrap();
        let known = serde_json::from_str::<serde_json::Value>(&document).unwrap();
        for reference in document.split("#/components/schemas/").skip(1) {
            let name = reference.split('"').next().unwrap();
            assert!(known["components"]["schemas"][name].is_object(), "{name}");
        }
    }

    #[test]
    fn the_page_needs_nothing_from_elsewhere() {
        for outside in ["http://", "https://", "src=", "@import", "<link"] {
            assert!(!PAGE.contains(outside), "{outside}");
        }
    }
}
