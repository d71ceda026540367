/**
 * What tasks write into the trace. `where` is the group, by order of creation; tasks are named by their serial number, by order
 * of spawning. The numbers are part of the trace hash.
 */
export const TaskKind = {
  /** Its function was called: task, task that spawned it, 0, 0. */
  STARTED: 48,
  /** What it waited for has come: task, WaitKind, waiting since (ns), 1 if it fails. */
  WOKE: 49,
  /** It ended: task, TaskOutcome, 0, 0. Not recorded if it returned in the step in which it started. */
  ENDED: 50,
  /** A callback of the program ran: task, which of its callbacks, calls before, 0. Not recorded for a datagram: the network has done it. */
  CALLED: 51,
  /** The program left a note: task, hash of the text, length of the text, 0. */
  NOTED: 52,
  /** A datagram came and no socket took it: source address, destination address, SocketDrop, 0. */
  REFUSED: 53,
  /** Something befell the host: HostEvent, its two parameters, 0. */
  HOST: 54,
} as const;
export type TaskKind = (typeof TaskKind)[keyof typeof TaskKind];

/** What befalls a host, with its parameters. The numbers are part of the trace hash. */
export const HostEvent = {
  CRASHED: 0,
  /** Crashes so far, 0. */
  RESTARTED: 1,
  /** For how many ns, 0. */
  PAUSED: 2,
  RESUMED: 3,
  /** How far its clock is ahead of virtual time now, in ns, and its drift in ppm. */
  CLOCK_SET: 4,
} as const;
export type HostEvent = (typeof HostEvent)[keyof typeof HostEvent];
