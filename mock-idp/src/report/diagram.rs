//! The sequence as a picture: where each line, arrow and word stands. Geometry only; `templates/diagram.svg` is the ink.

use askama::Template;

use crate::timeline::{Actor, Kind, Message};

/// One line of a diagram.
#[derive(Clone, Debug)]
pub enum Row {
    /// A heading across all lanes.
    Heading(Tone, String),
    /// Messages that travel on one line, such as from the user through the browser to the server.
    Messages(Vec<Message>),
}

/// What a heading says of what stands below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It is context, and drawn paler.
    Before,
    /// It went as it should.
    Passed,
    /// It did not.
    Failed,
}

/// A sequence diagram as inline SVG.
#[derive(Template)]
#[template(path = "diagram.svg", escape = "html")]
pub(super) struct Diagram {
    title: String,
    height: i32,
    bottom: i32,
    actors: Vec<Lane>,
    bands: Vec<Band>,
    arrows: Vec<Arrow>,
}

struct Lane {
    x: i32,
    name: &'static str,
    /// Half the width of the box around the name.
    half: i32,
}

/// The heading of a step, across all lanes.
struct Band {
    y: i32,
    text: String,
    class: &'static str,
}

struct Arrow {
    y: i32,
    from: i32,
    /// Where the line ends, at the foot of the arrow's head.
    to: i32,
    head: String,
    middle: i32,
    text: String,
    /// The whole text, where it had to be cut.
    whole: String,
    class: &'static str,
    number: Option<Number>,
}

struct Number {
    x: i32,
    value: u64,
    link: String,
}

impl Diagram {
    /// Draws `rows`; `anchor` is what links to exchanges begin with.
    pub(super) fn of(title: String, rows: impl IntoIterator<Item = Row>, anchor: &str) -> Self {
        let mut diagram = Self {
            title,
            height: 0,
            bottom: 0,
            actors: Actor::ALL
                .iter()
                .map(|actor| Lane {
                    x: x(*actor),
                    name: actor.name(),
                    half: if *actor == Actor::IdentityProvider { 68 } else { 50 },
                })
                .collect(),
            bands: Vec::new(),
            arrows: Vec::new(),
        };
        let mut y = TOP;
        let mut class = "";
        for row in rows {
            match row {
                Row::Heading(tone, text) => {
                    class = if tone == Tone::Before { " before" } else { "" };
                    diagram.bands.push(Band { y, text, class: tone.class() });
                    y += BAND;
                }
                Row::Messages(messages) => {
                    diagram.arrows.extend(messages.iter().map(|message| arrow(message, y, class, anchor)));
                    y += LINE;
                }
            }
        }
        diagram.bottom = y - 8;
        diagram.height = y + 4;
        diagram
    }
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Passed => "ok",
            Self::Failed => "bad",
        }
    }
}

fn arrow(message: &Message, y: i32, when: &str, anchor: &str) -> Arrow {
    let (start, end) = (x(message.from), x(message.to));
    let way = (end - start).signum();
    // A number sits on the line, right behind its start.
    let from = start;
    let to = end - way * HEAD;
    let room = (end - start).abs() - if message.exchange.is_some() { 44 } else { 20 };
    let class = match (message.kind, when) {
        (Kind::Question, "") => "ask",
        (Kind::Question, _) => "ask before",
        (Kind::Answer, "") => "answer",
        (Kind::Answer, _) => "answer before",
        (Kind::Refusal, "") => "refusal",
        (Kind::Refusal, _) => "refusal before",
    };
    let shift = if message.exchange.is_some() { way * 10 } else { 0 };
    Arrow {
        y,
        from,
        to,
        head: format!("{end},{y} {to},{} {to},{}", y - 4, y + 4),
        middle: i32::midpoint(start, end) + shift,
        text: cut(&message.text, room),
        whole: message.text.clone(),
        class,
        number: message.exchange.map(|value| Number {
            x: start + way * 14,
            value,
            link: format!("#{anchor}-x{value}"),
        }),
    }
}

fn x(actor: Actor) -> i32 {
    match actor {
        Actor::User => 52,
        Actor::Browser => 232,
        Actor::IdentityProvider => 556,
        Actor::Client => 886,
        Actor::Api => 1068,
    }
}

/// As much of `text` as fits into `room`.
fn cut(text: &str, room: i32) -> String {
    let most = usize::try_from(room * 10 / TENTHS_A_LETTER).unwrap_or_default();
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text.to_owned(),
    }
}

/// Where the first row stands, under the names.
const TOP: i32 = 58;
const BAND: i32 = 44;
const LINE: i32 = 27;
const HEAD: i32 = 8;
/// Width of a letter in tenths of a pixel.
const TENTHS_A_LETTER: i32 = 60;
