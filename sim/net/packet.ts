import { assert } from '../kernel/assert.ts';
import { contentHash, sharedContentHash } from './content-hash.ts';
import { HEAD_BYTES_MAX, HeadNumber, HeadWord, PacketTime, PacketWord } from './packet-fields.ts';
import type { Ecn } from './ecn.ts';
import type { PacketPool } from './packet-pool.ts';
import type { UnreachableCode } from './unreachable.ts';
import type { SharedBytes } from '../../protocol/core/shared-bytes.ts';
import type { Bytes, Nanos } from '../../protocol/core/units.ts';

/** So few bytes are copied one by one: the call of set() costs more. */
const COPY_LOOP_BYTES_MAX = 32;

/**
 * One datagram on its way. Pooled: whoever holds a packet hands it on (`Nic.send`, `HostPort.onPacket`) or calls
 * `release()`, once. All there is of it is in the arrays of its pool.
 */
export class Packet {
  /** Names the packet: `PacketPool.at(index)`. */
  readonly index: number;
  readonly #pool: PacketPool;
  /** What the datagram ends with by reference, in place of bytes; null: nothing. */
  shared: SharedBytes | null = null;

  constructor(pool: PacketPool, index: number) {
    this.#pool = pool;
    this.index = index;
  }

  get lengthBytes(): Bytes {
    return this.#headWord(HeadWord.LENGTH_BYTES);
  }

  /** Of what bytes there are, which may be stale. */
  set lengthBytes(bytes: Bytes) {
    const pool = this.#pool;
    assert(bytes <= pool.datagramBytesMax, 'a datagram is no longer than the pool allows (datagramBytesMax)');
    pool.headWords[16 * this.index + HeadWord.LENGTH_BYTES] = bytes;
  }

  /** Longest datagram. */
  get bytesMax(): Bytes {
    return this.#pool.datagramBytesMax;
  }

  /** An ICMP message that a packet from `destination` to `source` could not be delivered; null: a datagram. */
  get unreachable(): UnreachableCode | null {
    const code = this.#headWord(HeadWord.UNREACHABLE);
    return code === 0 ? null : ((code - 1) as UnreachableCode);
  }

  set unreachable(code: UnreachableCode | null) {
    this.#pool.headWords[16 * this.index + HeadWord.UNREACHABLE] = code === null ? 0 : code + 1;
  }

  get inUse(): boolean {
    return this.#headWord(HeadWord.IN_USE) === 1;
  }

  /** Where in the datagram that begins. */
  get sharedAt(): number {
    return this.#headWord(HeadWord.SHARED_AT);
  }

  /** Where in it that begins. */
  get sharedStart(): number {
    return this.#pool.headNumbers[8 * this.index + HeadNumber.SHARED_START] as number;
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
    return this.#pool.headNumbers[8 * this.index + HeadNumber.SENT_NS] as number;
  }

  set sentNs(ns: Nanos) {
    this.#pool.headNumbers[8 * this.index + HeadNumber.SENT_NS] = ns;
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
    const { index } = this;
    const pool = this.#pool;
    assert(
      start >= 0 && length >= 0 && start + length <= source.length,
      'the datagram lies inside its source',
    );
    this.lengthBytes = length;
    this.shared = null;
    const slab = pool.slabs.bytesOf(index);
    const at = pool.slabs.startOf(index);
    if (length <= COPY_LOOP_BYTES_MAX) {
      for (let i = 0; i < length; i++) slab[at + i] = source[start + i] as number;
      return;
    }
    const whole = start === 0 && length === source.length;
    slab.set(whole ? source : source.subarray(start, start + length), at);
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
    const { index } = this;
    const pool = this.#pool;
    assert(
      headerBytes <= length && sharedStart + length - headerBytes <= shared.lengthBytes,
      'what is shared has all that the packet ends with',
    );
    this.lengthBytes = length;
    this.shared = shared;
    pool.headNumbers[8 * index + HeadNumber.SHARED_START] = sharedStart;
    pool.headWords[16 * index + HeadWord.SHARED_AT] = headerBytes;
    const head = this.#headOf(headerBytes);
    const headAt = this.#headAt(headerBytes);
    for (let i = 0; i < headerBytes; i++) head[headAt + i] = source[at + i] as number;
  }

  /** The same datagram as that of `other`. */
  copyOf(other: Packet): void {
    const { shared, sharedStart, lengthBytes } = other;
    if (shared === null) {
      this.fill(other.datagram());
      return;
    }
    const headerBytes = other.sharedAt;
    const head = other.#headOf(headerBytes);
    this.refer(head, other.#headAt(headerBytes), headerBytes, lengthBytes, shared, sharedStart);
  }

  /** The datagram as an array of exactly its length, in memory of the packet: valid until release(). Nothing is shared then. */
  datagram(): Uint8Array {
    if (this.shared !== null) this.#copyShared(this.shared);
    const { slabs } = this.#pool;
    const start = slabs.startOf(this.index);
    return slabs.bytesOf(this.index).subarray(start, start + this.lengthBytes);
  }

  /** The same, valid until the next call for any packet; what is shared stays where it is, and stale bytes in its place. */
  headers(): Uint8Array {
    if (this.shared === null) return this.datagram();
    const headerBytes = this.sharedAt;
    const head = this.#headOf(headerBytes);
    return this.#pool.lend(head, this.#headAt(headerBytes), headerBytes, this.lengthBytes);
  }

  /** For the trace. */
  contentHash(): number {
    const pool = this.#pool;
    const { index, shared, lengthBytes } = this;
    if (shared === null) return contentHash(pool.slabs.viewOf(index), pool.slabs.startOf(index), lengthBytes);
    const { sharedAt, sharedStart } = this;
    const digest = shared.digest(sharedStart, sharedStart + lengthBytes - sharedAt);
    const view = sharedAt <= HEAD_BYTES_MAX ? pool.headView : pool.slabs.viewOf(index);
    return sharedContentHash(view, this.#headAt(sharedAt), sharedAt, lengthBytes, sharedStart, digest);
  }

  /** Gives the packet back; it must not be touched afterwards. */
  release(): void {
    this.#pool.give(this);
  }

  /** Now the whole datagram is bytes of the packet. */
  #copyShared(shared: SharedBytes): void {
    const { index, sharedStart, lengthBytes } = this;
    const { slabs } = this.#pool;
    const { sharedAt } = this;
    const slab = slabs.bytesOf(index);
    const start = slabs.startOf(index);
    const head = this.#headOf(sharedAt);
    const headAt = this.#headAt(sharedAt);
    for (let i = 0; i < sharedAt; i++) slab[start + i] = head[headAt + i] as number;
    shared.copy(sharedStart, sharedStart + lengthBytes - sharedAt, slab, start + sharedAt);
    this.shared = null;
  }

  /** Where the first `headerBytes` of a datagram are that ends with what is shared. */
  #headOf(headerBytes: Bytes): Uint8Array {
    return headerBytes <= HEAD_BYTES_MAX ? this.#pool.headBytes : this.#pool.slabs.bytesOf(this.index);
  }

  #headAt(headerBytes: Bytes): number {
    return headerBytes <= HEAD_BYTES_MAX ? 64 * this.index : this.#pool.slabs.startOf(this.index);
  }

  #headWord(field: number): number {
    return this.#pool.headWords[16 * this.index + field] as number;
  }

  #number(field: number): number {
    return this.#pool.times[8 * this.index + field] as number;
  }

  #word(field: number): number {
    return this.#pool.words[16 * this.index + field] as number;
  }
}
