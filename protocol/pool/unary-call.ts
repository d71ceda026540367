import { NEVER } from '../core/units.ts';
import type { Bytes, Nanos } from '../core/units.ts';
import type { Alarm } from '../endpoint/alarms.ts';
import type { FailureReason } from '../endpoint/errors.ts';
import type { ExchangeId, ExchangeMetrics } from '../endpoint/events.ts';
import type { PeerId } from '../peer/peer.ts';
import type { OutgoingMessage } from '../records/message.ts';
import type { CausalCall } from './causality.ts';
import { decodeHeaders } from './headers.ts';
import type { BulkOptions, CallOutcome, UnaryOptions, UnaryResponse } from './pool.ts';
import { TransferError } from './transfer-error.ts';

/** Tries after the first, unless a call says otherwise. */
const RETRIES_DEFAULT = 3;

/** The request was not handled and nothing says that it never will be. */
const TRANSIENT: ReadonlySet<FailureReason> = new Set<FailureReason>(['refused', 'limit']);
/** It may or may not have been handled. */
const UNCERTAIN: ReadonlySet<FailureReason> = new Set<FailureReason>([
  'unknown-transfer',
  'integrity',
  'peer-timeout',
  'peer-restarted',
]);

/** Whether a call may be tried again after some of its request has arrived. */
export function keepsSeat({ idempotent = false, retriesMax = RETRIES_DEFAULT }: UnaryOptions): boolean {
  return idempotent && retriesMax > 0;
}

/** What one call needs of its pool. */
export interface CallHost {
  call(
    peer: PeerId,
    message: OutgoingMessage,
    options: UnaryOptions,
    outcome: CallOutcome,
    causal: CausalCall,
  ): ExchangeId;
  cancel(exchange: ExchangeId): void;
  /** After the wait for try number `tries` to `peer`. */
  retryLater(call: UnaryCall, peer: PeerId, tries: number): Alarm;
  forgetRetry(call: UnaryCall, alarm: Alarm): void;
  /** A promise was settled. */
  touch(): void;
}

/** One promise of `Pool.unaryRpc`, or of one peer of `Pool.broadcast`: its tries, its signal, its one outcome. REQ PAT-11, XFER-4, XFER-6, POOL-11 */
export class UnaryCall implements CallOutcome {
  private readonly host: CallHost;
  private readonly peer: PeerId;
  private readonly message: OutgoingMessage;
  private readonly options: BulkOptions;
  readonly causal: CausalCall;
  private readonly resolve: (response: UnaryResponse) => void;
  private readonly reject: (error: TransferError) => void;
  private exchange: ExchangeId = -1;
  private alarm: Alarm | undefined;
  private onAbort: (() => void) | undefined;
  private retries = 0;

  constructor(
    host: CallHost,
    peer: PeerId,
    message: OutgoingMessage,
    options: BulkOptions,
    causal: CausalCall,
    resolve: (response: UnaryResponse) => void,
    reject: (error: TransferError) => void,
  ) {
    this.host = host;
    this.peer = peer;
    this.message = message;
    this.options = options;
    this.causal = causal;
    this.resolve = resolve;
    this.reject = reject;
  }

  /** Of the request; called if somebody wants to hear of it. */
  get onProgress(): ((bytes: Bytes) => void) | undefined {
    return this.options.onProgress;
  }

  start(): void {
    const { signal } = this.options;
    if (signal?.aborted) {
      this.fail(new TransferError('aborted', this.peer, { cause: signal.reason }));
      return;
    }
    try {
      this.exchange = this.host.call(this.peer, this.message, this.options, this, this.causal);
    } catch (error) {
      this.message.seat?.leave();
      throw error;
    }
    if (signal === undefined) return;
    this.onAbort = () => this.abort();
    signal.addEventListener('abort', this.onAbort);
  }

  /** Also the wait for another try ends then. */
  get deadlineNs(): Nanos {
    return Math.ceil(this.options.deadlineNs ?? NEVER);
  }

  /** The wait before another try is over, or `isLate`: the time for the call. */
  retry(isLate: boolean): void {
    this.alarm = undefined;
    if (isLate) {
      this.fail(new TransferError('deadline', this.peer));
      return;
    }
    this.retries += 1;
    try {
      this.exchange = this.host.call(this.peer, this.message, this.options, this, this.causal);
    } catch {
      // What was fine before fails now for want of room, or because the peer has been forgotten.
      this.fail(new TransferError('refused', this.peer));
    }
  }

  onResponse(body: Uint8Array, headerBytes: Uint8Array, metrics: ExchangeMetrics): void {
    const headers = decodeHeaders(headerBytes);
    if (headers === undefined) {
      this.fail(new TransferError('protocol-violation', this.peer, { detail: 'its headers do not parse' }));
      return;
    }
    this.end(undefined);
    this.resolve({ body, headers, metrics });
  }

  onFailure(error: TransferError): void {
    const { idempotent = false, retriesMax = RETRIES_DEFAULT, signal } = this.options;
    const again = TRANSIENT.has(error.reason) || (idempotent && UNCERTAIN.has(error.reason));
    // What was sealed once can be sent again as long as all of it is there.
    if (again && this.retries < retriesMax && (this.message.seat?.isWhole ?? true)) {
      this.alarm = this.host.retryLater(this, this.peer, this.retries);
      return;
    }
    const isAborted = error.reason === 'aborted' && signal !== undefined;
    this.fail(isAborted ? new TransferError('aborted', this.peer, { cause: signal.reason }) : error);
  }

  /** Ends a call that waits before another try. */
  stopWaiting(reason: FailureReason): void {
    if (this.alarm === undefined) return;
    this.host.forgetRetry(this, this.alarm);
    this.alarm = undefined;
    this.fail(new TransferError(reason, this.peer, { cause: this.options.signal?.reason }));
  }

  private abort(): void {
    if (this.alarm === undefined) this.host.cancel(this.exchange);
    else this.stopWaiting('aborted');
  }

  private fail(error: TransferError): void {
    this.end(error);
    this.reject(error);
  }

  private end(error: TransferError | undefined): void {
    this.causal.end(error);
    this.message.seat?.leave();
    if (this.onAbort !== undefined) this.options.signal?.removeEventListener('abort', this.onAbort);
    this.host.touch();
  }
}
