import type { Bytes, Nanos } from '../core/units.ts';
import type { Peer } from '../peer/peer.ts';
import type { Assembly } from '../records/assembly.ts';
import type { Placement } from '../records/placement.ts';
import { Keyed } from '../records/keyed.ts';
import { sealedSize } from '../records/layout.ts';
import { AUTHENTICATED, ENCRYPTED } from '../records/sealing.ts';
import type { Sealing } from '../records/sealing.ts';
import { TransferNotify } from '../wire/index.ts';
import type { KeepState } from './hold.ts';
import type { Region } from '../wire/index.ts';
import { InboundPull } from './inbound-pull.ts';
import type { Ready } from './ready-queue.ts';
import type { Reply } from './reply.ts';

/** Behind the eight priorities. */
const HELD_LEVEL = 8;

/** A message in its sender's memory. */
export type ReadFrom = Pick<Region, 'keyHi' | 'keyLo' | 'addressHi' | 'addressLo'>;

/** One message announced to this endpoint. What is pulled of it is in `pull`. */
export class InboundTransfer extends Keyed implements Ready {
  // What each data packet needs.
  /** The token of its data packets, as two int32. */
  tokenHi = 0;
  tokenLo = 0;
  readonly peer: Peer;
  /** If something of it may be pulled. */
  private made: InboundPull | undefined;
  /** Where it can be read. MUST READ-2 */
  region: ReadFrom | undefined;
  /** Nothing at or above this offset of the sealed message is pulled yet. */
  pullLimit: Bytes;
  /** Nothing of it is pulled until it goes on. MUST CANCEL-2 */
  paused = false;
  /** Somebody waits for the bytes below pullLimit. */
  previewed = false;
  /** Whether it may be handed over. MUST AHEAD-2 */
  keep: KeepState = 'free';
  heapIndex = -1;

  readonly slot: number;
  readonly generation: number;
  readonly sizeBytes: Bytes;
  readonly headerBytes: Bytes;
  readonly priority: number;
  /** Of a response. */
  readonly reply: Reply | undefined;
  readonly bufferSlot: number;
  readonly bufferGeneration: number;
  readonly sealing: Sealing;
  /** Headers that came in the NOTIFY. */
  readonly noticeHeaders: Uint8Array | undefined;
  /** The exchange it belongs to, and its number there if that is a stream. */
  exchange = -1;
  sequence = 0;

  /** Index in the receiver's table and half of what admits a data packet. */
  pullSlot = -1;
  /** Before this its silence is no loss. MUST NOTIFY-7 */
  busyUntil: Nanos = 0;
  /** It is its peer's turn already, or another one of its peer is late: it stands in line again when that is over. */
  parked = false;

  level = 0;
  rank = 0;
  heapSequence = 0;

  constructor(peer: Peer, notify: TransferNotify, isResponse: boolean) {
    super(notify.dataKey, notify.dataKeyStart);
    this.peer = peer;
    this.slot = notify.transferSlot;
    this.generation = notify.transferGeneration;
    this.sizeBytes = notify.size;
    this.headerBytes = notify.headerSize;
    this.pullLimit = this.sealedBytes;
    this.priority = notify.priority;
    const { replySlot: slot, replyGeneration: generation, status } = notify;
    this.reply = isResponse ? { slot, generation, status } : undefined;
    this.bufferSlot = notify.bufferSlot;
    this.bufferGeneration = notify.bufferGeneration;
    this.sealing = notify.sealing === AUTHENTICATED ? AUTHENTICATED : ENCRYPTED;
    const { headers, headersStart, headersLength } = notify;
    this.noticeHeaders =
      (notify.flags & TransferNotify.HEADED) === 0
        ? undefined
        : headers.slice(headersStart, headersStart + headersLength);
  }

  get sealedBytes(): Bytes {
    return sealedSize(this.sizeBytes);
  }

  get isResponse(): boolean {
    return this.reply !== undefined;
  }

  get pull(): InboundPull {
    this.made ??= new InboundPull(this);
    return this.made;
  }

  /** The same, if it was needed before. */
  get pulled(): InboundPull | undefined {
    return this.made;
  }

  get into(): Placement | undefined {
    return this.made?.into;
  }

  get assembly(): Assembly | undefined {
    return this.made?.assembly;
  }

  get repulledBytes(): Bytes {
    return this.made?.repulledBytes ?? 0;
  }

  get outstanding(): Bytes {
    return this.made?.outstanding ?? 0;
  }

  /** It must not be handed over before its release. */
  get isHeld(): boolean {
    return this.keep === 'held' || this.keep === 'kept';
  }

  /** Its place among what is pulled: its priority, and behind all of them what is held. MUST AHEAD-5 */
  get pullLevel(): number {
    return this.isHeld ? HELD_LEVEL : this.priority;
  }

  /** Something is left to pull. */
  get wantsPull(): boolean {
    if (this.paused || this.into?.isFull === true) return false;
    const { made } = this;
    return made === undefined ? this.pullLimit > 0 : made.next < this.pullLimit || !made.holes.isEmpty;
  }

  get remaining(): Bytes {
    return this.made?.remaining ?? this.sealedBytes;
  }
}
