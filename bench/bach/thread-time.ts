import { readFileSync } from 'node:fs';

/**
 * Nanoseconds that this thread has run on a processor; undefined where the system does not say (not Linux). Other programs of a
 * busy machine distort it less than they do the time by the clock.
 */
export function threadNs(): number | undefined {
  try {
    const ns = Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]);
    return Number.isFinite(ns) ? ns : undefined;
  } catch {
    return undefined;
  }
}
