import type { Address } from '../../../protocol/core/address.ts';
import { fromKernel, hostOf, isIpv6, portOf } from '../address.ts';
import { AF_INET, AF_INET6, SOCKADDR_BYTES, SOCKADDR_IN_BYTES } from './abi.ts';
import type { Libc } from './libc.ts';

const PORT_SPAN = 0x10000;
const TEXT_BYTES = 46;
/** IFNAMSIZ. */
const NAME_BYTES = 16;
/** Sources of IPv6 whose text is remembered; then all are forgotten, so that strangers cannot grow it. */
const TEXTS_MAX = 1024;

/** Addresses of the core as `struct sockaddr`, and back. */
export class Sockaddrs {
  readonly #libc: Libc;
  readonly #texts = new Map<string, Address>();

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  /** Writes an address; returns its length. */
  write(address: Address, into: DataView): number {
    into.setUint16(2, portOf(address));
    if (!isIpv6(address)) {
      into.setUint16(0, AF_INET, true);
      into.setUint32(4, Math.floor(address / PORT_SPAN));
      return SOCKADDR_IN_BYTES;
    }
    const [host = '', zone] = hostOf(address).split('%');
    into.setUint16(0, AF_INET6, true);
    into.setUint32(4, 0);
    this.#libc.inetPton(AF_INET6, host, new Uint8Array(into.buffer, into.byteOffset + 8, 16));
    into.setUint32(24, zone === undefined ? 0 : this.#libc.ifNameToIndex(zone), true);
    return SOCKADDR_BYTES;
  }

  read(from: DataView, at: number): Address {
    const port = from.getUint16(at + 2);
    if (from.getUint16(at, true) === AF_INET) return from.getUint32(at + 4) * PORT_SPAN + port;
    const words = [8, 12, 16, 20, 24].map((offset) => from.getUint32(at + offset));
    const key = `${port} ${words.join(' ')}`;
    let address = this.#texts.get(key);
    if (address === undefined) {
      if (this.#texts.size === TEXTS_MAX) this.#texts.clear();
      const host = new Uint8Array(from.buffer, from.byteOffset + at + 8, 16);
      address = fromKernel(this.#textOf(host, from.getUint32(at + 24, true)), port);
      this.#texts.set(key, address);
    }
    return address;
  }

  #textOf(host: Uint8Array, scope: number): string {
    const text = new Uint8Array(TEXT_BYTES);
    this.#libc.inetNtop(AF_INET6, host, text, TEXT_BYTES);
    if (scope === 0) return fromC(text);
    const name = new Uint8Array(NAME_BYTES);
    return this.#libc.ifIndexToName(scope, name) === 0 ? fromC(text) : `${fromC(text)}%${fromC(name)}`;
  }
}

const fromC = (text: Uint8Array): string => Buffer.from(text).toString('latin1', 0, text.indexOf(0));
