import { describe, expect, it } from 'vitest';
import { FifoChooser, RandomChooser } from '../../../sim/explore/index.ts';
import { parseScenario } from '../../language/index.ts';
import { capsuleOf, parseCapsule, replayCapsule, runScenario } from '../../run/index.ts';
import type { Scenario } from '../../language/index.ts';

/** Two hosts ask a third at the same instant: their packets tie at the switch. */
function tied(): Scenario {
  const parsed = parseScenario(
    `version: 1
scenario: tied
until: 10ms
topology: { kind: star, hosts: 3 }
workload:
  - { name: ask, pattern: unary, from: 'host[1..2]', to: 'host[0]', request: 3KB, response: 64B, count: 2 }
`,
    'tied.yaml',
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.scenario;
}

describe('a run with a chooser (REQ DST-4)', () => {
  it('is the run without one, if it chooses first-in-first-out (else exploring explores something else)', async () => {
    const plain = await runScenario(tied());
    const chosen = await runScenario(tied(), { schedule: { chooser: new FifoChooser(), windowNs: 0 } });
    expect(chosen.result.traceHash).toBe(plain.result.traceHash);
    expect(plain.schedule).toBeUndefined();
    // What is first-in-first-out to the end is no choice.
    expect(chosen.schedule).toEqual({ choices: [], windowNs: 0 });
  });

  it('does not depend on what ran before: bodies are kept from one run to the next', async () => {
    const hashOf = async (seed: number): Promise<string> =>
      (await runScenario({ ...tied(), seed })).result.traceHash;
    const hashes = [await hashOf(1), await hashOf(2), await hashOf(1), await hashOf(2)];
    expect(hashes.slice(2)).toEqual(hashes.slice(0, 2));
    expect(hashes[0]).not.toBe(hashes[1]);
  });

  it('comes to other traces in other orders, and all of them keep the invariants', async () => {
    const hashes = new Set<string>();
    for (let seed = 0; seed < 10; seed++) {
      const schedule = { chooser: new RandomChooser(seed), windowNs: 200 };
      const { result, exitCode } = await runScenario(tied(), { schedule });
      expect([seed, exitCode, result.violations]).toEqual([seed, 0, []]);
      hashes.add(result.traceHash);
    }
    expect(hashes.size).toBeGreaterThan(5);
  });

  it('lets packets overtake within the window only', async () => {
    const hashesOf = async (windowNs: number): Promise<Set<string>> => {
      const hashes = new Set<string>();
      for (let seed = 0; seed < 10; seed++) {
        const schedule = { chooser: new RandomChooser(seed), windowNs };
        const outcome = await runScenario(tied(), { schedule });
        hashes.add(outcome.result.traceHash);
      }
      return hashes;
    };
    const ties = await hashesOf(0);
    const races = await hashesOf(500);
    expect([...races].filter((hash) => !ties.has(hash)).length).toBeGreaterThan(0);
  });

  it('replays from its capsule, without the chooser', async () => {
    const schedule = { chooser: new RandomChooser(3), windowNs: 200 };
    const outcome = await runScenario(tied(), { schedule });
    expect(outcome.schedule?.choices.length).toBeGreaterThan(3);
    const capsule = capsuleOf(tied(), outcome, { command: 'none', extensions: [] });
    const read = parseCapsule(JSON.stringify(capsule), 'capsule.json');
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    expect((await replayCapsule(read.capsule, read.scenario, {})).same).toBe(true);
    const fifo = { ...read.capsule, schedule: { choices: [], windowNs: 200 } };
    expect((await replayCapsule(fifo, read.scenario, {})).same).toBe(false);
  });

  it('is refused if its capsule has a schedule that is none', async () => {
    const capsule = capsuleOf(tied(), await runScenario(tied()), { command: 'none', extensions: [] });
    for (const schedule of [
      { choices: [-1], windowNs: 0 },
      { choices: [0.5], windowNs: 0 },
      { choices: [] },
      7,
      null,
    ]) {
      expect(parseCapsule(JSON.stringify({ ...capsule, schedule }), 'capsule.json').ok).toBe(false);
    }
  });
});
