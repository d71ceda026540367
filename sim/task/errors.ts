/**
 * `aborted`: the task was aborted. `timeout`: the time given to timeout() is over. `closed`: the channel or socket is closed.
 * `stalled`: primary tasks have not ended and nothing is left to happen. `out-of-time`: nor have they at `untilNs`.
 * `busy`: nor have they after `eventsMax` events. `stopped`: the run was stopped from outside. `ended`: the simulation is over. `unknown-host`, `no-host-left`,
 * `address-in-use`, `bad-port`: names and addresses. `not-held`: a lock or permit was released twice.
 * `host-down`: the host has crashed and was not restarted. `bad-argument`: a number out of range, an unknown name, the wrong type. `diverged`: recorded choices do not fit this run.
 */
export type SimErrorCode =
  | 'aborted'
  | 'timeout'
  | 'closed'
  | 'stalled'
  | 'out-of-time'
  | 'busy'
  | 'stopped'
  | 'ended'
  | 'unknown-host'
  | 'no-host-left'
  | 'address-in-use'
  | 'bad-port'
  | 'not-held'
  | 'host-down'
  | 'bad-argument'
  | 'diverged';

/** What the simulator tells the program that it runs, or its author. */
export class SimError extends Error {
  override name = 'SimError';
  readonly code: SimErrorCode;

  constructor(code: SimErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The answer to whoever waits or spawns after the end of the run. */
export const OVER: SimError = new SimError(
  'ended',
  'this simulation is over: nothing can happen in it any more',
);
