//! s2n-quic: a bidirectional stream for each call, a unidirectional one for bulk.

use crate::{announce, settings::*, Client, Outcome};
use bytes::{Bytes, BytesMut};
use s2n_quic::{
    connection::Handle,
    provider::{
        io::tokio::{Builder, Provider},
        limits::Limits,
        tls::rustls as tls,
    },
    stream::{BidirectionalStream, ReceiveStream},
    Connection, Server,
};
use std::{cell::RefCell, rc::Rc, time::Duration};

fn limits() -> Outcome<Limits> {
    let window = u64::from(WINDOW_BYTES);
    Ok(Limits::new()
        .with_data_window(window)?
        .with_bidirectional_local_data_window(window)?
        .with_bidirectional_remote_data_window(window)?
        .with_unidirectional_data_window(window)?
        .with_max_send_buffer_size(WINDOW_BYTES)?
        .with_max_open_local_bidirectional_streams(STREAMS_MAX.into())?
        .with_max_open_remote_bidirectional_streams(STREAMS_MAX.into())?
        .with_max_idle_timeout(Duration::from_secs(3600))?)
}

fn io() -> Outcome<Provider> {
    let mtu = SEGMENT_BYTES + HEADER_BYTES;
    Ok(Builder::default()
        .with_receive_address("127.0.0.1:0".parse()?)?
        .with_send_buffer_size(SOCKET_BUFFER_BYTES)?
        .with_recv_buffer_size(SOCKET_BUFFER_BYTES)?
        .with_max_mtu(mtu)?
        .with_initial_mtu(mtu)?
        .build()?)
}

pub async fn serve(cert: &str, key: &str) -> Outcome<()> {
    let mut server = Server::builder()
        .with_tls(tls::Server::from(server_tls(cert, key)?))?
        .with_limits(limits()?)?
        .with_io(io()?)?
        .start()?;
    announce(server.local_addr()?);
    while let Some(connection) = server.accept().await {
        tokio::task::spawn_local(serve_connection(connection));
    }
    Ok(())
}

async fn serve_connection(connection: Connection) {
    let (handle, acceptor) = connection.split();
    let (mut calls, mut bulk) = acceptor.split();
    tokio::task::spawn_local(async move {
        while let Ok(Some(stream)) = calls.accept_bidirectional_stream().await {
            tokio::task::spawn_local(echo(stream));
        }
    });
    while let Ok(Some(stream)) = bulk.accept_receive_stream().await {
        tokio::task::spawn_local(sink(stream, handle.clone()));
    }
}

async fn echo(stream: BidirectionalStream) -> Outcome<()> {
    let (mut receive, mut send) = stream.split();
    send.send(whole(&mut receive).await?).await?;
    send.finish()?;
    Ok(())
}

async fn sink(mut receive: ReceiveStream, mut handle: Handle) -> Outcome<()> {
    let mut bytes = 0u64;
    while let Some(chunk) = receive.receive().await? {
        bytes += chunk.len() as u64;
    }
    let mut send = handle.open_send_stream().await?;
    send.send(Bytes::copy_from_slice(&bytes.to_be_bytes())).await?;
    send.finish()?;
    Ok(())
}

/// Without a copy if it came in one piece.
async fn whole(receive: &mut ReceiveStream) -> Outcome<Bytes> {
    let first = receive.receive().await?.unwrap_or_default();
    let Some(second) = receive.receive().await? else { return Ok(first) };
    let mut all = BytesMut::from(&first[..]);
    all.extend_from_slice(&second);
    while let Some(chunk) = receive.receive().await? {
        all.extend_from_slice(&chunk);
    }
    Ok(all.freeze())
}

#[derive(Clone)]
pub struct S2nClient {
    handle: Handle,
    answers: Rc<RefCell<s2n_quic::connection::StreamAcceptor>>,
    chunk: Bytes,
}

pub async fn connect(address: &str, cert: &str) -> Outcome<S2nClient> {
    let client = s2n_quic::Client::builder()
        .with_tls(tls::Client::from(client_tls(cert)?))?
        .with_limits(limits()?)?
        .with_io(io()?)?
        .start()?;
    let server = s2n_quic::client::Connect::new(address.parse::<std::net::SocketAddr>()?);
    let (handle, acceptor) = client.connect(server.with_server_name(SERVER_NAME)).await?.split();
    let answers = Rc::new(RefCell::new(acceptor));
    Ok(S2nClient { handle, answers, chunk: vec![7; CHUNK_BYTES].into() })
}

impl Client for S2nClient {
    async fn unary(&self, body: &Bytes) -> Outcome<Bytes> {
        let stream = self.handle.clone().open_bidirectional_stream().await?;
        let (mut receive, mut send) = stream.split();
        send.send(body.clone()).await?;
        send.finish()?;
        whole(&mut receive).await
    }

    // One bulk transfer at a time.
    #[allow(clippy::await_holding_refcell_ref)]
    async fn bulk(&self, bytes: u64) -> Outcome<()> {
        let mut send = self.handle.clone().open_send_stream().await?;
        let mut left = bytes;
        while left > 0 {
            let chunk = self.chunk.slice(..left.min(CHUNK_BYTES as u64) as usize);
            left -= chunk.len() as u64;
            send.send(chunk).await?;
        }
        send.finish()?;
        let answer = self.answers.borrow_mut().accept_receive_stream().await?;
        let told = whole(&mut answer.ok_or("the server has gone")?).await?;
        if told[..] != bytes.to_be_bytes() {
            return Err("the server has other bytes".into());
        }
        Ok(())
    }
}
