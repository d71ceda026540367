import type { Bytes, Nanos } from '../core/units.ts';
import type { PeerId } from '../peer/peer.ts';
import { ExchangeStatus } from '../wire/index.ts';
import type { CancelSignal } from './abort.ts';
import type { BulkTarget } from './bulk-target.ts';
import type { Headers } from './headers.ts';

/** What is known of a request before its payload has come. */
export interface Offer {
  readonly peer: PeerId;
  readonly headers: Headers;
  /** It opens a stream. */
  readonly isStream: boolean;
  /** Of the body; of a stream, of the message that opens it. */
  readonly sizeBytes: Bytes;
  /** 0 (highest) … 7. */
  readonly priority: number;
  /** When the caller gives up, on this pool's clock. */
  readonly deadlineNs: Nanos | undefined;
  /** Aborted when the caller gives up. */
  readonly signal: CancelSignal;
}

/**
 * `into`: take it, its body goes there; it must have room for `sizeBytes`, and is what the handler sees as body. A target that another request is still
 * filling is taken from that one, which is rejected. `{}`: take it into memory of the pool.
 * `reject`: the caller learns why; `status` is 2 (rejected) or the application's, from 256.
 */
export type Verdict =
  { into?: Uint8Array | BulkTarget; reject?: never } | { reject: string; status?: number };

/** Decides about each request before its payload is pulled. A promise queues it: it costs its credit meanwhile, and no memory. */
export type Acceptor = (offer: Offer) => Verdict | Promise<Verdict>;

/** First status that is the application's to give. */
export const STATUS_OF_APPLICATION = 256;

export function rejectionStatus(verdict: { reject: string; status?: number }): number {
  const { status = ExchangeStatus.REJECTED } = verdict;
  return Number.isInteger(status) && status >= STATUS_OF_APPLICATION ? status : ExchangeStatus.REJECTED;
}
