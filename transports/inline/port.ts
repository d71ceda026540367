import type { Address } from '../../protocol/core/address.ts';
import type { ReadRequest } from '../../protocol/transfer/reads.ts';
import type { TransmitBuffer } from '../../protocol/transmit.ts';

/** Called once per datagram of a run, when the kernel has it or has refused it; maybe before `send` returns. */
export type SentCallback = (error: Error | null) => void;

/** What a port has to tell. Bytes are valid during the call only. */
export interface PortInput {
  /**
   * `isMarked`: it met congestion (CE). Of several of one sender that arrived together each has `segmentBytes`, the last may have fewer; where that is not known
   * they count as one, as packets say their own length.
   */
  datagram(from: Address, bytes: Uint8Array, isMarked: boolean, segmentBytes?: number): void;
  /** ICMP says that a datagram which begins like this was not delivered. */
  unreachable(quoted: Uint8Array): void;
}

/**
 * What moves datagrams: sockets of node:dgram, or the kernel's own with GSO. A run goes in whole, so that an
 * implementation may hand it to the kernel in one call. REQ UDP-5, UDP-8
 */
export interface DatagramPort {
  /**
   * Sends every segment of the run, in order. The bytes stay untouched by the caller until `sent` was called for
   * each of them or `backlog()` was seen at 0. Returns how many times `sent` will be called. Never throws.
   */
  send(run: TransmitBuffer, sent: SentCallback): number;
  /** Whether runs may hold pieces, which are looked at before `send` returns and not after. */
  readonly gathers?: boolean;
  /** Datagrams that wait in user space because a kernel buffer is full. */
  backlog(): number;
  /** Starts delivery. */
  receive(input: PortInput): void;
  /** If its NIC reads memory of peers. REQ EFA-4 */
  readonly reads?: ReadPort;
  /** Whether the open port keeps the process alive. */
  setKeepAlive(keepAlive: boolean): void;
  /** Closes the sockets; idempotent. */
  close(): Promise<void>;
}

/** Reads that an endpoint wants done; see `Endpoint.reads`. */
export interface ReadSource {
  poll(out: ReadRequest): boolean;
}

/** How a read ended: what it brought begins at `at` of `bytes`, which are valid during the call only; without them it failed. */
export type ReadEnded = (read: number, bytes: Uint8Array | undefined, at: number) => void;

/** The half of a port that reads. */
export interface ReadPort {
  /** Who hears how reads end; never before `begin` has returned. */
  receive(ended: ReadEnded): void;
  /** Takes reads as far as there is room for them. */
  begin(reads: ReadSource): void;
}
