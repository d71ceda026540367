import { NetworkConfigError, configInteger } from '../../net/config-error.ts';
import type { SimHost } from '../sim-host.ts';
import type { Bytes, Nanos } from '../../../protocol/core/units.ts';
import type { Drift } from '../local-clock.ts';

/** The numbers go into the trace: add at the end, never renumber. */
export const HostFaultKind = {
  crash: 0,
  pause: 1,
  clock: 2,
  'slow-app': 3,
  exhaust: 4,
} as const;
export type HostFaultKind = keyof typeof HostFaultKind;

interface OnHosts {
  readonly atNs: Nanos;
  readonly on: readonly SimHost[];
}

interface Lasting extends OnHosts {
  /** Left out: until the end of the run. */
  readonly forNs?: Nanos;
}

/** The hosts lose everything: endpoints, timers, what waits in NICs. What is sent to them meanwhile vanishes. */
export interface CrashSpec extends OnHosts {
  readonly kind: 'crash';
  /** So much later a new incarnation begins that knows nothing of the former; left out: never. */
  readonly restartNs?: Nanos;
}

/** The hosts do nothing. What arrives waits in the ring of the NIC, as far as there is room; timers fire late, all at once. */
export interface PauseSpec extends Lasting {
  readonly kind: 'pause';
}

/** The clocks of the hosts are wrong. At least one of the three is given. See LocalClock. */
export interface ClockSpec extends Lasting {
  readonly kind: 'clock';
  /** Shows so much more, or less, while the fault lasts: set when it begins, set back when it ends. */
  readonly offsetNs?: Nanos;
  /** Gains, or loses, this share while the fault lasts; what it has gained it keeps. More than -1 and at most 1. */
  readonly drift?: Drift;
  /** Is set forward, or back, when the fault begins, and stays so. */
  readonly jumpNs?: Nanos;
}

/** Handlers answer late. What is still held back when the fault ends is answered then. At least one of the two is given. */
export interface SlowAppSpec extends Lasting {
  readonly kind: 'slow-app';
  /** Each answer comes so late. */
  readonly delayNs?: Nanos;
  /** A host gives at most one answer in so long. */
  readonly everyNs?: Nanos;
}

/** Messages being received may take so many bytes at each host; one may always be received. */
export interface ExhaustSpec extends Lasting {
  readonly kind: 'exhaust';
  readonly roomBytes: Bytes;
}

export type HostFaultSpec = CrashSpec | PauseSpec | ClockSpec | SlowAppSpec | ExhaustSpec;

const DURATION_NS_MAX = 1e12;

/** Throws a NetworkConfigError if the fault makes no sense. */
export function checkHostFault(spec: HostFaultSpec, nowNs: Nanos): void {
  configInteger('fault.at', spec.atNs, nowNs, Number.MAX_SAFE_INTEGER);
  if (spec.on.length === 0) throw new NetworkConfigError('fault.on', 'names no host');
  const lastsNs = spec.kind === 'crash' ? spec.restartNs : spec.forNs;
  if (lastsNs !== undefined) configInteger('fault.for', lastsNs, 1, Number.MAX_SAFE_INTEGER);
  switch (spec.kind) {
    case 'clock':
      checkClock(spec);
      return;
    case 'slow-app':
      if (spec.delayNs === undefined && spec.everyNs === undefined)
        throw new NetworkConfigError('fault.delay', 'a slow application needs delay or every');
      configInteger('fault.delay', spec.delayNs ?? 1, 1, DURATION_NS_MAX);
      configInteger('fault.every', spec.everyNs ?? 1, 1, DURATION_NS_MAX);
      return;
    case 'exhaust':
      configInteger('fault.room', spec.roomBytes, 1, Number.MAX_SAFE_INTEGER);
      return;
    default:
  }
}

function checkClock({ offsetNs, drift, jumpNs }: ClockSpec): void {
  if (offsetNs === undefined && drift === undefined && jumpNs === undefined)
    throw new NetworkConfigError('fault.offset', 'a clock fault needs offset, drift or jump');
  configInteger('fault.offset', offsetNs ?? 0, -DURATION_NS_MAX, DURATION_NS_MAX);
  configInteger('fault.jump', jumpNs ?? 0, -DURATION_NS_MAX, DURATION_NS_MAX);
  if (drift === undefined) return;
  configInteger('fault.drift', drift.denominator, 1, 2 ** 32);
  configInteger('fault.drift', drift.numerator, 1 - drift.denominator, drift.denominator);
}
