//! The metadata of the resources (RFC 9728, 3): what anybody may read who wants to know where to sign in.

use axum::{
    body::Body,
    http::{
        HeaderName, HeaderValue, Method, Request, Response, StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
            ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, ALLOW, CACHE_CONTROL,
            CONTENT_TYPE,
        },
    },
};
use bytes::Bytes;

/// Answers a request for a document. Every page may read it: there is nothing in it that is not for everybody, no
/// credential is looked at, and assistants in a browser have to find it before they can sign in.
pub(crate) fn answer<B>(document: Bytes, request: &Request<B>) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    let (status, headers) = match *request.method() {
        Method::GET | Method::HEAD => {
            *response.body_mut() = document.into();
            (StatusCode::OK, READ)
        }
        Method::OPTIONS => (StatusCode::NO_CONTENT, PREFLIGHT),
        _ => (StatusCode::METHOD_NOT_ALLOWED, OTHER),
    };
    *response.status_mut() = status;
    let everybody = (ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    for (name, value) in headers.iter().cloned().chain([everybody]) {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    response
}

type Fields = &'static [(HeaderName, &'static str)];

const READ: Fields = &[
    (CONTENT_TYPE, "application/json"),
    (CACHE_CONTROL, "public, max-age=600"),
];
const PREFLIGHT: Fields = &[
    (ALLOW, METHODS),
    (ACCESS_CONTROL_ALLOW_METHODS, METHODS),
    (ACCESS_CONTROL_ALLOW_HEADERS, "*"),
    (ACCESS_CONTROL_MAX_AGE, "600"),
];
const OTHER: Fields = &[(ALLOW, METHODS)];
const METHODS: &str = "GET, HEAD, OPTIONS";
