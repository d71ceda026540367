import { assert } from '../core/assert.ts';

/**
 * What has become of a call, as those that depend on it see it. REQ XFER-2
 *
 * pending: its request has not arrived, as far as this side knows · arrived: it has, the response has not · done: so has the response ·
 * failed: the call ended before its request was known to have arrived · unanswered: it failed after that · free: the slot has no tenant.
 */
export const CAUSAL_STATES = ['free', 'pending', 'arrived', 'done', 'failed', 'unanswered'] as const;
export type CausalState = (typeof CAUSAL_STATES)[number];

/** issue: a call gets the slot · arrive: its request has arrived · succeed, fail: it ended · retire: nobody may name it any more. */
export const CAUSAL_EVENTS = ['issue', 'arrive', 'succeed', 'fail', 'retire'] as const;
export type CausalEvent = (typeof CAUSAL_EVENTS)[number];

/** What is not in the table means nothing: it leaves the state as it is. MUST AFTER-1 */
export const CAUSAL_TABLE: Readonly<Record<CausalState, Partial<Record<CausalEvent, CausalState>>>> = {
  free: { issue: 'pending' },
  pending: { arrive: 'arrived', succeed: 'done', fail: 'failed' },
  arrived: { succeed: 'done', fail: 'unanswered' },
  done: { retire: 'free' },
  failed: { retire: 'free' },
  unanswered: { retire: 'free' },
};

export function nextCausalState(state: CausalState, event: CausalEvent): CausalState {
  const next = CAUSAL_TABLE[state][event] ?? state;
  assert(next !== 'free' || event === 'retire' || state === 'free', 'only retirement frees a slot');
  return next;
}

/** What a dependency waits for. REQ PAT-10 */
export type AwaitedPart = 'request' | 'response';

/** came: what is awaited is there · missed: it never will be, as far as anybody remembers. */
export type Verdict = 'waiting' | 'came' | 'missed';

/** MUST AFTER-1 · REQ PAT-10 */
export function verdictOf(state: CausalState, wait: AwaitedPart): Verdict {
  switch (state) {
    case 'pending':
      return 'waiting';
    case 'arrived':
      return wait === 'request' ? 'came' : 'waiting';
    case 'done':
      return 'came';
    case 'unanswered':
      return wait === 'request' ? 'came' : 'missed';
    case 'failed':
    case 'free':
      return 'missed';
  }
}
