/** A broken rule inside the simulator or in the program that uses it: a bug, never an outcome of a simulation. */
export class AssertionError extends Error {
  override name = 'AssertionError';
}

/** Throws an AssertionError unless `condition` holds. `message` is a constant, so that a check costs no string. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}
