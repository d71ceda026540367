import { describe, expect, test } from 'vitest';
import { Marks, type MarkReport } from '../../../sim/check/index.ts';
import { parseScenario } from '../../language/index.ts';
import { runScenario } from '../../run/index.ts';

async function marksOf(faults: string, request: string): Promise<MarkReport> {
  const text = `
version: 1
scenario: marks
until: 100ms
topology: { kind: star, hosts: 3 }
workload: [{ name: mix, pattern: unary, from: all, to: all, request: ${request}, response: 64B, count: 30 }]
faults: [${faults}]
`;
  const parsed = parseScenario(text, 'marks.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const { marks } = await runScenario(parsed.scenario);
  return marks;
}

describe('coverage marks (REQ DST-10)', () => {
  test('a run without trouble reaches what needs none, and declares the rest', async () => {
    const { reached, declared } = await marksOf('', '100B');
    expect(reached).toEqual(['exchange-completed', 'inline-message']);
    expect(declared).toContain('pulled-again');
    expect(declared).toContain('notify-blocked-sent');
  });

  test('trouble is seen by the marks of that trouble', async () => {
    const { reached } = await marksOf(
      '{ kind: loss, rate: 3/100, on: all }, { kind: duplicate, rate: 3/100, on: all }, { kind: corrupt, rate: 3/100, on: all }, { kind: reorder, rate: 3/100, delay: 20us, on: all }',
      '100KB',
    );
    expect(reached).toEqual(
      expect.arrayContaining([
        'duplicate-payload-seen',
        'forged-refused',
        'link-lost',
        'packet-corrupted',
        'packet-duplicated',
        'packet-held-back',
        'pulled-again',
        'pulled-message',
        'record-poisoned',
      ]),
    );
  });

  test('a mark is declared by asking whether it is reached, and stays reached', () => {
    const marks = new Marks();
    marks.declare('never');
    marks.sometimes('late', false);
    marks.sometimes('late');
    marks.sometimes('late', false);
    marks.declare('late');
    expect(marks.report()).toEqual({ declared: ['late', 'never'], reached: ['late'] });
  });
});
