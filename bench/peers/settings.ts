import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../scenarios/distributions/package-root.ts';

/** What all contestants have in common; `rust/src/settings.rs` says the same to those of Rust. */

const FOLDER: string = join(packageRoot(), 'bench', 'peers');
/** For `localhost` and 127.0.0.1, in the sources and therefore nobody's secret. */
export const CERT_FILE: string = join(FOLDER, 'tls', 'cert.pem');
export const KEY_FILE: string = join(FOLDER, 'tls', 'key.pem');
export const SERVER_NAME = 'localhost';
export const HOST = '127.0.0.1';
/** The only cipher of TLS; dcquic has no other than AES-128-GCM. */
export const CIPHER = 'TLS_AES_128_GCM_SHA256';
/** UDP payload of a packet, and IPv4 and UDP headers before it. */
export const SEGMENT_BYTES = 1440;
export const HEADER_BYTES = 28;
/** Asked of the kernel for UDP sockets, which may grant less. */
export const SOCKET_BUFFER_BYTES: number = 4 << 20;
/** Flow control must not be what is measured. */
export const WINDOW_BYTES: number = 64 << 20;
export const STREAMS_MAX = 4096;
/** Of a write of bulk data. */
export const CHUNK_BYTES: number = 64 << 10;

/** TLS 1.3 for a server of node:tls. */
export function serverTls(): { key: Buffer; cert: Buffer; ciphers: string; minVersion: 'TLSv1.3' } {
  const [key, cert] = [readFileSync(KEY_FILE), readFileSync(CERT_FILE)];
  return { key, cert, ciphers: CIPHER, minVersion: 'TLSv1.3' };
}

/** TLS 1.3 for a client of node:tls, which checks the certificate. */
export function clientTls(): { ca: Buffer; servername: string; ciphers: string; minVersion: 'TLSv1.3' } {
  return { ca: readFileSync(CERT_FILE), servername: SERVER_NAME, ciphers: CIPHER, minVersion: 'TLSv1.3' };
}
