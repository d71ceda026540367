import { assert } from '../kernel/assert.ts';
import { Ecn } from './ecn.ts';
import type { Bytes, Nanos } from '../../protocol/core/units.ts';

/** What a pool must know of its packets. */
export interface PacketOwner {
  give(packet: Packet): void;
}

/**
 * One datagram on its way. Pooled: whoever holds a packet hands it on (`Nic.send`, `HostPort.onPacket`) or calls
 * `release()`, once.
 */
export class Packet {
  /** Names the packet in kernel events: `PacketPool.at(index)`. */
  readonly index: number;
  /** Room for the UDP payload; the first `lengthBytes` are the datagram. Reused: nothing in it outlives release(). */
  readonly bytes: Uint8Array;
  lengthBytes: Bytes = 0;
  /** Payload plus IP and UDP headers; set by `Nic.send`. */
  wireBytes: Bytes = 0;
  /** Addresses as in address.ts. */
  source = 0;
  destination = 0;
  /** Class for network queues: 0 is served first, 7 last. */
  priority = 0;
  ecn: Ecn = Ecn.NOT_ECT;
  /** Sequence number over all packets of the network, set by `Nic.send`; negative: a copy made on the way. */
  id = 0;
  sentNs: Nanos = 0;
  inUse = false;
  readonly #owner: PacketOwner;
  #view: Uint8Array;

  constructor(owner: PacketOwner, index: number, bytes: Uint8Array) {
    this.#owner = owner;
    this.index = index;
    this.bytes = bytes;
    this.#view = bytes;
  }

  /** Copies `length` bytes of `source` from `start` on: the datagram. */
  fill(source: Uint8Array, start = 0, length: Bytes = source.length - start): void {
    assert(
      start >= 0 && length >= 0 && start + length <= source.length,
      'the datagram lies inside its source',
    );
    assert(length <= this.bytes.length, 'a datagram is no longer than the pool allows (datagramBytesMax)');
    const whole = start === 0 && length === source.length;
    this.bytes.set(whole ? source : source.subarray(start, start + length));
    this.lengthBytes = length;
  }

  /** The datagram as an array of exactly its length, which views `bytes` and is valid until release(). */
  datagram(): Uint8Array {
    if (this.#view.length !== this.lengthBytes) this.#view = this.bytes.subarray(0, this.lengthBytes);
    return this.#view;
  }

  /** Gives the packet back; it must not be touched afterwards. */
  release(): void {
    this.#owner.give(this);
  }
}
