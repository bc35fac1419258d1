//! A tenant's log as it grows: server-sent events (HTML, 9.2.6), as far as the control API sends them.

use reqwest::Response;
use serde_json::Value;

use crate::recorder::News;

use super::ControlError;

/// Somebody who follows a tenant's log; hangs up when it is dropped.
#[derive(Debug)]
pub struct ExchangeStream {
    server: String,
    response: Response,
    /// What has come and was not read.
    text: Vec<u8>,
}

impl ExchangeStream {
    pub(super) fn new(server: &str, response: Response) -> Self {
        Self { server: server.to_owned(), response, text: Vec::new() }
    }

    /// What is next; waits for it. [`News::Ended`] comes with the tenant's end, and again ever after. Nothing is lost if the
    /// wait is given up.
    ///
    /// # Errors
    ///
    /// If the server breaks off, or sends something else than exchanges.
    pub async fn next(&mut self) -> Result<News, ControlError> {
        let status = self.response.status().as_u16();
        loop {
            while let Some(block) = self.block() {
                let event = Event::read(&block);
                let news = event.news().map_err(|source| ControlError::Unreadable { status, source })?;
                if let Some(news) = news {
                    return Ok(news);
                }
            }
            let chunk = self.response.chunk().await;
            let broken = |source| ControlError::Unreachable { what: self.server.clone(), source };
            match chunk.map_err(broken)? {
                Some(chunk) => self.text.extend_from_slice(&chunk),
                None => return Ok(News::Ended),
            }
        }
    }

    /// The lines up to the next blank one, if it has come.
    fn block(&mut self) -> Option<String> {
        let end = self.text.windows(2).position(|two| two == b"\n\n")?;
        let block: Vec<u8> = self.text.drain(..end + 2).collect();
        Some(String::from_utf8_lossy(&block).into_owned())
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Event {
    name: String,
    data: String,
}

impl Event {
    /// Comments, which keep the connection alive, leave it empty.
    fn read(block: &str) -> Self {
        let mut event = Self::default();
        for line in block.lines() {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "event" => value.clone_into(&mut event.name),
                "data" if event.data.is_empty() => value.clone_into(&mut event.data),
                "data" => {
                    event.data.push('\n');
                    event.data.push_str(value);
                }
                _ => {}
            }
        }
        event
    }

    /// `None` of what says nothing to a reader of exchanges.
    fn news(&self) -> serde_json::Result<Option<News>> {
        Ok(match self.name.as_str() {
            "exchange" => Some(News::Exchange(serde_json::from_str(&self.data)?)),
            "lagged" => {
                let told: Value = serde_json::from_str(&self.data)?;
                Some(News::Lagged(told["lost"].as_u64().unwrap_or_default()))
            }
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::an_event("id: 7\nevent: lagged\ndata: {\"lost\":3}\n\n", Some(News::Lagged(3)))]
    #[case::no_blank("event:lagged\ndata:{\"lost\":3}", Some(News::Lagged(3)))]
    #[case::many_lines("event: lagged\ndata: {\ndata: \"lost\": 3}\n", Some(News::Lagged(3)))]
    #[case::a_comment(": \n\n", None)]
    #[case::what_a_later_server_may_send("event: other\ndata: x\n\n", None)]
    fn an_event_is_read(#[case] block: &str, #[case] expected: Option<News>) {
        assert_eq!(Event::read(block).news().unwrap(), expected);
    }

    #[test]
    fn what_is_no_exchange_is_refused() {
        assert!(Event::read("event: exchange\ndata: {}\n\n").news().is_err());
    }
}
