//! placeholder
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct BadTranscript;
/// x
/// # Errors
/// x
pub fn from_transcript(_text: &str) -> Result<String, BadTranscript> { Err(BadTranscript) }
