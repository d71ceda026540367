import { assert } from '../kernel/assert.ts';
import { contentHash, sharedContentHash } from './content-hash.ts';
import { PacketTime, PacketWord } from './packet-fields.ts';
import type { Ecn } from './ecn.ts';
import type { PacketPool } from './packet-pool.ts';
import type { UnreachableCode } from './unreachable.ts';
import type { SharedBytes } from '../../protocol/core/shared-bytes.ts';
import type { Bytes, Nanos } from '../../protocol/core/units.ts';

/** So few bytes are copied one by one: the call of set() costs more. */
const COPY_LOOP_BYTES_MAX = 32;

/**
 * One datagram on its way. Pooled: whoever holds a packet hands it on (`Nic.send`, `HostPort.onPacket`) or calls
 * `release()`, once.
 */
export class Packet {
  /** Names the packet: `PacketPool.at(index)`. */
  readonly index: number;
  lengthBytes: Bytes = 0;
  /** An ICMP message that a packet from `destination` to `source` could not be delivered; null: a datagram. */
  unreachable: UnreachableCode | null = null;
  inUse = false;
  /** What the datagram ends with by reference, in place of bytes; null: nothing. */
  shared: SharedBytes | null = null;
  /** Where in it that begins, and where in the datagram. */
  sharedStart = 0;
  sharedAt = 0;
  /** Room for the UDP payload; the first `lengthBytes` are the datagram, after `datagram()`. Reused: nothing in it outlives release(). */
  readonly bytes: Uint8Array;
  readonly #pool: PacketPool;
  readonly #slab: DataView;
  readonly #slabAt: number;
  #view: Uint8Array;

  /** @param slab holds the bytes, from `slabAt` on. */
  constructor(pool: PacketPool, index: number, slab: DataView, slabAt: number) {
    this.#pool = pool;
    this.index = index;
    this.bytes = new Uint8Array(slab.buffer, slabAt, pool.datagramBytesMax);
    this.#slab = slab;
    this.#slabAt = slabAt;
    this.#view = this.bytes;
  }

  /** Payload plus IP and UDP headers; set by `Nic.send`. */
  get wireBytes(): Bytes {
    return this.#word(PacketWord.WIRE_BYTES);
  }

  set wireBytes(bytes: Bytes) {
    this.#pool.words[16 * this.index + PacketWord.WIRE_BYTES] = bytes;
  }

  /** Number of the NIC it is for, as in `Fabric.nicNumber`; set by `Nic.send`. */
  get nicNumber(): number {
    return this.#word(PacketWord.NIC_NUMBER);
  }

  set nicNumber(number: number) {
    this.#pool.words[16 * this.index + PacketWord.NIC_NUMBER] = number;
  }

  /** Class for network queues: 0 is served first, 7 last. */
  get priority(): number {
    return this.#word(PacketWord.CLASS) & 7;
  }

  set priority(priority: number) {
    assert(priority >= 0 && priority <= 7, 'a priority is 0 … 7');
    this.#pool.words[16 * this.index + PacketWord.CLASS] = priority + 8 * this.ecn;
  }

  get ecn(): Ecn {
    return (this.#word(PacketWord.CLASS) >> 3) as Ecn;
  }

  set ecn(ecn: Ecn) {
    this.#pool.words[16 * this.index + PacketWord.CLASS] = this.priority + 8 * ecn;
  }

  /** Sequence number over all packets of the network, set by `Nic.send`; negative: made on the way. */
  get id(): number {
    return this.#number(PacketTime.ID);
  }

  set id(id: number) {
    this.#pool.times[8 * this.index + PacketTime.ID] = id;
  }

  /** As in address.ts. */
  get source(): number {
    return this.#number(PacketTime.SOURCE);
  }

  set source(address: number) {
    this.#pool.times[8 * this.index + PacketTime.SOURCE] = address;
  }

  /** As in address.ts. */
  get destination(): number {
    return this.#number(PacketTime.DESTINATION);
  }

  set destination(address: number) {
    this.#pool.times[8 * this.index + PacketTime.DESTINATION] = address;
  }

  get sentNs(): Nanos {
    return this.#number(PacketTime.SENT_NS);
  }

  set sentNs(ns: Nanos) {
    this.#pool.times[8 * this.index + PacketTime.SENT_NS] = ns;
  }

  /** Sets both addresses. */
  route(source: number, destination: number): void {
    const { times } = this.#pool;
    const at = 8 * this.index;
    times[at + PacketTime.SOURCE] = source;
    times[at + PacketTime.DESTINATION] = destination;
  }

  /** Copies `length` bytes of `source` from `start` on: the datagram. */
  fill(source: Uint8Array, start = 0, length: Bytes = source.length - start): void {
    assert(
      start >= 0 && length >= 0 && start + length <= source.length,
      'the datagram lies inside its source',
    );
    assert(length <= this.bytes.length, 'a datagram is no longer than the pool allows (datagramBytesMax)');
    this.lengthBytes = length;
    this.shared = null;
    const { bytes } = this;
    if (length <= COPY_LOOP_BYTES_MAX) {
      for (let i = 0; i < length; i++) bytes[i] = source[start + i] as number;
      return;
    }
    const whole = start === 0 && length === source.length;
    bytes.set(whole ? source : source.subarray(start, start + length));
  }

  /** A datagram of `length` bytes: `headerBytes` of `source` from `at` on, then `shared` from `sharedStart` on. */
  refer(
    source: Uint8Array,
    at: number,
    headerBytes: Bytes,
    length: Bytes,
    shared: SharedBytes,
    sharedStart: number,
  ): void {
    const { bytes } = this;
    assert(length <= bytes.length, 'a datagram is no longer than the pool allows (datagramBytesMax)');
    assert(
      headerBytes <= length && sharedStart + length - headerBytes <= shared.lengthBytes,
      'what is shared has all that the packet ends with',
    );
    for (let i = 0; i < headerBytes; i++) bytes[i] = source[at + i] as number;
    this.lengthBytes = length;
    this.shared = shared;
    this.sharedStart = sharedStart;
    this.sharedAt = headerBytes;
  }

  /** The same datagram as that of `other`. */
  copyOf(other: Packet): void {
    if (other.shared === null) this.fill(other.datagram());
    else this.refer(other.bytes, 0, other.sharedAt, other.lengthBytes, other.shared, other.sharedStart);
  }

  /** The datagram as an array of exactly its length, which views `bytes` and is valid until release(). Nothing is shared then. */
  datagram(): Uint8Array {
    if (this.shared !== null) this.#copyShared(this.shared);
    return this.headers();
  }

  /** The same, but what is shared stays where it is, and stale bytes in its place. */
  headers(): Uint8Array {
    if (this.#view.length !== this.lengthBytes) this.#view = this.bytes.subarray(0, this.lengthBytes);
    return this.#view;
  }

  /** For the trace. */
  contentHash(): number {
    const { shared } = this;
    if (shared === null) return contentHash(this.#slab, this.#slabAt, this.lengthBytes);
    const { sharedStart, sharedAt, lengthBytes } = this;
    const digest = shared.digest(sharedStart, sharedStart + lengthBytes - sharedAt);
    return sharedContentHash(this.#slab, this.#slabAt, sharedAt, lengthBytes, sharedStart, digest);
  }

  /** Gives the packet back; it must not be touched afterwards. */
  release(): void {
    this.#pool.give(this);
  }

  #copyShared(shared: SharedBytes): void {
    const sharedEnd = this.sharedStart + this.lengthBytes - this.sharedAt;
    shared.copy(this.sharedStart, sharedEnd, this.bytes, this.sharedAt);
    this.shared = null;
  }

  #number(field: number): number {
    return this.#pool.times[8 * this.index + field] as number;
  }

  #word(field: number): number {
    return this.#pool.words[16 * this.index + field] as number;
  }
}
