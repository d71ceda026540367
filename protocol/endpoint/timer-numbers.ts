/** The timer queues of an endpoint, in the order in which those that are due are served. */
export const TimerNumber = {
  EXCHANGE: 0,
  STREAM: 1,
  ALARM: 2,
  NOTIFY: 3,
  LOSS: 4,
  PACE: 5,
  PEER: 6,
} as const;
