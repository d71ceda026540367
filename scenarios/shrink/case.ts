import { createHash } from 'node:crypto';
import { parseScenario, scenarioToYaml } from '../language/index.ts';
import type { Fault, Scenario } from '../language/index.ts';
import { distributionFiles, embeddedFile } from '../run/capsule.ts';
import type { Schedule } from '../run/index.ts';

/** What a run depends on, but for its extensions. */
export interface Case {
  scenario: Scenario;
  /** Absent: first in, first out. */
  schedule?: Schedule;
}

/** The case as it would be read from a file, so that what has been run is what is written; undefined if the language refuses it. */
export function readBack({ scenario, schedule }: Case): Case | undefined {
  const files = distributionFiles(scenario);
  const readFile = (name: string): ReturnType<typeof embeddedFile> => embeddedFile(files, name);
  const parsed = parseScenario(scenarioToYaml(scenario), 'shrunk', { readFile });
  if (!parsed.ok) return undefined;
  return { scenario: parsed.scenario, ...(schedule === undefined ? {} : { schedule }) };
}

/** Equal for equal cases. */
export function keyOf({ scenario, schedule }: Case): string {
  const text = JSON.stringify([scenarioToYaml(scenario), distributionFiles(scenario), schedule ?? null]);
  return createHash('sha256').update(text).digest('hex');
}

/** How large a case is, for people. */
export interface CaseSize {
  hosts: number;
  /** Packets hit one by one, other faults, and choices of another order than first in, first out. */
  events: number;
  workloads: number;
}

export function sizeOf({ scenario, schedule }: Case): CaseSize {
  const { topology, faults, workloads } = scenario;
  const choices = schedule?.choices.filter((choice) => choice > 0).length ?? 0;
  const events = faults.reduce((sum, fault) => sum + eventsOf(fault), choices);
  return { hosts: topology.hosts, events, workloads: workloads.length };
}

function eventsOf(fault: Fault): number {
  return 'packets' in fault && fault.packets !== undefined ? fault.packets.length : 1;
}
