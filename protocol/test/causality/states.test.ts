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

/** REQ PAT-8, PAT-9, PAT-10. The four kinds in every state. MUST AFTER-2, AFTER-3 */
test('what they mean for a dependency', () => {
  const kinds = [
    ['request', true],
    ['request', false],
    ['response', true],
    ['response', false],
  ] as const;
  const names = kinds.map(([wait, cascade]) => `${wait}${cascade ? '!' : '?'}`);
  expect(table(names, (state, i) => verdictOf(state, kinds[i]![0], kinds[i]![1]))).toMatchInlineSnapshot(`
    "            request!    request?    response!   response?
    free        blocked     over        blocked     over
    pending     waiting     waiting     waiting     waiting
    arrived     over        over        waiting     waiting
    done        over        over        over        over
    failed      blocked     over        blocked     over
    unanswered  over        over        blocked     over"
  `);
});
