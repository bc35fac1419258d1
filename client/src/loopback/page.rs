//! What the browser shows at the end: one self-contained page, no script, no foreign resource.

/// A status line's end and a page.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) status: &'static str,
    pub(super) html: String,
}

impl Page {
    pub(super) fn success() -> Self {
        Self {
            status: "200 OK",
            html: html("Signed in", "ok", "You are signed in. You can close this tab and return to the app.", ""),
        }
    }

    pub(super) fn failure(error: &str, description: &str) -> Self {
        Self {
            status: "200 OK",
            html: html(
                "Not signed in",
                "no",
                "The sign-in did not succeed. Return to the app to see what to do next.",
                &format!("{error}\n{description}"),
            ),
        }
    }

    pub(super) fn refusal(status: &'static str, reason: &str) -> Self {
        Self { status, html: html("Not a sign-in", "no", reason, "") }
    }
}

fn html(title: &str, mark: &str, text: &str, details: &str) -> String {
    let details = match details.trim() {
        "" => String::new(),
        details => format!("<pre>{}</pre>", escape(details)),
    };
    format!(
        r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>
:root {{ color-scheme: light dark }}
body {{ font: 1.05rem/1.5 system-ui, sans-serif; display: grid; place-items: center; min-height: 90vh; margin: 0 1rem }}
main {{ max-width: 34rem }}
h1 {{ font-size: 1.5rem; border-left: .3rem solid; padding-left: .7rem }}
.ok {{ border-color: #107c10 }} .no {{ border-color: #c42b1c }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; opacity: .8; font-size: .85rem }}
</style></head><body><main><h1 class="{mark}">{title}</h1><p>{}</p>{details}</main></body></html>
"#,
        escape(text)
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn what_the_server_wrote_is_text_not_markup() {
        let page = Page::failure("<script>alert(1)</script>", "a & b");
        assert!(!page.html.contains("<script>"));
        assert!(page.html.contains("a &amp; b"));
    }
}
