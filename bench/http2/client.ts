import { randomFillSync } from 'node:crypto';
import { connect, type ClientHttp2Session } from 'node:http2';

export interface UnaryFigures {
  completed: number;
  exchangesPerSecond: number;
  latencyNs: { p50: number; p99: number };
}

/** As many unary calls as asked for, so many at a time, on one session; every answer is compared. */
export async function callHttp2(
  address: string,
  sizeBytes: number,
  count: number,
  concurrency: number,
): Promise<UnaryFigures> {
  const session = connect(`http://${address}`);
  await new Promise((settled, failed) => {
    session.once('remoteSettings', settled);
    session.once('error', failed);
  });
  const latenciesNs: number[] = [];
  let begun = 0;
  const lane = async (): Promise<void> => {
    const body = randomFillSync(Buffer.alloc(sizeBytes));
    while (begun < count) {
      begun++;
      const startMs = performance.now();
      const answer = await unary(session, body);
      latenciesNs.push((performance.now() - startMs) * 1e6);
      if (Buffer.compare(answer, body) !== 0) throw new Error('the answer is not the request');
    }
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, lane));
  const seconds = (performance.now() - startMs) / 1000;
  session.close();
  latenciesNs.sort((a, b) => a - b);
  const quantile = (q: number): number => Math.round(latenciesNs[Math.ceil(q * count) - 1] ?? 0);
  return {
    completed: latenciesNs.length,
    exchangesPerSecond: Math.round(count / seconds),
    latencyNs: { p50: quantile(0.5), p99: quantile(0.99) },
  };
}

function unary(session: ClientHttp2Session, body: Buffer): Promise<Buffer> {
  return new Promise((done, failed) => {
    const stream = session.request({ ':method': 'POST', ':path': '/' });
    const pieces: Buffer[] = [];
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.on('end', () => done(pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)));
    stream.on('error', failed);
    stream.end(body);
  });
}
