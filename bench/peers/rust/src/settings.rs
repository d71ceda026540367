//! What all three have in common with each other, and with the other contestants of bench/peers.ts.

use crate::Outcome;
use rustls::{
    crypto::{aws_lc_rs, CryptoProvider},
    pki_types::{pem::PemObject, CertificateDer, PrivateKeyDer},
    ClientConfig, RootCertStore, ServerConfig,
};
use std::{net::UdpSocket, sync::Arc};

/// UDP payload of a packet; 28 bytes of headers are before it.
pub const SEGMENT_BYTES: u16 = 1440;
pub const HEADER_BYTES: u16 = 28;
/// Asked of the kernel for UDP sockets, which may grant less.
pub const SOCKET_BUFFER_BYTES: usize = 4 << 20;
/// Flow control must not be what is measured.
pub const WINDOW_BYTES: u32 = 64 << 20;
pub const STREAMS_MAX: u32 = 4096;
pub const CHUNK_BYTES: usize = 64 << 10;
pub const SERVER_NAME: &str = "localhost";
pub const PROTOCOL: &[u8] = b"bench";

/// TLS_AES_128_GCM_SHA256 and no other.
pub fn install_cipher() {
    let mut provider = aws_lc_rs::default_provider();
    provider.cipher_suites = vec![aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256];
    CryptoProvider::install_default(provider).expect("nothing was installed before");
}

pub fn server_tls(cert: &str, key: &str) -> Outcome<ServerConfig> {
    let chain = vec![CertificateDer::from_pem_file(cert)?];
    let mut config = ServerConfig::builder_with_protocol_versions(&[&rustls::version::TLS13])
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_file(key)?)?;
    config.alpn_protocols = vec![PROTOCOL.to_vec()];
    Ok(config)
}

pub fn client_tls(cert: &str) -> Outcome<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(cert)?)?;
    let mut config = ClientConfig::builder_with_protocol_versions(&[&rustls::version::TLS13])
        .with_root_certificates(Arc::new(roots))
        .with_no_client_auth();
    config.alpn_protocols = vec![PROTOCOL.to_vec()];
    Ok(config)
}

pub fn udp_socket() -> Outcome<UdpSocket> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    let sized = socket2::SockRef::from(&socket);
    sized.set_recv_buffer_size(SOCKET_BUFFER_BYTES)?;
    sized.set_send_buffer_size(SOCKET_BUFFER_BYTES)?;
    Ok(socket)
}
