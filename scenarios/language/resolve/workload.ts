import type { Bytes, Nanos } from '../../../protocol/index.ts';
import type { Blueprint } from '../../../sim/net/index.ts';
import type { Path } from '../problem.ts';
import type { Arrivals, MessageSize, Topology, Workload } from '../scenario.ts';
import { type HostSelector, selectHosts } from '../selector.ts';
import type { WorkloadDraft } from '../shape/workload.ts';
import { formatDuration } from '../unit.ts';
import type { Findings } from './findings.ts';
import type { SizeResolver } from './size.ts';
import { raiseHosts } from './topology.ts';

/** What a workload is checked against. */
export interface Surroundings {
  topology: Topology;
  blueprint: Blueprint;
  untilNs: Nanos;
  sizes: SizeResolver;
  findings: Findings;
}

/** Checks one workload against the topology and the length of the run. */
export function resolveWorkload(
  draft: WorkloadDraft,
  path: Path,
  around: Surroundings,
): Workload | undefined {
  const { findings, sizes } = around;
  const from = resolveHosts(draft.from, [...path, 'from'], around);
  const to = resolveHosts(draft.to, [...path, 'to'], around);
  const request = sizes.resolve([...path, 'request'], draft.request);
  const response = sizes.resolve([...path, 'response'], draft.response);
  const arrivals = resolveArrivals(draft, path, around);
  if (from?.length === 1 && to?.length === 1 && from[0] === to[0]) {
    findings.add(
      [...path, 'to'],
      `host[${to[0]}] would call itself alone`,
      'name at least one other host in from or to',
    );
  }
  if (arrivals?.kind === 'load' && request !== undefined && meanBytesOf(request) === 0) {
    findings.add(
      [...path, 'request'],
      'a load is a share of bytes, of which these requests have none',
      'give the request a size of at least 1B, or use count or concurrency in place of load',
    );
  }
  if (!from || !to || !request || !response || !arrivals) return undefined;
  const { name, pattern, priority, deadline, after } = draft;
  const limits = deadline === undefined ? {} : { deadlineNs: deadline };
  return { name, pattern, from, to, request, response, arrivals, priority, ...limits, after };
}

function meanBytesOf(size: MessageSize): Bytes {
  return size.kind === 'fixed' ? size.bytes : size.distribution.meanBytes;
}

function resolveHosts(selectors: HostSelector[], path: Path, around: Surroundings): number[] | undefined {
  const chosen = new Set<number>();
  for (const selector of selectors) {
    const hosts = around.findings.take(
      path,
      selectHosts(selector, around.topology.hosts, raiseHosts(around.topology)),
    );
    if (hosts === undefined) return undefined;
    for (const host of hosts) chosen.add(host);
  }
  return [...chosen].sort((a, b) => a - b);
}

function resolveArrivals(draft: WorkloadDraft, path: Path, around: Surroundings): Arrivals | undefined {
  const { findings } = around;
  const given = (['count', 'load', 'concurrency'] as const).filter((key) => draft[key] !== undefined);
  const [kind, second] = given;
  if (kind === undefined) {
    findings.add(
      path,
      'nothing says how much is offered',
      'add one of count: 1, load: 0.6 or concurrency: 10',
    );
    return undefined;
  }
  if (second !== undefined) {
    findings.add([...path, second], `${given.join(' and ')} exclude each other`, 'keep one of them', 'key');
    return undefined;
  }
  const stopNs = checkTimes(draft, path, around);
  const { start: startNs, count, load, concurrency } = draft;
  if (count !== undefined) return { kind: 'count', count, startNs };
  if (load !== undefined) return { kind: 'load', load, startNs, stopNs };
  return { kind: 'concurrency', concurrency: concurrency!, startNs, stopNs };
}

function checkTimes(draft: WorkloadDraft, path: Path, { findings, untilNs }: Surroundings): Nanos {
  const { start, stop } = draft;
  const until = formatDuration(untilNs);
  if (start >= untilNs) {
    findings.add(
      [...path, 'start'],
      `the run ends at ${until}, before this workload starts`,
      'start earlier, or raise until',
    );
  }
  if (stop === undefined) return untilNs;
  if (draft.count !== undefined) {
    findings.add(
      [...path, 'stop'],
      'a workload with a count has no stop',
      'remove stop: it goes with load or concurrency',
      'key',
    );
  } else if (stop <= start) {
    findings.add(
      [...path, 'stop'],
      'the workload stops before it starts',
      `stop after ${formatDuration(start)}`,
    );
  } else if (stop > untilNs) {
    const remedy = `stop before ${until}, early enough for the last exchanges to end, or raise until`;
    findings.add([...path, 'stop'], `the run ends at ${until}, before this workload stops`, remedy);
  }
  return stop;
}
