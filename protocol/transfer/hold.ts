/**
 * Of a request on its way out, whether it waits. REQ XFER-2, CAUSE-9
 *
 * free: it does not, and never did or its receiver knows · waiting: it does, and nothing of it was announced · ahead: it does, and was announced as held ·
 * releasing: it does no more, which its receiver may not know.
 */
export const HOLD_STATES = ['free', 'waiting', 'ahead', 'releasing'] as const;
export type HoldState = (typeof HOLD_STATES)[number];

/** hold: it is submitted to wait · announce: a NOTIFY of it leaves · release: the wait is over · heard: a sign of the release came · restart: its receiver has forgotten it. */
export const HOLD_EVENTS = ['hold', 'announce', 'release', 'heard', 'restart'] as const;
export type HoldEvent = (typeof HOLD_EVENTS)[number];

/** What is not in the table leaves the state as it is. MUST AHEAD-1, AHEAD-3, AHEAD-7 */
export const HOLD_TABLE: Readonly<Record<HoldState, Partial<Record<HoldEvent, HoldState>>>> = {
  free: { hold: 'waiting' },
  waiting: { announce: 'ahead', release: 'free' },
  ahead: { release: 'releasing', restart: 'waiting' },
  releasing: { heard: 'free', restart: 'free' },
};

export function nextHold(state: HoldState, event: HoldEvent): HoldState {
  return HOLD_TABLE[state][event] ?? state;
}

/**
 * Of a message being received, whether it may be handed over. REQ XFER-2
 *
 * free: when it is whole · held: not yet, and it is not whole · kept: not yet, and it is whole · over: it was.
 */
export const KEEP_STATES = ['free', 'held', 'kept', 'over'] as const;
export type KeepState = (typeof KEEP_STATES)[number];

/** hold: it was announced as held · whole: all of it has verified · release: it was announced without that. */
export const KEEP_EVENTS = ['hold', 'whole', 'release'] as const;
export type KeepEvent = (typeof KEEP_EVENTS)[number];

/** MUST AHEAD-2, AHEAD-3 */
export const KEEP_TABLE: Readonly<Record<KeepState, Partial<Record<KeepEvent, KeepState>>>> = {
  free: { hold: 'held', whole: 'over' },
  held: { whole: 'kept', release: 'free' },
  kept: { release: 'over' },
  over: {},
};

export function nextKeep(state: KeepState, event: KeepEvent): KeepState {
  return KEEP_TABLE[state][event] ?? state;
}
