import { assert } from '../kernel/assert.ts';
import { Ecn } from './ecn.ts';
import { PacketWord } from './packet-fields.ts';
import { Packet } from './packet.ts';
import type { Bytes } from '../../protocol/core/units.ts';

/** Packets alive at once, at most, in one network. */
export const PACKETS_MAX: number = 1 << 20;
const SLAB_PACKETS = 64;

/** All packets of one network; grows by slabs and never shrinks. Reuse is last-in-first-out, for the caches' sake. */
export class PacketPool {
  readonly datagramBytesMax: Bytes;
  /** See packet-fields.ts. */
  words: Int32Array = new Int32Array(16 * SLAB_PACKETS);
  times: Float64Array = new Float64Array(this.words.buffer);
  readonly #packets: Packet[] = [];
  readonly #free: Packet[] = [];
  #inUseMax = 0;

  constructor(datagramBytesMax: Bytes) {
    this.datagramBytesMax = datagramBytesMax;
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
    packet.inUse = true;
    packet.lengthBytes = 0;
    packet.unreachable = null;
    this.words[16 * packet.index + PacketWord.CLASS] = 8 * Ecn.NOT_ECT;
    const inUse = this.#packets.length - this.#free.length;
    if (inUse > this.#inUseMax) this.#inUseMax = inUse;
    return packet;
  }

  give(packet: Packet): void {
    assert(packet.inUse, 'a packet is released once');
    packet.inUse = false;
    packet.shared = null;
    this.#free.push(packet);
  }

  #grow(): void {
    const first = this.#packets.length;
    assert(first + SLAB_PACKETS <= PACKETS_MAX, 'more packets in use than PACKETS_MAX');
    if (16 * (first + SLAB_PACKETS) > this.words.length) {
      this.words = widened(this.words, new Int32Array(2 * this.words.length));
      this.times = new Float64Array(this.words.buffer);
    }
    // One buffer per slab: thousands of small ArrayBuffers would cost more than the packets in them.
    const stride = Math.ceil(this.datagramBytesMax / 8) * 8;
    const slab = new DataView(new ArrayBuffer(stride * SLAB_PACKETS));
    for (let i = 0; i < SLAB_PACKETS; i++) {
      this.#packets.push(new Packet(this, first + i, slab, i * stride));
    }
    for (let i = SLAB_PACKETS - 1; i >= 0; i--) this.#free.push(this.at(first + i));
  }
}

function widened(from: Int32Array, to: Int32Array): Int32Array {
  to.set(from);
  return to;
}
