import { describe, expect, it } from 'vitest';
import { runScenario, type Extension } from '../../run/index.ts';
import { sampleScenario } from '../../testing/index.ts';

/** Wakes up every few nanoseconds for ever, in a network that delivers nothing: much happens, and nothing comes of it. */
const idler: Extension = {
  path: import.meta.url,
  extend: ({ kernel, network }) => {
    network.addMonitor({ onPacket: () => 'drop' });
    const again = { onEvent: (): void => void kernel.schedule(kernel.now + 5, again) };
    kernel.schedule(0, again);
  },
};

describe('a run in which much happens and nothing comes further (REQ DST-6)', () => {
  it('ends as a storm, of kind liveness, long before its time is up', async () => {
    const scenario = sampleScenario(1, { faults: [], hostsMax: 2 });
    const { result, exitCode } = await runScenario(scenario, { extensions: [idler] });
    expect(result.violations.map(({ checker }) => checker)).toEqual(['storm']);
    expect([exitCode, result.simTimeNs < scenario.untilNs]).toEqual([4, true]);
  });
});
