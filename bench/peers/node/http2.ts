import { once } from 'node:events';
import {
  connect,
  createSecureServer,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { PeerClient } from '../peer-client.ts';
import { CHUNK_BYTES, clientTls, HOST, serverTls, STREAMS_MAX, WINDOW_BYTES } from '../settings.ts';

const SINK = '/sink';

/** Echo, or for `/sink` the number of bytes, in HTTP/2 over TLS. */
export function serveHttp2(): void {
  const settings = { maxConcurrentStreams: STREAMS_MAX, initialWindowSize: WINDOW_BYTES };
  const server = createSecureServer({ ...serverTls(), settings });
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    // A client that goes away is no concern of a benchmark.
    stream.on('error', () => {});
    if (headers[':path'] === SINK) countBytes(stream);
    else echo(stream);
  });
  server.on('session', (session) => session.setLocalWindowSize(WINDOW_BYTES));
  server.listen(0, HOST, () => {
    const { address, port } = server.address() as AddressInfo;
    console.log(JSON.stringify({ address: `${address}:${port}` }));
  });
}

function echo(stream: ServerHttp2Stream): void {
  const pieces: Buffer[] = [];
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  stream.on('end', () => {
    stream.respond({ ':status': 200 });
    stream.end(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces));
  });
}

function countBytes(stream: ServerHttp2Stream): void {
  let bytes = 0;
  stream.on('data', (piece: Buffer) => (bytes += piece.length));
  stream.on('end', () => {
    stream.respond({ ':status': 200 });
    stream.end(String(bytes));
  });
}

export async function connectHttp2(host: string, port: number): Promise<PeerClient> {
  const settings = { initialWindowSize: WINDOW_BYTES };
  const session = connect(`https://${host}:${port}`, { ...clientTls(), settings });
  await once(session, 'remoteSettings');
  return { unary: (body) => unary(session, body), bulk: (bytes) => bulk(session, bytes) };
}

function unary(session: ClientHttp2Session, body: Uint8Array): Promise<Buffer> {
  const stream = session.request({ ':method': 'POST', ':path': '/' });
  const answer = bodyOf(stream);
  stream.end(body);
  return answer;
}

async function bulk(session: ClientHttp2Session, bytes: number): Promise<void> {
  const stream = session.request({ ':method': 'POST', ':path': SINK });
  const told = bodyOf(stream);
  const chunk = Buffer.alloc(CHUNK_BYTES, 7);
  for (let left = bytes; left > 0; left -= CHUNK_BYTES) {
    const hasRoom = stream.write(left < CHUNK_BYTES ? chunk.subarray(0, left) : chunk);
    if (!hasRoom) await once(stream, 'drain');
  }
  stream.end();
  if (Number(await told) !== bytes) throw new Error('the server has other bytes');
}

function bodyOf(stream: ClientHttp2Stream): Promise<Buffer> {
  return new Promise((done, failed) => {
    const pieces: Buffer[] = [];
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.on('end', () => done(pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)));
    stream.on('error', failed);
  });
}
