import { describe, expect, it } from 'vitest';
import { scenarioToYaml } from '../../language/index.ts';
import { runScenario } from '../../run/index.ts';
import { forger, sampleScenario, type Scenario } from '../../testing/index.ts';
import { scenarioOf } from '../language/example.ts';

const OPTIONS = { impatience: true, haste: true, rarities: true, recovery: true };
const SAMPLES = Array.from({ length: 140 }, (_, seed) => sampleScenario(seed, OPTIONS));

const isRare = ({ workloads }: Scenario): boolean => workloads.some(({ name }) => name === 'rare');
const restarts = ({ faults }: Scenario): boolean => faults.some(({ kind }) => kind === 'crash');
const packets = ({ workloads: [first] }: Scenario): number =>
  first?.arrivals.kind === 'count' ? first.arrivals.count : 0;

/** A sample of a kind. */
function sample(isOfKind: (scenario: Scenario) => boolean): Scenario {
  const found = SAMPLES.filter(isRare).find(isOfKind);
  if (found === undefined) throw new Error('there is no such sample');
  return found;
}

describe('rare scenarios (REQ DST-6)', () => {
  it('are some of all, and ones that the language can say', () => {
    const rare = SAMPLES.filter(isRare);
    expect(rare.length).toBeGreaterThan(SAMPLES.length / 10);
    expect(rare.length).toBeLessThan(SAMPLES.length / 3);
    for (const scenario of rare) expect(scenarioOf(scenarioToYaml(scenario))).toEqual(scenario);
  });

  it('restart hosts that others have said something to', async () => {
    const { result } = await runScenario(sample(restarts));
    expect(result.workloads['rare']?.transfers.failed).toBeGreaterThan(0);
    expect(result.violations).toEqual([]);
  });

  it('bring more packets to a host than it remembers, some of them late, and none of them is refused', async () => {
    const { result, marks } = await runScenario(
      sample((scenario) => packets(scenario) > 2000),
      { extensions: [forger] },
    );
    expect(result.packets.delivered).toBeGreaterThan(2 * 2048);
    expect(marks.reached).toContain('replay-refused');
    expect(result.violations).toEqual([]);
  });

  it('have records that are tampered with', async () => {
    const { marks } = await runScenario(
      sample(
        ({ faults, ...scenario }) => faults[0]?.kind === 'corrupt' && packets({ faults, ...scenario }) === 2,
      ),
    );
    expect(marks.reached).toContain('record-poisoned');
  });
});
