import { NEVER } from '../core/units.ts';
import type { Nanos } from '../core/units.ts';
import type { EndpointEvent, ExchangeId } from '../endpoint/events.ts';
import type { PeerId } from '../peer/peer.ts';
import type { CancelSignal, SignalOf } from './abort.ts';
import type { Headers } from './headers.ts';

type RequestEvent = Extract<EndpointEvent, { type: 'request' }>;

/** A request as a handler sees it. */
export class IncomingRequest {
  readonly peer: PeerId;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** 0 (highest) … 7. */
  readonly priority: number;
  /** When the caller gives up, on this pool's clock; undefined if it does not. To be handed on to calls on its behalf. */
  readonly deadlineNs: Nanos | undefined;
  private readonly exchange: ExchangeId;
  private ownSignal: CancelSignal | undefined;
  private readonly signalOf: SignalOf;

  constructor(event: RequestEvent, headers: Headers, body: Uint8Array, signalOf: SignalOf) {
    this.peer = event.peer;
    this.headers = headers;
    this.body = body;
    this.priority = event.priority;
    this.deadlineNs = event.deadlineNs === NEVER ? undefined : event.deadlineNs;
    this.exchange = event.exchange;
    this.signalOf = signalOf;
  }

  /** Aborted when the caller no longer waits: it cancelled, its deadline passed, it is gone, or this pool was closed. Made when it is first asked for. */
  get signal(): CancelSignal {
    this.ownSignal ??= this.signalOf(this.exchange, this.peer);
    return this.ownSignal;
  }
}
