import { describe, expect, it } from 'vitest';
import { DataPacket } from '../../../protocol/wire/index.ts';
import { runScenario, type Extension } from '../../run/index.ts';
import { conformance, forger, sampleScenario } from '../../testing/index.ts';

const SEEDS = Array.from({ length: 5 }, (_, i) => i + 1);

/** Every data packet says that it is sent again. */
const liar: Extension = {
  path: import.meta.url,
  extend: ({ network }) =>
    network.addMonitor({
      onPacket: (point, packet) => {
        if (point !== 'egress') return 'pass';
        const bytes = packet.datagram();
        const first = bytes[0] as number;
        if (first >>> 6 === DataPacket.KIND) bytes[0] = first ^ 1;
        return 'pass';
      },
    }),
};

async function seen(extensions: readonly Extension[]): Promise<Set<string>> {
  const checkers = new Set<string>();
  for (const seed of SEEDS) {
    const { result } = await runScenario(sampleScenario(seed, { recovery: true }), { extensions });
    for (const { checker } of result.violations) checkers.add(checker);
  }
  return checkers;
}

describe('endpoints, compared with the MUSTs of the protocol (REQ DST-6)', () => {
  it('do what they must, whatever an attacker does to their packets', async () => {
    expect(await seen([conformance, forger])).toEqual(new Set());
  });

  it('are found out if they do not; MUST DATA-3', async () => {
    expect(await seen([liar, conformance])).toContain('DATA-3');
  });

  it('behave as they do when nobody looks', async () => {
    const scenario = sampleScenario(3, { recovery: true });
    const [seen, unseen] = [
      await runScenario(scenario, { extensions: [conformance] }),
      await runScenario(scenario),
    ];
    expect(seen.result.traceHash).toBe(unseen.result.traceHash);
  });
});
