//! The dashboard: what a developer looks at who wants to see why her client was refused. Static files, in the binary, and the
//! headers that they are served with.
//!
//! It must not know tenants, policy or HTTP: everything that is shown the page itself reads from the control API, as any other
//! program could. No file is made by a tool; what stands in `assets/` is what browsers get.

use aws_lc_rs::digest::{SHA256, digest};

/// A file of the dashboard.
#[derive(Debug)]
pub struct Asset {
    /// Its name under `/_mock/assets/`.
    pub name: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// What is in it.
    pub text: &'static str,
}

impl Asset {
    /// Changes with the file, and with nothing else (RFC 9110, 8.8.3).
    #[must_use]
    pub fn etag(&self) -> String {
        let hash = digest(&SHA256, self.text.as_bytes());
        let hex: String = hash.as_ref().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        format!("\"{hex}\"")
    }
}

/// The page at `/`.
pub const PAGE: Asset =
    Asset { name: "index.html", media_type: "text/html; charset=utf-8", text: include_str!("assets/index.html") };

/// What the page needs besides, by name.
#[must_use]
pub fn asset(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

/// The headers that the page and its files carry, names in lower case.
///
/// Scripts and styles come from files of this server and from nowhere else, and no attribute or element of the page can bring
/// any: a name in the directory is text, whatever stands in it. Nothing is framed, and nothing is posted by a form.
pub const HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
         frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    ),
    ("x-frame-options", "DENY"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-cache"),
];

macro_rules! scripts {
    ($($name:literal),* $(,)?) => {
        &[
            Asset { name: "style.css", media_type: "text/css; charset=utf-8", text: include_str!("assets/style.css") },
            $(Asset {
                name: $name,
                media_type: "text/javascript; charset=utf-8",
                text: include_str!(concat!("assets/", $name)),
            },)*
        ]
    };
}

const ASSETS: &[Asset] = scripts![
    "main.js",
    "api.js",
    "dom.js",
    "timeline.js",
    "exchange.js",
    "switches.js",
    "directory.js",
    "snippets.js",
    "what-if.js",
    "virtual-user.js",
    "tenants.js",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_served_and_every_file_that_is_named_is_there() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/dashboard/assets");
        for file in std::fs::read_dir(folder).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            assert!(name == PAGE.name || asset(&name).is_some(), "{name} is not in the list");
        }
        for script in ASSETS.iter().filter(|asset| asset.name.ends_with(".js")) {
            assert!(PAGE.text.contains(&format!("/_mock/assets/{}", script.name)), "{} is not preloaded", script.name);
            for (_, rest) in
                script.text.match_indices("from \"./").map(|(at, from)| script.text.split_at(at + from.len()))
            {
                let name = rest.split('"').next().unwrap();
                assert!(asset(name).is_some(), "{} imports {name}", script.name);
            }
        }
    }

    /// What the policy would block anyway, and what would make text into elements.
    #[test]
    fn no_file_has_inline_script_or_style_or_makes_elements_of_text() {
        for asset in ASSETS.iter().chain([&PAGE]) {
            for never in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
                " style=",
                "<style",
                " onclick=",
                "javascript:",
            ] {
                assert!(!asset.text.contains(never), "{} has {never}", asset.name);
            }
        }
        assert_eq!(PAGE.text.matches("<script").count(), PAGE.text.matches("<script type=\"module\" src=").count());
    }

    #[test]
    fn tags_tell_files_apart() {
        let tags: std::collections::HashSet<_> = ASSETS.iter().map(Asset::etag).collect();
        assert_eq!(tags.len(), ASSETS.len());
    }
}
