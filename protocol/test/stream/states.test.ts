import { expect, test } from 'vitest';
import { STREAM_EVENTS, STREAM_STATES, nextStreamState } from '../../stream/states.ts';

/** REQ XFER-2. Every state and event; a point leaves the state as it is. MUST STRM-6, STRM-8, STRM-9, STRM-10 */
test('the states of a stream', () => {
  const rows = STREAM_STATES.map((state) =>
    [
      state.padEnd(9),
      ...STREAM_EVENTS.map((event) => {
        const next = nextStreamState(state, event);
        return (next === state ? '.' : next).padEnd(9);
      }),
    ]
      .join(' ')
      .trimEnd(),
  );
  const header = ['         ', ...STREAM_EVENTS.map((event) => event.padEnd(9))].join(' ').trimEnd();
  expect([header, ...rows].join('\n')).toMatchInlineSnapshot(`
    "          end       close     closed    aborted   settled
    open      ended     closing   draining  over      .
    ended     .         closing   draining  over      .
    draining  .         closing   .         over      over
    closing   .         .         .         over      over
    over      .         .         .         .         ."
  `);
});
