import { hostOf, nicOf, portOf } from '../../sim/net/index.ts';
import type { Packet } from '../../sim/net/index.ts';

/** IPv4 (RFC 791) and UDP (RFC 768) header of a captured packet. */
export const HEADER_BYTES = 28;
/** Stands for port 0, which simulated endpoints use and real ones do not. */
export const CAPTURED_PORT = 4433;

const IP_BYTES = 20;
const ICMP_BYTES = 8;
const ICMP = 1;
const UDP = 17;
/** ICMP type: destination unreachable (RFC 792). */
const UNREACHABLE = 3;
const TTL = 64;
const DONT_FRAGMENT = 0x40;
const LOWEST_PRIORITY = 7;

/** What the headers are made of. */
export type HeaderSource = Pick<
  Packet,
  'source' | 'destination' | 'priority' | 'ecn' | 'id' | 'lengthBytes' | 'datagram' | 'unreachable'
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

/** What `writeIpPacket` writes; an ICMP message quotes the headers of the packet that it is about. */
export function ipPacketBytes({ unreachable, lengthBytes }: HeaderSource): number {
  return (unreachable === null ? 0 : IP_BYTES + ICMP_BYTES) + HEADER_BYTES + lengthBytes;
}

/** Writes headers and datagram to `out` from `at` on, with valid checksums of the bytes as they are now. */
export function writeIpPacket(out: Uint8Array, at: number, packet: HeaderSource): void {
  const bytes = ipPacketBytes(packet);
  const end = at + bytes;
  out.fill(0, at, end - packet.lengthBytes);
  out.set(packet.datagram(), end - packet.lengthBytes);
  const tos = (dscpOf(packet.priority) << 2) | packet.ecn;
  const { id, source, destination } = packet;
  if (packet.unreachable === null) {
    writeIpv4(out, at, { bytes, tos, id, protocol: UDP, source, destination });
    writeUdp(out, at, end, packet);
    return;
  }
  writeIpv4(out, at, { bytes, tos, id, protocol: ICMP, source, destination });
  const icmpAt = at + IP_BYTES;
  const quotedAt = icmpAt + ICMP_BYTES;
  // The packet that it is about went the other way. Of its length and checksum nothing is known: it may be cut short.
  const about = { source: destination, destination: source };
  writeIpv4(out, quotedAt, { bytes: end - quotedAt, tos: 0, id: 0, protocol: UDP, ...about });
  writeUdpPorts(out, quotedAt + IP_BYTES, end, about);
  out[icmpAt] = UNREACHABLE;
  out[icmpAt + 1] = packet.unreachable;
  put16(out, icmpAt + 2, checksum(out, icmpAt, end, 0));
}

interface Ipv4 {
  readonly bytes: number;
  readonly tos: number;
  readonly id: number;
  readonly protocol: number;
  readonly source: number;
  readonly destination: number;
}

function writeIpv4(out: Uint8Array, at: number, header: Ipv4): void {
  out[at] = 0x45;
  out[at + 1] = header.tos;
  put16(out, at + 2, header.bytes);
  put16(out, at + 4, header.id);
  out[at + 6] = DONT_FRAGMENT;
  out[at + 8] = TTL;
  out[at + 9] = header.protocol;
  out.set(ipv4Of(header.source), at + 12);
  out.set(ipv4Of(header.destination), at + 16);
  put16(out, at + 10, checksum(out, at, at + IP_BYTES, 0));
}

function writeUdpPorts(
  out: Uint8Array,
  udpAt: number,
  end: number,
  { source, destination }: Pick<HeaderSource, 'source' | 'destination'>,
): void {
  put16(out, udpAt, udpPort(source));
  put16(out, udpAt + 2, udpPort(destination));
  put16(out, udpAt + 4, end - udpAt);
}

function writeUdp(out: Uint8Array, at: number, end: number, packet: HeaderSource): void {
  const udpAt = at + IP_BYTES;
  writeUdpPorts(out, udpAt, end, packet);
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
