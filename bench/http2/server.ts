import { createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** Streams a client may have open; Node's default of 100 would be the bottleneck. */
const STREAMS_MAX = 4096;
const WINDOW_BYTES = 16 * 1024 * 1024;

/** Echoes bodies over node:http2 without TLS. Prints `{ "address": … }`; SIGTERM ends it. */
export function serveHttp2(): void {
  const server = createServer({
    settings: { maxConcurrentStreams: STREAMS_MAX, initialWindowSize: WINDOW_BYTES },
  });
  server.on('stream', (stream: ServerHttp2Stream) => {
    const pieces: Buffer[] = [];
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.on('end', () => {
      stream.respond({ ':status': 200 });
      stream.end(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces));
    });
    // A client that goes away is no concern of a benchmark.
    stream.on('error', () => {});
  });
  server.on('session', (session) => session.setLocalWindowSize(WINDOW_BYTES));
  server.listen(0, '127.0.0.1', () => {
    const { address, port } = server.address() as AddressInfo;
    console.log(JSON.stringify({ address: `${address}:${port}` }));
  });
  process.on('SIGTERM', () => process.exit(0));
}
