import { TransferErrorCode } from '../wire/index.ts';

/** Why an exchange ended without its response. The first group travels in FLOW_RESET, then what a status says, the rest is found out locally. */
export type FailureReason =
  | 'cancelled'
  | 'unknown-transfer'
  | 'message-too-large'
  | 'refused'
  | 'integrity'
  | 'limit'
  | 'handler-failed'
  | 'rejected'
  | 'aborted'
  | 'deadline'
  | 'peer-timeout'
  | 'peer-restarted'
  | 'closed'
  | 'dependency-failed'
  | 'protocol-violation';

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
