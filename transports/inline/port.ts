import type { Address } from '../../protocol/core/address.ts';
import type { TransmitBuffer } from '../../protocol/transmit.ts';

/** Called once per datagram of a run, when the kernel has it or has refused it. */
export type SentCallback = (error: Error | null) => void;

/**
 * What moves datagrams: sockets of node:dgram today, native ones with GSO later. A run goes in whole, so that an
 * implementation may hand it to the kernel in one call. REQ UDP-5, UDP-8
 */
export interface DatagramPort {
  /**
   * Sends every segment of the run, in order. The bytes stay untouched by the caller until `sent` was called for
   * each of them or `backlog()` was seen at 0. Returns how many times `sent` will be called. Never throws.
   */
  send(run: TransmitBuffer, sent: SentCallback): number;
  /** Datagrams that wait in user space because a kernel buffer is full. */
  backlog(): number;
  /** Starts delivery. `bytes` is valid during the call only. */
  receive(handler: (from: Address, bytes: Uint8Array) => void): void;
  /** Whether the open port keeps the process alive. */
  setKeepAlive(keepAlive: boolean): void;
  /** Closes the sockets; idempotent. */
  close(): Promise<void>;
}
