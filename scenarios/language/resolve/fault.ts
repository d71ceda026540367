import type { Path } from '../problem.ts';
import type { Fault } from '../scenario.ts';
import { selectHosts } from '../selector.ts';
import type { FaultDraft } from '../shape/fault.ts';
import { formatDuration } from '../unit.ts';
import type { Surroundings } from './workload.ts';

/** Checks one fault against the topology and the length of the run. */
export function resolveFault(draft: FaultDraft, path: Path, around: Surroundings): Fault | undefined {
  const { findings, untilNs } = around;
  if (draft.at >= untilNs) {
    const message = `the run ends at ${formatDuration(untilNs)}, before this fault begins`;
    findings.add([...path, 'at'], message, 'let it begin earlier, or raise until');
  }
  const hosts = findings.take([...path, 'on'], selectHosts(draft.on.hosts, around.hosts));
  if (hosts === undefined) return undefined;
  const window = {
    atNs: draft.at,
    ...(draft.for !== undefined && { forNs: draft.for }),
    rate: draft.rate,
    on: { place: draft.on.place, hosts },
  };
  return draft.kind === 'reorder'
    ? { kind: draft.kind, ...window, delayNs: draft.delay }
    : { kind: draft.kind, ...window };
}
