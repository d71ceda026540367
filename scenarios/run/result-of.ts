import { evaluateExpectation } from '../language/index.ts';
import type { RunResult } from '../result.ts';
import type { Simulation } from './simulation.ts';
import type { WorkloadRun } from './workload-run.ts';
import type { Workloads } from './workloads.ts';

/** 0 as expected · 2 an expectation failed · 3 an invariant was violated · 4 not live. */
export type VerdictCode = 0 | 2 | 3 | 4;

/** The figures of a run that has ended. */
export function resultOf(
  simulation: Simulation,
  workloads: Workloads,
  lineRate: () => number,
  wallMs: number,
): RunResult {
  const { kernel, trace, network, world, violations, ledger, scenario } = simulation;
  const { statistics } = network;
  let useful = 0;
  for (const host of world.hosts) useful += host.counters().usefulPackets;
  const cancelled = workloads.runs.reduce((sum, run) => sum + run.cancelled, 0);
  const result: RunResult = {
    scenario: scenario.name,
    seed: scenario.seed,
    traceHash: trace.digest(),
    simTimeNs: kernel.now,
    wallMs: Math.round(wallMs),
    events: kernel.events,
    packets: {
      sent: statistics.sentPackets,
      delivered: statistics.deliveredPackets,
      dropped: statistics.droppedPackets,
      useful,
    },
    bytes: { sent: statistics.sentBytes, payload: workloads.payloadBytes },
    transfers: {
      started: ledger.offered + cancelled,
      completed: ledger.completed,
      failed: ledger.failed + ledger.crashed,
      cancelled,
    },
    goodput: statistics.sentPackets === 0 ? 0 : useful / statistics.sentPackets,
    byteEfficiency: statistics.sentBytes === 0 ? 0 : workloads.payloadBytes / statistics.sentBytes,
    lowerBoundNs: workloads.lowerBoundNs,
    slowdown: workloads.all.slowdown(),
    latencyNs: workloads.all.latency(),
    workloads: Object.fromEntries(workloads.runs.map((run) => [run.workload.name, workloadResult(run)])),
    ...nicsOf(simulation, lineRate),
    violations: violations.list.map((violation) => ({ ...violation })),
    expectations: [],
  };
  result.expectations = scenario.expectations.map((expectation) => evaluateExpectation(expectation, result));
  return result;
}

/** REQ MNIC-6, MNIC-7 */
function nicsOf({ world }: Simulation, lineRate: () => number): Pick<RunResult, 'nics'> {
  const each = world.hosts.flatMap(({ index: host, nicStatus = [] }) =>
    nicStatus.map(({ sentBytes, receivedBytes, downs, failoverNs, returnNs }, nic) => ({
      host,
      nic,
      sentBytes,
      receivedBytes,
      downs,
      failoverNs,
      returnNs,
    })),
  );
  return each.length === 0 ? {} : { nics: { lineRate: lineRate(), each } };
}

function workloadResult(run: WorkloadRun): RunResult['workloads'][string] {
  return {
    transfers: {
      started: run.started,
      completed: run.completed,
      failed: run.failed,
      cancelled: run.cancelled,
    },
    bytes: { payload: run.payloadBytes },
    slowdown: run.figures.slowdown(),
    latencyNs: run.figures.latency(),
    spanNs: run.firstOfferedNs < 0 ? 0 : run.lastEndedNs - run.firstOfferedNs,
  };
}

/** The verdict: invariants first, then liveness, then what the scenario expects. */
export function verdict(result: RunResult): VerdictCode {
  if (result.violations.some(({ kind }) => kind === 'invariant')) return 3;
  if (result.violations.length > 0) return 4;
  return result.expectations.every(({ ok }) => ok) ? 0 : 2;
}
