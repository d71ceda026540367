import { Corruption, Duplication, Loss, Reordering, type LineFault } from './line-fault.ts';
import type { Ratio } from './chance.ts';
import { NetworkConfigError, configInteger } from '../config-error.ts';
import type { Line } from '../line.ts';
import type { Nanos } from '../../../protocol/core/units.ts';
import type { Rng } from '../../random/rng.ts';

/** The numbers go into the trace: add at the end, never renumber. */
export const FaultKind = { loss: 0, duplicate: 1, reorder: 2, corrupt: 3 } as const;
export type FaultKind = keyof typeof FaultKind;

export interface FaultWindow {
  readonly atNs: Nanos;
  /** Left out: until the end of the run. */
  readonly forNs?: Nanos;
  /** The directions of links it acts on, each with draws of its own. */
  readonly on: readonly Line[];
}

export interface LossSpec extends FaultWindow {
  readonly kind: 'loss';
  readonly rate: Ratio;
}

export interface DuplicateSpec extends FaultWindow {
  readonly kind: 'duplicate';
  readonly rate: Ratio;
}

export interface ReorderSpec extends FaultWindow {
  readonly kind: 'reorder';
  readonly rate: Ratio;
  /** Longest extra delay, ≥ 1. */
  readonly delayNs: Nanos;
}

export interface CorruptSpec extends FaultWindow {
  readonly kind: 'corrupt';
  readonly rate: Ratio;
}

export type FaultSpec = LossSpec | DuplicateSpec | ReorderSpec | CorruptSpec;

const DELAY_NS_MAX = 1e12;

/** Throws a NetworkConfigError if the fault makes no sense. */
export function checkFault(spec: FaultSpec, nowNs: Nanos): void {
  configInteger('fault.at', spec.atNs, nowNs, Number.MAX_SAFE_INTEGER);
  if (spec.forNs !== undefined) configInteger('fault.for', spec.forNs, 1, Number.MAX_SAFE_INTEGER);
  if (spec.on.length === 0) throw new NetworkConfigError('fault.on', 'names no link');
  const { numerator, denominator } = spec.rate;
  configInteger('fault.rate', denominator, 1, 2 ** 32);
  configInteger('fault.rate', numerator, 0, denominator);
  if (spec.kind === 'reorder') configInteger('fault.delay', spec.delayNs, 1, DELAY_NS_MAX);
}

/** The fault on one line. `rng` is its own stream. */
export function lineFault(spec: FaultSpec, rng: Rng): LineFault {
  switch (spec.kind) {
    case 'loss':
      return new Loss(rng, spec.rate);
    case 'duplicate':
      return new Duplication(rng, spec.rate);
    case 'reorder':
      return new Reordering(rng, spec.rate, spec.delayNs);
    case 'corrupt':
      return new Corruption(rng, spec.rate);
  }
}
