import type { Timed } from '../core/timer-queue.ts';
import { NEVER } from '../core/units.ts';
import type { Nanos } from '../core/units.ts';
import type { ExchangeId } from '../endpoint/events.ts';
import type { Peer } from '../peer/peer.ts';
import type { Causal, OutboundTransfer } from '../transfer/outbound.ts';
import { TransferNotify } from '../wire/index.ts';
import { InFlow } from './in-flow.ts';
import { OutFlow } from './out-flow.ts';
import type { StreamState } from './states.ts';

/** What a STREAM_CLOSE says. */
export interface StreamEnding {
  count: number;
  status: number;
  reason: Uint8Array;
}

export interface StreamLimits {
  /** Messages announced and not taken. */
  messages: number;
  /** Their bytes. */
  bytes: number;
}

/** One stream at one endpoint. REQ PAT-2, PAT-3, PAT-4 */
export class Stream implements Timed {
  readonly kind = 'stream';
  readonly peer: Peer;
  readonly byCallee: boolean;
  readonly priority: number;
  readonly incoming: InFlow;
  readonly outgoing: OutFlow;
  id: ExchangeId = -1;
  state: StreamState = 'open';
  /** As caller: the transfer whose id is the stream's. */
  opening: OutboundTransfer | undefined;
  /** What that is to others. */
  causal: Causal | undefined;
  /** As callee: that id. */
  readonly slot: number;
  readonly generation: number;
  deadlineNs: Nanos = NEVER;
  /** As callee: the opening was offered before it was pulled; it has been handed over. */
  offered = false;
  /** The application knows of it, and does not know that it is over. */
  told = false;
  /** There was a sign of the stream from the peer. */
  heard = false;
  /** Our STREAM_CLOSE, until it is acknowledged. */
  ending: StreamEnding | undefined;
  endingDue = false;
  /** Limits in the last frame that had any, and the packet of the last STREAM_CREDIT while that is not acknowledged. */
  sentMessages = 0;
  sentInline = 0;
  creditDue = false;
  creditPacket = -1;
  /** Times control frames were sent since one was answered. */
  tries = 0;
  /** The wait after the last of them. */
  tryWaitNs: Nanos = 0;
  /** In the peer's list of streams with frames to write. */
  queued = false;
  /** Somebody waits until less is on its way. */
  wantsRoom = false;

  timerIndex = -1;

  constructor(
    peer: Peer,
    limits: StreamLimits,
    priority: number,
    callee?: { slot: number; generation: number },
  ) {
    this.peer = peer;
    this.priority = priority;
    this.byCallee = callee !== undefined;
    this.slot = callee?.slot ?? -1;
    this.generation = callee?.generation ?? 0;
    // The callee expects the opening; before a limit comes the caller may announce that, and the callee nothing.
    this.incoming = new InFlow(peer, limits.messages, limits.bytes, this.byCallee ? 1 : 0);
    this.outgoing = new OutFlow(this.byCallee ? 0 : 1);
  }

  get wireSlot(): number {
    return this.opening?.slot ?? this.slot;
  }

  get wireGeneration(): number {
    return this.opening?.generation ?? this.generation;
  }

  /** Control frames of it are due. */
  get isDue(): boolean {
    return this.creditDue || this.endingDue;
  }

  /** Its fields of the announcement of one of its messages. */
  fillNotify(notify: TransferNotify, sequence: number, last: boolean): void {
    notify.flags |= TransferNotify.STREAM | (last ? TransferNotify.LAST : 0);
    if (!this.byCallee && sequence > 0) {
      notify.flags = (notify.flags & ~TransferNotify.RESPONSE) | TransferNotify.CONTINUES;
      notify.exchangeSlot = this.wireSlot;
      notify.exchangeGeneration = this.wireGeneration;
    }
    notify.sequence = sequence;
    notify.messageLimit = this.incoming.messageLimit;
    notify.inlineLimit = this.incoming.inlineLimit;
  }

  /** Limits have left in some frame. */
  onLimitsSent(): void {
    this.sentMessages = this.incoming.messageLimit;
    this.sentInline = this.incoming.inlineLimit;
  }
}
