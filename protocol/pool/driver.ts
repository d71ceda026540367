import type { Nanos } from '../core/units.ts';

/** What a pool needs of whoever runs its endpoint: the time, and to be drained. */
export interface Driver {
  now(): Nanos;
  /** The endpoint was mutated: drain it soon. Cheap, and may be called any number of times. */
  kick(): void;
  /** A promise of the application was settled or awaited: a simulator lets it run on before time passes. */
  touchPromise?(): void;
}
