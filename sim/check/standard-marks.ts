import { inlineRoom } from '../../protocol/control/room.ts';
import type { EndpointCounters } from '../../protocol/telemetry/generated/counters.ts';
import { FrameType } from '../../protocol/wire/generated/types.ts';
import type { World } from '../host/world.ts';
import { DropReason } from '../net/drop-reason.ts';
import type { NetworkStatistics } from '../net/statistics.ts';
import type { ExchangeLedger } from './exchange-ledger.ts';
import type { FrameWatch } from './frame-watch.ts';
import type { Marks } from './marks.ts';

/** What a run left behind, as far as marks are concerned. */
interface Evidence {
  /** Of all endpoints together. */
  counters: Readonly<EndpointCounters>;
  network: NetworkStatistics;
  ledger: ExchangeLedger;
  frames: FrameWatch;
  /** Largest message that travels inside its TRANSFER_NOTIFY. */
  inlineBytesMax: number;
}

type Mark = readonly [name: string, isReached: (evidence: Evidence) => boolean];

const frame = (name: string, type: number): Mark => [name, ({ frames }) => frames.written[type] === 1];
const counter = (name: string, field: keyof EndpointCounters): Mark => [
  name,
  ({ counters }) => counters[field] > 0,
];
const dropped = (name: string, reason: DropReason): Mark => [
  name,
  ({ network }) => (network.dropsByReason[reason] ?? 0) > 0,
];

/** The marks of every simulation of dcQUIC. Names are kept: gates list them. REQ DST-10 */
const STANDARD_MARKS: readonly Mark[] = [
  ['exchange-completed', ({ ledger }) => ledger.completed > 0],
  ['exchange-failed', ({ ledger }) => ledger.failed > 0],
  ['inline-message', ({ frames, inlineBytesMax }) => frames.smallestNotifyBytes <= inlineBytesMax],
  ['pulled-message', ({ frames, inlineBytesMax }) => frames.largestNotifyBytes > inlineBytesMax],
  frame('notify-blocked-sent', FrameType.NOTIFY_BLOCKED),
  frame('flow-reset-sent', FrameType.FLOW_RESET),
  frame('probe-sent', FrameType.PROBE),
  counter('notify-retried', 'notifyRetries'),
  counter('pulled-again', 'repulledBytes'),
  counter('record-poisoned', 'recordsPoisoned'),
  counter('duplicate-payload-seen', 'payloadBytesDuplicate'),
  counter('malformed-refused', 'refusedMalformed'),
  counter('unknown-credential-refused', 'refusedUnknown'),
  counter('forged-refused', 'refusedForged'),
  counter('replay-refused', 'refusedReplay'),
  counter('peer-timed-out', 'peerTimeouts'),
  dropped('link-lost', DropReason.LOSS),
  dropped('switch-buffer-full', DropReason.BUFFER_FULL),
  dropped('nic-queue-full', DropReason.NIC_QUEUE_FULL),
  ['packet-duplicated', ({ network }) => network.duplicatedPackets > 0],
  ['packet-corrupted', ({ network }) => network.corruptedPackets > 0],
  ['packet-held-back', ({ network }) => network.delayedPackets > 0],
  ['queue-above-ecn-threshold', ({ network }) => network.markedPackets > 0],
];

/** Reads at the end of a run, from counters that exist anyway, which marks it reached. */
export function readStandardMarks(
  marks: Marks,
  world: World,
  parts: Pick<Evidence, 'network' | 'ledger' | 'frames'>,
): void {
  const evidence = { ...parts, counters: totalCounters(world), inlineBytesMax: inlineBytesMax(world) };
  for (const [name, isReached] of STANDARD_MARKS) marks.sometimes(name, isReached(evidence));
}

function totalCounters({ hosts }: World): EndpointCounters {
  const [first, ...others] = hosts.map((host) => host.counters());
  const total = { ...(first as EndpointCounters) };
  for (const counters of others) {
    for (const field of Object.keys(total) as (keyof EndpointCounters)[]) total[field] += counters[field];
  }
  return total;
}

/** All endpoints of a simulation have the same options. */
function inlineBytesMax({ hosts }: World): number {
  const options = hosts[0]?.endpoint.options;
  if (options === undefined) return -1;
  const datagramBytesMax = options.mtuBytes - options.datagramHeaderBytes;
  return Math.min(options.inlineBytesMax, inlineRoom(datagramBytesMax));
}
