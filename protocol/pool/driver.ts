import type { Nanos } from '../core/units.ts';

/** What a pool needs of whoever runs its endpoint: the time, and to be drained. */
export interface Driver {
  now(): Nanos;
  /** The endpoint was mutated: drain it soon. Cheap, and may be called any number of times. */
  kick(): void;
}
