import { describe, expect, it } from 'vitest';
import { evaluateExpectation, parseExpectation } from '../../language/index.ts';
import type { RunResult, WorkloadResult } from '../../result.ts';
import { briefly, example, problemsOf } from './example.ts';

const READS: WorkloadResult = {
  transfers: { started: 50, completed: 50, failed: 0, cancelled: 0 },
  bytes: { payload: 1 },
  slowdown: { mean: 1.25, p50: 1.125, p99: 2 },
  latencyNs: { p50: 1000, p99: 2000, max: 3000 },
  spanNs: 4000,
};

const RESULT: RunResult = {
  scenario: 'x',
  seed: 1,
  traceHash: '',
  simTimeNs: 9000,
  wallMs: 0,
  events: 0,
  packets: { sent: 100, delivered: 97, dropped: 3, useful: 90 },
  transfers: { started: 200, completed: 199, failed: 1, cancelled: 0 },
  bytes: { sent: 1, payload: 1 },
  goodput: 0.97,
  byteEfficiency: 0.5,
  lowerBoundNs: 4000,
  slowdown: { mean: 1.5, p50: 1.25, p99: 4 },
  latencyNs: { p50: 10_000, p99: 20_000, max: 30_000 },
  workloads: { reads: READS, 'w-2': { ...READS, spanNs: 7000 } },
  violations: [{ checker: 'x', kind: 'invariant', atNs: 0, message: '' }],
  expectations: [],
};

function evaluate(text: string, result: RunResult = RESULT): { value: number; ok: boolean } {
  const parsed = parseExpectation(text);
  if (!parsed.ok) throw new Error(parsed.message);
  const { text: named, ...rest } = evaluateExpectation(parsed.value, result);
  expect(named).toBe(text);
  return rest;
}

describe('an expectation holds or fails by the figure it names', () => {
  it.each([
    ['completed == 100%', 0.995, false],
    ['completed >= 99.5%', 0.995, true],
    ['completed == 199', 199, true],
    ['goodput >= 0.97', 0.97, true],
    ['goodput >= 97%', 0.97, true],
    ['goodput > 0.97', 0.97, false],
    ['byteEfficiency<0.6', 0.5, true],
    ['slowdown.mean != 1.5', 1.5, false],
    ['slowdown.p50 <= 1.25', 1.25, true],
    ['slowdown.p99 < 4', 4, false],
    ['latency.p50 <= 10us', 10_000, true],
    ['latency.p99 < 20us', 20_000, false],
    ['latency.max <= 0.03ms', 30_000, true],
    ['dropped == 0', 3, false],
    ['violations == 0', 1, false],
    // Of a run: the longest span of its workloads.
    ['span <= 7us', 7000, true],
    ['workloads.reads.span < 4us', 4000, false],
    ['workloads.reads.completed == 100%', 1, true],
    ['workloads.reads.completed == 50', 50, true],
    ['workloads.w-2.latency.max > 2999ns', 3000, true],
    ['workloads.reads.slowdown.p99 >= 2', 2, true],
    ['workloads.absent.span < 4us', Number.NaN, false],
  ])('%s', (text, value, ok) => {
    expect(evaluate(text)).toEqual({ value, ok });
  });

  it('nothing passes by not running', () => {
    const idle = { ...RESULT, transfers: { started: 0, completed: 0, failed: 0, cancelled: 0 } };
    expect(evaluate('completed == 100%', idle)).toEqual({ value: 0, ok: false });
    expect(evaluate('slowdown.p99 != 4', { ...idle, slowdown: { mean: NaN, p50: NaN, p99: NaN } }).ok).toBe(
      false,
    );
  });
});

describe('an expectation that cannot be checked is refused', () => {
  it.each([
    [
      'goodputt >= 1',
      '"goodputt" is not a figure of a run',
      'did you mean "goodput"? figures: completed, goodput, byteEfficiency, slowdown.mean, slowdown.p50, slowdown.p99, latency.p50, latency.p99, latency.max, lineRate, nic.failover, nic.return, dropped, violations, span, stretch, workloads.NAME.…',
    ],
    ['constructor == 1', '"constructor" is not a figure of a run', 'figures: completed, '],
    [
      'workloads.reads.goodput > 0',
      '"goodput" is not a figure of a workload',
      'figures after workloads.reads.: completed, slowdown.mean, slowdown.p50, slowdown.p99, latency.p50, latency.p99, latency.max, span',
    ],
    ['latency.p99 <= 4', 'latency.p99: 4 has no unit', 'write for example 4ns, 4us or 4ms'],
    ['latency.p99 <= 4KB', 'latency.p99: 4KB is a size, not a duration', 'write for example 10us'],
    ['slowdown.p99 <= 4us', 'slowdown.p99: "4us" is not a number', 'write for example'],
    ['slowdown.p99 <= 4%', 'slowdown.p99: 4% is a percentage', 'compare with a plain number, for example 4'],
    [
      'goodput >= 97',
      'goodput: 97 is more than 1',
      'write a fraction such as 0.97, or a percentage such as 97%',
    ],
    ['completed == 101%', 'completed: 101% is more than 1', 'write a fraction'],
    [
      'completed == 0.5',
      'completed: 0.5 is not a whole number',
      'compare with a whole number, or completed with a percentage',
    ],
    ['dropped == -1', 'dropped: "-1" is not a number', 'write for example'],
    [
      'goodput = 1',
      'expected a comparison, found "goodput = 1"',
      'write name, operator (== != <= >= < >), number',
    ],
    ['goodput >=', 'expected a comparison, found "goodput >="', 'write name, operator'],
    ['goodput >= 1 and dropped == 0', 'expected a comparison', 'write name, operator'],
  ])('%s', (text, message, remedy) => {
    const parsed = parseExpectation(text);
    expect(parsed).toMatchObject({ ok: false });
    expect(parsed).toHaveProperty('message', expect.stringContaining(message));
    expect(parsed).toHaveProperty('remedy', expect.stringContaining(remedy));
  });

  it('in a file, at its line', () => {
    const text = `${example()}expect:\n  - dropped == 0\n  - goodput >= high\n  - workloads.raeds.span < 1ms\n`;
    expect(briefly(problemsOf(text))).toEqual([
      '17:5 expect[1]: goodput: "high" is not a number | write for example completed == 100%, goodput >= 0.97 or workloads.reads.latency.p99 <= 50us',
    ]);
    expect(briefly(problemsOf(text.replace('high', '0.9')))).toEqual([
      '18:5 expect[2]: there is no workload "raeds" | did you mean "reads"? workloads: reads',
    ]);
  });
});
