import { expect, test } from 'vitest';
import { DropReason, NetKind } from '../../../sim/net/index.ts';
import { runScenario } from '../../run/index.ts';
import { scenarioOf } from '../language/example.ts';

test('a paused host keeps 1024 packets at its NIC; what comes then is dropped, and sent again. REQ DST-5', async () => {
  const scenario = scenarioOf(`
version: 1
scenario: full-ring
until: 1s
topology: { kind: star, hosts: 4, switch: { buffer: unlimited } }
workload:
  - { name: calls, pattern: unary, from: 'host[1..3]', to: 'host[0]', request: 1000B, response: 64B, count: 500 }
faults: [{ kind: pause, for: 300us, on: 'host[0]' }]
expect: [completed == 100%]
`);
  const { exitCode, store } = await runScenario(scenario, { trace: { store: { recordsMax: 100_000 } } });
  let dropped = 0;
  let delivered = 0;
  const PAUSE_ENDS_NS = 300_000;
  store!.forEach((timeNs, kind, _where, _packet, reason) => {
    if (timeNs > PAUSE_ENDS_NS) return;
    if (kind === NetKind.DROPPED && reason === DropReason.RING_FULL) dropped += 1;
    // Nobody else is sent anything before host[0] runs.
    if (kind === NetKind.DELIVERED) delivered += 1;
  });
  expect(delivered).toBe(1024);
  expect(dropped).toBeGreaterThan(150);
  expect(exitCode).toBe(0);
});
