//! tonic: gRPC with raw bytes as messages, which spares it protobuf. Unary only.

use crate::{announce, settings::*, Client, Outcome};
use bytes::{Buf, BufMut, Bytes};
use http::uri::PathAndQuery;
use std::{convert::Infallible, future::Future, pin::Pin, task};
use tonic::{
    body::Body,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    server::{Grpc as GrpcServer, NamedService, UnaryService},
    transport::{
        server::TcpIncoming, Certificate, Channel, ClientTlsConfig, Endpoint, Identity, Server, ServerTlsConfig,
    },
    Request, Response, Status,
};

const PATH: &str = "/bench.Echo/Echo";

#[derive(Clone, Copy, Default)]
struct RawCodec;

impl Codec for RawCodec {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = RawCodec;
    type Decoder = RawCodec;
    fn encoder(&mut self) -> RawCodec {
        RawCodec
    }
    fn decoder(&mut self) -> RawCodec {
        RawCodec
    }
}

impl Encoder for RawCodec {
    type Item = Bytes;
    type Error = Status;
    fn encode(&mut self, item: Bytes, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put(item);
        Ok(())
    }
}

impl Decoder for RawCodec {
    type Item = Bytes;
    type Error = Status;
    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}

#[derive(Clone)]
struct Echo;

impl NamedService for Echo {
    const NAME: &'static str = "bench.Echo";
}

impl UnaryService<Bytes> for Echo {
    type Response = Bytes;
    type Future = std::future::Ready<Result<Response<Bytes>, Status>>;
    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        std::future::ready(Ok(Response::new(request.into_inner())))
    }
}

impl tonic::codegen::Service<http::Request<Body>> for Echo {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;
    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> task::Poll<Result<(), Infallible>> {
        task::Poll::Ready(Ok(()))
    }
    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async move { Ok(GrpcServer::new(RawCodec).unary(Echo, request).await) })
    }
}

pub async fn serve(cert: &str, key: &str) -> Outcome<()> {
    let identity = Identity::from_pem(std::fs::read(cert)?, std::fs::read(key)?);
    let incoming = TcpIncoming::bind("127.0.0.1:0".parse()?)?.with_nodelay(Some(true));
    announce(incoming.local_addr()?);
    Server::builder()
        .tls_config(ServerTlsConfig::new().identity(identity))?
        .initial_stream_window_size(WINDOW_BYTES)
        .initial_connection_window_size(WINDOW_BYTES)
        .max_concurrent_streams(STREAMS_MAX)
        .add_service(Echo)
        .serve_with_incoming(incoming)
        .await?;
    Ok(())
}

#[derive(Clone)]
pub struct TonicClient(Channel);

pub async fn connect(address: &str, cert: &str) -> Outcome<TonicClient> {
    let trusted = Certificate::from_pem(std::fs::read(cert)?);
    let channel = Endpoint::from_shared(format!("https://{address}"))?
        .tls_config(ClientTlsConfig::new().ca_certificate(trusted).domain_name(SERVER_NAME))?
        .tcp_nodelay(true)
        .initial_stream_window_size(WINDOW_BYTES)
        .initial_connection_window_size(WINDOW_BYTES)
        .connect()
        .await?;
    Ok(TonicClient(channel))
}

impl Client for TonicClient {
    async fn unary(&self, body: &Bytes) -> Outcome<Bytes> {
        let mut grpc = Grpc::new(self.0.clone());
        grpc.ready().await?;
        let path = PathAndQuery::from_static(PATH);
        Ok(grpc.unary(Request::new(body.clone()), path, RawCodec).await?.into_inner())
    }

    async fn bulk(&self, _: u64) -> Outcome<()> {
        Err("tonic is measured with unary calls only".into())
    }
}
