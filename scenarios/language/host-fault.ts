import type { Bytes, Nanos } from '../../protocol/index.ts';
import type { Ratio } from './ratio.ts';

/** Hosts, by ascending indices; `all`: every host. */
export interface HostPlace {
  place: 'host' | 'all';
  hosts: number[];
}

interface OnHosts {
  atNs: Nanos;
  on: HostPlace;
}

interface Lasting extends OnHosts {
  /** How long; absent: until the end of the run. */
  forNs?: Nanos;
}

/** Faults of hosts, and not of the network between them. */
export type HostFault = CrashFault | PauseFault | ClockFault | SlowAppFault | ExhaustFault;

/** The hosts lose all they know. What they had asked for ends; what is sent to them meanwhile vanishes. */
export interface CrashFault extends OnHosts {
  kind: 'crash';
  /** So much later they begin anew; absent: never. */
  restartNs?: Nanos;
}

/** The hosts do nothing. Packets wait at their NICs, timers fire late. */
export interface PauseFault extends Lasting {
  kind: 'pause';
}

/** What the hosts take for the time is wrong. At least one of the three is there. */
export interface ClockFault extends Lasting {
  kind: 'clock';
  /** More, or less, while the fault lasts. */
  offsetNs?: Nanos;
  /** Gained, or lost, per time, while the fault lasts. */
  drift?: Ratio;
  /** Set forward, or back, at the beginning, for good. */
  jumpNs?: Nanos;
}

/** The handlers answer late. At least one of the two is there. */
export interface SlowAppFault extends Lasting {
  kind: 'slow-app';
  delayNs?: Nanos;
  /** A host gives at most one answer in so long. */
  everyNs?: Nanos;
}

/** The hosts have room for messages of so many bytes that they receive at a time, or for one. */
export interface ExhaustFault extends Lasting {
  kind: 'exhaust';
  roomBytes: Bytes;
}
