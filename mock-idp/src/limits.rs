//! How patient a server is, and how much it holds before it forgets the oldest. What a single request may hold is fixed,
//! and stands where requests are read.

use std::time::Duration;

/// What keeps a client that runs away, or stands still, from taking the server with it.
///
/// ```
/// use mock_idp::{Limits, MockIdp};
/// let builder = MockIdp::builder().limits(Limits { connections: 100, ..Limits::default() });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long a connection may take to send the head of its next request, the first or a later one. Then it is closed. A
    /// TLS handshake has so long, too, and at most ten seconds.
    pub head: Duration,
    /// How long the body of a request may take. Then it is answered with status 408, and the connection is closed.
    pub body: Duration,
    /// How many connections may be open at the same time. One more is closed at once.
    pub connections: usize,
    /// How many isolated tenants there may be. The oldest is deleted for one more.
    pub tenants: usize,
    /// How many a tenant remembers of each: browsers, sign-ins in progress, codes, device codes, families of refresh tokens,
    /// repeated requests. The oldest is forgotten for one more.
    pub entries: usize,
}

impl Default for Limits {
    /// Connections that are idle may stay two minutes, longer than clients keep them (Go and reqwest 90 seconds, .NET 60), so
    /// that it is the client who closes and no request meets a connection that is just being closed.
    fn default() -> Self {
        Self {
            head: Duration::from_secs(120),
            body: Duration::from_secs(30),
            connections: 10_000,
            tenants: 20_000,
            entries: 10_000,
        }
    }
}
