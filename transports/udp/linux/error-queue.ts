import type { Libc } from './libc.ts';
import * as abi from './abi.ts';
import { Messages } from './messages.ts';

/** More than the quoted part of any ICMP message. */
const QUOTED_BYTES = 1500;
const CONTROL_BYTES = 256;
/** Read at one go; the rest at the next. */
const BATCH = 64;

/** What ICMP said about datagrams of one socket: the first bytes of each of those. Anybody can forge it. REQ HEALTH-11 */
export class ErrorQueue {
  readonly #libc: Libc;
  readonly #descriptor: number;
  readonly #message: Messages;
  readonly #buffer: Uint8Array = new Uint8Array(QUOTED_BYTES);

  constructor(libc: Libc, descriptor: number) {
    this.#libc = libc;
    this.#descriptor = descriptor;
    this.#message = new Messages(libc.ffi, 1, CONTROL_BYTES);
    this.#message.setPayload(0, libc.ffi.addressOf(this.#buffer), QUOTED_BYTES);
  }

  /** The bytes are valid during the call only. */
  read(handler: (quoted: Uint8Array) => void): void {
    for (let i = 0; i < BATCH; i += 1) {
      this.#message.setNameLength(0, abi.SOCKADDR_BYTES);
      this.#message.setControlLength(0, CONTROL_BYTES);
      const flags = abi.MSG_ERRQUEUE | abi.MSG_DONTWAIT;
      const length = this.#libc.recvmsg(this.#descriptor, this.#message.at, flags);
      if (length < 0) return;
      handler(this.#buffer.subarray(0, length));
    }
  }
}
