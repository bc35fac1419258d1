//! Who watches an app sees every leg, in order, and changes nothing.

use std::sync::{Arc, Mutex};

use desktop_client::{Event, Observer};
use wiremock::matchers::path;
use wiremock::{Mock, ResponseTemplate};

use crate::support::{Authority, CALENDAR, PAYROLL, POLICY, User, form, metadata_path, refusal, token_path};

/// Notes each event in a word or two.
#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Observer for Notes {
    fn observe(&self, event: Event<'_>) {
        let note = match event {
            Event::SignInOpened(address) => format!("opened {}", address.path()),
            Event::SignInAnswered(answer) => {
                let names: Vec<&str> = answer.parameters.iter().map(|(name, _)| name.as_str()).collect();
                format!("{} {}", answer.method, names.join(" "))
            }
            Event::Authority(exchanged) => {
                let sent = exchanged.request.body().and_then(|body| body.as_bytes()).map(form).unwrap_or_default();
                let grant = sent.get("grant_type").map(String::as_str).unwrap_or_default();
                let heard = exchanged.answer.map(|answer| (answer.status.as_u16(), !answer.body.is_empty()));
                format!("{} {grant} {heard:?}", exchanged.request.url().path())
            }
            Event::Api(exchanged) => {
                let heard = exchanged.answer.map(|answer| answer.status.as_u16());
                format!("{} {heard:?}", exchanged.request.url().path())
            }
            _ => "something new".to_owned(),
        };
        self.0.lock().unwrap().push(note);
    }
}

impl Notes {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

#[tokio::test]
async fn every_leg_is_seen_in_order() {
    let authority = Authority::start().await;
    Mock::given(path("/api")).respond_with(ResponseTemplate::new(200)).mount(&authority.server).await;
    let notes = Arc::new(Notes::default());
    let (app, _) = authority.sign_in_with(authority.builder().observer(notes.clone())).await;
    let authorize = token_path().replace("token", "authorize");
    assert_eq!(
        notes.take(),
        [
            format!("/common/discovery/instance  {:?}", Some((404, false))),
            format!("{}  {:?}", metadata_path(), Some((200, true))),
            format!("opened {authorize}"),
            "POST code state".to_owned(),
            format!("{} authorization_code {:?}", token_path(), Some((200, true))),
        ]
    );
    authority.answers("refresh_token", 1, refusal(50076, Some("basic_action"), Some(POLICY))).await;
    let request = app.http_client().get(format!("{}/api", authority.server.uri()));
    app.call_api(request, [PAYROLL]).await.unwrap();
    assert_eq!(
        notes.take(),
        [
            format!("{} refresh_token {:?}", token_path(), Some((400, true))),
            format!("opened {authorize}"),
            "POST code state".to_owned(),
            format!("{} authorization_code {:?}", token_path(), Some((200, true))),
            format!("/api {:?}", Some(200)),
        ]
    );
}

#[tokio::test]
async fn what_got_no_answer_is_seen_too() {
    let authority = Authority::without_metadata().await;
    let notes = Arc::new(Notes::default());
    let builder = authority.builder().observer(notes.clone());
    let nowhere = builder.authority("http://127.0.0.1:1/t").unwrap().build().unwrap();
    nowhere.acquire_token_interactive([CALENDAR]).await.unwrap_err();
    assert_eq!(notes.take(), ["/common/discovery/instance  None", "/t/v2.0/.well-known/openid-configuration  None"]);
}

#[tokio::test]
async fn a_cancelled_sign_in_has_an_answer() {
    let authority = Authority::start().await;
    authority.user(User::Cancels);
    let notes = Arc::new(Notes::default());
    let app = authority.builder().observer(notes.clone()).build().unwrap();
    app.acquire_token_interactive([CALENDAR]).await.unwrap_err();
    assert_eq!(notes.take().last().unwrap(), "POST error error_subcode error_description state");
}
