import { assert } from '../kernel/assert.ts';
import { lineNumbers, lineWords } from '../kernel/cache-lines.ts';
import { Ecn } from './ecn.ts';
import { HeadWord, PacketWord } from './packet-fields.ts';
import { Packet } from './packet.ts';
import { Slabs } from './slabs.ts';
import type { Bytes } from '../../protocol/core/units.ts';

/** Packets alive at once, at most, in one network. */
export const PACKETS_MAX: number = 1 << 20;
const PACKETS_INITIAL = 64;

/** All packets of one network; grows and never shrinks. Reuse is last-in-first-out, for the caches' sake. */
export class PacketPool {
  readonly datagramBytesMax: Bytes;
  /** See packet-fields.ts. */
  words: Int32Array = lineWords(PACKETS_INITIAL);
  times: Float64Array = lineNumbers(this.words);
  headWords: Int32Array = lineWords(PACKETS_INITIAL);
  headNumbers: Float64Array = lineNumbers(this.headWords);
  /** At 64 × index: the beginning of a datagram that goes on by reference. */
  headBytes: Uint8Array = bytesOf(this.headWords);
  headView: DataView = viewOf(this.headWords);
  readonly slabs: Slabs;
  readonly #packets: Packet[] = [];
  readonly #free: Packet[] = [];
  #inUseMax = 0;
  /** Of one array, by length: what `lend` fills. */
  readonly #lent: Uint8Array;
  readonly #lentViews: (Uint8Array | undefined)[] = [];

  constructor(datagramBytesMax: Bytes) {
    this.datagramBytesMax = datagramBytesMax;
    this.slabs = new Slabs(datagramBytesMax);
    this.#lent = new Uint8Array(datagramBytesMax);
  }

  /** Packets taken and not released; 0 when a run has ended, or somebody leaks. REQ DST-6 */
  get inUse(): number {
    return this.#packets.length - this.#free.length;
  }

  get inUseMax(): number {
    return this.#inUseMax;
  }

  /** The packet with that index. */
  at(index: number): Packet {
    return this.#packets[index] as Packet;
  }

  /** An empty packet, owned by the caller: length 0, priority 0, not ECN-capable. Its bytes are stale. */
  take(): Packet {
    if (this.#free.length === 0) this.#grow();
    const packet = this.#free.pop() as Packet;
    const at = 16 * packet.index;
    this.headWords[at + HeadWord.IN_USE] = 1;
    this.headWords[at + HeadWord.LENGTH_BYTES] = 0;
    this.headWords[at + HeadWord.UNREACHABLE] = 0;
    this.words[at + PacketWord.CLASS] = 8 * Ecn.NOT_ECT;
    const inUse = this.#packets.length - this.#free.length;
    if (inUse > this.#inUseMax) this.#inUseMax = inUse;
    return packet;
  }

  give(packet: Packet): void {
    const at = 16 * packet.index + HeadWord.IN_USE;
    assert(this.headWords[at] === 1, 'a packet is released once');
    this.headWords[at] = 0;
    packet.shared = null;
    this.#free.push(packet);
  }

  /** An array of `lengthBytes` that begins with `count` bytes of `from`, from `start` on, and is the same one again the next time. */
  lend(from: Uint8Array, start: number, count: Bytes, lengthBytes: Bytes): Uint8Array {
    const lent = this.#lent;
    for (let i = 0; i < count; i++) lent[i] = from[start + i] as number;
    return (this.#lentViews[lengthBytes] ??= lent.subarray(0, lengthBytes));
  }

  #grow(): void {
    const first = this.#packets.length;
    const end = first === 0 ? PACKETS_INITIAL : 2 * first;
    assert(end <= PACKETS_MAX, 'more packets in use than PACKETS_MAX');
    this.words = widened(this.words, end);
    this.times = lineNumbers(this.words);
    this.headWords = widened(this.headWords, end);
    this.headNumbers = lineNumbers(this.headWords);
    this.headBytes = bytesOf(this.headWords);
    this.headView = viewOf(this.headWords);
    for (let i = first; i < end; i++) this.#packets.push(new Packet(this, i));
    for (let i = end - 1; i >= first; i--) this.#free.push(this.at(i));
  }
}

/** The same 16 words per packet, with room for `packets`. */
function widened(from: Int32Array, packets: number): Int32Array {
  const to = lineWords(packets);
  to.set(from);
  return to;
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function viewOf({ buffer, byteOffset, byteLength }: Int32Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
