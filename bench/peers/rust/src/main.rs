//! `rust-peers serve NAME CERT KEY` and `rust-peers call NAME ADDRESS CERT CASE`, where NAME is quinn, s2n-quic or tonic.
//! A server prints `{ "address": … }`. A client connects, prints `{ "ready": true }`, and for each line on its stdin does what
//! CASE says once and prints what it took. CASE is `unary BYTES COUNT CONCURRENCY` or `bulk BYTES`.
//! One thread each, as programs of Node are.

mod quinn_peer;
mod s2n_peer;
mod settings;
mod tonic_peer;

use std::{cell::Cell, error::Error, rc::Rc, time::Instant};

pub type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// A connected client; cloned for each lane.
#[allow(async_fn_in_trait)]
pub trait Client: Clone + 'static {
    /// One request, one answer: the same bytes.
    async fn unary(&self, body: &bytes::Bytes) -> Outcome<bytes::Bytes>;
    /// Sends so many bytes; ends when the server has said that it has all of them.
    async fn bulk(&self, bytes: u64) -> Outcome<()>;
}

fn main() -> Outcome<()> {
    settings::install_cipher();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, run(std::env::args().skip(1).collect()))
}

async fn run(args: Vec<String>) -> Outcome<()> {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["serve", "quinn", cert, key] => quinn_peer::serve(cert, key).await,
        ["serve", "s2n-quic", cert, key] => s2n_peer::serve(cert, key).await,
        ["serve", "tonic", cert, key] => tonic_peer::serve(cert, key).await,
        ["call", "quinn", address, cert, case @ ..] => {
            measure(quinn_peer::connect(address, cert).await?, case).await
        }
        ["call", "s2n-quic", address, cert, case @ ..] => {
            measure(s2n_peer::connect(address, cert).await?, case).await
        }
        ["call", "tonic", address, cert, case @ ..] => {
            measure(tonic_peer::connect(address, cert).await?, case).await
        }
        _ => Err("usage: rust-peers serve|call NAME …; see src/main.rs".into()),
    }
}

pub fn announce(address: std::net::SocketAddr) {
    println!("{{\"address\":\"{address}\"}}");
}

/// One run per line of stdin, until its end.
async fn measure(client: impl Client, case: &[&str]) -> Outcome<()> {
    println!("{{\"ready\":true}}");
    loop {
        let line = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).map(|_| line)
        });
        if line.await??.is_empty() {
            // The connections are dropped with the process.
            std::process::exit(0);
        }
        match case {
            ["unary", bytes, count, concurrency] => {
                unary_round(&client, bytes.parse()?, count.parse()?, concurrency.parse()?).await?
            }
            ["bulk", bytes] => {
                let start = Instant::now();
                client.bulk(bytes.parse()?).await?;
                println!("{{\"wallNs\":{}}}", start.elapsed().as_nanos());
            }
            _ => return Err("CASE is `unary BYTES COUNT CONCURRENCY` or `bulk BYTES`".into()),
        }
    }
}

async fn unary_round(client: &impl Client, size: usize, count: u64, concurrency: u64) -> Outcome<()> {
    let begun = Rc::new(Cell::new(0));
    let start = Instant::now();
    let lanes: Vec<_> = (0..concurrency.min(count))
        .map(|lane| tokio::task::spawn_local(unary_lane(client.clone(), lane, size, count, begun.clone())))
        .collect();
    let mut latencies_ns = Vec::with_capacity(count as usize);
    for lane in lanes {
        latencies_ns.extend(lane.await??);
    }
    let wall_ns = start.elapsed().as_nanos();
    latencies_ns.sort_unstable();
    let quantile = |share: f64| latencies_ns[((share * count as f64).ceil() as usize).max(1) - 1];
    println!(
        "{{\"wallNs\":{wall_ns},\"latencyNs\":{{\"p50\":{},\"p99\":{}}}}}",
        quantile(0.5),
        quantile(0.99)
    );
    Ok(())
}

async fn unary_lane(
    client: impl Client,
    lane: u64,
    size: usize,
    count: u64,
    begun: Rc<Cell<u64>>,
) -> Outcome<Vec<u64>> {
    let body = bytes::Bytes::from(vec![lane as u8; size]);
    let mut latencies_ns = Vec::new();
    while begun.get() < count {
        begun.set(begun.get() + 1);
        let start = Instant::now();
        let answer = client.unary(&body).await?;
        latencies_ns.push(start.elapsed().as_nanos() as u64);
        if answer != body {
            return Err("the answer is not the request".into());
        }
    }
    Ok(latencies_ns)
}
