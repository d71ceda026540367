import { getSystemErrorName } from 'node:util';

/** What a call of the system refused, as Node would say it: `code` is e.g. EMSGSIZE. */
export function systemError(call: string, errno: number): NodeJS.ErrnoException {
  const code = getSystemErrorName(-errno);
  return Object.assign(new Error(`${call} ${code}`), { code, errno: -errno, syscall: call });
}
