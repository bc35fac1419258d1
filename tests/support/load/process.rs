//! A server as it is delivered, in a process of its own, and what the operating system says of it (Linux).

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

/// Builds the programs named as this one is built, and returns the folder where they are.
#[must_use]
pub fn built(packages: &[&str]) -> PathBuf {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--locked"]);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    for package in packages {
        command.args(["-p", package]);
    }
    assert!(command.status().is_ok_and(|status| status.success()), "{packages:?} are not built");
    let own = env::current_exe().expect("the path of this program");
    own.ancestors().nth(2).expect("target/release").to_owned()
}

/// A running process whose first line of output ends in its address.
#[derive(Debug)]
pub struct Process {
    child: Child,
    /// Process id, as `/proc` has it.
    pub id: String,
    /// Origin, such as `http://localhost:50001`.
    pub base: String,
}

impl Process {
    /// `mock-idp serve` on a free port.
    pub fn mock_idp(release: &Path, options: &[&str]) -> Self {
        Self::start(Command::new(release.join("mock-idp")).args(["serve", "--port", "0"]).args(options))
    }

    /// Starts `command`, and waits for its first line.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("a server");
        let mut output = BufReader::new(child.stdout.take().expect("its output"));
        let mut line = String::new();
        output.read_line(&mut line).expect("its first line");
        // It may go on telling.
        std::thread::spawn(move || output.read_to_end(&mut Vec::new()));
        let base = line.trim().rsplit(' ').next().expect("its address").to_owned();
        Self { id: child.id().to_string(), child, base }
    }

    /// Waits for its end, and says whether it was a success.
    pub fn ends_well(&mut self) -> bool {
        self.child.wait().is_ok_and(|status| status.success())
    }

    /// What it has in memory now.
    pub fn memory(&self) -> Memory {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id)).expect("its status");
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok()).expect("a number")
        };
        Memory { resident: number("VmRSS"), anonymous: number("RssAnon") }
    }

    /// What it has in memory once it gives nothing back any more: the least for two seconds.
    pub async fn memory_at_rest(&self) -> Memory {
        let mut least = self.memory();
        let mut unchanged = 0;
        while unchanged < 20 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let now = self.memory();
            unchanged = if now < least { 0 } else { unchanged + 1 };
            least = least.min(now);
        }
        least
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended if it cannot be ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the operating system says of a process, in KiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Memory {
    /// All that it has in memory, its program's file included.
    pub resident: i64,
    /// What the allocator and the stacks have.
    pub anonymous: i64,
}

impl Memory {
    /// Prints a row of a table, and hands the figures on.
    #[expect(clippy::must_use_candidate, reason = "the row may be all that is wanted")]
    pub fn told(self, when: &str) -> Self {
        println!("{when:<48}{:>12}{:>14}", self.resident, self.anonymous);
        self
    }

    /// By how many percent more is resident.
    #[must_use]
    pub fn above(self, before: Self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "KiB of a process are far below 2^52")]
        let share = |part: i64, whole: i64| part as f64 / whole as f64;
        100.0 * (share(self.resident, before.resident) - 1.0)
    }
}
