import { test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { scenarioToYaml } from '../../language/index.ts';
import { SIZES_CSV, anyScenario } from '../../testing/scenario.ts';
import { example, scenarioOf } from './example.ts';

const readFile = (): { ok: true; value: string } => ({ ok: true, value: SIZES_CSV });

describe('scenarioToYaml', () => {
  // A shrunk or saved scenario that is read back as another one would not fail in the same way.
  test.prop([anyScenario])('is read back as the same scenario', (scenario) => {
    expect(scenarioOf(scenarioToYaml(scenario), { readFile })).toEqual(scenario);
  });

  it('writes what a person would write', () => {
    const text = example(['host[1..3]', '[host[1], host[3]]'], ['count: 1', 'load: 0.6\n    stop: 5ms']);
    const faults =
      'faults:\n  - { kind: reorder, rate: 5/100, delay: 30us, on: link(host[1..2]), at: 1ms, for: 1500us }\n';
    expect(scenarioToYaml(scenarioOf(`${text}${faults}expect: [ completed == 100% ]\n`))).toBe(`version: 1
scenario: example
seed: 1
until: 10ms
topology:
  kind: star
  hosts: 4
  nics: 1
  link:
    rate: 100Gbps
    delay: 650ns
    mtu: 1500
  switch:
    buffer: 500KB
    priorities: 8
    spray: packet
endpoint:
  crypto: sim
  hostDelay: 0ns
workload:
  - name: reads
    pattern: unary
    from:
      - host[1]
      - host[3]
    to: host[0]
    request: 450KB
    response: 64B
    load: 3/5
    start: 0ns
    stop: 5ms
    priority: 3
faults:
  - kind: reorder
    at: 1ms
    for: 1500us
    rate: 5/100
    delay: 30us
    on: link(host[1..2])
expect:
  - completed == 100%
`);
  });
});
