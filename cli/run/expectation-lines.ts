import { percent, time, timeUnit } from '../../reports/figures.ts';
import { METRICS } from '../../scenarios/language/metric.ts';
import { parseExpectation } from '../../scenarios/language/index.ts';
import type { ExpectationResult } from '../../scenarios/result.ts';
import { paint } from '../terminal.ts';

/** `✓ goodput >= 0.97    0.981234`, one line each. */
export function expectationLines(expectations: readonly ExpectationResult[]): string[] {
  const width = Math.max(0, ...expectations.map(({ text }) => text.length));
  return expectations.map((expectation) => {
    const mark = expectation.ok ? paint('good', '✓') : paint('bad', '✗');
    return `  ${mark} ${expectation.text.padEnd(width)}   ${measured(expectation)}`;
  });
}

/** With so many digits that a value which missed by little does not read as met. */
function measured({ text, value }: ExpectationResult): string {
  if (Number.isNaN(value)) return 'no figure';
  const parsed = parseExpectation(text);
  const kind = parsed.ok ? METRICS[parsed.value.metric]?.kind : undefined;
  if (text.endsWith('%')) return percent(value);
  if (kind !== 'duration') return String(sixDigits(value));
  const { name, factor } = timeUnit(value);
  return Number.isFinite(value) ? `${sixDigits(value / factor)} ${name}` : time(value);
}

function sixDigits(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(6));
}
