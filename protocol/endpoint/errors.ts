import type { FailureReason } from '../telemetry/generated/events.ts';
import { TransferErrorCode } from '../wire/index.ts';

export type { FailureReason };

const BY_CODE: ReadonlyMap<number, FailureReason> = new Map<number, FailureReason>([
  [TransferErrorCode.CANCELLED, 'cancelled'],
  [TransferErrorCode.UNKNOWN_TRANSFER, 'unknown-transfer'],
  [TransferErrorCode.MESSAGE_TOO_LARGE, 'message-too-large'],
  [TransferErrorCode.REFUSED, 'refused'],
  [TransferErrorCode.INTEGRITY, 'integrity'],
  [TransferErrorCode.LIMIT, 'limit'],
]);

/** The reason behind a FLOW_RESET code; a code of a later version reads as `cancelled`. */
export function reasonOfCode(code: number): FailureReason {
  return BY_CODE.get(code) ?? 'cancelled';
}
