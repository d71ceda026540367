/**
 * A peer, as far as it can be known. REQ HEALTH-2
 *
 * alive: nothing speaks against it · dead: it was silent for too long while something waited for it; nothing is announced to it.
 */
export const LIFE_STATES = ['alive', 'dead'] as const;
export type LifeState = (typeof LIFE_STATES)[number];

/** silence: the peer timeout is over · answer: it has answered a PROBE · restart: another incarnation of it has. */
export const LIFE_EVENTS = ['silence', 'answer', 'restart'] as const;
export type LifeEvent = (typeof LIFE_EVENTS)[number];

/** What is not in the table leaves the state as it is. MUST LIVE-2, LIVE-5, FRESH-5 */
export const LIFE_TABLE: Readonly<Record<LifeState, Partial<Record<LifeEvent, LifeState>>>> = {
  alive: { silence: 'dead' },
  dead: { answer: 'alive', restart: 'alive' },
};

export function nextLife(state: LifeState, event: LifeEvent): LifeState {
  return LIFE_TABLE[state][event] ?? state;
}
