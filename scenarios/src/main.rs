//! The `scenarios` command.

#[tokio::main]
async fn main() -> std::process::ExitCode {
    scenarios::cli::main().await
}
