import { expect, test } from 'vitest';
import { MACHINES } from '../states/machines.ts';

/** REQ XFER-1, XFER-2. That they are as they were, the check of spec/state-machines.md says: the page is their snapshot. */
test.each(MACHINES)('$title: names what there is, reaches every state, and ends or goes on', (machine) => {
  const { states, events, table } = machine;
  const reached = new Set(states.slice(0, 1));
  for (const from of reached) {
    for (const [event, to] of Object.entries(table[from] ?? {})) {
      expect(events).toContain(event);
      expect(states).toContain(to);
      expect(to, 'an entry that changes nothing is left out').not.toBe(from);
      reached.add(to as string);
    }
  }
  expect([...reached].toSorted()).toEqual([...states].toSorted());
  expect(Object.keys(table)).toEqual(states);
  const used = new Set(states.flatMap((state) => Object.keys(table[state] ?? {})));
  expect([...used].toSorted(), 'events that mean something').toEqual([...events].toSorted());
});
