//! The headers that every page carries.

/// All of them, names in lower case. The content type is the caller's.
///
/// - No `Cross-Origin-Opener-Policy`: SDKs in browsers sign in in a pop-up and watch it.
/// - The referrer policy is Entra's. A stricter one would make browsers post forms with `Origin: null`.
pub const HEADERS: &[(&str, &str)] = &[
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("x-frame-options", "DENY"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("cache-control", "no-store, no-cache"),
    ("pragma", "no-cache"),
];

/// Allows our style sheet and the script of `form_post` by their hashes, the icon, and nothing else.
///
/// There is no `form-action`: browsers apply it to the redirect that answers a form too, and the last form of a sign-in
/// is answered by a redirect to the application, at any loopback port or custom scheme.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; \
    style-src 'sha256-mB48DEziOXiy4B/ogZZ9verGAbhl7go/QtNVrm6S4Js='; \
    script-src 'sha256-Zd9Ppkm6KJvfEle1ogzptKkD+DOonO1DYBPhi02doj8='; \
    img-src data:; \
    base-uri 'none'; \
    frame-ancestors 'none'";

/// The same for a page that frames `addresses`: these, and no others. A policy names them without their queries, and reads `;`
/// and `,` as its own.
#[must_use]
pub fn content_security_policy_framing(addresses: &[String]) -> String {
    let sources = addresses.iter().map(|address| {
        let end = address.find(['?', '#']).unwrap_or(address.len());
        address[..end].replace(';', "%3B").replace(',', "%2C")
    });
    format!("{CONTENT_SECURITY_POLICY}; frame-src {}", sources.collect::<Vec<_>>().join(" "))
}
