import type { Nanos } from '../../../protocol/index.ts';
import type { Path } from '../problem.ts';
import type { Fault, FaultPlace } from '../scenario.ts';
import { MISSING } from '../shape/field.ts';
import type { PacketFaultDraft } from '../shape/fault.ts';
import type { Findings } from './findings.ts';

/** Where and when. */
interface Around {
  atNs: Nanos;
  forNs?: Nanos;
  on: FaultPlace;
}

const HIT_ALL = { numerator: 1, denominator: 1 };
/** Kinds that hit every packet if nothing else is said. */
const HITS_ALL: ReadonlySet<string> = new Set(['delay', 'ecn-bleach']);

/** Checks a fault that hits packets: a share of them, or those that are listed. */
export function resolvePacketFault(
  draft: PacketFaultDraft,
  around: Around,
  path: Path,
  findings: Findings,
): Fault | undefined {
  const { packets, rate = HITS_ALL.has(draft.kind) && packets === undefined ? HIT_ALL : undefined } = draft;
  if (packets !== undefined && rate !== undefined) {
    findings.add([...path, 'packets'], 'rate and packets exclude each other', 'keep one of them', 'key');
    return undefined;
  }
  if (packets !== undefined) return byNumber(draft, { ...around, packets }, path, findings);
  if (rate === undefined) {
    findings.add([...path, 'rate'], MISSING, 'give it a value, for example 1/100, or list packets: [17, 45]');
    return undefined;
  }
  const hits = { ...around, rate };
  if (draft.kind === 'corrupt' && draft.bits !== undefined) {
    findings.add([...path, 'bits'], 'bits go with packets', 'list packets, or remove bits', 'key');
  }
  if (draft.kind === 'delay') return { kind: draft.kind, ...hits, delayNs: draft.delay };
  if (draft.kind !== 'reorder') return { kind: draft.kind, ...hits };
  if (typeof draft.delay === 'number') return { kind: draft.kind, ...hits, delayNs: draft.delay };
  findings.add([...path, 'delay'], 'a list of delays goes with packets', 'write one delay, the longest');
  return undefined;
}

function byNumber(
  draft: PacketFaultDraft,
  hits: Around & { packets: number[] },
  path: Path,
  findings: Findings,
): Fault | undefined {
  const { length } = hits.packets;
  switch (draft.kind) {
    case 'delay':
      return { kind: draft.kind, ...hits, delayNs: draft.delay };
    case 'reorder': {
      const delaysNs =
        typeof draft.delay === 'number' ? hits.packets.map(() => draft.delay as number) : draft.delay;
      if (delaysNs.length !== length) {
        const message = `there are ${delaysNs.length} delays for ${length} packets`;
        findings.add([...path, 'delay'], message, 'write one delay for all, or one for each');
      }
      return { kind: draft.kind, ...hits, delaysNs };
    }
    case 'corrupt': {
      const { bits } = draft;
      if (bits === undefined) {
        findings.add([...path, 'bits'], MISSING, 'list the bits of each packet, for example [[3, 99], [7]]');
        return undefined;
      }
      if (bits.length !== length) {
        const message = `there are ${bits.length} lists of bits for ${length} packets`;
        findings.add([...path, 'bits'], message, 'write one list of bits for each packet');
      }
      return { kind: draft.kind, ...hits, bits };
    }
    default:
      return { kind: draft.kind, ...hits };
  }
}
