//! The session cookie (DESIGN 6.19) and the one by which a browser is known again: `__Host-` on https, a plain name on
//! http.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::header::{HeaderName, HeaderValue};

/// The header that tells a browser to forget what it kept of us (Clear Site Data, W3C).
pub const CLEAR: HeaderName = HeaderName::from_static("clear-site-data");

/// What it forgets at the end of a session. Cookies are not among it: the session's own is taken away by name, and
/// whatever else this host has set is not ours to remove.
pub const NOTHING_LEFT: HeaderValue = HeaderValue::from_static("\"cache\", \"storage\"");

/// Returns the name of the session cookie.
pub const fn session_name(https: bool) -> &'static str {
    if https { "__Host-hearback" } else { "hearback" }
}

/// Makes the session cookie. It lives as long as the browser; the session row ends it earlier.
pub fn session(secret: &str, https: bool) -> Cookie<'static> {
    Cookie::build(session_name(https), secret.to_owned())
        .path("/")
        .http_only(true)
        .secure(https)
        .same_site(SameSite::Lax)
        .finish()
}

/// Makes the cookie that removes the session cookie.
pub fn no_session(https: bool) -> Cookie<'static> {
    let mut cookie = session("", https);
    cookie.set_max_age(Duration::ZERO);
    cookie
}

/// Reads the session cookie.
pub fn read_session(request: &HttpRequest, https: bool) -> Option<String> {
    request.cookie(session_name(https)).map(|cookie| cookie.value().to_owned())
}

/// How long a browser is known again after a sign-in.
const KNOWN_FOR: Duration = Duration::days(180);

const fn known_name(https: bool) -> &'static str {
    if https { "__Host-hearback-known" } else { "hearback-known" }
}

/// Makes the cookie by which a browser is known again. It opens nothing.
pub fn known(mark: &str, https: bool) -> Cookie<'static> {
    Cookie::build(known_name(https), mark.to_owned())
        .path("/")
        .http_only(true)
        .secure(https)
        .same_site(SameSite::Lax)
        .max_age(KNOWN_FOR)
        .finish()
}

/// Reads the cookie by which a browser is known again.
pub fn read_known(request: &HttpRequest, https: bool) -> Option<String> {
    request.cookie(known_name(https)).map(|cookie| cookie.value().to_owned())
}
