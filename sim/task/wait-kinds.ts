/** What a task waits for. The numbers are part of the trace hash. */
export const WaitKind = {
  SLEEP: 0,
  YIELD: 1,
  JOIN: 2,
  SEND: 3,
  RECEIVE: 4,
  LOCK: 5,
  ACQUIRE: 6,
  DATAGRAM: 7,
} as const;
export type WaitKind = (typeof WaitKind)[keyof typeof WaitKind];
