/** A file that a run left beside its result: what to say of it. */
export interface Recording {
  readonly label: string;
  /** Where it is and what is in it. */
  readonly figure: string;
  /** Something was left out, which also people who read JSON should know. */
  readonly isFull: boolean;
}
