import { SocketAddress, isIPv6 } from 'node:net';
import type { Address } from '../../protocol/core/address.ts';
import { TransportError } from '../errors.ts';

/**
 * UDP addresses as the core sees them. IPv4 is the number `ip * 65536 + port`, IPv6 the string `[host]:port` with
 * the host as the kernel prints it. The mapping is arithmetic: no table, so nothing that strangers could grow.
 */
const PORT_SPAN = 0x10000;
const IPV4_MAPPED = '::ffff:';

/** The value of a dotted quad, or -1. Leading zeros are refused: some parsers read them as octal. */
function parseIpv4(text: string): number {
  let value = 0;
  let octet = -1;
  let octets = 1;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x2e) {
      if (octet < 0 || octets === 4) return -1;
      value = value * 256 + octet;
      octet = -1;
      octets++;
    } else if (c >= 0x30 && c <= 0x39) {
      if (octet === 0) return -1;
      octet = octet < 0 ? c - 0x30 : octet * 10 + c - 0x30;
      if (octet > 255) return -1;
    } else {
      return -1;
    }
  }
  return octets === 4 && octet >= 0 ? value * 256 + octet : -1;
}

/** An address in the form in which the kernel reports it; IPv4-mapped IPv6 becomes IPv4. */
export function fromKernel(host: string, port: number): Address {
  const ip = parseIpv4(host);
  if (ip >= 0) return ip * PORT_SPAN + port;
  if (host.startsWith(IPV4_MAPPED)) {
    const mapped = parseIpv4(host.slice(IPV4_MAPPED.length));
    if (mapped >= 0) return mapped * PORT_SPAN + port;
  }
  return `[${host}]:${port}`;
}

export function isIpv6(address: Address): address is string {
  return typeof address === 'string';
}

export function hostOf(address: Address): string {
  if (isIpv6(address)) return address.slice(1, address.lastIndexOf(']'));
  const ip = Math.floor(address / PORT_SPAN);
  return `${ip >>> 24}.${(ip >>> 16) & 255}.${(ip >>> 8) & 255}.${ip & 255}`;
}

export function portOf(address: Address): number {
  return isIpv6(address) ? Number(address.slice(address.lastIndexOf(':') + 1)) : address % PORT_SPAN;
}

/** `192.0.2.1:4433` or `[2001:db8::1]:4433`. */
export function formatAddress(address: Address): string {
  return isIpv6(address) ? address : `${hostOf(address)}:${portOf(address)}`;
}

/** `host:port` or `[host]:port`, split and the port checked. Throws TransportError BAD_ADDRESS. */
export function splitHostPort(text: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2] ?? '';
  if (host === '' || !(port < PORT_SPAN)) {
    throw new TransportError('BAD_ADDRESS', `${text}: write HOST:PORT, or [IPV6]:PORT, port 0 … 65535`);
  }
  return { host, port };
}

/** A numeric address and a port; undefined if `host` is a name. IPv6 comes out in the kernel's spelling. */
export function addressOf(host: string, port: number): Address | undefined {
  const ip = parseIpv4(host);
  if (ip >= 0) return ip * PORT_SPAN + port;
  if (!isIPv6(host)) return undefined;
  const zoneAt = host.indexOf('%');
  const zone = zoneAt < 0 ? '' : host.slice(zoneAt); // SocketAddress would drop it; the kernel reports it
  return fromKernel(new SocketAddress({ address: host, family: 'ipv6' }).address + zone, port);
}

/** Parses a numeric `address:port`. Throws TransportError BAD_ADDRESS. */
export function parseAddress(text: string): Address {
  const { host, port } = splitHostPort(text);
  const address = addressOf(host, port);
  if (address === undefined) {
    throw new TransportError('BAD_ADDRESS', `${text}: ${host} is neither an IPv4 nor an IPv6 address`);
  }
  return address;
}
