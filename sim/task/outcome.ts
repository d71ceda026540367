/** How a task ended. The numbers are part of the trace hash. */
export const TaskOutcome = { RETURNED: 0, THREW: 1, ABORTED: 2 } as const;
export type TaskOutcome = (typeof TaskOutcome)[keyof typeof TaskOutcome];
