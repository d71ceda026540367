import type { Nanos } from '../core/units.ts';
import type { Context } from '../endpoint/context.ts';
import type { Peer } from '../peer/peer.ts';
import { StreamClose, StreamCloseAck, StreamCredit } from '../wire/index.ts';
import type { Stream } from './stream.ts';
import type { Streams } from './streams.ts';
import { WRITTEN } from '../control/frame-set.ts';

type Put = (frame: { emit(out: Uint8Array, at: number, limit: number): number }) => boolean;

const NO_STREAMS: readonly Stream[] = [];

/** Writes the frames of streams into the packet that is being made. REQ STREAM-1, STREAM-2, STREAM-7 */
export class StreamFrameWriter {
  private readonly context: Context;
  private readonly streams: Streams;
  private credits: Stream[] | undefined;

  constructor(context: Context, streams: Streams) {
    this.context = context;
    this.streams = streams;
  }

  /** The streams whose credit went into the packet. */
  takeCredits(): readonly Stream[] {
    const { credits } = this;
    this.credits = undefined;
    return credits ?? NO_STREAMS;
  }

  /** Whether something was written that is to be acknowledged. */
  write(now: Nanos, peer: Peer, put: Put): boolean {
    this.credits = undefined;
    this.writeAcks(peer, put);
    const { streamsDue } = peer;
    let wrote = false;
    for (let stream = streamsDue.peek(); stream !== undefined; stream = streamsDue.peek()) {
      const due = stream.isDue;
      if (due && !this.writeStream(now, stream, put)) return wrote;
      wrote ||= due;
      stream.queued = false;
      streamsDue.shift();
    }
    return wrote;
  }

  private writeAcks(peer: Peer, put: Put): void {
    const { closeAck } = WRITTEN;
    const { closeAcks } = peer;
    let done = 0;
    for (; done < closeAcks.length; done += 3) {
      closeAck.exchangeSlot = closeAcks[done] as number;
      closeAck.exchangeGeneration = closeAcks[done + 1] as number;
      closeAck.flags = closeAcks[done + 2] === 1 ? StreamCloseAck.BY_CALLEE : 0;
      if (!put(closeAck)) break;
      this.observe(
        peer,
        StreamCloseAck.TYPE,
        closeAck.exchangeSlot,
        closeAck.exchangeGeneration,
        closeAck.flags,
      );
    }
    if (done > 0) closeAcks.splice(0, done);
  }

  private writeStream(now: Nanos, stream: Stream, put: Put): boolean {
    if (stream.creditDue && !this.writeCredit(stream, put)) return false;
    if (stream.endingDue && !this.writeClose(stream, put)) return false;
    this.streams.onFramesSent(now, stream);
    return true;
  }

  private writeCredit(stream: Stream, put: Put): boolean {
    const { credit } = WRITTEN;
    const { peer, incoming } = stream;
    credit.exchangeSlot = stream.wireSlot;
    credit.exchangeGeneration = stream.wireGeneration;
    credit.flags = stream.byCallee ? StreamCredit.BY_CALLEE : 0;
    credit.messageLimit = incoming.messageLimit;
    credit.inlineLimit = incoming.inlineLimit;
    if (!put(credit)) return false;
    stream.creditDue = false;
    stream.onLimitsSent();
    stream.creditPacket = peer.nextPacketNumber;
    this.credits ??= [];
    this.credits.push(stream);
    this.observe(peer, StreamCredit.TYPE, credit.exchangeSlot, credit.exchangeGeneration, credit.flags);
    return true;
  }

  private writeClose(stream: Stream, put: Put): boolean {
    const { close } = WRITTEN;
    const { ending, peer } = stream;
    stream.endingDue = false;
    if (ending === undefined) return true;
    close.exchangeSlot = stream.wireSlot;
    close.exchangeGeneration = stream.wireGeneration;
    close.flags = stream.byCallee ? StreamClose.BY_CALLEE : 0;
    close.count = ending.count;
    close.status = ending.status;
    close.reason = ending.reason;
    close.reasonStart = 0;
    close.reasonLength = ending.reason.length;
    if (!put(close)) {
      stream.endingDue = true;
      return false;
    }
    this.observe(peer, StreamClose.TYPE, close.exchangeSlot, close.exchangeGeneration, close.flags);
    return true;
  }

  private observe(peer: Peer, type: number, slot: number, generation: number, byCallee: number): void {
    this.context.telemetry.frameSent(peer.id, type, slot, generation, byCallee !== 0, 0);
  }
}
