/** A sweep that cannot go on, for a reason that its user can act on. */
export class SweepError extends Error {
  override readonly name = 'SweepError';
}
