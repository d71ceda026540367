import type { Address } from '../../../protocol/core/address.ts';
import type { TransmitBuffer } from '../../../protocol/transmit.ts';
import { Places } from '../../native/places.ts';
import * as abi from './abi.ts';
import type { UdpFeatures } from './features.ts';
import type { Libc } from './libc.ts';
import { Messages } from './messages.ts';
import type { Sockaddrs } from './sockaddr.ts';
import { systemError } from './system-error.ts';

/** Datagrams per call of sendmmsg. */
const BATCH = 64;
/** A header and what it is of, of each segment, and what crosses the border of two records. */
const PIECES_MAX = 2 * abi.GSO_SEGMENTS_MAX + 8;
/** A send can fail because of what ICMP said about an earlier datagram; that error is reported once. */
const TRIES = 3;
const OF_THIS_DATAGRAM: ReadonlySet<number> = new Set([
  abi.EAGAIN,
  abi.EINVAL,
  abi.EIO,
  abi.EMSGSIZE,
  abi.ENOSYS,
  abi.EOPNOTSUPP,
]);

/** Hands runs of segments to one socket with as few calls as the kernel allows. REQ UDP-3, UDP-5 */
export class SegmentSender {
  readonly #libc: Libc;
  readonly #descriptor: number;
  readonly #features: UdpFeatures;
  readonly #addresses: Sockaddrs;
  readonly #places: Places;
  /** A run in one message. */
  readonly #joined: Messages;
  /** Of a segment each, all to the address of the first. */
  readonly #apart: Messages;
  #destination: Address | undefined;
  #nameLength = 0;
  /** What the last call that was refused said; 0 after one that was not. */
  errno = 0;

  constructor(libc: Libc, descriptor: number, addresses: Sockaddrs, features: UdpFeatures) {
    this.#libc = libc;
    this.#descriptor = descriptor;
    this.#addresses = addresses;
    this.#features = features;
    this.#places = new Places(libc.ffi);
    this.#joined = new Messages(libc.ffi, 1, abi.cmsgSpace(2), PIECES_MAX);
    this.#joined.writeControl(0, abi.SOL_UDP, abi.UDP_SEGMENT, 2);
    this.#joined.setControlLength(0, abi.cmsgSpace(2));
    this.#apart = new Messages(libc.ffi, BATCH, 0);
    this.#apart.shareName();
  }

  /**
   * Sends the segments of a run from number `first` on. Returns how many the kernel took; fewer than there
   * are: `errno` says why, and it is about the one after them.
   */
  send(run: TransmitBuffer, first: number): number {
    const { lengthBytes, segmentBytes } = run;
    this.#setDestination(run.destination);
    this.errno = 0;
    const segments = Math.ceil(lengthBytes / segmentBytes) - first;
    if (segments > 1 && lengthBytes <= abi.GSO_BYTES_MAX && segments <= abi.GSO_SEGMENTS_MAX) {
      if (this.#features.has('gso') && this.#sendJoined(run, first)) return segments;
      if (this.errno === abi.EAGAIN) return 0;
    }
    run.join();
    return this.#sendApart(run, first, segments);
  }

  #setDestination(destination: Address): void {
    if (destination === this.#destination) return;
    this.#destination = destination;
    let length = 0;
    for (const messages of [this.#joined, this.#apart]) {
      const name = new DataView(messages.view.buffer, messages.nameAt(0), abi.SOCKADDR_BYTES);
      length = this.#addresses.write(destination, name);
    }
    if (length === this.#nameLength) return;
    this.#nameLength = length;
    this.#joined.setNameLength(0, length);
    for (let i = 0; i < BATCH; i += 1) this.#apart.setNameLength(i, length);
  }

  /** One call, and the network card or the kernel's lowest layer makes datagrams of it. */
  #sendJoined(run: TransmitBuffer, first: number): boolean {
    const messages = this.#joined;
    this.#setPieces(run, first);
    messages.view.setUint16(messages.controlAt(0) + abi.CMSG_HEADER_BYTES, run.segmentBytes, true);
    const isSent =
      this.#call(() => Number(this.#libc.sendmsg(this.#descriptor, messages.at, abi.MSG_DONTWAIT))) >= 0;
    // A device without checksums in hardware, or segments that exceed its MTU: the latter may be fragmented one by one.
    if (this.errno === abi.EIO || this.errno === abi.EOPNOTSUPP) {
      this.#features.leave('gso', systemError('sendmsg', this.errno));
    }
    return isSent;
  }

  /** The kernel copies what is not in the buffer of the run from where it is. */
  #setPieces(run: TransmitBuffer, first: number): void {
    const { pieces, lengthBytes, segmentBytes } = run;
    if (first > 0 || 2 * pieces.count + 1 > PIECES_MAX) run.join();
    const base = this.#places.of(run.bytes);
    let count = 0;
    let done = first * segmentBytes;
    let memory: Uint8Array | undefined;
    let memoryAt = 0;
    for (let i = 0; i < pieces.count; i += 1) {
      const place = pieces.place[i] as number;
      const start = pieces.start[i] as number;
      const length = (pieces.end[i] as number) - start;
      if (pieces.memory[i] !== memory) {
        memory = pieces.memory[i] as Uint8Array;
        memoryAt = this.#places.of(memory);
      }
      if (place > done) this.#joined.setPiece(0, count++, base + done, place - done);
      this.#joined.setPiece(0, count++, memoryAt + start, length);
      done = place + length;
    }
    if (done < lengthBytes) this.#joined.setPiece(0, count++, base + done, lengthBytes - done);
    this.#joined.setPieceCount(0, count);
  }

  #sendApart(run: TransmitBuffer, first: number, segments: number): number {
    const { lengthBytes, segmentBytes } = run;
    const at = this.#places.of(run.bytes);
    for (let sent = 0; sent < segments;) {
      const batch = Math.min(segments - sent, BATCH);
      for (let i = 0; i < batch; i += 1) {
        const start = (first + sent + i) * segmentBytes;
        this.#apart.setPayload(i, at + start, Math.min(segmentBytes, lengthBytes - start));
      }
      const taken = this.#sendBatch(batch);
      sent += taken;
      if (taken < batch && this.errno !== 0) return sent;
    }
    return segments;
  }

  /** How many were taken. */
  #sendBatch(batch: number): number {
    if (batch > 1 && this.#features.has('sendmmsg')) {
      const { at } = this.#apart;
      const taken = this.#call(() => this.#libc.sendmmsg(this.#descriptor, at, batch, abi.MSG_DONTWAIT));
      if (this.errno !== abi.ENOSYS) return Math.max(taken, 0);
      this.#features.leave('sendmmsg', systemError('sendmmsg', this.errno));
    }
    for (let i = 0; i < batch; i += 1) {
      const message = this.#apart.pointer(i);
      const length = this.#call(() => this.#libc.sendmsg(this.#descriptor, message, abi.MSG_DONTWAIT));
      if (length < 0) return i;
    }
    return batch;
  }

  #call(call: () => number): number {
    for (let tries = TRIES; ; tries -= 1) {
      const result = call();
      this.errno = result < 0 ? this.#libc.ffi.errno() : 0;
      if (result >= 0 || tries === 1 || OF_THIS_DATAGRAM.has(this.errno)) return result;
    }
  }
}
