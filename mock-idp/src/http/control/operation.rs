//! What a handler takes and answers, read off its types: the OpenAPI document is made of the same functions that serve.
//!
//! ```text
//! handler: fn(Controls, Body<Consent>) -> Result<Created<Consent>, Trouble>
//!             └ 404          └ body, 400, 413           └ 201 with its schema
//! ```
//!
//! An extractor says what it takes and how it refuses ([`Takes`]), an answer what it is ([`Answers`]); so neither can be
//! missing from the document.

use std::collections::BTreeMap;

use schemars::{
    JsonSchema, Schema, SchemaGenerator,
    transform::{RecursiveTransform, Transform as _},
};
use serde_json::{Value, json};

use crate::control::ErrorDocument;

/// A method of a path, being described.
pub(super) struct Operation<'a> {
    schemas: &'a mut SchemaGenerator,
    /// Parameters of the query and of headers.
    pub(super) parameters: Vec<Value>,
    /// The content of the request, by type.
    pub(super) body: Option<Value>,
    /// Answers by status.
    pub(super) responses: BTreeMap<u16, Value>,
    refusals: BTreeMap<u16, Vec<&'static str>>,
}

/// Something that a handler takes in.
pub(super) trait Takes {
    fn describe(operation: &mut Operation<'_>);
}

/// Something that a handler answers with.
pub(super) trait Answers {
    fn describe(operation: &mut Operation<'_>);
}

/// A handler that can be described. `Args` are what it takes.
pub(super) trait Described<Args> {
    fn describe(operation: &mut Operation<'_>);
}

macro_rules! described {
    ($($Arg:ident),*) => {
        impl<Handler, Answer, Given, $($Arg),*> Described<($($Arg,)*)> for Handler
        where
            Handler: Fn($($Arg),*) -> Answer,
            Answer: Future<Output = Given>,
            Given: Answers,
            $($Arg: Takes),*
        {
            fn describe(operation: &mut Operation<'_>) {
                $($Arg::describe(operation);)*
                Given::describe(operation);
            }
        }
    };
}

described!();
described!(One);
described!(One, Two);
described!(One, Two, Three);

impl<'a> Operation<'a> {
    pub(super) fn new(schemas: &'a mut SchemaGenerator) -> Self {
        Self { schemas, parameters: Vec::new(), body: None, responses: BTreeMap::new(), refusals: BTreeMap::new() }
    }

    /// The schema of `T`: a reference to its definition.
    pub(super) fn schema<T: JsonSchema>(&mut self) -> Value {
        self.schemas.subschema_for::<T>().to_value()
    }

    /// A body of these types.
    pub(super) fn body<T: JsonSchema>(&mut self, types: &[&str]) {
        let schema = self.schema::<T>();
        let content: serde_json::Map<_, _> =
            types.iter().map(|name| ((*name).to_owned(), json!({ "schema": schema }))).collect();
        self.body = Some(json!({ "required": true, "content": content }));
        self.refuses(400, "invalid_body");
        self.refuses(408, "too_slow");
        self.refuses(413, "too_large");
        self.refuses(422, "invalid_body");
    }

    /// The members of `T` in the query.
    pub(super) fn query<T: JsonSchema>(&mut self) {
        let mut schema = T::json_schema(self.schemas);
        RecursiveTransform(bounded).transform(&mut schema);
        let schema = schema.to_value();
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
            let mut schema = schema.clone();
            let description = schema.as_object_mut().and_then(|members| members.remove("description"));
            let mut parameter = json!({ "name": name, "in": "query", "description": description, "schema": schema });
            if required.iter().any(|required| required == name) {
                parameter["required"] = true.into();
            }
            self.parameters.push(parameter);
        }
        self.refuses(400, "invalid_query");
    }

    pub(super) fn answers<T: JsonSchema>(&mut self, status: u16) {
        let schema = self.schema::<T>();
        self.answers_with(status, json!({ "application/json": { "schema": schema } }));
    }

    pub(super) fn answers_with(&mut self, status: u16, content: Value) {
        let description = match status {
            201 => "It is made.",
            204 => "It is done.",
            _ => "The answer.",
        };
        let mut response = json!({ "description": description });
        if !content.is_null() {
            response["content"] = content;
        }
        self.responses.insert(status, response);
    }

    /// An error that the operation may answer.
    pub(super) fn refuses(&mut self, status: u16, code: &'static str) {
        let codes = self.refusals.entry(status).or_default();
        if !codes.contains(&code) {
            codes.push(code);
        }
    }

    /// The whole of it.
    pub(super) fn into_responses(mut self) -> (Vec<Value>, Option<Value>, BTreeMap<u16, Value>) {
        let schema = self.schema::<ErrorDocument>();
        for (status, codes) in std::mem::take(&mut self.refusals) {
            let codes: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
            let content = json!({ "application/json": { "schema": schema } });
            let description = format!("Refused: {}.", codes.join(", "));
            self.responses.insert(status, json!({ "description": description, "content": content }));
        }
        (self.parameters, self.body, self.responses)
    }
}

/// The bounds of Rust's integers in place of names for them, which no other language knows.
pub(super) fn bounded(schema: &mut Schema) {
    // Of what may be absent and may not be `null`.
    if schema.get("default") == Some(&Value::Null) {
        schema.remove("default");
    }
    let bounds = match schema.get("format").and_then(Value::as_str) {
        Some("uint8") => (json!(0), json!(u8::MAX)),
        Some("uint16") => (json!(0), json!(u16::MAX)),
        Some("uint32") => (json!(0), json!(u32::MAX)),
        Some("uint64" | "uint") => (json!(0), json!(u64::MAX)),
        Some("int64" | "int") => (json!(i64::MIN), json!(i64::MAX)),
        _ => return,
    };
    schema.remove("format");
    for (name, bound) in [("minimum", bounds.0), ("maximum", bounds.1)] {
        if schema.get(name).is_none() || name == "minimum" && schema.get(name) == Some(&json!(0)) {
            schema.insert(name.to_owned(), bound);
        }
    }
}
