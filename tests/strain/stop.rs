//! A clean end: what has begun is answered, and nothing is waited for that has not.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use mock_idp::{MockIdp, recorder::ExchangeFilter};
use tokio::{sync::watch, task::JoinSet};

use crate::wire::{FORM, Wire, head};

/// By `100 Continue` a server says that it has read the head and waits for the body (RFC 9110, 10.1.1).
#[tokio::test]
async fn a_request_in_flight_is_answered() {
    let idp = MockIdp::start().await;
    let request = head(&idp, FORM.len(), "expect: 100-continue\r\n");
    let mut wires = Vec::new();
    for _ in 0..16 {
        let mut wire = Wire::to(&idp).await;
        wire.sends(&request).await;
        wire.reads_until("100 Continue\r\n\r\n").await;
        wires.push(wire);
    }
    let port = idp.port();
    let rest = async {
        for wire in &mut wires {
            wire.sends(FORM).await;
            let answer = wire.reads_to_the_end().await;
            assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("access_token"), "{answer}");
        }
    };
    // The first is looked at first: the server is told to stop before any body is sent.
    tokio::join!(biased; idp.stop(), rest);
    assert!(tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err(), "nobody listens any more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load_each_request_that_was_served_is_answered() {
    let idp = MockIdp::start().await;
    let tenant = idp.tenant();
    let request = format!("{}{FORM}", head(&idp, FORM.len(), ""));
    let answered = Arc::new(AtomicU64::new(0));
    let (counted, mut count) = watch::channel(0);
    let mut clients = JoinSet::new();
    for _ in 0..8 {
        let (mut wire, request) = (Wire::to(&idp).await, request.clone());
        let (answered, counted) = (answered.clone(), counted.clone());
        clients.spawn(async move {
            while wire.asks(&request).await {
                let so_far = answered.fetch_add(1, Ordering::SeqCst) + 1;
                counted.send_replace(so_far);
            }
        });
    }
    count.wait_for(|so_far| *so_far >= 100).await.unwrap();
    idp.stop().await;
    clients.join_all().await;
    let served = tenant.exchanges_like(&ExchangeFilter::default()).added;
    assert_eq!(answered.load(Ordering::SeqCst), served, "as many answers as the log has");
}
