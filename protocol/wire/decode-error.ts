/**
 * Why a parser refuses its input. All are negative, so that a parser returns either the position after what it
 * read or one of these. Which of several applicable errors is reported is unspecified.
 */
export const DecodeError = {
  /** The input ends inside a field, or a packet says it is longer than its datagram. */
  TRUNCATED: -1,
  /** A value out of range, a reserved bit, a number above 2^53 - 1, a list that is too long, a wrong version. */
  VALUE: -2,
  /** Another, or no known, frame type or packet kind. */
  UNKNOWN: -3,
} as const;
export type DecodeError = (typeof DecodeError)[keyof typeof DecodeError];

/** For messages and traces: `TRUNCATED`, `VALUE`, `UNKNOWN`; undefined if `code` is not a DecodeError. */
export function decodeErrorName(code: number): keyof typeof DecodeError | undefined {
  if (code === DecodeError.TRUNCATED) return 'TRUNCATED';
  if (code === DecodeError.VALUE) return 'VALUE';
  if (code === DecodeError.UNKNOWN) return 'UNKNOWN';
  return undefined;
}
