/** Randomness is injected: a CSPRNG in production, a named deterministic stream in the simulator. */
export interface RandomSource {
  /** A uniform integer in [0, 2^32). */
  nextU32(): number;
  /** Fills `out` with uniform bytes. */
  fill(out: Uint8Array): void;
}
