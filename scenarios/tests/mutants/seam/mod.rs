//! Where a mutant takes hold of the reference client: at its verbs, its window, its wire. All by what the client lets anybody
//! replace; the client has no hook for it.

mod relay;
mod verbs;
mod window;
mod wire;

pub(crate) use relay::Relay;
pub(crate) use verbs::{Deviation, Verb, client};
pub(crate) use window::Window;
pub(crate) use wire::{Form, Reply, Wire};

/// Names and values, in their order.
pub(crate) type Parameters = Vec<(String, String)>;

/// Replaces the value of `name`, or leaves the parameter out; nothing happens where there is none.
pub(crate) fn change(parameters: &mut Parameters, name: &str, to: impl Fn(&str) -> Option<String>) {
    parameters.retain_mut(|(key, value)| {
        if key != name {
            return true;
        }
        match to(value) {
            Some(other) => {
                *value = other;
                true
            }
            None => false,
        }
    });
}

pub(crate) fn value<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}
