import { CHANNEL, SLEEP, SPAWN, UDP, type BenchName, type Variant } from './bach/cases.ts';
import { rustPeer, type RustFigures } from './bach/rust.ts';
import { threadNs } from './bach/thread-time.ts';

/**
 * Bach's own benches on the public API of `dcquic/sim`, each as callbacks and as async functions, and next to them Bach itself,
 * where there is a cargo to build it.
 */
export interface BachFigures {
  /** `thread`: nanoseconds of the thread on a processor; `wall`: by the clock. */
  readonly clock: 'thread' | 'wall';
  readonly rows: readonly BachRow[];
  /** Why Bach itself was not measured, if it was not. */
  readonly withoutRust: string | null;
}

export interface BachRow {
  readonly bench: BenchName;
  readonly form: string;
  readonly items: number;
  /** Items per second: tasks, sleeps, items of a channel, packets. */
  readonly itemsPerSecond: number;
  /** Events of the kernel per second. */
  readonly eventsPerSecond: number;
  /** Of Bach itself; null if it was not measured. */
  readonly rustItemsPerSecond: number | null;
  /** itemsPerSecond / rustItemsPerSecond. */
  readonly ratio: number | null;
}

export interface BachOptions {
  /** Share of the items that Bach's benches have; default 1. */
  readonly scale?: number;
  readonly rounds?: number;
  readonly cargo?: string;
}

const ITEMS: Readonly<Record<BenchName, number>> = {
  spawn: 100_000,
  sleep: 100_000,
  channel: 1_000_000,
  udp: 100_000,
};
const ROUNDS = 5;

/** Least time of one contestant over all rounds. */
class Best {
  wallNs = Number.POSITIVE_INFINITY;
  threadNs = Number.POSITIVE_INFINITY;

  add(wallNs: number, ns: number | null): void {
    this.wallNs = Math.min(this.wallNs, wallNs);
    this.threadNs = Math.min(this.threadNs, ns ?? Number.POSITIVE_INFINITY);
  }
}

async function runOnce(variant: Variant, items: number, best: Best): Promise<number> {
  const wall = performance.now();
  const thread = threadNs();
  const { done, events } = await variant.run(items);
  const after = threadNs();
  best.add(
    (performance.now() - wall) * 1e6,
    thread === undefined || after === undefined ? null : after - thread,
  );
  if (done !== items) throw new Error(`${variant.bench}, ${variant.form}: ${done} of ${items} came through`);
  return events;
}

/** Takes some ten seconds, and minutes the first time for cargo to build Bach. */
export async function measureBach(options: BachOptions = {}): Promise<BachFigures> {
  const { scale = 1, rounds = ROUNDS } = options;
  const peer = await rustPeer(options.cargo);
  const variants = [...SPAWN, ...SLEEP, ...CHANNEL, ...UDP];
  const ours = variants.map(() => new Best());
  const events = variants.map(() => 0);
  const theirs = new Map<BenchName, Best>();
  // The contestants take turns, and the best round counts: other programs of the machine disturb them alike.
  for (let round = 0; round < rounds; round++) {
    for (const [i, variant] of variants.entries()) {
      events[i] = await runOnce(variant, Math.ceil(ITEMS[variant.bench] * scale), ours[i] as Best);
    }
    const figures: RustFigures[] = typeof peer === 'string' ? [] : await peer(scale);
    for (const { bench, wallNs, threadNs: ns } of figures) {
      const best = theirs.get(bench) ?? new Best();
      theirs.set(bench, best);
      best.add(wallNs, ns);
    }
  }
  const clock = [...ours, ...theirs.values()].every((best) => Number.isFinite(best.threadNs))
    ? 'thread'
    : 'wall';
  const nsOf = (best: Best): number => (clock === 'thread' ? best.threadNs : best.wallNs);
  const rows = variants.map(({ bench, form }, i): BachRow => {
    const items = Math.ceil(ITEMS[bench] * scale);
    const seconds = nsOf(ours[i] as Best) / 1e9;
    const itemsPerSecond = items / seconds;
    const rust = theirs.get(bench);
    const rustItemsPerSecond = rust === undefined ? null : items / (nsOf(rust) / 1e9);
    const ratio = rustItemsPerSecond === null ? null : itemsPerSecond / rustItemsPerSecond;
    const eventsPerSecond = (events[i] ?? 0) / seconds;
    return { bench, form, items, itemsPerSecond, eventsPerSecond, rustItemsPerSecond, ratio };
  });
  return { clock, rows, withoutRust: typeof peer === 'string' ? peer : null };
}

const UNITS: Readonly<Record<BenchName, string>> = {
  spawn: 'tasks',
  sleep: 'sleeps',
  channel: 'items',
  udp: 'packets',
};

/** For people. */
export function bachLines({ clock, rows, withoutRust }: BachFigures): string[] {
  const millions = (rate: number): string => (rate / 1e6).toFixed(2).padStart(7);
  const of = clock === 'thread' ? 'processor time of the thread' : 'time by the clock';
  const lines = [`Bach's benches, millions per second of ${of}, best of the rounds`];
  lines.push(
    `${'bench'.padEnd(8)}${'form'.padEnd(38)}${'what'.padEnd(9)}  dcquic   events     Bach    ratio`,
  );
  for (const { bench, form, itemsPerSecond, eventsPerSecond, rustItemsPerSecond, ratio } of rows) {
    const theirs = rustItemsPerSecond === null ? '      –' : millions(rustItemsPerSecond);
    const times = ratio === null ? '      –' : `${ratio.toFixed(2).padStart(7)}`;
    const head = `${bench.padEnd(8)}${form.padEnd(38)}${UNITS[bench].padEnd(9)}`;
    lines.push(`${head} ${millions(itemsPerSecond)}  ${millions(eventsPerSecond)}  ${theirs}  ${times}`);
  }
  if (withoutRust !== null) lines.push(withoutRust);
  return lines;
}
