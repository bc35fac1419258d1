//! What the client is asked to do. Every end will do that is no mistake.

use serde_json::{Value, json};

use super::{Plot, Wish, one};

impl Plot {
    pub(super) fn operation(&mut self) -> Value {
        match self.choice.below(12) {
            0..=4 => {
                let wish = self.a_wish();
                one("token_for", self.caller(wish))
            }
            5..=8 => self.call(),
            9 => {
                let wish = self.a_wish();
                json!({ "acquire_silent": { "scopes": wish.scopes, "expect": "any" } })
            }
            _ => self.callers(),
        }
    }

    fn call(&mut self) -> Value {
        let wish = self.a_wish();
        let mut call = json!({ "api": wish.api, "scopes": wish.scopes, "expect": "any" });
        let path = self.choice.pick(wish.paths);
        if !path.is_empty() {
            call["path"] = json!(path);
        }
        one("call_api", call)
    }

    fn callers(&mut self) -> Value {
        let mut wishes = vec![self.a_wish()];
        let mut callers = Vec::new();
        for _ in 0..2 + self.choice.below(2) {
            let other = self.a_wish();
            let wish = if self.choice.one_in(4) { other } else { wishes[0] };
            // What is asked side by side of one API would be answered by the token for either.
            let wish = wishes.iter().find(|known| known.api == wish.api).copied().unwrap_or(wish);
            wishes.push(wish);
            callers.push(self.caller(wish));
        }
        one("concurrently", callers.into())
    }

    fn caller(&mut self, wish: Wish) -> Value {
        let mut caller = json!({ "scopes": wish.scopes });
        match self.choice.below(8) {
            0 => caller["background"] = true.into(),
            1 => caller["user_gesture"] = true.into(),
            _ => {}
        }
        caller["expect"] = "any".into();
        caller
    }
}
