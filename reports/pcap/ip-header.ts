import { hostOf, nicOf, portOf } from '../../sim/net/index.ts';
import type { Packet } from '../../sim/net/index.ts';

/** IPv4 (RFC 791) and UDP (RFC 768) header of a captured packet. */
export const HEADER_BYTES = 28;
/** Stands for port 0, which simulated endpoints use and real ones do not. */
export const CAPTURED_PORT = 4433;

const IP_BYTES = 20;
const UDP = 17;
const TTL = 64;
const DONT_FRAGMENT = 0x40;
const LOWEST_PRIORITY = 7;

/** What the headers are made of. */
export type HeaderSource = Pick<
  Packet,
  'source' | 'destination' | 'priority' | 'ecn' | 'id' | 'lengthBytes' | 'datagram'
>;

/** The IPv4 address of a simulated one: host[3] is 10.0.0.3, host[300].nic[2] is 10.2.1.44. */
export function ipv4Of(address: number): [number, number, number, number] {
  const host = hostOf(address);
  return [10, nicOf(address), host >> 8, host & 255];
}

/** Class selector (RFC 2474): priority 0, served first, is CS7; priority 7 is CS0. */
export function dscpOf(priority: number): number {
  return (LOWEST_PRIORITY - priority) << 3;
}

/** Writes headers and datagram to `out` from `at` on, with valid checksums of the bytes as they are now. */
export function writeIpPacket(out: Uint8Array, at: number, packet: HeaderSource): void {
  const { lengthBytes } = packet;
  const end = at + HEADER_BYTES + lengthBytes;
  const udpAt = at + IP_BYTES;
  out.fill(0, at, at + HEADER_BYTES);
  out.set(packet.datagram(), at + HEADER_BYTES);
  out[at] = 0x45;
  out[at + 1] = (dscpOf(packet.priority) << 2) | packet.ecn;
  put16(out, at + 2, HEADER_BYTES + lengthBytes);
  put16(out, at + 4, packet.id);
  out[at + 6] = DONT_FRAGMENT;
  out[at + 8] = TTL;
  out[at + 9] = UDP;
  out.set(ipv4Of(packet.source), at + 12);
  out.set(ipv4Of(packet.destination), at + 16);
  put16(out, at + 10, checksum(out, at, udpAt, 0));

  put16(out, udpAt, udpPort(packet.source));
  put16(out, udpAt + 2, udpPort(packet.destination));
  put16(out, udpAt + 4, end - udpAt);
  // The pseudo header: addresses, protocol, length.
  const sum = checksum(out, at + 12, end, UDP + end - udpAt);
  // 0 would mean that there is none.
  put16(out, udpAt + 6, sum === 0 ? 0xffff : sum);
}

function udpPort(address: number): number {
  const port = portOf(address);
  return port === 0 ? CAPTURED_PORT : port;
}

/** The Internet checksum (RFC 1071) of [start, end), an odd byte padded with zero, and of `initial`. */
function checksum(bytes: Uint8Array, start: number, end: number, initial: number): number {
  let sum = initial;
  const evenEnd = end - ((end - start) & 1);
  for (let at = start; at < evenEnd; at += 2) {
    sum += ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  }
  if (evenEnd < end) sum += (bytes[evenEnd] as number) << 8;
  // 32,768 words at most: two folds are enough.
  sum = (sum & 0xffff) + (sum >>> 16);
  sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
}
