import type { Address } from '../../../protocol/core/address.ts';
import type { Bytes } from '../../../protocol/core/units.ts';
import * as abi from './abi.ts';
import type { UdpFeatures } from './features.ts';
import type { Libc } from './libc.ts';
import { Messages } from './messages.ts';
import type { Sockaddrs } from './sockaddr.ts';
import { systemError } from './system-error.ts';

/** A datagram, or several of `segmentBytes` that the kernel joined, of which the last may be shorter. */
export type DatagramHandler = (
  from: Address,
  bytes: Uint8Array,
  isMarked: boolean,
  segmentBytes: number,
) => void;

/** What the largest datagram, or those that GRO joined, takes. */
const JOINED_BYTES: Bytes = 65_536;
const JOINED_BATCH = 4;
const BATCH = 32;
/** A traffic class and a segment size. */
const CONTROL_BYTES = abi.cmsgSpace(4) + abi.cmsgSpace(4);

/** Reads one socket with as few calls as the kernel allows. REQ UDP-3, UDP-4, NIC-6 */
export class DatagramReader {
  /** Most of what one call of `read` takes. */
  readonly batch: number;
  readonly #libc: Libc;
  readonly #descriptor: number;
  readonly #features: UdpFeatures;
  readonly #addresses: Sockaddrs;
  readonly #messages: Messages;
  readonly #buffers: Uint8Array[];
  /** Of the message looked at. */
  #isMarked = false;
  #segmentBytes = 0;

  constructor(libc: Libc, descriptor: number, addresses: Sockaddrs, features: UdpFeatures) {
    this.#libc = libc;
    this.#descriptor = descriptor;
    this.#addresses = addresses;
    this.#features = features;
    const count = features.has('gro') ? JOINED_BATCH : BATCH;
    this.batch = features.has('recvmmsg') ? count : 1;
    this.#messages = new Messages(libc.ffi, count, CONTROL_BYTES);
    const slab = new Uint8Array(JOINED_BYTES * count);
    const at = libc.ffi.addressOf(slab);
    this.#buffers = Array.from({ length: count }, (_, i) =>
      slab.subarray(JOINED_BYTES * i, JOINED_BYTES * (i + 1)),
    );
    for (let i = 0; i < count; i += 1) this.#messages.setPayload(i, at + JOINED_BYTES * i, JOINED_BYTES);
  }

  /** One call, and `handler` for all that was there. False: the socket is empty, or has an error to tell. */
  read(handler: DatagramHandler): boolean {
    const messages = this.#messages;
    const batch = this.#features.has('recvmmsg') ? messages.count : 1;
    for (let i = 0; i < batch; i += 1) {
      messages.setNameLength(i, abi.SOCKADDR_BYTES);
      messages.setControlLength(i, CONTROL_BYTES);
    }
    const received = batch === 1 ? this.#readOne() : this.#readMany(batch);
    for (let i = 0; i < received; i += 1) this.#deliver(i, handler);
    return received === batch;
  }

  #readOne(): number {
    const length = this.#libc.recvmsg(this.#descriptor, this.#messages.at, abi.MSG_DONTWAIT);
    if (length < 0) return 0;
    this.#messages.setLength(0, length);
    return 1;
  }

  #readMany(batch: number): number {
    const { at } = this.#messages;
    const received = this.#libc.recvmmsg(this.#descriptor, at, batch, abi.MSG_DONTWAIT, 0);
    if (received >= 0) return received;
    const errno = this.#libc.ffi.errno();
    if (errno !== abi.ENOSYS) return 0;
    this.#features.leave('recvmmsg', systemError('recvmmsg', errno));
    return this.#readOne();
  }

  #deliver(i: number, handler: DatagramHandler): void {
    const messages = this.#messages;
    const length = messages.length(i);
    this.#readControls(i);
    const from = this.#addresses.read(messages.view, messages.nameAt(i));
    const buffer = this.#buffers[i] as Uint8Array;
    if (length > 0) handler(from, buffer.subarray(0, length), this.#isMarked, this.#segmentBytes || length);
  }

  #readControls(i: number): void {
    const { view } = this.#messages;
    this.#isMarked = false;
    this.#segmentBytes = 0;
    let at = this.#messages.controlAt(i);
    const end = at + this.#messages.controlLength(i);
    while (at + abi.CMSG_HEADER_BYTES <= end) {
      const lengthBytes = view.getUint32(at, true);
      const type = view.getUint32(at + 12, true);
      const data = at + abi.CMSG_HEADER_BYTES;
      if (type === abi.UDP_GRO) this.#segmentBytes = view.getUint16(data, true);
      else if (type === abi.IP_TOS || type === abi.IPV6_TCLASS) {
        this.#isMarked = (view.getUint8(data) & abi.ECN_MASK) === abi.ECN_CE;
      }
      at += Math.max(abi.cmsgSpace(lengthBytes - abi.CMSG_HEADER_BYTES), abi.CMSG_HEADER_BYTES);
    }
  }
}
