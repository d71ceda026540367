import { getSystemErrorName } from 'node:util';
import { OWN_ERRNO, OWN_ERRORS } from './abi.ts';

/** The name of an error of libfabric: the system's, such as ECONNREFUSED, or one of its own, such as FI_ENOKEY. REQ EFA-7 */
export function errorName(errno: number): string {
  const own = OWN_ERRORS[errno - OWN_ERRNO];
  if (own !== undefined) return own;
  try {
    return getSystemErrorName(-errno);
  } catch {
    return `FI_${errno}`;
  }
}

/** What libfabric, or the provider below it, says of an operation that failed. `code` names it. */
export class FabricError extends Error {
  override readonly name = 'FabricError';
  readonly code: string;
  /** The provider's own number; 0: it has none to add. */
  readonly providerErrno: number;

  constructor(what: string, errno: number, text: string, providerErrno = 0) {
    const code = errorName(errno);
    const own = providerErrno === 0 ? '' : `, provider error ${providerErrno}`;
    super(`${what}: ${text} (${code}${own})`);
    this.code = code;
    this.providerErrno = providerErrno;
  }
}
