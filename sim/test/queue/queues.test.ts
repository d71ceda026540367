import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY, Rng, SimError, fifo, latent, lossy, ms, priority, simulate, sojourn } from '../../index.ts';
import { NEVER } from '../../../protocol/core/units.ts';
import type { Queue, Timed } from '../../index.ts';

/** Adds at a time after the step before, or takes as much as there is. */
interface Step {
  readonly afterNs: number;
  readonly push: number | undefined;
}

/** Items of one level of priority are told apart. */
const itemOf = (level: number, index: number): number => level * 1000 + index;
const levelOf = (item: number): number => Math.floor(item / 1000);

const steps = fc.array(
  fc.record({
    afterNs: fc.constantFrom(0, 0, 1, 2, 5),
    push: fc.option(fc.nat(3), { nil: undefined, freq: 2 }),
  }),
  { maxLength: 60 },
);

/** What comes out, when, and what was refused. */
function play(queue: Queue<number>, list: readonly Step[]): string[] {
  const log: string[] = [];
  let now = 0;
  for (const [index, { afterNs, push: level }] of list.entries()) {
    now += afterNs;
    const push = level === undefined ? undefined : itemOf(level, index);
    if (push === undefined) {
      const item = queue.pop(now);
      if (item === EMPTY) expect(queue.readyAtNs()).toBeGreaterThan(now);
      else log.push(`${now} out ${item}`);
    } else {
      const isFull = queue.length >= queue.capacity;
      expect(queue.push(now, push)).toBe(!isFull);
      if (isFull) log.push(`${now} refused ${push}`);
    }
  }
  return [...log, `${queue.length} left`];
}

/** The obvious queue: a list of items and when they may go, searched for the best. */
class ListQueue implements Queue<number> {
  readonly capacity: number;
  readonly #latencyNs: number;
  readonly #byPriority: boolean;
  #items: { item: number; readyNs: number }[] = [];

  constructor(capacity: number, latencyNs: number, byPriority: boolean) {
    this.capacity = capacity;
    this.#latencyNs = latencyNs;
    this.#byPriority = byPriority;
  }

  get length(): number {
    return this.#items.length;
  }

  push(nowNs: number, item: number): boolean {
    if (this.length >= this.capacity) return false;
    this.#items.push({ item, readyNs: nowNs + this.#latencyNs });
    return true;
  }

  pop(nowNs: number): number | typeof EMPTY {
    const ready = this.#items.filter(({ readyNs }) => readyNs <= nowNs);
    const next = this.#byPriority ? ready.toSorted((a, b) => levelOf(a.item) - levelOf(b.item))[0] : ready[0];
    if (next === undefined) return EMPTY;
    this.#items = this.#items.filter((each) => each !== next);
    return next.item;
  }

  readyAtNs(): number {
    return Math.min(NEVER, ...this.#items.map(({ readyNs }) => readyNs));
  }
}

const capacity = fc.constantFrom(1, 3, 20, Number.POSITIVE_INFINITY);

describe('queues do what a searched list does (else the order of a run is not the one described)', () => {
  it('fifo', () => {
    fc.assert(
      fc.property(capacity, steps, (max, list) => {
        expect(play(fifo({ capacity: max }), list)).toEqual(play(new ListQueue(max, 0, false), list));
      }),
    );
  });

  it('priority', () => {
    fc.assert(
      fc.property(capacity, steps, (max, list) => {
        expect(play(priority(levelOf, { capacity: max }), list)).toEqual(
          play(new ListQueue(max, 0, true), list),
        );
      }),
    );
  });

  it('latent around fifo, and around priority', () => {
    fc.assert(
      fc.property(capacity, fc.nat(4), steps, (max, ns, list) => {
        expect(play(latent(fifo({ capacity: max }), ns), list)).toEqual(
          play(new ListQueue(max, ns, false), list),
        );
        const urgent = latent(priority(levelOf, { capacity: max }), ns);
        expect(play(urgent, list)).toEqual(play(new ListQueue(max, ns, true), list));
      }),
    );
  });

  it('latent around latent: the times add up, also when nobody looked in between', () => {
    fc.assert(
      fc.property(capacity, fc.nat(4), fc.nat(4), steps, (max, outer, inner, list) => {
        const queue = latent(latent(fifo<number>({ capacity: max }), inner), outer);
        const model = new ListQueue(max, outer + inner, false);
        // Only its first guess of readyAtNs() may be early, and then pop() says so.
        let now = 0;
        for (const { afterNs, push } of list) {
          now += afterNs;
          if (push !== undefined) expect(queue.push(now, push)).toBe(model.push(now, push));
          else expect(queue.pop(now)).toBe(model.pop(now));
          expect(queue.length).toBe(model.length);
        }
      }),
    );
  });

  it('of 5000 items in a row forgets and mixes up none', () => {
    const queue = fifo<number>();
    const out: number[] = [];
    for (let i = 0; i < 5000; i++) {
      queue.push(0, i);
      if (i % 3 === 0) out.push(queue.pop(0) as number);
    }
    for (let item = queue.pop(0); item !== EMPTY; item = queue.pop(0)) out.push(item);
    expect(out).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  });
});

describe('a latent queue', () => {
  it('lets an item with a shorter way overtake', () => {
    const queue = latent(fifo<number>(), (item: number) => item);
    queue.push(0, 9);
    queue.push(0, 4);
    expect([queue.readyAtNs(), queue.pop(3), queue.pop(4), queue.pop(8), queue.pop(9)]).toEqual([
      4,
      EMPTY,
      4,
      EMPTY,
      9,
    ]);
  });
});

describe('a lossy queue', () => {
  it('loses the share it is told to, the same items for the same seed, and says nothing', () => {
    const run = (seed: number): number[] => {
      const queue = lossy(fifo<number>(), new Rng(seed), { numerator: 1, denominator: 10 });
      const out: number[] = [];
      for (let i = 0; i < 10_000; i++) expect(queue.push(0, i)).toBe(true);
      for (let item = queue.pop(0); item !== EMPTY; item = queue.pop(0)) out.push(item);
      expect(queue.lost + out.length).toBe(10_000);
      return out;
    };
    const out = run(1);
    expect(out.length).toBeGreaterThan(8800);
    expect(out.length).toBeLessThan(9200);
    expect(run(1)).toEqual(out);
    expect(run(2)).not.toEqual(out);
  });
});

describe('a sojourn queue', () => {
  it('says how long each item was inside, whatever is inside', () => {
    const heard: [number, number][] = [];
    const queue = sojourn(
      latent(
        priority<Timed<number>>(({ item }) => item),
        10,
      ),
      (ns, item) => void heard.push([ns, item]),
    );
    queue.push(0, 5);
    queue.push(3, 1);
    expect([queue.pop(9), queue.pop(13), queue.pop(20)]).toEqual([EMPTY, 1, 5]);
    expect(heard).toEqual([
      [10, 1],
      [20, 5],
    ]);
  });
});

describe('a channel over queues', () => {
  it('gives each item to whoever waits as soon as it has arrived', async () => {
    const { notes } = await simulate({}, async (sim) => {
      const waits: number[] = [];
      const queue = sojourn(latent(fifo<Timed<string>>({ capacity: 2 }), ms(1)), (ns) => void waits.push(ns));
      const channel = sim.channel<string>({ queue });
      sim.spawn(async () => {
        for (const item of ['a', 'b', 'c']) {
          await channel.send(item);
          sim.note(`sent ${item}`);
        }
        channel.close();
      });
      await sim.sleep(1);
      for await (const item of channel) sim.note(`got ${item}`);
      sim.note(waits.join(' '));
    });
    expect(notes.map(({ atNs, text }) => `${atNs} ${text}`)).toEqual([
      '0 sent a',
      '0 sent b',
      '1000000 sent c',
      '1000000 got a',
      '1000000 got b',
      '2000000 got c',
      '2000000 1000000 1000000 1000000',
    ]);
  });

  it('lets nobody overtake the one who waits for an item on its way', async () => {
    const { value } = await simulate({}, async (sim) => {
      const channel = sim.channel<number>({ queue: latent(fifo(), 10) });
      // Its timer is older than the arrival of the item.
      const hasty = sim.spawn(async () => {
        await sim.sleep(10);
        return channel.tryReceive();
      });
      await sim.yield();
      channel.trySend(1);
      const patient = sim.spawn(() => channel.receive());
      return [await hasty.join(), await patient.join(), sim.now()];
    });
    expect(value).toEqual([EMPTY, 1, 10]);
  });

  it('wakes up for the item that comes first, not for the one that was sent first', async () => {
    const { value } = await simulate({}, async (sim) => {
      const channel = sim.channel<number>({ queue: latent(fifo<number>(), (item: number) => item) });
      const got: number[][] = [];
      channel.onReceive((item) => void got.push([sim.now(), item]));
      for (const item of [50, 20, 30]) channel.trySend(item);
      await sim.sleep(100);
      return got;
    });
    expect(value).toEqual([
      [20, 20],
      [30, 30],
      [50, 50],
    ]);
  });
});

describe('what cannot be', () => {
  it('is refused where it is said', () => {
    for (const max of [0, -1, 1.5, Number.NaN]) expect(() => fifo({ capacity: max })).toThrow(SimError);
    expect(() => latent(fifo(), -1)).toThrow(SimError);
    for (const [numerator, denominator] of [
      [2, 1],
      [0, 0],
      [-1, 2],
      [0.5, 1],
    ]) {
      const rate = { numerator: numerator as number, denominator: denominator as number };
      expect(() => lossy(fifo(), new Rng(1), rate)).toThrow(SimError);
    }
  });
});
