import type { Bytes, Nanos } from '../core/units.ts';
import type { FailureReason } from '../endpoint/errors.ts';
import type { ExchangeId } from '../endpoint/events.ts';
import type { Peer } from '../peer/peer.ts';
import type { OutgoingMessage } from '../records/message.ts';
import type { InboundTransfer } from '../transfer/inbound.ts';
import type { OutboundTransfer } from '../transfer/outbound.ts';
import type { Stream } from './stream.ts';

/** What streams need of the exchanges around them, and of transfers. */
export interface StreamHost {
  insert(stream: Stream): ExchangeId;
  remove(id: ExchangeId): void;
  fitsInline(bytes: Bytes, withDeadline: boolean): boolean;
  outbound(stream: Stream, message: OutgoingMessage, follows: boolean, inlined: boolean): OutboundTransfer;
  submit(now: Nanos, transfer: OutboundTransfer): void;
  /** Ends a message of ours without a word. */
  stop(now: Nanos, transfer: OutboundTransfer, reason?: FailureReason): void;
  /** Ends a message of the peer's without a word. */
  dropInbound(now: Nanos, transfer: InboundTransfer, code: number): void;
  /** A message that was held back may be pulled. */
  resume(transfer: InboundTransfer): void;
  /** The stream is over at its caller. `relinquish`: its callee may not know that, or the stream. */
  freeOpening(opening: OutboundTransfer, relinquish: boolean): void;
  /** The stream is over at its callee. */
  onServedEnd(stream: Stream, reason: FailureReason | undefined): void;
  /** Control frames of it are due. */
  want(stream: Stream): void;
  onWaiting(now: Nanos, peer: Peer): void;
  retryWait(peer: Peer, count: number, lastNs: Nanos): Nanos;
}
