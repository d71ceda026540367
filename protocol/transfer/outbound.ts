import type { Timed } from '../core/timer-queue.ts';
import type { Bytes, Nanos } from '../core/units.ts';
import type { Peer } from '../peer/peer.ts';
import type { Stream } from '../stream/stream.ts';
import type { OutgoingMessage } from '../records/message.ts';
import type { RecordSource } from '../records/record-source.ts';
import type { Region } from '../records/region.ts';
import { SealedBuffer } from '../records/sealed-buffer.ts';
import type { HoldState } from './hold.ts';
import { OutboundPull } from './outbound-pull.ts';
import type { Reply } from './reply.ts';
import type { OutboundState } from './states.ts';

/**
 * Of the first message of an exchange that others may depend on. tracked: its arrival is an event · held: it waits for others as well. REQ PAT-10
 */
export type Causal = 'tracked' | 'held';

/** Behind all priorities. */
const LEVEL_LAST = 8;

/** One message on its way out. */
export class OutboundTransfer implements Timed {
  readonly peer: Peer;
  readonly priority: number;
  /** Whether it waits, and what its receiver knows of that. */
  hold: HoldState = 'free';
  /** Transfer id; the slot is taken at the first NOTIFY. */
  slot = -1;
  generation = 0;
  /** Its bytes are in the sender's backlog, or in the window of what is inline. */
  inBacklog = false;
  buffer: RecordSource | undefined;
  private made: OutboundPull | undefined;
  /** The payload: without headers if these travel in the NOTIFY. */
  readonly message: OutgoingMessage;
  readonly exchange: number;
  readonly isResponse: boolean;
  /** Of a response. */
  reply: Reply | undefined;

  state: OutboundState = 'queued';
  /** The message travels inside its NOTIFY. */
  readonly inlined: boolean;
  /** Headers that travel in the NOTIFY of a message that is pulled. MUST OFFER-1 */
  readonly noticeHeaders: Uint8Array | undefined;
  /** The stream it is a message of, its number there, and whether it is the last. */
  stream: Stream | undefined;
  sequence = 0;
  last = false;
  /** When the exchange that it begins is given up, if ever: NEVER would be a number of its own in each that waits. */
  deadlineNs: Nanos | undefined;
  causal: Causal | undefined;
  /** Number of the first packet with its release; -1 before. */
  releasePacket = -1;
  /** In the peer's notify queue. */
  notifyQueued = false;
  /** Times the NOTIFY has been sent. */
  notifyCount = 0;
  /** The wait after the last time. */
  notifyWaitNs: Nanos = 0;
  /** The packet that announced it told that its request had arrived: that is announced again if the packet is lost. MUST NOTIFY-6 */
  patient = false;
  /** Given up before there was a sign of it at the peer, which is to be told. */
  relinquished = false;

  timerIndex = -1;

  /** @param noticeBytesMax headers up to this size travel in the NOTIFY of a message that does not */
  constructor(
    peer: Peer,
    message: OutgoingMessage,
    priority: number,
    exchange: number,
    isResponse: boolean,
    inlined: boolean,
    noticeBytesMax: Bytes,
  ) {
    // MUST OFFER-1
    const { head, bodyBytes } = message;
    const headed = !inlined && head.length > 0 && bodyBytes > 0 && head.length <= noticeBytesMax;
    this.peer = peer;
    this.message = headed ? message.withoutHead() : message;
    message.seat?.join();
    this.noticeHeaders = headed ? head : undefined;
    this.priority = priority;
    this.exchange = exchange;
    this.isResponse = isResponse;
    this.inlined = inlined;
  }

  get pull(): OutboundPull {
    this.made ??= new OutboundPull(this);
    return this.made;
  }

  /** The same, if there was a pull, or its receiver had something of it. */
  get pulled(): OutboundPull | undefined {
    return this.made;
  }

  /** Something of it may be sent before it is pulled. MUST EARLY-1 */
  get goesEarly(): boolean {
    return !this.inlined && this.hold === 'free' && this.stream === undefined && this.region === undefined;
  }

  /** Where its receiver can read it. */
  get region(): Region | undefined {
    return this.buffer instanceof SealedBuffer ? this.buffer.region : undefined;
  }

  /** The first of it are sent unasked, at most `allowedBytes`. */
  beginEarly(allowedBytes: Bytes): void {
    const { pull, buffer } = this;
    pull.earlyEnd = Math.min(allowedBytes, buffer?.sealedBytes ?? 0);
    pull.toSend.add(0, pull.earlyEnd);
    pull.earlyUnanswered = true;
    this.peer.early.onSent(pull.earlyEnd);
  }

  /** All that was to be sent of it early has left. */
  get isEarlyGone(): boolean {
    const { made } = this;
    return made !== undefined && made.sentHigh >= made.earlyEnd;
  }

  /** Its receiver has said that it knows what came of it early, or it is over. */
  endEarly(): void {
    const { made } = this;
    if (made?.earlyUnanswered !== true) return;
    made.earlyUnanswered = false;
    this.peer.early.onAnswered(made.earlyEnd);
  }

  forgetPulls(): void {
    this.made?.toSend.clear();
  }

  /** Headers and body. */
  get messageBytes(): Bytes {
    return this.message.sizeBytes + (this.noticeHeaders?.length ?? 0);
  }

  /** The receiver has these bytes of it. */
  release(start: number, end: number): void {
    const { buffer } = this;
    if (buffer instanceof SealedBuffer && this.message.seat === undefined) buffer.release(start, end);
    else this.message.seat?.release(start, end);
  }

  /** Its end: it needs the records no more. */
  letGo(): void {
    const { buffer } = this;
    this.buffer = undefined;
    if (buffer instanceof SealedBuffer && this.message.seat === undefined) buffer.destroy();
    else this.message.seat?.leave();
  }

  /** The peer may have handed it over: its restart makes the fate of this unknown. MUST AHEAD-7 */
  get exposed(): boolean {
    return this.notifyCount > 0 && this.hold !== 'ahead';
  }

  /** It waits, and may be announced all the same. MUST AHEAD-1 */
  get goesAhead(): boolean {
    return this.hold === 'waiting' && !this.inlined && this.stream === undefined;
  }

  /** Place of its data among that of others of this endpoint. MUST AHEAD-5 */
  get dataLevel(): number {
    return this.hold === 'ahead' ? LEVEL_LAST : this.priority;
  }

  /** Everything has been sent once and nothing pulled is waiting. */
  get allSent(): boolean {
    const { made, buffer } = this;
    return (
      buffer !== undefined && (made?.sentHigh ?? 0) === buffer.sealedBytes && made?.toSend.isEmpty !== false
    );
  }
}
