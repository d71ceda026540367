import { pathToFileURL } from 'node:url';
import { Deadlines } from '../protocol/core/deadlines.ts';
import type { Timed } from '../protocol/core/timer-queue.ts';
import { IndexedHeap } from './queues/indexed-heap.ts';

/** Of the single operations. */
const TIMERS = 1_000_000;
/** Of those that are mixed as an endpoint mixes them. */
const HELD = [10, 1000, 100_000, 1_000_000] as const;
const HELD_OPERATIONS = 500_000;
const ROUNDS = 5;
/** Deadlines as an endpoint has them: up to 20 ms away. */
const DELAY_MAX_NS = 20_000_000;
/** By which time advances. */
const STEP_NS = 1000;

/** What both can do. */
interface Contestant {
  readonly next: number;
  arm(item: Timed, at: number): void;
  disarm(item: Timed): void;
  expire(now: number): Timed | undefined;
}

type Costs = Record<string, number>;

export interface TimerFigures {
  /** Nanoseconds of the processor for one operation, the least of five rounds. */
  readonly wheel: Costs;
  readonly heap: Costs;
}

function random(): () => number {
  let state = 12_345;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

function makeItems(count: number): Timed[] {
  return Array.from({ length: count }, () => ({ timerIndex: -1 }));
}

function wheelQueue(): Contestant {
  return new Deadlines().queue<Timed>(0);
}

function delays(): () => number {
  const draw = random();
  return () => draw() % DELAY_MAX_NS;
}

/** Each timer once, in random order. */
function shuffled(count: number): Int32Array {
  const draw = random();
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i -= 1) {
    const j = draw() % (i + 1);
    const moved = order[i] as number;
    order[i] = order[j] as number;
    order[j] = moved;
  }
  return order;
}

/** Notes what one of the `operations` of `act` took, if it was never less. */
function time(costs: Costs, name: string, operations: number, act: () => void): void {
  const before = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(before);
  costs[name] = Math.min(costs[name] ?? Number.POSITIVE_INFINITY, ((user + system) * 1000) / operations);
}

/** After each operation the next deadline is read, as a driver does. */
function singleOperations(contestant: Contestant, order: Int32Array, costs: Costs): void {
  const items = makeItems(TIMERS);
  const delay = delays();
  const at = Float64Array.from(order, delay);
  let sum = 0;
  time(costs, 'schedule', TIMERS, () => {
    for (let i = 0; i < TIMERS; i += 1) {
      contestant.arm(items[i] as Timed, at[i] as number);
      sum += contestant.next;
    }
  });
  time(costs, 'idle', TIMERS, () => {
    for (let i = 0; i < TIMERS; i += 1) {
      if (contestant.expire(-1) !== undefined) throw new Error('nothing was due');
      sum += contestant.next;
    }
  });
  const cancelled = TIMERS / 2;
  time(costs, 'cancel', cancelled, () => {
    for (let i = 0; i < cancelled; i += 1) {
      contestant.disarm(items[order[i] as number] as Timed);
      sum += contestant.next;
    }
  });
  let fired = 0;
  time(costs, 'fire', TIMERS - cancelled, () => {
    for (let now = 0; now < DELAY_MAX_NS; now += STEP_NS) {
      while (contestant.expire(now + STEP_NS) !== undefined) fired += 1;
      sum += contestant.next;
    }
  });
  if (fired !== TIMERS - cancelled || Number.isNaN(sum)) throw new Error('timers were lost');
}

/** A packet: a random timer is armed anew, and those that are due fire and are armed again. */
function held(contestant: Contestant, timers: number, costs: Costs): void {
  const items = makeItems(timers);
  const draw = random();
  const delay = delays();
  for (const item of items) contestant.arm(item, delay());
  let now = 0;
  let fired = 0;
  const stepNs = Math.ceil(DELAY_MAX_NS / timers);
  time(costs, `held ${timers}`, HELD_OPERATIONS, () => {
    for (let i = 0; i < HELD_OPERATIONS; i += 1) {
      now += stepNs;
      contestant.arm(items[draw() % timers] as Timed, now + delay());
      while (contestant.next <= now) {
        contestant.arm(contestant.expire(now) as Timed, now + delay());
        fired += 1;
      }
    }
  });
  if (fired === 0) throw new Error('nothing was due');
}

/** The timing wheel next to a heap, taking turns. */
export function measureTimers(): TimerFigures {
  const wheel: Costs = {};
  const heap: Costs = {};
  const order = shuffled(TIMERS);
  for (let round = 0; round < ROUNDS; round += 1) {
    singleOperations(wheelQueue(), order, wheel);
    singleOperations(new IndexedHeap(), order, heap);
    for (const timers of HELD) {
      held(wheelQueue(), timers, wheel);
      held(new IndexedHeap(), timers, heap);
    }
  }
  return { wheel, heap };
}

/** The figures in lines for a terminal. */
export function timerLines({ wheel, heap }: TimerFigures): string[] {
  return [
    `Timers: nanoseconds of the processor per operation, the least of ${ROUNDS} rounds, taking turns; the next deadline is read after each`,
    `${'operation'.padEnd(34)} ${'timers'.padStart(9)}    wheel     heap   heap / wheel`,
    ...Object.entries(wheel).map(([name, ns]) => {
      const [operation = '', timers = TIMERS] = name.split(' ');
      const heapNs = heap[name] as number;
      return `${(LABELS[operation] ?? operation).padEnd(34)} ${String(timers).padStart(9)} ${ns.toFixed(0).padStart(8)} ${heapNs.toFixed(0).padStart(8)}   ${(heapNs / ns).toFixed(2).padStart(12)}`;
    }),
  ];
}

const LABELS: Readonly<Record<string, string>> = {
  schedule: 'schedule',
  idle: 'advance, nothing due',
  cancel: 'cancel',
  fire: 'fire',
  held: 'arm anew one, fire those due',
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const line of timerLines(measureTimers())) console.log(line);
}
