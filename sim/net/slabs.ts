import type { Bytes } from '../../protocol/core/units.ts';

const SLAB_PACKETS = 64;

/** The bytes of whole datagrams, by packet. One buffer per slab, made when it is used: thousands of small ones would cost more than the packets in them. */
export class Slabs {
  readonly #stride: Bytes;
  readonly #bytes: (Uint8Array | undefined)[] = [];
  readonly #views: (DataView | undefined)[] = [];

  constructor(datagramBytesMax: Bytes) {
    this.#stride = Math.ceil(datagramBytesMax / 8) * 8;
  }

  /** Where in its slab the bytes of a packet begin. */
  startOf(packet: number): number {
    return (packet % SLAB_PACKETS) * this.#stride;
  }

  bytesOf(packet: number): Uint8Array {
    const slab = Math.floor(packet / SLAB_PACKETS);
    return this.#bytes[slab] ?? this.#make(slab);
  }

  viewOf(packet: number): DataView {
    const slab = Math.floor(packet / SLAB_PACKETS);
    if (this.#views[slab] === undefined) this.#make(slab);
    return this.#views[slab] as DataView;
  }

  #make(slab: number): Uint8Array {
    const bytes = new Uint8Array(this.#stride * SLAB_PACKETS);
    while (this.#bytes.length <= slab) {
      this.#bytes.push(undefined);
      this.#views.push(undefined);
    }
    this.#bytes[slab] = bytes;
    this.#views[slab] = new DataView(bytes.buffer);
    return bytes;
  }
}
