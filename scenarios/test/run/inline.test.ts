/** Many small messages at once: what travels inside announcements is scheduled by nobody, and must not overrun a port. */
import { expect, test } from 'vitest';
import { parseScenario } from '../../language/index.ts';
import type { RunResult } from '../../result.ts';
import { runScenario } from '../../run/index.ts';

async function resultOf(port: string): Promise<RunResult> {
  const parsed = parseScenario(
    `
version: 1
scenario: inline-burst
until: 50ms
topology: { kind: star, hosts: 9, link: { rate: 100Gbps, delay: 650ns, mtu: 1500 }, switch: { buffer: unlimited, port: ${port} } }
workload:
  - { name: calls, pattern: unary, from: 'host[1..8]', to: 'host[0]', request: 1KB, response: 64B, count: 20 }
`,
    'inline.yaml',
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return (await runScenario(parsed.scenario)).result;
}

/** REQ CC-2 · MUST NOTIFY-9 */
test('160 requests of 1 KB from eight hosts at once lose nothing at a port of 20 KB', async () => {
  const { packets, transfers, violations } = await resultOf('20KB');
  expect({ dropped: packets.dropped, completed: transfers.completed }).toEqual({
    dropped: 0,
    completed: 160,
  });
  expect(violations).toEqual([]);
});

/** MUST NOTIFY-9. The round trip of a pull is paid only where the network cannot hold them. */
test('where ports hold them all travel inside their announcements', async () => {
  const [roomy, endless] = [await resultOf('500KB'), await resultOf('100MB')];
  expect(roomy.packets.dropped).toBe(0);
  expect(roomy.packets).toEqual(endless.packets);
  expect(roomy.latencyNs.max).toBeLessThan((await resultOf('20KB')).latencyNs.max);
});
