//! The four benches of bench/bach.ts, written for Bach. `bach-peer REPETITIONS SCALE` prints a JSON object per bench: the
//! items of one run, SCALE times those of Bach's own benches, and the least nanoseconds that a run took, by the wall and, on
//! Linux, by the processor time of the thread.

use bach::{
    ext::*,
    net::{self, UdpSocket},
    queue::vec_deque,
    task::yield_now,
    time::sleep,
};
use std::time::{Duration, Instant};

fn spawn(items: u64) {
    bach::sim(|| {
        async move {
            for i in 0..items {
                async move { i }.primary().spawn();
                yield_now().await;
            }
        }
        .primary()
        .spawn();
    });
}

fn sleeps(items: u64) {
    bach::sim(|| {
        async move {
            for _ in 0..items {
                sleep(Duration::from_millis(1)).await;
            }
        }
        .primary()
        .spawn();
    });
}

fn channel(items: u64) {
    bach::sim(|| {
        let (mut sender, mut receiver) = vec_deque::Queue::default().mutex().channel();
        async move {
            for i in 0..items {
                sender.send(i).await.unwrap();
            }
        }
        .primary()
        .spawn();
        async move { while receiver.recv().await.is_ok() {} }.primary().spawn();
    });
}

fn udp(items: u64) {
    bach::sim(|| {
        async move {
            let socket = UdpSocket::bind("client:0").await.unwrap();
            let server = net::lookup_host("server:1337").await.unwrap().next().unwrap();
            for i in 0..items {
                socket.send_to(&i.to_be_bytes(), server).await.unwrap();
                sleep(Duration::from_millis(2)).await;
            }
        }
        .primary()
        .group("client")
        .spawn();
        async move {
            let socket = UdpSocket::bind("server:1337").await.unwrap();
            let mut data = [0; 8];
            for _ in 0..items {
                socket.recv_from(&mut data).await.unwrap();
            }
        }
        .group("server")
        .spawn();
    });
}

/// Nanoseconds this thread has run.
fn processor_ns() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok()
}

fn measure(name: &str, items: u64, repetitions: u32, run: fn(u64)) {
    let mut wall_ns = u64::MAX;
    let mut thread_ns = None;
    for _ in 0..repetitions {
        let (wall, thread) = (Instant::now(), processor_ns());
        run(items);
        wall_ns = wall_ns.min(wall.elapsed().as_nanos() as u64);
        if let (Some(before), Some(after)) = (thread, processor_ns()) {
            thread_ns = Some(thread_ns.unwrap_or(u64::MAX).min(after - before));
        }
    }
    let thread_ns = thread_ns.map_or("null".to_string(), |ns| ns.to_string());
    println!(r#"{{"bench":"{name}","items":{items},"wallNs":{wall_ns},"threadNs":{thread_ns}}}"#);
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let repetitions = arguments.next().map_or(5, |text| text.parse().expect("REPETITIONS"));
    let scale: f64 = arguments.next().map_or(1.0, |text| text.parse().expect("SCALE"));
    let scaled = |items: u64| (items as f64 * scale).ceil() as u64;
    measure("spawn", scaled(100_000), repetitions, spawn);
    measure("sleep", scaled(100_000), repetitions, sleeps);
    measure("channel", scaled(1_000_000), repetitions, channel);
    measure("udp", scaled(100_000), repetitions, udp);
}
