//! Forms and buttons as a browser without scripts understands them: which fields a form sends, and what pressing
//! a button requests. It must not know what any page means.

use form_urlencoded::Serializer;
use scraper::{ElementRef, Html};
use url::Url;

/// What the browser sends next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) url: Url,
    /// The body of a POST; `None` is a GET.
    pub(super) body: Option<String>,
    /// The page whose form this is.
    pub(super) origin: Option<String>,
}

impl Request {
    pub(super) fn get(url: Url) -> Self {
        Self { url, body: None, origin: None }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Form {
    pub(super) action: Url,
    is_post: bool,
    fields: Vec<Field>,
}

#[derive(Debug, Clone)]
struct Field {
    id: Option<String>,
    name: Option<String>,
    value: String,
    is_hidden: bool,
    /// A box without a tick, which sends nothing unless she ticks it.
    is_off: bool,
}

impl Form {
    pub(super) fn has_hidden(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.is_hidden && field.name.as_deref() == Some(name))
    }

    pub(super) fn value(&self, id: &str) -> Option<&str> {
        let field = self.fields.iter().find(|field| field.id.as_deref() == Some(id))?;
        Some(&field.value)
    }

    /// The name-value pairs the form sends, with what was typed into fields given by their ids. To type its value into a box
    /// is to tick it.
    pub(super) fn pairs(&self, typed: &[(&str, &str)]) -> Vec<(String, String)> {
        let value = |field: &Field| {
            let typed =
                typed.iter().find(|(id, _)| field.id.as_deref() == Some(id)).map(|(_, text)| (*text).to_owned());
            typed.or_else(|| (!field.is_off).then(|| field.value.clone()))
        };
        self.fields.iter().filter_map(|field| Some((field.name.clone()?, value(field)?))).collect()
    }
}

/// Something to press: a button, a submit input or a link.
#[derive(Debug, Clone)]
pub(super) struct Button {
    id: Option<String>,
    /// The ids and account names on what encloses it and on what it encloses: a tile may be either.
    near_ids: Vec<String>,
    tiles: Vec<String>,
    pair: Option<(String, String)>,
    target: Target,
}

#[derive(Debug, Clone)]
enum Target {
    Link(Url),
    Form {
        index: usize,
        /// `formaction` and `formmethod`, which go before the form's own.
        action: Option<Url>,
        is_post: Option<bool>,
    },
}

impl Button {
    pub(super) fn is(&self, id: &str) -> bool {
        self.id.as_deref() == Some(id)
    }

    pub(super) fn is_near(&self, id: &str) -> bool {
        self.near_ids.iter().any(|near| near == id)
    }

    pub(super) fn sends(&self, name: &str, value: &str) -> bool {
        self.pair.as_ref().is_some_and(|(own_name, own_value)| own_name == name && own_value == value)
    }

    pub(super) fn is_tile(&self, username: &str) -> bool {
        self.tiles.iter().any(|tile| tile.eq_ignore_ascii_case(username))
    }

    /// The request that pressing it makes. `None` if a typed field is not in its form.
    pub(super) fn press(&self, page: &Url, forms: &[Form], typed: &[(&str, &str)]) -> Option<Request> {
        let (index, action, is_post) = match &self.target {
            Target::Link(url) => return Some(Request::get(url.clone())),
            Target::Form { index, action, is_post } => (*index, action, is_post),
        };
        let form = forms.get(index)?;
        if typed.iter().any(|(id, _)| form.value(id).is_none()) {
            return None;
        }
        let mut pairs = form.pairs(typed);
        pairs.extend(self.pair.clone());
        let encoded = encode(&pairs);
        let mut url = action.clone().unwrap_or_else(|| form.action.clone());
        let body = if is_post.unwrap_or(form.is_post) {
            Some(encoded)
        } else {
            url.set_query(Some(&encoded));
            None
        };
        Some(Request { url, body, origin: Some(page.origin().ascii_serialization()) })
    }
}

/// The pairs as `application/x-www-form-urlencoded`.
pub(super) fn encode(pairs: &[(String, String)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The forms and buttons of a document.
pub(super) fn read(html: &Html, page: &Url) -> (Vec<Form>, Vec<Button>) {
    let elements: Vec<_> = html.root_element().descendent_elements().collect();
    let form_elements: Vec<_> = elements.iter().copied().filter(|e| is(*e, "form")).collect();
    let mut forms: Vec<Form> = form_elements
        .iter()
        .map(|form| Form {
            action: resolve(page, form.attr("action")),
            is_post: is_post(form.attr("method")).unwrap_or(false),
            fields: Vec::new(),
        })
        .collect();
    let mut buttons = Vec::new();
    for element in elements {
        let owner = owner(element, &form_elements);
        if let Some(target) = target(element, owner, page) {
            buttons.push(button(element, target));
        } else if let Some(form) = owner.and_then(|index| forms.get_mut(index)) {
            form.fields.extend(field(element));
        }
    }
    (forms, buttons)
}

/// The form that a control belongs to: the one its `form` attribute names, else the one around it.
fn owner(element: ElementRef<'_>, forms: &[ElementRef<'_>]) -> Option<usize> {
    match element.attr("form") {
        Some(id) => forms.iter().position(|form| form.attr("id") == Some(id)),
        None => {
            let around = element.ancestors().find_map(|node| {
                let parent = ElementRef::wrap(node)?;
                is(parent, "form").then_some(parent)
            })?;
            forms.iter().position(|form| form.id() == around.id())
        }
    }
}

/// What pressing the element does; `None` if it is nothing to press.
fn target(element: ElementRef<'_>, owner: Option<usize>, page: &Url) -> Option<Target> {
    if is(element, "a") {
        return page.join(element.attr("href")?).ok().map(Target::Link);
    }
    let kind = element.attr("type").map(str::to_ascii_lowercase);
    let submits = match element.value().name() {
        // A button of no type submits.
        "button" => !matches!(kind.as_deref(), Some("button" | "reset")),
        "input" => matches!(kind.as_deref(), Some("submit" | "image")),
        _ => false,
    };
    if !submits || element.attr("disabled").is_some() {
        return None;
    }
    Some(Target::Form {
        index: owner?,
        action: element.attr("formaction").map(|action| resolve(page, Some(action))),
        is_post: is_post(element.attr("formmethod")),
    })
}

fn button(element: ElementRef<'_>, target: Target) -> Button {
    let around = element.ancestors().filter_map(ElementRef::wrap);
    let family: Vec<_> = around.chain(element.descendent_elements()).collect();
    let all = |name: &str| {
        std::iter::once(element).chain(family.iter().copied()).filter_map(|e| e.attr(name).map(str::to_owned)).collect()
    };
    let value = element.attr("value").unwrap_or_default().to_owned();
    Button {
        id: element.attr("id").map(str::to_owned),
        near_ids: all("id"),
        tiles: all("data-test-id"),
        pair: element.attr("name").map(|name| (name.to_owned(), value)),
        target,
    }
}

/// The field that an element adds to its form, as HTML's "successful controls" have it.
fn field(element: ElementRef<'_>) -> Option<Field> {
    let kind = element.attr("type").map(str::to_ascii_lowercase);
    let kind = kind.as_deref().unwrap_or("text");
    let is_input = is(element, "input") && !matches!(kind, "button" | "reset" | "submit" | "image");
    if !(is_input || is(element, "textarea")) || element.attr("disabled").is_some() {
        return None;
    }
    let is_box = matches!(kind, "checkbox" | "radio");
    let value = match element.attr("value") {
        Some(value) => value.to_owned(),
        None if is_box => "on".to_owned(),
        None => element.text().collect(),
    };
    Some(Field {
        id: element.attr("id").map(str::to_owned),
        name: element.attr("name").map(str::to_owned),
        value,
        is_hidden: kind == "hidden",
        is_off: is_box && element.attr("checked").is_none(),
    })
}

fn is(element: ElementRef<'_>, name: &str) -> bool {
    element.value().name() == name
}

fn is_post(method: Option<&str>) -> Option<bool> {
    method.map(|method| method.eq_ignore_ascii_case("post"))
}

/// An absent or empty action is the page itself.
fn resolve(page: &Url, action: Option<&str>) -> Url {
    action.filter(|action| !action.is_empty()).and_then(|action| page.join(action).ok()).unwrap_or_else(|| page.clone())
}
