import { fileURLToPath } from 'node:url';
import { runNodeJson } from './child.ts';
import { Fill, type Api, type Idle } from './transfers/fill.ts';

const COUNTS = [1000, 10_000, 100_000, 1_000_000] as const;
const KINDS: readonly (readonly [Idle, Api])[] = [
  ['offered', 'endpoint'],
  ['served', 'endpoint'],
  ['served', 'pool'],
];
/** Compiles the code, with a pair of its own. */
const WARM_UP = 30_000;
/** So many transfers are begun and ended for a figure, in as many pairs as it takes. */
const TIMED = 100_000;

/** So many transfers at once in one pair of endpoints, in a process of its own. */
export interface TransfersRow {
  idle: Idle;
  api: Api;
  count: number;
  /** Heap and external memory for each transfer that waits, at its sender and at its receiver. */
  senderBytes: number;
  receiverBytes: number;
  bytes: number;
  /** Processor time from the call to its end, both sides, sealing and opening of packets included. */
  nanos: number;
}

export interface TransfersFigures {
  rows: TransfersRow[];
  /** With the most at once / with the fewest, by kind. */
  growth: { idle: Idle; api: Api; bytes: number; nanos: number }[];
}

/**
 * What a child process measures: of small counts many pairs at once, so that what else the process allocates or frees in between, its code for
 * one, does not count for many bytes of each. What a pair takes that has nothing is not counted.
 */
export async function measureRow(idle: Idle, api: Api, count: number): Promise<TransfersRow> {
  const warm = new Fill(idle, api);
  for (let i = 0; i < 3; i += 1) {
    await warm.begin(WARM_UP / 3);
    await warm.end();
  }
  const pairs = Math.ceil(TIMED / count);
  const fills = Array.from({ length: pairs }, () => new Fill(idle, api));
  const before = memory();
  const start = process.cpuUsage();
  for (const fill of fills) await fill.begin(count);
  let micros = microsSince(start);
  const bytes = (memory() - before) / (pairs * count);
  const rest = process.cpuUsage();
  for (const fill of fills) await fill.end();
  micros += microsSince(rest);
  // Once more, for the share of the receiver.
  const none = freedBy([new Fill(idle, api)]);
  for (const fill of fills) await fill.begin(count);
  const receiverBytes = (freedBy(fills) - pairs * none) / (pairs * count);
  return {
    idle,
    api,
    count,
    senderBytes: bytes - receiverBytes,
    receiverBytes,
    bytes,
    nanos: (micros * 1000) / (pairs * count),
  };
}

function freedBy(fills: readonly Fill[]): number {
  const before = memory();
  for (const fill of fills) fill.dropReceiver();
  return before - memory();
}

function microsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

/** In use after a collection. */
function memory(): number {
  for (let i = 0; i < 3; i += 1) (globalThis as unknown as { gc: () => void }).gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

export async function measureTransfers(
  scale: number,
  onRow: (row: TransfersRow) => void,
): Promise<TransfersFigures> {
  const self = fileURLToPath(import.meta.url);
  const rows: TransfersRow[] = [];
  for (const [idle, api] of KINDS) {
    for (const count of COUNTS) {
      const args = [
        '--single-threaded',
        '--expose-gc',
        '--max-old-space-size=6000',
        self,
        idle,
        api,
        `${count * scale}`,
      ];
      const row = await runNodeJson<TransfersRow>(args);
      rows.push(row);
      onRow(row);
    }
  }
  const growth = KINDS.map(([idle, api]) => {
    const own = rows.filter((row) => row.idle === idle && row.api === api);
    const over = (figure: 'bytes' | 'nanos'): number => {
      const figures = own.map((row) => row[figure]);
      return Math.max(...figures) / Math.min(...figures);
    };
    return { idle, api, bytes: over('bytes'), nanos: over('nanos') };
  });
  return { rows, growth };
}

const cell = (value: number): string => Math.round(value).toLocaleString('en-US').padStart(10);

export const TRANSFERS_HEAD: string =
  'state    api          at once    sender B  receiver B      both B  ns, begin to end';

export function transfersLine({
  idle,
  api,
  count,
  senderBytes,
  receiverBytes,
  bytes,
  nanos,
}: TransfersRow): string {
  const figures = [count, senderBytes, receiverBytes, bytes, nanos].map(cell).join('  ');
  return `${idle.padEnd(8)} ${api.padEnd(8)} ${figures}`;
}

export function growthLines({ growth }: TransfersFigures): string[] {
  return growth.map(
    ({ idle, api, bytes, nanos }) =>
      `${idle}, ${api}: largest / smallest: ${bytes.toFixed(2)} of bytes, ${nanos.toFixed(2)} of time`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [idle, api, count] = process.argv.slice(2);
  console.log(JSON.stringify(await measureRow(idle as Idle, api as Api, Number(count))));
}
