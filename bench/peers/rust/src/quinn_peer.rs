//! quinn: a bidirectional stream for each call, a unidirectional one for bulk.

use crate::{announce, settings::*, Client, Outcome};
use bytes::Bytes;
use quinn::{
    crypto::rustls::{QuicClientConfig, QuicServerConfig},
    ClientConfig, Connection, Endpoint, EndpointConfig, RecvStream, SendStream, ServerConfig, TokioRuntime,
    TransportConfig, VarInt,
};
use std::sync::Arc;

fn transport() -> Arc<TransportConfig> {
    let mut config = TransportConfig::default();
    config
        .initial_mtu(SEGMENT_BYTES)
        .mtu_discovery_config(None)
        .max_idle_timeout(None)
        .max_concurrent_bidi_streams(VarInt::from_u32(STREAMS_MAX))
        .stream_receive_window(VarInt::from_u32(WINDOW_BYTES))
        .receive_window(VarInt::from_u32(WINDOW_BYTES))
        .send_window(WINDOW_BYTES.into());
    Arc::new(config)
}

fn endpoint(server: Option<ServerConfig>) -> Outcome<Endpoint> {
    Ok(Endpoint::new(EndpointConfig::default(), server, udp_socket()?, Arc::new(TokioRuntime))?)
}

pub async fn serve(cert: &str, key: &str) -> Outcome<()> {
    let crypto = QuicServerConfig::try_from(server_tls(cert, key)?)?;
    let mut config = ServerConfig::with_crypto(Arc::new(crypto));
    config.transport_config(transport());
    let endpoint = endpoint(Some(config))?;
    announce(endpoint.local_addr()?);
    while let Some(incoming) = endpoint.accept().await {
        let connection = incoming.await?;
        tokio::task::spawn_local(serve_calls(connection.clone()));
        tokio::task::spawn_local(serve_bulk(connection));
    }
    Ok(())
}

async fn serve_calls(connection: Connection) {
    while let Ok((send, receive)) = connection.accept_bi().await {
        tokio::task::spawn_local(echo(send, receive));
    }
}

async fn echo(mut send: SendStream, mut receive: RecvStream) -> Outcome<()> {
    let body = receive.read_to_end(CHUNK_BYTES).await?;
    send.write_chunk(Bytes::from(body)).await?;
    send.finish()?;
    Ok(())
}

async fn serve_bulk(connection: Connection) -> Outcome<()> {
    while let Ok(mut receive) = connection.accept_uni().await {
        let mut bytes = 0u64;
        while let Some(chunk) = receive.read_chunk(usize::MAX, true).await? {
            bytes += chunk.bytes.len() as u64;
        }
        let mut send = connection.open_uni().await?;
        send.write_all(&bytes.to_be_bytes()).await?;
        send.finish()?;
    }
    Ok(())
}

#[derive(Clone)]
pub struct QuinnClient {
    connection: Connection,
    chunk: Bytes,
}

pub async fn connect(address: &str, cert: &str) -> Outcome<QuinnClient> {
    let mut config = ClientConfig::new(Arc::new(QuicClientConfig::try_from(client_tls(cert)?)?));
    config.transport_config(transport());
    let connection = endpoint(None)?.connect_with(config, address.parse()?, SERVER_NAME)?.await?;
    Ok(QuinnClient { connection, chunk: vec![7; CHUNK_BYTES].into() })
}

impl Client for QuinnClient {
    async fn unary(&self, body: &Bytes) -> Outcome<Bytes> {
        let (mut send, mut receive) = self.connection.open_bi().await?;
        send.write_chunk(body.clone()).await?;
        send.finish()?;
        Ok(receive.read_to_end(CHUNK_BYTES).await?.into())
    }

    async fn bulk(&self, bytes: u64) -> Outcome<()> {
        let mut send = self.connection.open_uni().await?;
        let mut left = bytes;
        while left > 0 {
            let chunk = self.chunk.slice(..left.min(CHUNK_BYTES as u64) as usize);
            left -= chunk.len() as u64;
            send.write_chunk(chunk).await?;
        }
        send.finish()?;
        let told = self.connection.accept_uni().await?.read_to_end(8).await?;
        if told != bytes.to_be_bytes() {
            return Err("the server has other bytes".into());
        }
        Ok(())
    }
}
