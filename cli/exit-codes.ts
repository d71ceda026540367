/** How a command ended, for scripts and CI. `README.md` has the same table for people. */
export const ExitCode = {
  OK: 0,
  /** Wrong arguments, a file that cannot be read or written, a machine that refuses. */
  USAGE: 1,
  /** An expectation of a scenario failed, or an exchange of `call` or `bench` did. */
  FAILED: 2,
  /** A checker saw something that must never happen. */
  INVARIANT: 3,
  /** Something that must happen did not. */
  NOT_LIVE: 4,
  /** The same run gave another trace. */
  NOT_DETERMINISTIC: 5,
  /** Stopped by SIGINT, as shells report it. */
  INTERRUPTED: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
