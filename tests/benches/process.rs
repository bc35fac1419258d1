//! `mock-idp serve` as it is delivered, in a process of its own, and the memory that it has by `/proc`.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command, Stdio},
};

/// What the operating system says of a process, in KiB.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Memory {
    pub(crate) resident: i64,
    pub(crate) anonymous: i64,
}

impl Memory {
    pub(crate) fn told(self, when: &str) -> Self {
        println!("{when:<48}{:>12}{:>14}", self.resident, self.anonymous);
        self
    }

    /// By how many percent it is more.
    pub(crate) fn above(self, before: Self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "KiB of a process are far below 2^52")]
        let share = |part: i64, whole: i64| part as f64 / whole as f64;
        100.0 * (share(self.resident, before.resident) - 1.0)
    }
}

/// The program as it is delivered, in a process of its own.
pub(crate) struct Process {
    pub(crate) child: Child,
    pub(crate) base: String,
}

impl Process {
    pub(crate) fn start() -> Self {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "--quiet", "-p", "mock-idp"]);
        // In the benchmark's own profile, which is not the delivered one under `--profile dev` only.
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        let built = build.status();
        assert!(built.is_ok_and(|status| status.success()), "mock-idp is not built");
        let own = env::current_exe().expect("the path of this program");
        let built = own.ancestors().nth(2).expect("target/release");
        let mut child = Command::new(built.join("mock-idp"))
            .args(["serve", "--no-tls", "--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("a server");
        let mut output = BufReader::new(child.stdout.take().expect("its output"));
        let mut line = String::new();
        output.read_line(&mut line).expect("its first line");
        // It may go on telling.
        std::thread::spawn(move || output.read_to_end(&mut Vec::new()));
        let base = line.trim().rsplit(' ').next().expect("its address").to_owned();
        Self { child, base }
    }

    pub(crate) fn memory(&self) -> Memory {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("its status");
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok()).expect("a number")
        };
        Memory { resident: number("VmRSS"), anonymous: number("RssAnon") }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended if it cannot be ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
