//! Headers that every response carries, and the refusal of forms that come from other sites.

use crate::error::{Error, Kind};
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use url::Url;

/// No script, no other host, no frame (CSP Level 3); the pages work within it.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// Adds the headers of TRUST B3.11 to the response.
///
/// # Errors
/// Those of the inner service.
pub async fn add<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
    https: bool,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| absent(headers, name, value);
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::CACHE_CONTROL, "no-store");
    set(HeaderName::from_static("x-robots-tag"), "noindex, nofollow, noarchive");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), "interest-cohort=()");
    if https {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    Ok(response)
}

fn absent(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Refuses an unsafe method that a browser says comes from another site (OWASP CSRF: Fetch Metadata, with the
/// Origin header as fallback). A client that sends neither header is no browser and is left to the form's token.
///
/// # Errors
/// 403 for a form of another site.
pub fn refuse_cross_site(method: &Method, headers: &HeaderMap, public: &Url) -> Result<(), Error> {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let foreign = match (text("sec-fetch-site"), text("origin"), text("host")) {
        (Some(site), _, _) => !matches!(site, "same-origin" | "none"),
        (None, Some("null") | None, _) => false,
        (None, Some(origin), host) => {
            let origin = Url::parse(origin).ok();
            let ours = origin.as_ref().is_some_and(|origin| origin.origin() == public.origin());
            let authority = origin.as_ref().map(|origin| origin.authority().to_owned());
            !ours && (host.is_none() || authority.as_deref() != host)
        }
    };
    if foreign {
        return Err(Error::new(
            Kind::Forbidden,
            "This form came from another site. Please open the page here and try again.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let public = Url::parse("https://feedback.example.com").unwrap();
        refuse_cross_site(&Method::POST, &headers, &public).is_err()
    }

    #[test]
    fn a_form_of_another_site_is_refused_and_ours_is_not() {
        assert!(refused(&[("sec-fetch-site", "cross-site")]));
        assert!(refused(&[("sec-fetch-site", "same-site")]));
        assert!(!refused(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        assert!(refused(&[("origin", "https://evil.example.com"), ("host", "feedback.example.com")]));
        assert!(!refused(&[("origin", "https://feedback.example.com")]));
        assert!(!refused(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")]));
        assert!(!refused(&[]));
    }
}
