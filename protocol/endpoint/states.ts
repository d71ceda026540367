/**
 * A unary exchange at its caller. REQ XFER-2
 *
 * asking: no response is known of · answered: its response is being pulled · over.
 */
export const OWN_STATES = ['asking', 'answered', 'over'] as const;
export type OwnState = (typeof OWN_STATES)[number];

/** answer: a response that is to be pulled was announced · end: the response is there, or a reason why it will not be. */
export const OWN_EVENTS = ['answer', 'end'] as const;
export type OwnEvent = (typeof OWN_EVENTS)[number];

/** What is not in the table leaves the state as it is. MUST EXCH-3, EXCH-5 */
export const OWN_TABLE: Readonly<Record<OwnState, Partial<Record<OwnEvent, OwnState>>>> = {
  asking: { answer: 'answered', end: 'over' },
  answered: { end: 'over' },
  over: {},
};

export function nextOwn(state: OwnState, event: OwnEvent): OwnState {
  return OWN_TABLE[state][event] ?? state;
}

/**
 * A unary exchange at its callee. REQ XFER-2
 *
 * receiving: its request is admitted, and pulled if it did not come inside its announcement · offered: the application is to decide about it first · accepted: it wants it, the
 * rest is pulled · handling: the request was handed over · answering: there is a response, which is kept until it has arrived · over.
 */
export const SERVED_STATES = ['receiving', 'offered', 'accepted', 'handling', 'answering', 'over'] as const;
export type ServedState = (typeof SERVED_STATES)[number];

/** offer: the application is asked · accept: it wants the request · whole: the request is there · reply: there is an answer, or a rejection · end: nothing is left to do for it. */
export const SERVED_EVENTS = ['offer', 'accept', 'whole', 'reply', 'end'] as const;
export type ServedEvent = (typeof SERVED_EVENTS)[number];

/** What is not in the table leaves the state as it is. MUST EXCH-1, EXCH-2, EXCH-7, OFFER-2, OFFER-3 */
export const SERVED_TABLE: Readonly<Record<ServedState, Partial<Record<ServedEvent, ServedState>>>> = {
  receiving: { offer: 'offered', whole: 'handling', reply: 'answering', end: 'over' },
  offered: { accept: 'accepted', reply: 'answering', end: 'over' },
  accepted: { whole: 'handling', reply: 'answering', end: 'over' },
  handling: { reply: 'answering', end: 'over' },
  answering: { end: 'over' },
  over: {},
};

export function nextServed(state: ServedState, event: ServedEvent): ServedState {
  return SERVED_TABLE[state][event] ?? state;
}
