import { expect, test } from 'vitest';
import { CAUSAL_EVENTS, CAUSAL_STATES, nextCausalState, verdictOf } from '../../causality/states.ts';

function table(
  columns: readonly string[],
  cell: (state: (typeof CAUSAL_STATES)[number], i: number) => string,
): string {
  const line = (...cells: string[]): string =>
    cells
      .map((text) => text.padEnd(11))
      .join(' ')
      .trimEnd();
  const rows = CAUSAL_STATES.map((state) => line(state, ...columns.map((_, i) => cell(state, i))));
  return [line('', ...columns), ...rows].join('\n');
}

/** REQ XFER-2. Every state and event; a point leaves the state as it is. MUST AFTER-1 */
test('the states of a call that others depend on', () => {
  const text = table(CAUSAL_EVENTS, (state, i) => {
    const next = nextCausalState(state, CAUSAL_EVENTS[i]!);
    return next === state ? '.' : next;
  });
  expect(text).toMatchInlineSnapshot(`
    "            issue       arrive      succeed     fail        retire
    free        pending     .           .           .           .
    pending     .           arrived     done        failed      .
    arrived     .           .           done        unanswered  .
    done        .           .           .           .           free
    failed      .           .           .           .           free
    unanswered  .           .           .           .           free"
  `);
});

/** REQ PAT-10. Both parts in every state. MUST AFTER-1, AFTER-2, AFTER-3 */
test('what they mean for a dependency', () => {
  const parts = ['request', 'response'] as const;
  expect(table(parts, (state, i) => verdictOf(state, parts[i]!))).toMatchInlineSnapshot(`
    "            request     response
    free        missed      missed
    pending     waiting     waiting
    arrived     came        waiting
    done        came        came
    failed      missed      missed
    unanswered  came        missed"
  `);
});
