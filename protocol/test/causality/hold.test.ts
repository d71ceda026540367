import { expect, test } from 'vitest';
import {
  HOLD_EVENTS,
  HOLD_STATES,
  KEEP_EVENTS,
  KEEP_STATES,
  nextHold,
  nextKeep,
} from '../../transfer/hold.ts';

function table<State extends string, Event extends string>(
  states: readonly State[],
  events: readonly Event[],
  next: (state: State, event: Event) => State,
): string {
  const line = (...cells: string[]): string =>
    cells
      .map((text) => text.padEnd(10))
      .join(' ')
      .trimEnd();
  const cell = (state: State, event: Event): string => {
    const after = next(state, event);
    return after === state ? '.' : after;
  };
  return [
    line('', ...events),
    ...states.map((state) => line(state, ...events.map((event) => cell(state, event)))),
  ].join('\n');
}

/** REQ XFER-2. Every state and event; a point leaves the state as it is. MUST AHEAD-1, AHEAD-3, AHEAD-7 */
test('the states of a request that waits, at its sender', () => {
  expect(table(HOLD_STATES, HOLD_EVENTS, nextHold)).toMatchInlineSnapshot(`
    "           hold       announce   release    heard      restart
    free       waiting    .          .          .          .
    waiting    .          ahead      free       .          .
    ahead      .          .          releasing  .          waiting
    releasing  .          .          .          free       free"
  `);
});

/** REQ XFER-2. MUST AHEAD-2, AHEAD-3 */
test('the states of a message that must not be handed over yet, at its receiver', () => {
  expect(table(KEEP_STATES, KEEP_EVENTS, nextKeep)).toMatchInlineSnapshot(`
    "           hold       whole      release
    free       held       over       .
    held       .          kept       free
    kept       .          .          over
    over       .          .          ."
  `);
});
