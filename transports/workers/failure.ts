import type { FailureReason } from '../../protocol/endpoint/errors.ts';
import { UsageError } from '../../protocol/endpoint/endpoint.ts';
import { TransferError } from '../../protocol/pool/transfer-error.ts';

interface Failure {
  reason?: FailureReason;
  code?: string;
  peer: number;
  status?: number | undefined;
  message: string;
}

/** What is known of an error, for another thread. */
export function failureOf(error: unknown): Uint8Array {
  const message = error instanceof Error ? error.message : String(error);
  const failure: Failure =
    error instanceof TransferError
      ? { reason: error.reason, peer: error.peer, status: error.status, message }
      : { ...(error instanceof UsageError ? { code: error.code } : {}), peer: -1, message };
  return new TextEncoder().encode(JSON.stringify(failure));
}

/** The error again, in the thread of the caller. */
export function errorOf(bytes: Uint8Array): Error {
  const { reason, code, peer, status, message } = JSON.parse(new TextDecoder().decode(bytes)) as Failure;
  if (reason === undefined) {
    return code === undefined ? new Error(message) : new UsageError(code, message);
  }
  const plain = new TransferError(reason, peer, status === undefined ? {} : { status });
  // The message begins with what the reason alone says.
  const detail = message.slice(plain.message.length + 2);
  return detail === ''
    ? plain
    : new TransferError(reason, peer, { detail, ...(status === undefined ? {} : { status }) });
}
