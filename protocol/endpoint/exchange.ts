import type { Timed } from '../core/timer-queue.ts';
import type { Bytes, Nanos } from '../core/units.ts';
import type { Peer } from '../peer/peer.ts';
import type { Stream } from '../stream/stream.ts';
import type { Admission } from '../transfer/admission.ts';
import type { InboundTransfer } from '../transfer/inbound.ts';
import type { OutboundTransfer } from '../transfer/outbound.ts';
import type { Receiver } from '../transfer/receiver.ts';
import type { Sender } from '../transfer/sender.ts';
import type { OwnState, ServedState } from './states.ts';

/** An exchange this endpoint asked for: a request on its way, then a response awaited. */
export interface OwnExchange extends Timed {
  kind: 'own';
  state: OwnState;
  peer: Peer;
  request: OutboundTransfer;
  startedAt: Nanos;
  /** Its response while it is being pulled: there is no second one. */
  response: InboundTransfer | undefined;
}

/** An exchange this endpoint serves: a request pulled and handed to the application, then a response kept until it is acknowledged. */
export interface ServedExchange {
  kind: 'served';
  state: ServedState;
  peer: Peer;
  requestSlot: number;
  requestGeneration: number;
  /** If it has one: NEVER would be a number of its own in each. */
  deadlineNs: Nanos | undefined;
  /** The request while it is being pulled, or offered. */
  request: InboundTransfer | undefined;
  response: OutboundTransfer | undefined;
}

export type Exchange = OwnExchange | ServedExchange | Stream;

/** What the exchanges need of the rest of the endpoint; set once, when all parts exist. */
export interface ExchangeParts {
  sender: Sender;
  receiver: Receiver;
  admission: Admission;
  inlineBytesMax: Bytes;
  /** Headers that fit a NOTIFY. */
  noticeBytesMax: Bytes;
  onWaiting(now: Nanos, peer: Peer): void;
}
