//! What the browser shows at the end: one self-contained page, no script, no foreign resource; or the app's own page, or
//! an address of the app.

use url::Url;

/// What the browser shows when a sign-in has ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResultPage {
    /// A plain page of this library, in light and dark.
    #[default]
    BuiltIn,
    /// The app's own HTML. On the failure page `{error}` and `{error_description}` stand for what went wrong; it is
    /// escaped where it is put in. Scripts do not run.
    Html(String),
    /// The browser is sent on to this address (302).
    Redirect(Url),
}

/// The pages of one app.
#[derive(Debug, Clone, Default)]
pub(crate) struct ResultPages {
    pub(crate) success: ResultPage,
    pub(crate) failure: ResultPage,
}

impl ResultPages {
    pub(super) fn success(&self) -> Page {
        match &self.success {
            ResultPage::BuiltIn => Page::built_in(
                "200 OK",
                html("Signed in", "ok", "You are signed in. You can close this tab and return to the app.", ""),
            ),
            ResultPage::Html(html) => Page::own(html.clone()),
            ResultPage::Redirect(address) => Page::redirect(address),
        }
    }

    pub(super) fn failure(&self, error: &str, description: &str) -> Page {
        match &self.failure {
            ResultPage::BuiltIn => Page::built_in(
                "200 OK",
                html(
                    "Not signed in",
                    "no",
                    "The sign-in did not succeed. Return to the app to see what to do next.",
                    &format!("{error}\n{description}"),
                ),
            ),
            ResultPage::Html(html) => Page::own(fill(html, error, description)),
            ResultPage::Redirect(address) => Page::redirect(address),
        }
    }
}

/// A status line's end, what the page may load, and the page.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) status: &'static str,
    pub(super) policy: &'static str,
    pub(super) location: Option<String>,
    pub(super) html: String,
}

impl Page {
    pub(super) fn refusal(status: &'static str, reason: &str) -> Self {
        Self::built_in(status, html("Not a sign-in", "no", reason, ""))
    }

    /// The same for an answer that was thrown away. A redirect stays one.
    pub(super) fn with_status(self, status: &'static str) -> Self {
        if self.location.is_some() { self } else { Self { status, ..self } }
    }

    fn built_in(status: &'static str, html: String) -> Self {
        Self { status, policy: "default-src 'none'; style-src 'unsafe-inline'", location: None, html }
    }

    /// The app's own pictures and styles, and no script: the page shows what strangers wrote.
    fn own(html: String) -> Self {
        let policy =
            "default-src 'none'; style-src 'unsafe-inline' https:; img-src https: data:; font-src https: data:";
        Self { policy, ..Self::built_in("200 OK", html) }
    }

    fn redirect(address: &Url) -> Self {
        let location = Some(address.to_string());
        Self { location, ..Self::built_in("302 Found", String::new()) }
    }
}

/// In one pass, so that a description with a placeholder in it stays as it is.
fn fill(template: &str, error: &str, description: &str) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        let (before, from_brace) = rest.split_at(start);
        filled.push_str(before);
        let placeholders = [("{error}", error), ("{error_description}", description)];
        let found = placeholders.iter().find(|(placeholder, _)| from_brace.starts_with(placeholder));
        rest = match found {
            Some((placeholder, value)) => {
                filled.push_str(&escape(value));
                &from_brace[placeholder.len()..]
            }
            None => {
                filled.push('{');
                &from_brace[1..]
            }
        };
    }
    filled.push_str(rest);
    filled
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
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::{ResultPage, ResultPages};

    fn failing_with(failure: ResultPage) -> ResultPages {
        ResultPages { failure, ..ResultPages::default() }
    }

    #[test]
    fn what_the_server_wrote_is_text_not_markup() {
        let page = ResultPages::default().failure("<script>alert(1)</script>", "a & b");
        assert!(!page.html.contains("<script>"));
        assert!(page.html.contains("a &amp; b"));
    }

    #[test]
    fn the_built_in_pages_follow_the_browsers_light_and_dark() {
        let pages = ResultPages::default();
        for page in [pages.success(), pages.failure("e", "d")] {
            assert!(page.html.contains("color-scheme: light dark"));
            assert!(!page.html.contains("http"), "a foreign resource");
        }
    }

    #[test]
    fn an_own_page_gets_the_error_escaped_and_once() {
        let template = "<p title='{error}'>{error_description} {other} {";
        let page = failing_with(ResultPage::Html(template.to_owned())).failure("a'b", "<b>{error}</b>");
        assert_eq!(page.html, "<p title='a&#39;b'>&lt;b&gt;{error}&lt;/b&gt; {other} {");
        assert!(page.policy.contains("default-src 'none'") && !page.policy.contains("script-src"));
    }

    #[test]
    fn a_redirect_stays_one_when_the_answer_is_refused() {
        let target = url::Url::parse("https://app.example/sorry").unwrap();
        let page = failing_with(ResultPage::Redirect(target)).failure("e", "d").with_status("400 Bad Request");
        assert_eq!((page.status, page.location.as_deref()), ("302 Found", Some("https://app.example/sorry")));
    }
}
