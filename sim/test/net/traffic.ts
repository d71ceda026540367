import fc from 'fast-check';
import { FULL, Rig, numbered } from './rig.ts';
import type { FaultSpec } from '../../net/faults/fault-spec.ts';
import type { StarConfig } from '../../net/star.ts';

export interface Offer {
  readonly atNs: number;
  readonly from: number;
  readonly to: number;
  readonly priority: number;
  readonly size: number;
}

export interface FaultDraft {
  readonly kind: FaultSpec['kind'];
  readonly numerator: number;
  readonly atNs: number;
  readonly forNs: number;
  /** Index of a line, modulo how many there are; -1: all. */
  readonly line: number;
}

export const offers: fc.Arbitrary<Offer[]> = fc.array(
  fc.record({
    atNs: fc.integer({ min: 0, max: 30_000 }),
    from: fc.integer({ min: 0, max: 3 }),
    to: fc.integer({ min: 0, max: 4 }), // host 4 does not exist
    priority: fc.integer({ min: 0, max: 7 }),
    size: fc.integer({ min: 0, max: FULL + 20 }), // the longest exceed the MTU
  }),
  { maxLength: 250 },
);

export const faultDrafts: fc.Arbitrary<FaultDraft[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('loss', 'duplicate', 'reorder', 'corrupt'),
    numerator: fc.integer({ min: 0, max: 10 }),
    atNs: fc.integer({ min: 0, max: 30_000 }),
    forNs: fc.integer({ min: 1, max: 30_000 }),
    line: fc.integer({ min: -1, max: 7 }),
  }),
  { maxLength: 6 },
);

export function addFault(rig: Rig, draft: FaultDraft): void {
  const { lines } = rig.network;
  const on = draft.line < 0 ? lines : [lines[draft.line % lines.length]!];
  const rate = { numerator: draft.numerator, denominator: 10 };
  const window = { atNs: draft.atNs, forNs: draft.forNs, on, rate };
  if (draft.kind === 'reorder') rig.faults.add({ ...window, kind: 'reorder', delayNs: 3000 });
  else rig.faults.add({ ...window, kind: draft.kind });
}

/** A star of four with tight buffers, loaded and ready to run. The first four bytes number the datagrams. */
export function loadedRig(
  all: readonly Offer[],
  drafts: readonly FaultDraft[],
  seed = 1,
  config: Partial<StarConfig> = {},
): Rig {
  const host = { nicQueueBytesMax: 4000, processingNs: 100 };
  const tight = { datagramBytesMax: 1600, switch: { bufferBytes: 4500, ecnBytes: 2000 }, host };
  const rig = new Rig({ ...tight, ...config }, seed);
  for (const draft of drafts) addFault(rig, draft);
  all.forEach(({ atNs, size, ...rest }, n) => {
    rig.sendAt(atNs, { ...rest, data: size < 4 ? size : numbered(n, size), ecn: 2 });
  });
  return rig;
}
