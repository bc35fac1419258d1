//! How the sign-in page is shown: the person's browser, or whatever the app puts in its place.

use std::error::Error;
use std::future::Future;

use url::Url;

use crate::BoxFuture;

/// Why the page could not be shown.
pub type UserAgentError = Box<dyn Error + Send + Sync>;

/// Shows a sign-in page. It runs while the client listens for the answer, so it may as well carry
/// out the whole sign-in itself.
///
/// Closures serve too: `|url: Url| async move { … Ok(()) }`.
pub trait UserAgent: Send + Sync {
    /// Opens `url`. Returning early is fine: the client goes on waiting for the answer.
    fn open<'a>(&'a self, url: &'a Url) -> BoxFuture<'a, Result<(), UserAgentError>>;

    /// Whether there is anything to open a page with.
    fn is_present(&self) -> bool {
        true
    }
}

impl<F, Fut> UserAgent for F
where
    F: Fn(Url) -> Fut + Send + Sync,
    Fut: Future<Output = Result<(), UserAgentError>> + Send + 'static,
{
    fn open<'a>(&'a self, url: &'a Url) -> BoxFuture<'a, Result<(), UserAgentError>> {
        Box::pin(self(url.clone()))
    }
}

/// The platform's browser. Honours `BROWSER`, whose commands may have arguments, and in which `%s`
/// stands for the address.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemBrowser;

impl UserAgent for SystemBrowser {
    fn open<'a>(&'a self, url: &'a Url) -> BoxFuture<'a, Result<(), UserAgentError>> {
        let url = url.to_string();
        Box::pin(async move {
            tokio::task::spawn_blocking(move || {
                webbrowser::open_browser_with_options(
                    webbrowser::Browser::Default,
                    &url,
                    webbrowser::BrowserOptions::new().with_suppress_output(true),
                )
            })
            .await??;
            Ok(())
        })
    }

    /// A browser without a screen to show it on is none.
    fn is_present(&self) -> bool {
        may_show_pages(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
            && webbrowser::Browser::Default.exists()
    }
}

/// On Linux and its like a page needs a display, Windows behind WSL, or a command of the person's choice.
fn may_show_pages(is_set: impl Fn(&str) -> bool) -> bool {
    let has_own_desktop = cfg!(any(windows, target_os = "macos"));
    has_own_desktop || ["BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"].into_iter().any(is_set)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rstest::rstest;

    use super::may_show_pages;

    #[rstest]
    #[case::x11("DISPLAY", true)]
    #[case::wayland("WAYLAND_DISPLAY", true)]
    #[case::own_choice("BROWSER", true)]
    #[case::windows_behind_it("WSL_DISTRO_NAME", true)]
    #[case::console_only("TERM", false)]
    fn a_screen_is_needed(#[case] set: &str, #[case] expected: bool) {
        assert_eq!(may_show_pages(|name| name == set), expected);
    }
}
