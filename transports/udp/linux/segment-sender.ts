import type { Address } from '../../../protocol/core/address.ts';
import type { TransmitBuffer } from '../../../protocol/transmit.ts';
import type { Pointer } from '../../native/ffi.ts';
import * as abi from './abi.ts';
import type { UdpFeatures } from './features.ts';
import type { Libc } from './libc.ts';
import { Messages } from './messages.ts';
import type { Sockaddrs } from './sockaddr.ts';
import { systemError } from './system-error.ts';

/** Datagrams per call of sendmmsg. */
const BATCH = 64;
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
  readonly #messages: Messages;
  #destination: Address | undefined;
  #nameLength = 0;
  /** What the last call that was refused said; 0 after one that was not. */
  errno = 0;

  constructor(libc: Libc, descriptor: number, addresses: Sockaddrs, features: UdpFeatures) {
    this.#libc = libc;
    this.#descriptor = descriptor;
    this.#addresses = addresses;
    this.#features = features;
    this.#messages = new Messages(libc.ffi, BATCH, abi.cmsgSpace(2));
    this.#messages.shareName();
    this.#messages.writeControl(0, abi.SOL_UDP, abi.UDP_SEGMENT, 2);
  }

  /**
   * Sends the segments of a run from number `first` on, whose bytes begin at `at`. Returns how many the kernel took; fewer than there
   * are: `errno` says why, and it is about the one after them.
   */
  send(run: TransmitBuffer, at: Pointer, first: number): number {
    const { lengthBytes, segmentBytes } = run;
    this.#setDestination(run.destination);
    this.errno = 0;
    const segments = Math.ceil(lengthBytes / segmentBytes) - first;
    if (segments > 1 && lengthBytes <= abi.GSO_BYTES_MAX && segments <= abi.GSO_SEGMENTS_MAX) {
      if (this.#features.has('gso') && this.#sendJoined(run, at, first)) return segments;
      if (this.errno === abi.EAGAIN) return 0;
    }
    return this.#sendApart(run, at, first, segments);
  }

  #setDestination(destination: Address): void {
    if (destination === this.#destination) return;
    this.#destination = destination;
    const { view } = this.#messages;
    const name = new DataView(view.buffer, this.#messages.nameAt(0), abi.SOCKADDR_BYTES);
    const length = this.#addresses.write(destination, name);
    if (length === this.#nameLength) return;
    this.#nameLength = length;
    for (let i = 0; i < BATCH; i += 1) this.#messages.setNameLength(i, length);
  }

  /** One call, and the network card or the kernel's lowest layer makes datagrams of it. */
  #sendJoined({ lengthBytes, segmentBytes }: TransmitBuffer, at: Pointer, first: number): boolean {
    const messages = this.#messages;
    messages.setPayload(0, at + first * segmentBytes, lengthBytes - first * segmentBytes);
    messages.setControlLength(0, abi.cmsgSpace(2));
    messages.view.setUint16(messages.controlAt(0) + abi.CMSG_HEADER_BYTES, segmentBytes, true);
    const isSent =
      this.#call(() => Number(this.#libc.sendmsg(this.#descriptor, messages.at, abi.MSG_DONTWAIT))) >= 0;
    // A device without checksums in hardware, or segments that exceed its MTU: the latter may be fragmented one by one.
    if (this.errno === abi.EIO || this.errno === abi.EOPNOTSUPP) {
      this.#features.leave('gso', systemError('sendmsg', this.errno));
    }
    return isSent;
  }

  #sendApart(run: TransmitBuffer, at: Pointer, first: number, segments: number): number {
    const { lengthBytes, segmentBytes } = run;
    this.#messages.setControlLength(0, 0);
    for (let sent = 0; sent < segments;) {
      const batch = Math.min(segments - sent, BATCH);
      for (let i = 0; i < batch; i += 1) {
        const start = (first + sent + i) * segmentBytes;
        this.#messages.setPayload(i, at + start, Math.min(segmentBytes, lengthBytes - start));
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
      const { at } = this.#messages;
      const taken = this.#call(() => this.#libc.sendmmsg(this.#descriptor, at, batch, abi.MSG_DONTWAIT));
      if (this.errno !== abi.ENOSYS) return Math.max(taken, 0);
      this.#features.leave('sendmmsg', systemError('sendmmsg', this.errno));
    }
    for (let i = 0; i < batch; i += 1) {
      const message = this.#messages.pointer(i);
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
