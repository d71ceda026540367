import { createInterface } from 'node:readline';

/** A connected client of one contestant. */
export interface PeerClient {
  /** One request, one answer: the same bytes. */
  unary?(body: Uint8Array): Promise<Uint8Array>;
  /** Sends so many bytes; resolves when the server has said that it has all of them. */
  bulk?(bytes: number): Promise<void>;
}

/** `unary BYTES COUNT CONCURRENCY` or `bulk BYTES`. */
export type CaseArguments = readonly string[];

/** One run of a case, as clients print it. Latencies only of unary calls. */
export interface RoundFigures {
  wallNs: number;
  latencyNs?: { p50: number; p99: number };
}

/** Prints `{ "ready": true }`, then does the case once for each line of stdin and prints what it took. Ends with stdin. */
export async function answerRounds(client: PeerClient, args: CaseArguments): Promise<void> {
  console.log(JSON.stringify({ ready: true }));
  const [kind, ...rest] = args;
  const [bytes = 0, count = 0, concurrency = 0] = rest.map(Number);
  for await (const _ of createInterface({ input: process.stdin })) {
    const figures =
      kind === 'bulk' ? await bulkRound(client, bytes) : await unaryRound(client, bytes, count, concurrency);
    console.log(JSON.stringify(figures));
  }
  process.exit(0);
}

async function bulkRound(client: PeerClient, bytes: number): Promise<RoundFigures> {
  const startMs = performance.now();
  await client.bulk?.(bytes);
  return { wallNs: Math.round((performance.now() - startMs) * 1e6) };
}

async function unaryRound(
  client: PeerClient,
  bytes: number,
  count: number,
  concurrency: number,
): Promise<RoundFigures> {
  const latenciesNs = new Float64Array(count);
  let [begun, ended] = [0, 0];
  const lane = async (_: unknown, number: number): Promise<void> => {
    const body = new Uint8Array(bytes).fill(number);
    while (begun < count) {
      begun++;
      const startMs = performance.now();
      const answer = await client.unary?.(body);
      latenciesNs[ended++] = (performance.now() - startMs) * 1e6;
      if (answer === undefined || Buffer.compare(answer, body) !== 0)
        throw new Error('the answer is not the request');
    }
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, lane));
  const wallNs = Math.round((performance.now() - startMs) * 1e6);
  latenciesNs.sort();
  const quantile = (share: number): number =>
    Math.round(latenciesNs[Math.max(1, Math.ceil(share * count)) - 1] ?? 0);
  return { wallNs, latencyNs: { p50: quantile(0.5), p99: quantile(0.99) } };
}
