import type { Bytes, Nanos } from '../protocol/core/units.ts';
import type { FfiName } from './native/ffi.ts';
import type { UdpFeature } from './udp/linux/features.ts';

/**
 * What a transport tells whoever subscribes. None of these is fatal: the service is degraded, and the event says how.
 * REQ OPS-5, EVT-1, OBS-6
 */
export type TransportEvent =
  /** The kernel granted a smaller socket buffer; the receiver budget shrinks with it. */
  | {
      type: 'socket-buffer-small';
      direction: 'receive' | 'send';
      requestedBytes: Bytes;
      grantedBytes: Bytes;
      remedy: string;
    }
  /** One address family of the wildcard address could not be bound. */
  | { type: 'family-unavailable'; family: 'IPv4' | 'IPv6'; cause: Error }
  /** The kernel refused datagrams, which are lost. Told at the 1st, 2nd, 4th, 8th … time per code. */
  | { type: 'send-error'; code: string; count: number; cause: Error }
  /** A worker has not come round its loop for so long: what it serves stands still. Told once, until it goes on. REQ HEALTH-9 */
  | { type: 'worker-stuck'; worker: number; silentNs: Nanos }
  /** A thread ended with an error: its transfers have failed, the other workers go on. */
  | { type: 'worker-failed'; worker: number; cause: Error }
  /** A worker has no core of its own; the scheduler puts it somewhere. */
  | { type: 'core-unavailable'; worker: number; core: number | undefined; cause?: Error }
  /** The scheduler gives other threads to this core as well: neither isolcpus nor a cpuset keeps them away. REQ OPS-3 */
  | { type: 'core-shared'; worker: number; core: number }
  | { type: 'worker-resumed'; worker: number; silentNs: Nanos }
  /** A NIC has lost its carrier, or its address, or has them back: what went by it goes by another, or returns. REQ MNIC-5, MNIC-7 */
  | { type: 'nic-changed'; nic: string; isUp: boolean }
  /** Packets as long as the endpoint sends them do not fit into a NIC: they leave in fragments, or not at all. REQ MNIC-1 */
  | { type: 'nic-mtu-small'; nic: string; mtuBytes: Bytes; wantedBytes: Bytes }
  /** Something that makes UDP fast does not work on this machine; what is used in its place costs rate or sight. */
  | { type: 'udp-fallback'; feature: UdpFeature; cause: Error }
  /** libfabric or its provider is not there: UDP is used in its place. Told once for each pool. REQ EFA-6, OPS-4 */
  | { type: 'fabric-unavailable'; provider: string; cause: Error }
  /** libfabric refused something, such as more registered memory, or can go on no more. REQ EFA-7 */
  | { type: 'fabric-error'; provider: string; cause: Error }
  /** No library can call C on this machine; what needs it is done without. */
  | { type: 'ffi-unavailable'; tried: readonly FfiName[]; causes: readonly Error[] }
  /** A socket reported an error of its own, e.g. an ICMP answer. Told as rarely as send-error. */
  | { type: 'socket-error'; code: string; count: number; cause: Error };

/** Must not throw: an exception is the application's own and surfaces as uncaught. */
export type TransportEventSubscriber = (event: TransportEvent) => void;

/** Counts by error code, and says when a count is worth an event: at powers of two, so that a storm stays readable. */
export class ErrorTally {
  readonly #counts = new Map<string, number>();

  /** Returns the new count if it is a power of two, else 0. */
  add(code: string): number {
    const count = (this.#counts.get(code) ?? 0) + 1;
    this.#counts.set(code, count);
    return Number.isInteger(Math.log2(count)) ? count : 0;
  }

  /** A snapshot: code to count. The codes are those of the operating system, hence few. */
  counts(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}

/** The operating system's name of an error, e.g. EMSGSIZE. */
export function codeOf(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code;
  return typeof code === 'string' ? code : error.name;
}
