import type { Address } from '../../protocol/core/address.ts';
import { TransportError } from '../errors.ts';
import { AddressFormat } from './abi.ts';

const FAMILY_INET = 2;
const SOCKADDR_IN_BYTES = 16;

/** Names are what libfabric reaches an endpoint by. As text: `192.0.2.1:4433`, `fi_shm://…`, or hexadecimal digits, by the provider's format. */
export function addressOfName(format: number, name: Uint8Array): Address {
  if (format === AddressFormat.SOCKADDR_IN && name.length === SOCKADDR_IN_BYTES) {
    const port = (name[2] as number) * 256 + (name[3] as number);
    return `${name[4]}.${name[5]}.${name[6]}.${name[7]}:${port}`;
  }
  if (format === AddressFormat.TEXT) {
    const end = name.indexOf(0);
    return String.fromCharCode(...name.subarray(0, end < 0 ? name.length : end));
  }
  return Buffer.from(name.buffer, name.byteOffset, name.length).toString('hex');
}

/** The other way. Throws TransportError BAD_ADDRESS. */
export function nameOfAddress(format: number, address: Address): Uint8Array {
  const text = String(address);
  if (format === AddressFormat.SOCKADDR_IN) {
    const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3}):(\d{1,5})$/.exec(text);
    const [a = -1, b = -1, c = -1, d = -1, port = -1] = match?.slice(1).map(Number) ?? [];
    if (match === null || Math.max(a, b, c, d) > 255 || port < 1 || port > 65_535)
      throw new TransportError('BAD_ADDRESS', `${text}: write ADDRESS:PORT, numeric IPv4`);
    const name = new Uint8Array(SOCKADDR_IN_BYTES);
    name.set([FAMILY_INET, 0, port >> 8, port & 255, a, b, c, d]);
    return name;
  }
  if (format === AddressFormat.TEXT) {
    if (!/^[\x21-\x7e]{1,200}$/.test(text))
      throw new TransportError('BAD_ADDRESS', `${text}: it is no name of this provider`);
    return new TextEncoder().encode(`${text}\0`);
  }
  if (!/^(?:[0-9a-f]{2}){1,100}$/.test(text))
    throw new TransportError(
      'BAD_ADDRESS',
      `${text}: write the name in hexadecimal digits, as the peer prints it`,
    );
  return new Uint8Array(Buffer.from(text, 'hex'));
}

/** In front of a message is the length of its sender's name. This bit of it says that the message is nothing but a greeting, to be answered by an empty one. */
export const GREETING = 0x80;

/** Turns the names that messages carry into addresses: mostly the one of the message before. */
export class NameReader {
  readonly #format: number;
  #last: Uint8Array = new Uint8Array(0);
  #address: Address = '';

  constructor(format: number) {
    this.#format = format;
  }

  /** Of the name at [start, end) of `bytes`. */
  read(bytes: Uint8Array, start: number, end: number): Address {
    const last = this.#last;
    let same = last.length === end - start;
    for (let i = 0; same && i < last.length; i += 1) same = last[i] === bytes[start + i];
    if (same) return this.#address;
    this.#last = bytes.slice(start, end);
    this.#address = addressOfName(this.#format, this.#last);
    return this.#address;
  }
}
