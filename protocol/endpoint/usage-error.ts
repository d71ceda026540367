import type { Nanos } from '../core/units.ts';

/** Misuse of the API by the application; never caused by a peer. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export function checkDeadline(deadlineNs: Nanos): void {
  if (deadlineNs >= 0) return;
  throw new UsageError('ERR_DCQUIC_DEADLINE', `the deadline is ${deadlineNs}; it must be an instant in ns`);
}
