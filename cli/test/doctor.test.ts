import { describe, expect, it } from 'vitest';
import { examine, type Finding } from '../doctor/finding.ts';
import { dcquic } from './dcquic.ts';

describe('dcquic doctor', () => {
  it('names everything it looked at, each with a remedy where something costs. REQ OPS-5, CORE-7', async () => {
    const { code, stdout, stderr } = await dcquic(['doctor', '--json']);
    expect([code, stderr]).toEqual([0, '']);
    const { findings } = JSON.parse(stdout) as { findings: Finding[] };
    expect(findings.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        'node',
        'cores',
        'memory',
        'clock',
        'isolated-cores',
        'ipv6',
        'udp-fast-path',
        'efa',
        'aes',
      ]),
    );
    for (const { level, cost, remedy } of findings) {
      if (level === 'costs') expect([typeof cost, typeof remedy]).toEqual(['string', 'string']);
    }
  });

  it('never fails: what cannot be found out is a finding', async () => {
    const broken = () => {
      throw new Error('no such thing here');
    };
    const fine: Finding = { id: 'b', title: 'B', level: 'good', found: 'yes' };
    const checks = [
      { id: 'a', title: 'A', look: broken },
      { id: 'a2', title: 'A2', look: () => Promise.reject(new Error('nor here')) },
      { id: 'b', title: 'B', look: () => [fine] },
    ];
    expect(await examine(checks)).toEqual([
      { id: 'a', title: 'A', level: 'note', found: 'could not be found out: no such thing here' },
      { id: 'a2', title: 'A2', level: 'note', found: 'could not be found out: nor here' },
      fine,
    ]);
  });
});
