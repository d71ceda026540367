import type { Ranked } from '../core/ranked-heap.ts';
import { RangeSet } from '../core/range-set.ts';
import type { Timed } from '../core/timer-queue.ts';
import { NEVER } from '../core/units.ts';
import type { Bytes, Nanos } from '../core/units.ts';
import type { Peer } from '../peer/peer.ts';
import type { Stream } from '../stream/stream.ts';
import type { OutgoingMessage } from '../records/message.ts';
import type { RecordSource } from '../records/record-source.ts';
import { SealedBuffer } from '../records/sealed-buffer.ts';
import type { HoldState } from './hold.ts';
import type { Progress } from './progress.ts';
import type { OutboundState } from './states.ts';

/**
 * Of the first message of an exchange that others may depend on. tracked: its arrival is an event · held: it waits for others as well. REQ PAT-10
 */
export type Causal = 'tracked' | 'held';

/** Behind all priorities. */
const LEVEL_LAST = 8;

/** One message on its way out. */
export class OutboundTransfer implements Timed, Ranked {
  readonly peer: Peer;
  /** The payload: without headers if these travel in the NOTIFY. */
  readonly message: OutgoingMessage;
  readonly priority: number;
  readonly exchange: number;
  readonly isResponse: boolean;
  /** For a response: the request's transfer id, and the exchange status. */
  replySlot = 0;
  replyGeneration = 0;
  status = 0;

  state: OutboundState = 'queued';
  /** The message travels inside its NOTIFY. */
  readonly inlined: boolean;
  /** Headers that travel in the NOTIFY of a message that is pulled. MUST OFFER-1 */
  readonly noticeHeaders: Uint8Array | undefined;
  /** The stream it is a message of, its number there, and whether it is the last. */
  stream: Stream | undefined;
  sequence = 0;
  last = false;
  /** When the exchange that it begins is given up. */
  deadlineNs: Nanos = NEVER;
  causal: Causal | undefined;
  /** Whether it waits, and what its receiver knows of that. */
  hold: HoldState = 'free';
  /** Number of the first packet with its release. */
  releasePacket: number = Number.POSITIVE_INFINITY;
  /** Transfer id; the slot is taken at the first NOTIFY. */
  slot = -1;
  generation = 0;
  /** In the peer's notify queue. */
  notifyQueued = false;
  /** Times the NOTIFY has been sent. */
  notifyCount = 0;
  /** The wait after the last time. */
  notifyWaitNs: Nanos = 0;
  /** Given up before there was a sign of it at the peer, which is to be told. */
  relinquished = false;

  buffer: RecordSource | undefined;
  pullSlot = 0;
  /** As two int32. */
  tokenHi = 0;
  tokenLo = 0;
  rateMbps = 0;
  private pulled: RangeSet | undefined;
  private acknowledged: RangeSet | undefined;
  /** Of what is acknowledged, if somebody wants to hear of it. */
  progress: Progress | undefined;
  /** End of what was ever sent, or that its receiver had without. */
  sentHigh: Bytes = 0;
  /** With a pull rate below the NIC's: when the next burst may leave. */
  pacedUntil: Nanos = 0;
  pacedQueued = false;

  timerAt: Nanos = NEVER;
  timerIndex = -1;
  rank = 0;
  heapIndex = -1;
  heapSequence = 0;

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

  /** Pulled and not sent. Both sets are made when something is in them: many messages are announced and wait. */
  get toSend(): RangeSet {
    this.pulled ??= new RangeSet();
    return this.pulled;
  }

  forgetPulls(): void {
    this.pulled?.clear();
  }

  get acked(): RangeSet {
    this.acknowledged ??= new RangeSet();
    return this.acknowledged;
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
    return (
      this.buffer !== undefined && this.sentHigh === this.buffer.sealedBytes && this.pulled?.isEmpty !== false
    );
  }
}
