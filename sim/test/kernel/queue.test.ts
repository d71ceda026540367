import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue, NO_EVENT, PENDING_MAX, TIME_MAX, type EventId } from '../../kernel/queue.ts';
import { NEVER } from '../../../protocol/core/units.ts';

const handler = { onEvent: (): void => undefined };

/** Takes all events due at or before `untilNs`; returns [time, a] of each. */
function drain(queue: EventQueue, untilNs: number = NEVER): [number, number][] {
  const taken: [number, number][] = [];
  while (queue.advance(untilNs)) {
    queue.take();
    taken.push([queue.timeNs, queue.a]);
  }
  return taken;
}

type Step =
  | { readonly do: 'add'; readonly delayNs: number }
  | { readonly do: 'cancel'; readonly pick: number }
  | { readonly do: 'take'; readonly count: number }
  | { readonly do: 'wait'; readonly delayNs: number };

// Every digit of a time matters, and many events fall on the same instant.
const delayNs = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, 1, 255, 256, 257, 65_535, 65_536, 0xffff_ffff, 0x1_0000_0000) },
  { weight: 3, arbitrary: fc.nat(300) },
  { weight: 2, arbitrary: fc.nat(5_000_000) },
  { weight: 1, arbitrary: fc.nat({ max: 0x1_0000_0000 * 1000 }) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('add'), delayNs }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel'), pick: fc.nat(10_000) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('take'), count: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait'), delayNs }) },
) as fc.Arbitrary<Step>;

interface Pending {
  readonly time: number;
  readonly serial: number;
  readonly id: EventId;
}

/** The obvious queue: a list, searched for the least (time, serial). */
class ListQueue {
  pending: Pending[] = [];
  next(): Pending | undefined {
    return this.pending.reduce<Pending | undefined>(
      (best, each) => (best === undefined || each.time < best.time ? each : best),
      undefined,
    );
  }
  remove(id: EventId): boolean {
    const before = this.pending.length;
    this.pending = this.pending.filter((each) => each.id !== id);
    return this.pending.length < before;
  }
}

describe('EventQueue', () => {
  it('does what a searched list does, cancelled and bounded or not (else runs are not reproducible)', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
        const queue = new EventQueue();
        const model = new ListQueue();
        const ids: EventId[] = [NO_EVENT];
        let now = 0;
        for (const each of steps) {
          if (each.do === 'add') {
            const serial = ids.length;
            const time = now + each.delayNs;
            const id = queue.add(time, handler, serial, -serial);
            ids.push(id);
            model.pending.push({ time, serial, id });
          } else if (each.do === 'cancel') {
            const id = ids[each.pick % ids.length] as EventId;
            expect(queue.cancel(id)).toBe(model.remove(id));
          } else if (each.do === 'wait') {
            const untilNs = now + each.delayNs;
            const due = model.pending.filter(({ time }) => time <= untilNs);
            due.sort((left, right) => left.time - right.time || left.serial - right.serial);
            expect(drain(queue, untilNs)).toEqual(due.map(({ time, serial }) => [time, serial]));
            for (const { id } of due) model.remove(id);
            now = untilNs;
          } else {
            for (let i = 0; i < each.count; i++) {
              const next = model.next();
              expect(queue.advance(NEVER)).toBe(next !== undefined);
              if (next !== undefined) expect(queue.timeNs).toBe(next.time);
              if (next === undefined) break;
              queue.take();
              expect([queue.a, queue.b, queue.handler]).toEqual([next.serial, -next.serial, handler]);
              model.remove(next.id);
              now = next.time;
            }
          }
          expect(queue.length).toBe(model.pending.length);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('keeps the order of scheduling at one instant, also when half of it was scheduled from far away', () => {
    const queue = new EventQueue();
    const instant = 0x1_2345_6789;
    for (let i = 0; i < 500; i++) queue.add(instant, handler, i, 0);
    queue.add(instant - 3, handler, -1, 0);
    expect(queue.advance(NEVER)).toBe(true);
    expect(queue.timeNs).toBe(instant - 3);
    queue.take();
    for (let i = 500; i < 1000; i++) queue.add(instant, handler, i, 0);
    expect(drain(queue).map(([, a]) => a)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });

  it('grows from hundreds to 100,000 pending events and loses none', () => {
    const queue = new EventQueue();
    const times = Array.from({ length: 100_000 }, (_, i) => (i * 7_919_317) % 1_000_003);
    for (const [i, time] of times.entries()) queue.add(time, handler, i, 0);
    expect(queue.length).toBe(100_000);
    const taken = drain(queue);
    expect(taken.length).toBe(100_000);
    expect(
      taken.every(([time, a], i) => time === times[a] && (i === 0 || time >= (taken[i - 1]?.[0] ?? 0))),
    ).toBe(true);
  });

  it('does not mistake a stale id for the event that uses the record now', () => {
    const queue = new EventQueue();
    const ran = queue.add(1, handler, 1, 0);
    drain(queue);
    const cancelled = queue.add(2, handler, 2, 0);
    expect(queue.cancel(cancelled)).toBe(true);
    queue.add(3, handler, 3, 0);
    for (const id of [ran, cancelled, NO_EVENT, -1, Number.NaN, 0.5, cancelled + 0.5, PENDING_MAX * 99 + 7]) {
      expect(queue.cancel(id)).toBe(false);
    }
    expect(drain(queue)).toEqual([[3, 3]]);
  });

  it('reuses the records of cancelled events: a timer re-armed for ever takes no memory', () => {
    const queue = new EventQueue();
    const slots = new Set<number>();
    for (let i = 0; i < 10_000; i++) {
      const id = queue.add(1_000_000 + i, handler, i, 0);
      slots.add(id % PENDING_MAX);
      expect(queue.cancel(id)).toBe(true);
    }
    expect(slots.size).toBe(1);
    expect(queue.length).toBe(0);
  });

  it('reaches the last instant of virtual time', () => {
    const queue = new EventQueue();
    for (const time of [TIME_MAX, 0, TIME_MAX - 1, 1]) queue.add(time, handler, 0, 0);
    expect(drain(queue).map(([time]) => time)).toEqual([0, 1, TIME_MAX - 1, TIME_MAX]);
  });

  it('refuses a time that is past, not an integer, or beyond virtual time', () => {
    const queue = new EventQueue();
    queue.add(1000, handler, 0, 0);
    drain(queue);
    for (const time of [999, 1000.5, Number.NaN, NEVER, TIME_MAX + 1, -1]) {
      expect(() => queue.add(time, handler, 0, 0)).toThrow(/integer of nanoseconds/);
    }
    expect(queue.length).toBe(0);
  });
});
