//! `/exchanges/stream`: server-sent events, resumed by number, ended with the tenant.

use mock_idp::{MockIdp, TenantControls};
use reqwest::Response;
use serde_json::Value;
use tests::RawClient;

/// A reader of server-sent events (HTML, 9.2.6), as far as they are used here.
struct Reader {
    response: Response,
    text: String,
}

#[derive(Debug, PartialEq)]
struct Event {
    id: Option<u64>,
    name: String,
    data: Value,
}

impl Reader {
    async fn open(tenant: &TenantControls, base: &str, last: Option<u64>) -> Self {
        let url = format!("{base}/_mock/tenants/{}/exchanges/stream", tenant.id());
        let request = reqwest::Client::new().get(url);
        let request = match last {
            Some(last) => request.header("last-event-id", last.to_string()),
            None => request,
        };
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next event; `None` at the end.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                let line = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                let Some(data) = line("data") else { continue };
                return Some(Event {
                    id: line("id").map(|id| id.parse().unwrap()),
                    name: line("event").unwrap().to_owned(),
                    data: serde_json::from_str(data).unwrap(),
                });
            }
            let chunk = self.response.chunk().await.unwrap()?;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

/// Lets something be logged.
async fn request(client: &RawClient, tenant: &TenantControls) {
    client.send(client.request(reqwest::Method::POST, &format!("/{}/oauth2/v2.0/token", tenant.id()))).await;
}

#[tokio::test]
async fn exchanges_come_as_they_are_made_until_the_tenant_is_deleted() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let tenant = idp.new_tenant("contoso").unwrap();
    request(&client, &tenant).await;
    let mut reader = Reader::open(&tenant, idp.base(), None).await;
    request(&client, &tenant).await;
    let event = reader.next().await.unwrap();
    assert_eq!((event.id, event.name.as_str()), (Some(2), "exchange"), "from now on");
    assert_eq!(event.data, serde_json::to_value(&*tenant.exchanges()[1]).unwrap());
    request(&client, &idp.tenant()).await;
    request(&client, &tenant).await;
    assert_eq!(reader.next().await.unwrap().id, Some(3), "other tenants are not seen");
    assert!(tenant.delete());
    assert_eq!(reader.next().await, None);
}

#[tokio::test]
async fn a_reader_goes_on_where_it_was() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    for _ in 0..3 {
        request(&client, &idp.tenant()).await;
    }
    let mut reader = Reader::open(&idp.tenant(), idp.base(), Some(1)).await;
    assert_eq!(reader.next().await.unwrap().id, Some(2));
    assert_eq!(reader.next().await.unwrap().id, Some(3));

    idp.tenant().clear_exchanges();
    request(&client, &idp.tenant()).await;
    let mut late = Reader::open(&idp.tenant(), idp.base(), Some(1)).await;
    let lagged = late.next().await.unwrap();
    assert_eq!((lagged.id, lagged.name.as_str(), &lagged.data["lost"]), (None, "lagged", &2.into()));
    assert_eq!(late.next().await.unwrap().id, Some(4));
}

/// The time stands still but for what is waited for: this takes none.
#[tokio::test(start_paused = true)]
async fn a_stream_on_which_nothing_happens_says_that_it_is_there() {
    let idp = MockIdp::start().await;
    let mut reader = Reader::open(&idp.tenant(), idp.base(), None).await;
    let opened = tokio::time::Instant::now();
    for _ in 0..3 {
        let comment = reader.response.chunk().await.unwrap().unwrap();
        assert!(comment.starts_with(b":") && comment.ends_with(b"\n\n"), "{comment:?}");
    }
    assert!(opened.elapsed().as_secs() < 60, "proxies and clients give up after a minute");
    request(&RawClient::new(&idp).await, &idp.tenant()).await;
    assert_eq!(reader.next().await.unwrap().id, Some(1), "and is read on as before");
}

#[tokio::test]
async fn the_end_of_the_server_does_not_wait_for_readers() {
    let idp = MockIdp::start().await;
    let mut reader = Reader::open(&idp.tenant(), idp.base(), None).await;
    idp.stop().await;
    assert_eq!(reader.next().await, None, "ended, and not broken off");
}
