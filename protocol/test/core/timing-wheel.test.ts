import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Deadlines } from '../../core/deadlines.ts';
import type { Timed, TimerQueue } from '../../core/timer-queue.ts';
import { NEVER } from '../../core/units.ts';

/** Enough that lists are dealt out, and dealt out again. */
const ITEMS = 60;

interface Item extends Timed {
  name: number;
}

/** One queue, and a list of [deadline, order of scheduling, name] that says what it should do. */
class Pair {
  readonly queue: TimerQueue<Item>;
  readonly items: Item[] = Array.from({ length: ITEMS }, (_, name) => ({ name, timerIndex: -1 }));
  readonly model: { at: number; sequence: number; item: Item }[] = [];
  private sequence = 0;

  constructor(queue: TimerQueue<Item>) {
    this.queue = queue;
  }

  arm(name: number, at: number): void {
    const item = this.items[name]!;
    this.queue.arm(item, at);
    this.forget(item);
    this.model.push({ at, sequence: this.sequence++, item });
    this.model.sort((a, b) => a.at - b.at || a.sequence - b.sequence);
    this.check();
  }

  disarm(name: number): void {
    const item = this.items[name]!;
    this.queue.disarm(item);
    this.forget(item);
    this.check();
  }

  /** Each that fires may do something: `whenFired` says what, of the n-th. */
  expire(now: number, whenFired: (fired: number) => void): void {
    for (let fired = 0; ; fired += 1) {
      const [due] = this.model;
      const item = this.queue.expire(now);
      if (due === undefined || due.at > now) {
        expect(item).toBeUndefined();
        return;
      }
      expect(item?.name).toBe(due.item.name);
      expect([this.queue.at(item!), item!.timerIndex]).toEqual([NEVER, -1]);
      this.forget(item!);
      this.check();
      whenFired(fired);
    }
  }

  private forget(item: Item): void {
    const at = this.model.findIndex((one) => one.item === item);
    if (at >= 0) this.model.splice(at, 1);
  }

  private check(): void {
    expect(this.queue.next).toBe(this.model[0]?.at ?? NEVER);
    expect(this.queue.size).toBe(this.model.length);
  }
}

const name = fc.nat(ITEMS - 1);
/** Crowds within nanoseconds, deadlines as an endpoint has them, and those of the next century. */
const delay = fc.oneof(
  { weight: 4, arbitrary: fc.nat(40) },
  { weight: 4, arbitrary: fc.nat(3_000) },
  { weight: 4, arbitrary: fc.nat(20_000_000) },
  { weight: 1, arbitrary: fc.maxSafeNat() },
  // To the past.
  { weight: 1, arbitrary: fc.nat(100_000).map((ns) => -ns) },
);
const arm = fc.record({ type: fc.constant('arm' as const), name, delay });
const disarm = fc.record({ type: fc.constant('disarm' as const), name });
const command = fc.oneof(
  { weight: 8, arbitrary: arm },
  { weight: 3, arbitrary: disarm },
  // Many at once, at equal distances or at one instant.
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('crowd' as const),
      delay,
      stepNs: fc.constantFrom(0, 1, 7, 1000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('advance' as const),
      delay: fc.oneof(fc.nat(100), fc.nat(30_000_000), fc.maxSafeNat()),
      whileFiring: fc.array(fc.oneof(arm, disarm), { maxLength: 4 }),
    }),
  },
);
const runs = process.env['DEEP'] === '1' ? 20_000 : 60;

describe('the timing wheel, against a sorted list. REQ WHEEL-1, WHEEL-3, WHEEL-4, TEST-U4', () => {
  test('each queue fires in the order of deadlines, equal ones in the order of scheduling, and always knows its next', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1), command), { maxLength: 80, size: 'max' }), (commands) => {
        const deadlines = new Deadlines();
        const pairs = [new Pair(deadlines.queue<Item>(2)), new Pair(deadlines.queue<Item>(5))];
        let now = 1_000_000;
        for (const [which, one] of commands) {
          const pair = pairs[which]!;
          const act = (action: { type: 'arm' | 'disarm'; name: number; delay?: number }): void => {
            if (action.type === 'disarm') pair.disarm(action.name);
            else pair.arm(action.name, Math.min(now + action.delay!, Number.MAX_SAFE_INTEGER));
          };
          if (one.type === 'advance') {
            now = Math.min(now + one.delay, Number.MAX_SAFE_INTEGER);
            pair.expire(now, (fired) => {
              const action = one.whileFiring[fired];
              if (action !== undefined) act(action);
            });
          } else if (one.type === 'crowd') {
            for (let i = 0; i < ITEMS; i += 1)
              act({ type: 'arm', name: i, delay: one.delay + i * one.stepNs });
          } else act(one);
          for (const { queue, items, model } of pairs) {
            for (const item of items) {
              const at = model.find((entry) => entry.item === item)?.at ?? NEVER;
              if (queue.at(item) !== at) expect(queue.at(item)).toBe(at);
            }
          }
          expect(deadlines.next).toBe(Math.min(...pairs.map(({ queue }) => queue.next)));
        }
        for (const pair of pairs) pair.expire(Number.MAX_SAFE_INTEGER, () => {});
        expect(deadlines.next).toBe(NEVER);
      }),
      { numRuns: runs },
    );
  });

  test('arming for NEVER disarms', () => {
    const queue = new Deadlines().queue<Item>(0);
    const item = { name: 0, timerIndex: -1 };
    queue.arm(item, 5);
    queue.arm(item, NEVER);
    queue.arm(item, NEVER);
    expect([queue.size, queue.next, item.timerIndex]).toEqual([0, NEVER, -1]);
  });

  test('a fraction of a nanosecond would break the order, and is refused', () => {
    const queue = new Deadlines().queue<Item>(0);
    expect(() => queue.arm({ name: 0, timerIndex: -1 }, 1.5)).toThrow('whole nanoseconds');
  });
});
