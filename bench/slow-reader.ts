import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createUdpPool, PresharedSecret } from '../transports/index.ts';
import { firstJson, runNodeJson, startNode, stop } from './child.ts';

const SECRET = '07'.repeat(32);
const MESSAGE_BYTES = 10_000;
const LIMITS = { messages: 64, bytes: 200_000 };
/** What code, buffers and caches take is there after this share of the run. */
const WARM_UP = 0.3;

/** What a process held at one time. */
export interface MemorySample {
  seconds: number;
  rssBytes: number;
  /** After a collection. */
  heapBytes: number;
  /** Of `ArrayBuffer`s: message bodies and record buffers. */
  bufferBytes: number;
}

export interface MemoryFigures {
  messages: number;
  samples: MemorySample[];
  /** Growth of the heap after the warm-up, by least squares. */
  heapBytesPerSecond: number;
  /** The least of heap and buffers in the last third, less the least in the second: what lives, without what the collector has not found yet. */
  liveGrowthBytes: number;
  /** The same for the median of RSS. */
  rssGrowthBytes: number;
}

export interface WriterFigures extends MemoryFigures {
  /** Written and not acknowledged: the most that was seen when a write had room, and at each turn. */
  backlogBytesMax: number;
  backlogMessagesMax: number;
  limits: typeof LIMITS;
}

export interface SlowReaderFigures {
  seconds: number;
  writer: WriterFigures;
  reader: MemoryFigures;
}

/** Two processes on loopback: one writes a stream as fast as it may, the other takes a message a millisecond. REQ BP-1, BP-2, TEST-I7 */
export async function measureSlowReader(seconds: number): Promise<SlowReaderFigures> {
  const main = fileURLToPath(new URL('./main.js', import.meta.url));
  const child = startNode(['--expose-gc', main, 'slow-reader-reader', String(seconds)]);
  try {
    const lines = firstJson<{ address: string }>(child);
    const { address } = await lines;
    const writer = await runNodeJson<WriterFigures & { reader: MemoryFigures }>([
      '--expose-gc',
      main,
      'slow-reader-writer',
      String(seconds),
      address,
    ]);
    const { reader, ...own } = writer;
    return { seconds, writer: own, reader };
  } finally {
    await stop(child);
  }
}

/** The process that reads. It answers the stream with its own figures. */
export async function readSlowly(seconds: number): Promise<void> {
  const transport = await createUdpPool({
    bind: '127.0.0.1:0',
    secret: PresharedSecret.fromHex(SECRET),
    endpoint: { streamMessagesMax: LIMITS.messages, streamBytesMax: LIMITS.bytes },
  });
  transport.pool.serve({
    stream: async (stream) => {
      const memory = new Memory(seconds);
      let messages = 0;
      for await (const body of stream) {
        if (body.length !== MESSAGE_BYTES) throw new Error(`a message of ${body.length} bytes`);
        messages += 1;
        await sleep(1);
      }
      return Buffer.from(JSON.stringify(memory.figures(messages)));
    },
  });
  console.log(JSON.stringify({ address: transport.address }));
}

/** The process that writes, as fast as there is room. */
export async function writeFast(seconds: number, address: string): Promise<void> {
  const transport = await createUdpPool({
    bind: '127.0.0.1:0',
    secret: PresharedSecret.fromHex(SECRET),
    keepAlive: false,
  });
  const peer = await transport.connect(address);
  const stream = transport.pool.bidirectional(peer, { limits: LIMITS });
  const memory = new Memory(seconds);
  const end = performance.now() + seconds * 1000;
  let [backlogBytesMax, backlogMessagesMax, messages] = [0, 0, 0];
  const look = (): void => {
    const { bytes, messages: count } = stream.backlog;
    backlogBytesMax = Math.max(backlogBytesMax, bytes);
    backlogMessagesMax = Math.max(backlogMessagesMax, count);
  };
  const looking = setInterval(look, 1).unref();
  for (; performance.now() < end; messages += 1) {
    await stream.write(new Uint8Array(MESSAGE_BYTES).fill(messages));
    look();
  }
  clearInterval(looking);
  const own = memory.figures(messages);
  stream.end();
  let answer = new Uint8Array(0);
  for await (const body of stream) answer = Uint8Array.from(body);
  const reader = JSON.parse(Buffer.from(answer).toString()) as MemoryFigures;
  await transport.close();
  const figures: WriterFigures = { ...own, backlogBytesMax, backlogMessagesMax, limits: LIMITS };
  console.log(JSON.stringify({ ...figures, reader }));
}

/** Looks at the memory of this process at even times. */
class Memory {
  readonly #samples: MemorySample[] = [];
  readonly #seconds: number;
  readonly #start = performance.now();
  readonly #timer: NodeJS.Timeout;

  constructor(seconds: number) {
    this.#seconds = seconds;
    this.#timer = setInterval(() => this.#sample(), (seconds * 1000) / 60).unref();
  }

  #sample(): void {
    globalThis.gc?.();
    const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
    const seconds = (performance.now() - this.#start) / 1000;
    this.#samples.push({ seconds, rssBytes: rss, heapBytes: heapUsed, bufferBytes: arrayBuffers });
  }

  figures(messages: number): MemoryFigures {
    clearInterval(this.#timer);
    const warm = this.#samples.filter(({ seconds }) => seconds > this.#seconds * WARM_UP);
    return {
      messages,
      samples: this.#samples,
      heapBytesPerSecond: slope(warm, ({ heapBytes }) => heapBytes),
      liveGrowthBytes: this.#growth(0, ({ heapBytes, bufferBytes }) => heapBytes + bufferBytes),
      rssGrowthBytes: this.#growth(1 / 2, ({ rssBytes }) => rssBytes),
    };
  }

  /** From the second third to the last, of the value at that share of the sorted ones. */
  #growth(share: number, bytesOf: (sample: MemorySample) => number): number {
    const third = Math.floor(this.#samples.length / 3);
    const of = (from: number): number => {
      const sorted = this.#samples.slice(from, from + third).map(bytesOf);
      return sorted.sort((a, b) => a - b)[Math.floor(third * share)] ?? 0;
    };
    return of(this.#samples.length - third) - of(third);
  }
}

/** Of the line through the samples that has the least squares. */
function slope(samples: readonly MemorySample[], bytesOf: (sample: MemorySample) => number): number {
  const count = samples.length;
  if (count < 2) return 0;
  const meanX = samples.reduce((sum, { seconds }) => sum + seconds, 0) / count;
  const meanY = samples.reduce((sum, sample) => sum + bytesOf(sample), 0) / count;
  let [above, below] = [0, 0];
  for (const sample of samples) {
    above += (sample.seconds - meanX) * (bytesOf(sample) - meanY);
    below += (sample.seconds - meanX) * (sample.seconds - meanX);
  }
  return Math.round(above / below);
}

const ROWS = 12;

export function slowReaderLines({ seconds, writer, reader }: SlowReaderFigures): string[] {
  const mega = (bytes: number): string => (bytes / 1e6).toFixed(2).padStart(8);
  const row = (name: string, sample: MemorySample): string =>
    `  ${name}  ${sample.seconds.toFixed(1).padStart(6)} s  RSS ${mega(sample.rssBytes)}  heap ${mega(sample.heapBytes)}  buffers ${mega(sample.bufferBytes)} MB`;
  const rows = (name: string, { samples }: MemoryFigures): string[] =>
    samples.filter((_, i) => i % Math.ceil(samples.length / ROWS) === 0).map((sample) => row(name, sample));
  const { limits } = writer;
  const growth = (name: string, figures: MemoryFigures): string =>
    `  ${name}  heap grows by ${figures.heapBytesPerSecond} bytes a second; from the second third to the last, what lives by ${figures.liveGrowthBytes}, RSS by ${figures.rssGrowthBytes} bytes`;
  return [
    `A writer without a pause and a reader that takes a message of ${MESSAGE_BYTES} bytes a millisecond, two processes, ${seconds} s`,
    `  written ${writer.messages}, read ${reader.messages} messages`,
    `  the writer had at most ${writer.backlogMessagesMax} of ${limits.messages} messages and ${writer.backlogBytesMax} of ${limits.bytes} bytes written and not acknowledged`,
    ...rows('writer', writer),
    ...rows('reader', reader),
    growth('writer', writer),
    growth('reader', reader),
  ];
}
