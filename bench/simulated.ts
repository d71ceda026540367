import { join } from 'node:path';
import { packageRoot } from '../scenarios/distributions/package-root.ts';
import { loadScenario } from '../scenarios/language/index.ts';
import { runScenario } from '../scenarios/run/index.ts';

export const SIMULATED_SCENARIO = 'scenarios/library/websearch-16.yaml';

export interface SimulatedFigures {
  scenario: string;
  seed: number;
  traceHash: string;
  packetsSent: number;
  packetsDelivered: number;
  events: number;
  wallMs: number;
  /** Of all threads of the process. Much less than wallMs: the machine was busy with something else. */
  cpuMs: number;
  /** Sent by hosts, per second of wall time. */
  packetsSentPerSecond: number;
  packetsDeliveredPerSecond: number;
  eventsPerSecond: number;
}

/** One run of the scenario, in this process. Throws if it does not pass. */
export async function simulateOnce(): Promise<SimulatedFigures> {
  const loaded = loadScenario(join(packageRoot(), SIMULATED_SCENARIO));
  if (!loaded.ok) throw new Error(loaded.problems[0]?.message);
  const before = process.cpuUsage();
  const { result, exitCode } = await runScenario(loaded.scenario);
  const { user, system } = process.cpuUsage(before);
  if (exitCode !== 0) throw new Error(`${SIMULATED_SCENARIO} ended with ${exitCode}: dcquic run shows why`);
  const { packets, events, wallMs, traceHash, seed } = result;
  const perSecond = (count: number): number => Math.round((count / wallMs) * 1000);
  return {
    scenario: SIMULATED_SCENARIO,
    seed,
    traceHash,
    packetsSent: packets.sent,
    packetsDelivered: packets.delivered,
    events,
    wallMs,
    cpuMs: Math.round((user + system) / 1000),
    packetsSentPerSecond: perSecond(packets.sent),
    packetsDeliveredPerSecond: perSecond(packets.delivered),
    eventsPerSecond: perSecond(events),
  };
}
