//! What handlers answer with: a document, that something is made, or that it is done.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{
    operation::{Answers, Operation},
    respond,
    trouble::Trouble,
};

/// 200 with a document.
pub(super) struct Json<T>(pub(super) T);

/// 201 with what was made.
pub(super) struct Created<T>(pub(super) T);

/// 204.
pub(super) struct Done;

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        respond::plain_json(200, &self.0)
    }
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        respond::plain_json(201, &self.0)
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

impl<T: JsonSchema> Answers for Json<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers::<T>(200);
    }
}

impl<T: JsonSchema> Answers for Created<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers::<T>(201);
    }
}

impl Answers for Done {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers_with(204, Value::Null);
    }
}

impl<T: Answers> Answers for Result<T, Trouble> {
    fn describe(operation: &mut Operation<'_>) {
        T::describe(operation);
    }
}
