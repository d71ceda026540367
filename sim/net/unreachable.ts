import type { Bytes } from '../../protocol/core/units.ts';

/** Codes of ICMP destination unreachable (RFC 792). */
export const UnreachableCode = {
  /** Said by a switch: no link leads there at present. */
  HOST: 1,
  /** Said by the host: nobody is bound to the NIC. */
  PORT: 3,
} as const;
export type UnreachableCode = (typeof UnreachableCode)[keyof typeof UnreachableCode];

/** What a host is told of a packet that could not be delivered. Nothing vouches for it: it can be forged. */
export interface Unreachable {
  readonly code: UnreachableCode;
  /** The packet's own addresses, as in address.ts. */
  readonly source: number;
  readonly destination: number;
  /** The first bytes of its datagram, QUOTED_BYTES_MAX at most; valid during the call. */
  readonly quoted: Uint8Array;
}

/** What an ICMP message of 576 bytes has room for (RFC 1812, section 4.3.2.3). */
export const QUOTED_BYTES_MAX: Bytes = 520;

/** A node reports at most one packet in so long (RFC 1812, section 4.3.2.8). */
export const UNREACHABLE_GAP_NS = 1000;
