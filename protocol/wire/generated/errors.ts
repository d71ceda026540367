// Generated from spec/wire.yaml by `npm run generate`. Do not edit.

/** FLOW_RESET.code: why a transfer ended. */
export const TransferErrorCode = {
  /** The application gave it up. */
  CANCELLED: 1,
  /** No such transfer here, or no longer. */
  UNKNOWN_TRANSFER: 2,
  /** The message is larger than the receiver takes. */
  MESSAGE_TOO_LARGE: 3,
  /** The receiver takes no exchanges, or no more. */
  REFUSED: 4,
  /** Records failed verification too often. */
  INTEGRITY: 5,
  /** The transfer needs more of something than its receiver allows. */
  LIMIT: 6,
} as const;
export type TransferErrorCode = (typeof TransferErrorCode)[keyof typeof TransferErrorCode];

/** Names by code; undefined for a code of a later version. */
export const TransferErrorName: Readonly<Record<number, string>> = {
  1: 'CANCELLED',
  2: 'UNKNOWN_TRANSFER',
  3: 'MESSAGE_TOO_LARGE',
  4: 'REFUSED',
  5: 'INTEGRITY',
  6: 'LIMIT',
};

/** What each code means; undefined for a code of a later version. */
export const TransferErrorDoc: Readonly<Record<number, string>> = {
  1: 'the application gave it up',
  2: 'no such transfer here, or no longer',
  3: 'the message is larger than the receiver takes',
  4: 'the receiver takes no exchanges, or no more',
  5: 'records failed verification too often',
  6: 'the transfer needs more of something than its receiver allows',
};

/** Status of a response. */
export const ExchangeStatus = {
  /** The handler returned a response. */
  OK: 0,
  /** The handler threw; the payload is its message. */
  HANDLER_FAILED: 1,
  /** The application did not take the request; the payload says why. */
  REJECTED: 2,
  /** The application gave the stream up. */
  CANCELLED: 3,
  /** The deadline of the stream has passed. */
  DEADLINE: 4,
  /** A message of the stream was refused or lost. */
  FAILED: 5,
} as const;
export type ExchangeStatus = (typeof ExchangeStatus)[keyof typeof ExchangeStatus];

/** Names by code; undefined for a code of a later version. */
export const ExchangeStatusName: Readonly<Record<number, string>> = {
  0: 'OK',
  1: 'HANDLER_FAILED',
  2: 'REJECTED',
  3: 'CANCELLED',
  4: 'DEADLINE',
  5: 'FAILED',
};

/** What each code means; undefined for a code of a later version. */
export const ExchangeStatusDoc: Readonly<Record<number, string>> = {
  0: 'the handler returned a response',
  1: 'the handler threw; the payload is its message',
  2: 'the application did not take the request; the payload says why',
  3: 'the application gave the stream up',
  4: 'the deadline of the stream has passed',
  5: 'a message of the stream was refused or lost',
};
