import { SimError } from '../task/errors.ts';

/** Returns `capacity`; throws SimError `bad-argument` unless it is a positive integer or Infinity. */
export function checkCapacity(capacity: number): number {
  if (capacity === Number.POSITIVE_INFINITY || (Number.isSafeInteger(capacity) && capacity >= 1))
    return capacity;
  throw new SimError(
    'bad-argument',
    `the capacity of a queue is a positive integer or Infinity, not ${capacity}`,
  );
}
