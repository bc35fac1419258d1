//! `mock-idp`: the library at the command line. Parses, calls, prints; decides nothing about sign-ins or tokens.

mod cli;

fn main() {
    std::process::exit(cli::main());
}
