import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Deadlines } from '../../core/deadlines.ts';
import { NEVER } from '../../core/units.ts';

test('the next of all queues is the earliest deadline armed in any, after every change', () => {
  const change = fc.tuple(fc.nat(2), fc.nat(5), fc.option(fc.nat(50)));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const deadlines = new Deadlines();
      const queues = [0, 1, 2].map((number) => {
        const items = Array.from({ length: 6 }, () => ({ timerIndex: -1 }));
        return { queue: deadlines.queue<(typeof items)[number]>(number), items };
      });
      expect(deadlines.next).toBe(NEVER);
      for (const [which, index, at] of changes) {
        const { queue, items } = queues[which]!;
        if (at === null) queue.disarm(items[index]!);
        else if (index === 5) queue.expire(at);
        else queue.arm(items[index]!, at);
        expect(queue.next).toBe(Math.min(...items.map((item) => queue.at(item))));
        const all = queues.flatMap((one) => one.items.map((item) => one.queue.at(item)));
        expect(deadlines.next).toBe(Math.min(...all));
      }
    }),
  );
});
