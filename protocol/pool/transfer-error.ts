import type { FailureReason } from '../endpoint/errors.ts';
import type { PeerId } from '../peer/peer.ts';
import { ExchangeStatus } from '../wire/index.ts';

/** How an exchange ended without what was asked for. `reason` is for programs, the message for people. REQ PAT-12 */
export class TransferError extends Error {
  override readonly name = 'TransferError';
  readonly code = 'ERR_DCQUIC_TRANSFER';
  readonly reason: FailureReason;
  readonly peer: PeerId;
  /** What the peer's application ended it with, if it did: from 256 its own. */
  readonly status: number | undefined;

  constructor(reason: FailureReason, peer: PeerId, more: TransferErrorDetails = {}) {
    const { detail, cause, status } = more;
    const text = detail === undefined ? EXPLANATIONS[reason] : `${EXPLANATIONS[reason]}: ${detail}`;
    super(text, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.peer = peer;
    this.status = status;
  }
}

export interface TransferErrorDetails {
  detail?: string;
  /** What the signal was aborted with, or the failure that this one follows from. */
  cause?: unknown;
  status?: number;
}

const EXPLANATIONS: Record<FailureReason, string> = {
  cancelled: 'the transfer was cancelled, by the peer or by a close of this side',
  'unknown-transfer': 'the peer no longer knows the transfer',
  'message-too-large': 'the request or the response is larger than its receiver takes',
  refused: 'the peer serves no requests, or no more at this time',
  integrity: 'the message failed verification too often',
  limit: 'the peer refused the transfer over a limit',
  'handler-failed': 'the handler at the peer failed',
  rejected: 'the peer rejected the request',
  aborted: 'the caller aborted the exchange',
  deadline: 'the deadline passed; the request may have been handled',
  'peer-timeout': 'the peer did not answer within the peer timeout; the request may have been handled',
  'peer-restarted': 'the peer restarted; the request may have been handled before',
  closed: 'this side closed the pool, or the stream',
  'dependency-failed': 'a call that this one depends on failed, so it was not sent',
  'protocol-violation': 'the peer broke the protocol',
};

/** An exchange that ended with a status other than OK of its handler's side. */
export function errorOfStatus(status: number, peer: PeerId, text: string): TransferError {
  const reason = status === ExchangeStatus.HANDLER_FAILED ? 'handler-failed' : 'rejected';
  return new TransferError(reason, peer, { detail: text, status });
}
