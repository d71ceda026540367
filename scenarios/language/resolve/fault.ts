import type { Blueprint } from '../../../sim/net/index.ts';
import { type Path, quote } from '../problem.ts';
import type { Fault, FaultPlace } from '../scenario.ts';
import { type HostSelector, type PlaceSelector, selectHosts } from '../selector.ts';
import type { FaultDraft, NetworkFaultDraft } from '../shape/fault.ts';
import { HOST_FAULT_KINDS, type HostFaultDraft } from '../shape/host-fault.ts';
import { suggest } from '../suggest.ts';
import { formatDuration } from '../unit.ts';
import { resolvePacketFault } from './packet-fault.ts';
import { resolveHostFault } from './host-fault.ts';
import { raiseHosts } from './topology.ts';
import type { Surroundings } from './workload.ts';

/** Checks one fault against the topology and the length of the run. */
export function resolveFault(draft: FaultDraft, path: Path, around: Surroundings): Fault | undefined {
  const { findings, untilNs } = around;
  if (draft.at >= untilNs) {
    const message = `the run ends at ${formatDuration(untilNs)}, before this fault begins`;
    findings.add([...path, 'at'], message, 'let it begin earlier, or raise until');
  }
  if (isOfHosts(draft)) {
    const hosts = resolveHosts([draft.on], [...path, 'on'], around);
    const place = draft.on === 'all' ? 'all' : 'host';
    return hosts && resolveHostFault(draft, { place, hosts }, path, around);
  }
  const window = { atNs: draft.at, ...(draft.for !== undefined && { forNs: draft.for }) };
  if (draft.kind === 'partition') {
    const between = resolveBetween(draft.between, [...path, 'between'], around);
    return between && { kind: draft.kind, ...window, between, direction: draft.direction };
  }
  checkFigures(draft, path, around);
  const on = resolvePlace(draft.on, [...path, 'on'], around);
  if (on === undefined) return undefined;
  switch (draft.kind) {
    case 'burst-loss':
      return { kind: draft.kind, ...window, rate: draft.rate, on, burst: draft.burst };
    case 'rate':
      return { kind: draft.kind, ...window, limit: draft.rate, on };
    case 'mtu':
      return { kind: draft.kind, ...window, mtuBytes: draft.mtu, on };
    case 'link-down':
    case 'nic-down':
      return { kind: draft.kind, ...window, on };
    default:
      return resolvePacketFault(draft, { ...window, on }, path, around.findings);
  }
}

function isOfHosts(draft: FaultDraft): draft is HostFaultDraft {
  return HOST_FAULT_KINDS.some((kind) => kind === draft.kind);
}

function checkFigures(
  draft: Exclude<NetworkFaultDraft, { kind: 'partition' }>,
  path: Path,
  around: Surroundings,
): void {
  const { findings, topology } = around;
  if (draft.kind === 'burst-loss') {
    const { numerator, denominator } = draft.rate;
    if (numerator > draft.burst * (denominator - numerator)) {
      const message = `bursts of ${draft.burst} cannot lose ${numerator}/${denominator}: even without a pause between them, one packet gets through`;
      findings.add([...path, 'burst'], message, 'write longer bursts, or a lower rate');
    }
  }
  if (draft.kind === 'mtu' && draft.mtu >= topology.link.mtuBytes) {
    const message = `${draft.mtu} changes nothing: topology.link.mtu is ${topology.link.mtuBytes}`;
    findings.add([...path, 'mtu'], message, 'write a smaller number of bytes');
  }
  const { place } = draft.on;
  if ((place === 'from' || place === 'to') && (draft.kind === 'nic-down' || draft.kind === 'link-down')) {
    const remedy = 'write link(host[3]); or kind: loss with rate: 1/1, of which nobody is told';
    findings.add([...path, 'on'], 'carriers fail in both directions', remedy);
  }
  if (draft.kind === 'nic-down' && (place === 'switch' || place === 'trunk')) {
    findings.add([...path, 'on'], 'there is no NIC there', 'write host[3], nic(host[3], 0) or all');
  }
}

function resolveBetween(
  sets: readonly (readonly HostSelector[])[],
  path: Path,
  around: Surroundings,
): [number[], number[]] | undefined {
  const [first, second] = sets.map((set, i) => resolveHosts(set, [...path, i], around));
  if (sets.length !== 2) {
    around.findings.add(
      path,
      'a partition has two sides',
      'write for example between: [host[0..2], host[3..5]]',
    );
  }
  if (first === undefined || second === undefined) return undefined;
  const both = first.find((host) => second.includes(host));
  if (both !== undefined) {
    around.findings.add(path, `host[${both}] is on both sides`, 'name each host on one side');
  }
  return [first, second];
}

function resolvePlace(selector: PlaceSelector, path: Path, around: Surroundings): FaultPlace | undefined {
  const { findings, blueprint, topology } = around;
  switch (selector.place) {
    case 'switch':
      return isSwitch(selector.name, path, around) ? selector : undefined;
    case 'trunk': {
      const [a, b] = selector.between;
      if (!isSwitch(a, path, around) || !isSwitch(b, path, around)) return undefined;
      if (!hasTrunk(blueprint, a, b)) {
        findings.add(path, `no cable leads from ${a} to ${b}`, 'name two switches that are linked');
      }
      return selector;
    }
    case 'nic': {
      if (selector.nic >= topology.nics) {
        const message = `a host has no NIC ${selector.nic}: topology.nics is ${topology.nics}`;
        findings.add(
          path,
          message,
          `use 0..${topology.nics - 1}, or raise topology.nics to ${selector.nic + 1}`,
        );
      }
      const hosts = resolveHosts([selector.hosts], path, around);
      return hosts && { place: 'nic', hosts, nic: selector.nic };
    }
    default: {
      const hosts = resolveHosts([selector.hosts], path, around);
      return hosts && { place: selector.place, hosts };
    }
  }
}

function isSwitch(name: string, path: Path, { findings, blueprint }: Surroundings): boolean {
  if (blueprint.switches.includes(name)) return true;
  findings.add(path, `there is no switch ${quote(name)}`, suggest(name, blueprint.switches, 'switches'));
  return false;
}

function hasTrunk({ switches, trunks }: Blueprint, a: string, b: string): boolean {
  const ends = [switches.indexOf(a), switches.indexOf(b)];
  return trunks.some((trunk) => ends.includes(trunk.a) && ends.includes(trunk.b));
}

/** Ascending, each once. */
function resolveHosts(
  selectors: readonly HostSelector[],
  path: Path,
  { findings, topology }: Surroundings,
): number[] | undefined {
  const chosen = new Set<number>();
  for (const selector of selectors) {
    const hosts = findings.take(path, selectHosts(selector, topology.hosts, raiseHosts(topology)));
    if (hosts === undefined) return undefined;
    for (const host of hosts) chosen.add(host);
  }
  return [...chosen].sort((a, b) => a - b);
}
