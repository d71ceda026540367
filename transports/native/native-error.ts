import { TransportError } from '../errors.ts';

/** What a library throws about the one at `path`, in our words. */
export function orNative<T>(path: string | undefined, attempt: () => T): T {
  try {
    return attempt();
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new TransportError(
      'NATIVE',
      path === undefined || text.includes(path) ? text : `${path}: ${text}`,
      { cause },
    );
  }
}
