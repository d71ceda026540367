/**
 * One message on its way out. REQ XFER-1, XFER-2
 *
 * queued: to be announced, for the first time or again · notified: announced, and no sign yet that the receiver knows it · accepted: the receiver pulls it, or will ·
 * done: final RANGE_ACK, reset, given up, or the peer is gone.
 */
export const OUTBOUND_STATES = ['queued', 'notified', 'accepted', 'done'] as const;
export type OutboundState = (typeof OUTBOUND_STATES)[number];

/** announce: a NOTIFY of it has left · hear: a sign of it came, and there is more to send · again: that NOTIFY, or all that was to follow, may be lost · end. */
export const OUTBOUND_EVENTS = ['announce', 'hear', 'again', 'end'] as const;
export type OutboundEvent = (typeof OUTBOUND_EVENTS)[number];

/** What is not in the table leaves the state as it is. MUST NOTIFY-2, NOTIFY-5, RACK-3 */
export const OUTBOUND_TABLE: Readonly<Record<OutboundState, Partial<Record<OutboundEvent, OutboundState>>>> =
  {
    queued: { announce: 'notified', hear: 'accepted', end: 'done' },
    notified: { hear: 'accepted', again: 'queued', end: 'done' },
    accepted: { again: 'queued', end: 'done' },
    done: {},
  };

export function nextOutbound(state: OutboundState, event: OutboundEvent): OutboundState {
  return OUTBOUND_TABLE[state][event] ?? state;
}
