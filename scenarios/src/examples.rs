//! The examples of the guide, as files that are part of the program: who has nothing but the program can have them, too.

macro_rules! example {
    ($name:literal) => {
        (concat!("examples/", $name), include_str!(concat!("../examples/", $name)))
    };
}

/// Path and text of each.
pub const EXAMPLES: &[(&str, &str)] = &[
    example!("app.log"),
    example!("declined.yaml"),
    example!("each-user.yaml"),
    example!("first.yaml"),
    example!("from-a-log.yaml"),
    example!("http/five-lines.sh"),
    example!("node/app.js"),
    example!("node/app.test.js"),
    example!("node/mock-idp.js"),
    example!("node/package-lock.json"),
    example!("node/package.json"),
    example!("playwright/app.html"),
    example!("playwright/app.spec.js"),
    example!("playwright/package-lock.json"),
    example!("playwright/package.json"),
    example!("playwright/playwright.config.js"),
    example!("playwright/serve.js"),
    example!("playwright/sign-in-pages.js"),
    example!("python/app.py"),
    example!("python/conftest.py"),
    example!("python/mock_idp_fixture.py"),
    example!("python/requirements.txt"),
    example!("python/test_app.py"),
    example!("second-factor.yaml"),
    example!("signed-in.given.yaml"),
    example!("vault.yaml"),
];
