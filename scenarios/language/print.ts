import { Document, isScalar, isSeq, visit } from 'yaml';
import { printFault } from './print-fault.ts';
import { printTopology } from './print-topology.ts';
import { formatRatio } from './ratio.ts';
import type { Dependency, EndpointSettings, MessageSize, Scenario, Workload } from './scenario.ts';
import { formatHosts } from './selector.ts';
import { formatDuration, formatSize } from './unit.ts';

/** Writes a scenario as a file that `parseScenario` reads back to an equal value. */
export function scenarioToYaml(scenario: Scenario): string {
  const { version, name, seed, untilNs, topology, endpoint, workloads, faults, expectations } = scenario;
  const document = {
    version,
    scenario: name,
    seed,
    until: formatDuration(untilNs),
    topology: printTopology(topology),
    endpoint: printEndpoint(endpoint),
    workload: workloads.map((workload) => printWorkload(workload, topology.hosts)),
    ...(faults.length > 0 && { faults: faults.map(printFault) }),
    ...(expectations.length > 0 && { expect: expectations.map(({ text }) => text) }),
  };
  const yaml = new Document(document, { aliasDuplicateObjects: false });
  visit(yaml, { Seq: (_key, node) => void (node.flow = isNumeric(node)) });
  return yaml.toString({ lineWidth: 0 });
}

/** A list of numbers stands on one line. */
function isNumeric(node: unknown): boolean {
  return isSeq(node) ? node.items.every(isNumeric) : isScalar(node) && typeof node.value === 'number';
}

function printEndpoint(endpoint: EndpointSettings): object {
  const { crypto, control, hostDelayNs, groBytes, workers, options } = endpoint;
  const { inlineBytesMax, pullBytesMax, budgetRatio, burstSegments, paths, peerTimeoutNs } = options;
  const { notifyWindow, earlyBytesInitial, receiveBytesMax, keyPacketsMax } = options;
  return {
    crypto,
    ...(control !== undefined && { control }),
    ...(inlineBytesMax !== undefined && { inline: formatSize(inlineBytesMax) }),
    ...(pullBytesMax !== undefined && { pull: formatSize(pullBytesMax) }),
    ...(budgetRatio !== undefined && { budget: budgetRatio }),
    ...(earlyBytesInitial !== undefined && { early: formatSize(earlyBytesInitial) }),
    ...(burstSegments !== undefined && { burst: burstSegments }),
    ...(paths !== undefined && { paths }),
    ...(peerTimeoutNs !== undefined && { peerTimeout: formatDuration(peerTimeoutNs) }),
    ...(notifyWindow !== undefined && { window: notifyWindow }),
    ...(receiveBytesMax !== undefined && { memory: formatSize(receiveBytesMax) }),
    ...(keyPacketsMax !== undefined && { keyPackets: keyPacketsMax }),
    hostDelay: formatDuration(hostDelayNs),
    ...(groBytes !== undefined && { gro: formatSize(groBytes) }),
    ...(workers !== undefined && { workers }),
  };
}

function printWorkload(workload: Workload, hosts: number): object {
  const { name, pattern, from, to, request, response, arrivals, priority, deadlineNs, after } = workload;
  return {
    name,
    pattern,
    from: printHosts(from, hosts),
    to: printHosts(to, hosts),
    request: printSize(request),
    response: printSize(response),
    ...(arrivals.kind === 'count' && { count: arrivals.count }),
    ...(arrivals.kind === 'load' && { load: formatRatio(arrivals.load) }),
    ...(arrivals.kind === 'concurrency' && { concurrency: arrivals.concurrency }),
    start: formatDuration(arrivals.startNs),
    ...(arrivals.kind !== 'count' && { stop: formatDuration(arrivals.stopNs) }),
    priority,
    ...(deadlineNs !== undefined && { deadline: formatDuration(deadlineNs) }),
    ...(after.length > 0 && { after: after.map((dependency: Dependency) => ({ ...dependency })) }),
  };
}

function printHosts(hosts: readonly number[], count: number): string | string[] {
  const selectors = formatHosts(hosts, count);
  return selectors.length === 1 ? selectors[0]! : selectors;
}

function printSize(size: MessageSize): string {
  return size.kind === 'fixed' ? formatSize(size.bytes) : size.source;
}
