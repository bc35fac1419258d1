//! `mock-idp`: the library at the command line. Parses, calls, prints; decides nothing about sign-ins or tokens.

mod cli;

/// Gives back what deleted tenants held. The allocator of glibc keeps it, for what little is left lies among it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    std::process::exit(cli::main());
}
