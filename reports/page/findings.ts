import type { ExpectationResult, RunResult, Violation } from '../../scenarios/result.ts';
import { count, counted, plain, time } from '../figures.ts';
import { markup, type Markup } from '../markup.ts';
import { shorten } from '../shorten.ts';
import { term } from './glossary.ts';

/** Violations in the page at most: a broken invariant can be found by every packet. */
const VIOLATIONS_MAX = 200;
/** Seen at once; the others unfold. */
const VIOLATIONS_SHOWN = 4;

/** Expectations beside violations, right below the header. */
export function findings(result: RunResult): Markup {
  return markup`<section id="findings" class="pair${result.violations.length === 0 ? ' first' : ''}"><div class="card"><h2>${term('expectation', 'Expectations')}</h2>${expectations(result.expectations)}</div><div class="card"><h2>${term('violation', 'Violations')}</h2>${violations(result.violations)}</div></section>`;
}

function expectations(list: readonly ExpectationResult[]): Markup {
  if (list.length === 0) return markup`<p class="none">The scenario states none.</p>`;
  // What was missed comes first.
  const sorted = [...list.filter((item) => !item.ok), ...list.filter((item) => item.ok)];
  const rows = sorted.map(
    ({ text, value, ok }) =>
      markup`<tr class="${ok ? 'met' : 'missed'}"><td class="state">${ok ? '✓ met' : '✕ missed'}</td><td><code>${text}</code></td><td class="number">${measured(text, value)}</td></tr>`,
  );
  return markup`<div class="scroll"><table id="expectations"><thead><tr><th scope="col">state</th><th scope="col">expected</th><th scope="col" class="number">measured</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** In the unit of the expectation where it states one; four digits, because three can hide a near miss. */
function measured(text: string, value: number): string {
  if (!Number.isFinite(value)) return plain(value);
  if (/%\s*$/.test(text) && value >= 0 && value <= 1) return `${Number((value * 100).toPrecision(5))} %`;
  if (/Ns\b/.test(text) || /\b(ns|us|µs|ms|s)\s*$/.test(text)) return time(value);
  return Math.abs(value) >= 1e5 ? count(value) : String(Number(value.toPrecision(5)));
}

function violations(list: readonly Violation[]): Markup {
  if (list.length === 0) return markup`<p class="none good">No checker found any.</p>`;
  const shown = list.slice(0, VIOLATIONS_SHOWN).map(violation);
  const folded = list.slice(VIOLATIONS_SHOWN, VIOLATIONS_MAX).map(violation);
  const omitted = list.length - VIOLATIONS_MAX;
  const rest =
    folded.length === 0
      ? null
      : markup`<details><summary>${counted(list.length - VIOLATIONS_SHOWN, 'more violation')}</summary><ol class="violations" start="${VIOLATIONS_SHOWN + 1}">${folded}</ol>${omitted > 0 ? markup`<p class="none">${counted(omitted, 'further violation is', 'further violations are')} in result.json.</p>` : null}</details>`;
  const totals = list.length > VIOLATIONS_SHOWN ? markup`<p class="none">${totalsByChecker(list)}</p>` : null;
  return markup`${totals}<ol class="violations" id="violations">${shown}</ol>${rest}`;
}

/** `12 × exactly-once, 3 × liveness`, the most frequent first. */
function totalsByChecker(list: readonly Violation[]): string {
  const totals = new Map<string, number>();
  for (const { checker } of list) totals.set(checker, (totals.get(checker) ?? 0) + 1);
  const sorted = [...totals].sort((a, b) => b[1] - a[1]);
  const named = sorted.slice(0, 4).map(([checker, times]) => `${count(times)} × ${shorten(checker, 40)}`);
  return [...named, ...(sorted.length > 4 ? ['others'] : [])].join(', ');
}

function violation({ checker, kind, atNs, message }: Violation): Markup {
  return markup`<li><p class="violation-head"><strong><bdi>${shorten(checker, 80)}</bdi></strong> <span class="tag">${kind}</span> at ${time(atNs)}</p><p class="violation-text">${message}</p></li>`;
}
