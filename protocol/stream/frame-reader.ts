import type { Nanos } from '../core/units.ts';
import type { Peer } from '../peer/peer.ts';
import type { AckOutcome } from '../recovery/sent-packets.ts';
import { StreamClose, StreamCloseAck, StreamCredit } from '../wire/index.ts';
import type { Stream } from './stream.ts';
import type { Streams } from './streams.ts';
import { READ } from '../control/frame-set.ts';

/** STREAM_CLOSEs of a peer that wait to be acknowledged; beyond it the peer's next try is answered. */
const CLOSE_ACKS_MAX = 1024;

/** Finds the stream with this id: one that the peer began, or one of ours. */
export type FindStream = (
  peer: Peer,
  slot: number,
  generation: number,
  ofPeer: boolean,
) => Stream | undefined;

/** Acts on the frames of streams. REQ STREAM-1, STREAM-2, STREAM-7 */
export class StreamFrameReader {
  private readonly streams: Streams;
  private readonly find: FindStream;

  constructor(streams: Streams, find: FindStream) {
    this.streams = streams;
    this.find = find;
  }

  /** Returns the position after the frame, or a negative number if it is malformed, unknown or against the rules. */
  onFrame(now: Nanos, peer: Peer, type: number, bytes: Uint8Array, at: number, end: number): number {
    switch (type) {
      case StreamCredit.TYPE:
        return this.onCredit(now, peer, READ.credit.parse(bytes, at, end));
      case StreamClose.TYPE:
        return this.onClose(now, peer, READ.close.parse(bytes, at, end));
      case StreamCloseAck.TYPE:
        return this.onCloseAck(now, peer, READ.closeAck.parse(bytes, at, end));
      default:
        return -1;
    }
  }

  private onCredit(now: Nanos, peer: Peer, next: number): number {
    if (next < 0) return next;
    const { exchangeSlot, exchangeGeneration, flags, messageLimit, inlineLimit } = READ.credit;
    const byCallee = (flags & StreamCredit.BY_CALLEE) !== 0;
    const stream = this.find(peer, exchangeSlot, exchangeGeneration, !byCallee);
    if (stream !== undefined) this.streams.onCredit(now, stream, messageLimit, inlineLimit);
    return next;
  }

  /** MUST STRM-7 */
  private onClose(now: Nanos, peer: Peer, next: number): number {
    if (next < 0) return next;
    const { exchangeSlot, exchangeGeneration, flags, count, status, reason, reasonStart, reasonLength } =
      READ.close;
    const byCallee = (flags & StreamClose.BY_CALLEE) !== 0;
    const stream = this.find(peer, exchangeSlot, exchangeGeneration, !byCallee);
    if (stream !== undefined) {
      const ending = { count, status, reason: reason.slice(reasonStart, reasonStart + reasonLength) };
      if (!this.streams.onClose(now, stream, ending)) return -1;
    }
    if (peer.closeAcks.length < 3 * CLOSE_ACKS_MAX) {
      peer.closeAcks.push(exchangeSlot, exchangeGeneration, byCallee ? 0 : 1);
    }
    return next;
  }

  private onCloseAck(now: Nanos, peer: Peer, next: number): number {
    if (next < 0) return next;
    const { exchangeSlot, exchangeGeneration, flags } = READ.closeAck;
    const byCallee = (flags & StreamCloseAck.BY_CALLEE) !== 0;
    const stream = this.find(peer, exchangeSlot, exchangeGeneration, !byCallee);
    if (stream !== undefined) this.streams.onCloseAcked(now, stream);
    return next;
  }

  onSettled({ acked, lost }: AckOutcome): void {
    for (const { credits, packetNumber } of acked) {
      for (const stream of credits) this.streams.onCreditSettled(stream, packetNumber, false);
    }
    for (const { credits, packetNumber } of lost) {
      for (const stream of credits) this.streams.onCreditSettled(stream, packetNumber, true);
    }
  }
}
