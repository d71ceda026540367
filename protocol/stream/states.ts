import { assert } from '../core/assert.ts';

/**
 * Where a stream stands at one side of it. REQ STREAM-1, STREAM-4, STREAM-5
 *
 * open: both directions · ended: the caller's direction is at its end, at the caller because it said so, at the callee because it heard · draining: the callee closed
 * with OK, the caller waits for messages that are still on their way · closing: closed by this side, which waits for the acknowledgement, and as callee for
 * that of its messages · over.
 */
export const STREAM_STATES = ['open', 'ended', 'draining', 'closing', 'over'] as const;
export type StreamState = (typeof STREAM_STATES)[number];

/**
 * end: the caller's direction ends · close: this side closes the stream · closed: the callee closed it with OK and the caller hears of it · aborted: the other side closed it with
 * another status, or is gone, or this side gives it up without a word · settled: nothing is left to wait for.
 */
export const STREAM_EVENTS = ['end', 'close', 'closed', 'aborted', 'settled'] as const;
export type StreamEvent = (typeof STREAM_EVENTS)[number];

/** What is not in the table cannot happen, or means nothing: it leaves the state as it is. MUST STRM-6, STRM-8, STRM-9, STRM-10 */
export const STREAM_TABLE: Readonly<Record<StreamState, Partial<Record<StreamEvent, StreamState>>>> = {
  open: { end: 'ended', close: 'closing', closed: 'draining', aborted: 'over' },
  ended: { close: 'closing', closed: 'draining', aborted: 'over' },
  draining: { close: 'closing', aborted: 'over', settled: 'over' },
  closing: { aborted: 'over', settled: 'over' },
  over: {},
};

export function nextStreamState(state: StreamState, event: StreamEvent): StreamState {
  const next = STREAM_TABLE[state][event] ?? state;
  assert(state !== 'over' || next === 'over', 'a stream that is over stays so');
  return next;
}
