//! The command's browser. What the command opens with `BROWSER` comes here, and the person of the scenario opens it: with the
//! cookies that she has, and doing what the script says at that time.
//!
//! `BROWSER` is this program again (`scenarios browse URL`), which sends the address here as a line and gets a line back.

use std::{env, io};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use url::Url;

use crate::person::Person;

/// Where addresses are taken; on a free port of this machine, until it is dropped.
pub(super) struct Window {
    address: String,
    task: JoinHandle<()>,
}

impl Window {
    pub(super) async fn open(person: Person) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let person = person.clone();
                // Who hangs up does not want to know.
                tokio::spawn(async move { serve(stream, &person).await });
            }
        });
        Ok(Self { address, task })
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(stream: TcpStream, person: &Person) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    let said = match Url::parse(line.trim()) {
        Ok(url) => person.opens(&url).await.unwrap_or_default(),
        Err(_) => format!("{:?} is no address", line.trim()),
    };
    stream.write_all(format!("{}\n", said.replace('\n', " ")).as_bytes()).await
}

/// `scenarios browse URL`: has the person of the scenario open the address.
///
/// # Errors
///
/// What kept her from bringing anything back, or that there is no scenario.
pub async fn browse(url: &str) -> Result<(), String> {
    let address = env::var(ADDRESS).map_err(|_| {
        "there is no scenario whose person could open this; `mock-idp browse URL` is the one without".to_owned()
    })?;
    let asked = async {
        let mut stream = BufReader::new(TcpStream::connect(&address).await?);
        stream.write_all(format!("{url}\n").as_bytes()).await?;
        let mut said = String::new();
        stream.read_line(&mut said).await?;
        Ok::<_, io::Error>(said)
    };
    match asked.await {
        Ok(said) if said.trim().is_empty() => Ok(()),
        Ok(said) => Err(said.trim().to_owned()),
        Err(error) => Err(format!("the scenario's person cannot be reached: {error}")),
    }
}

/// Where the person is.
pub(super) const ADDRESS: &str = "SCENARIOS_PERSON";
