import { expect, test } from 'vitest';
import { inCausalOrder } from '../../causality/cycles.ts';

function calls(graph: Record<string, string>): { name: string; after: string[] }[] {
  return Object.entries(graph).map(([name, after]) => ({ name, after: [...after] }));
}

/** REQ CAUSE-7, CAUSE-8 */
test('a graph is put in an order in which each call comes after those it waits for', () => {
  const order = inCausalOrder(calls({ a: 'cb', b: 'd', c: 'd', d: '', e: 'a' }));
  expect(order.map(({ name }) => name).join('')).toBe('dcbae');
});

test('what has nothing to wait for keeps its order', () => {
  expect(inCausalOrder(calls({ c: '', a: '', b: '' })).map(({ name }) => name)).toEqual(['c', 'a', 'b']);
});

test('a long chain needs no deep stack', () => {
  const chain = Array.from({ length: 50_000 }, (_, i) => ({
    name: `${i}`,
    after: i === 49_999 ? [] : [`${i + 1}`],
  }));
  expect(inCausalOrder(chain)[0]?.name).toBe('49999');
});

test.each([
  ['itself', { a: 'a' }, 'a -> a'],
  ['each other', { a: 'b', b: 'a' }, 'a -> b -> a'],
  ['a ring behind a tail', { a: 'b', b: 'c', c: 'd', d: 'b' }, 'b -> c -> d -> b'],
])('a cycle is refused and named: %s', (_, graph, expected) => {
  expect(() => inCausalOrder(calls(graph))).toThrow(`these calls wait for each other: ${expected}`);
});

test('so is a name that is missing, or taken', () => {
  expect(() => inCausalOrder(calls({ a: 'x' }))).toThrow('a waits for x, which is not there');
  expect(() => inCausalOrder([...calls({ a: '' }), ...calls({ a: '' })])).toThrow('there are two calls a');
});
