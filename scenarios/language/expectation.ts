import { METRICS, type MetricKind, WORKLOAD_METRIC_NAMES } from './metric.ts';
import { type Parsed, accept, describe, quote, refuse } from './problem.ts';
import { suggest } from './suggest.ts';
import { DURATION, parseQuantity } from './unit.ts';

export type Comparison = '==' | '!=' | '<=' | '>=' | '<' | '>';

/** `workloads.reads.slowdown.p99 <= 4`, parsed. */
export interface Expectation {
  /** As written. */
  text: string;
  /** One workload's figure; null: the run's. */
  workload: string | null;
  /** A name of the table of metrics, e.g. `slowdown.p99`. */
  metric: string;
  comparison: Comparison;
  /** In base units: a share or fraction as 0 to 1, a duration in ns. */
  value: number;
  /** `completed` compared in percent of those started, rather than by number. */
  share: boolean;
}

const EXPRESSION = /^([A-Za-z][\w.-]*?)\s*(==|!=|<=|>=|<|>)\s*([^\s=<>!]+)$/;
export const EXPECTATION_PATTERN = '^[A-Za-z][\\w.-]*\\s*(==|!=|<=|>=|<|>)\\s*\\S+$';
const EXAMPLE = 'completed == 100%, goodput >= 0.97 or workloads.reads.latency.p99 <= 50us';
const NUMBER = /^\d{1,15}(\.\d{1,12})?$/;

/** Reads `name(.field)* op number(unit|%)?`. Whether a workload exists is the caller's to check. */
export function parseExpectation(input: unknown): Parsed<Expectation> {
  const match = typeof input === 'string' ? EXPRESSION.exec(input.trim()) : null;
  if (match === null) {
    return refuse(
      `expected a comparison, found ${describe(input)}`,
      `write name, operator (== != <= >= < >), number: ${EXAMPLE}`,
    );
  }
  const [text, name, comparison, literal] = match as unknown as [string, string, Comparison, string];
  const subject = parseSubject(name);
  if (!subject.ok) return subject;
  const { workload, metric } = subject.value;
  const { kind } = METRICS[metric]!;
  const value = parseLiteral(kind, literal);
  if (!value.ok) return refuse(`${metric}: ${value.message}`, value.remedy);
  return accept({
    text,
    workload,
    metric,
    comparison,
    value: value.value,
    share: kind === 'share' && literal.endsWith('%'),
  });
}

function parseSubject(name: string): Parsed<{ workload: string | null; metric: string }> {
  if (Object.hasOwn(METRICS, name)) return accept({ workload: null, metric: name });
  const [head, workload = '', ...rest] = name.split('.');
  if (head !== 'workloads') {
    return refuse(
      `${quote(name)} is not a figure of a run`,
      suggest(name, [...Object.keys(METRICS), 'workloads.NAME.…'], 'figures'),
    );
  }
  const metric = rest.join('.');
  if (!WORKLOAD_METRIC_NAMES.includes(metric)) {
    const message = `${quote(metric)} is not a figure of a workload`;
    return refuse(
      message,
      suggest(metric, WORKLOAD_METRIC_NAMES, `figures after workloads.${workload || 'NAME'}.`),
    );
  }
  return accept({ workload, metric });
}

function parseLiteral(kind: MetricKind, literal: string): Parsed<number> {
  if (kind === 'duration') return parseQuantity(DURATION, literal);
  const percent = literal.endsWith('%');
  const digits = percent ? literal.slice(0, -1) : literal;
  if (!NUMBER.test(digits))
    return refuse(`${quote(literal)} is not a number`, `write for example ${EXAMPLE}`);
  if (percent && kind !== 'share' && kind !== 'fraction') {
    return refuse(`${literal} is a percentage`, `compare with a plain number, for example ${digits}`);
  }
  const value = percent ? Number(digits) / 100 : Number(digits);
  if ((kind === 'fraction' || percent) && value > 1) {
    return refuse(`${literal} is more than 1`, 'write a fraction such as 0.97, or a percentage such as 97%');
  }
  if ((kind === 'count' || (kind === 'share' && !percent)) && !Number.isSafeInteger(value)) {
    return refuse(
      `${literal} is not a whole number`,
      'compare with a whole number, or completed with a percentage',
    );
  }
  return accept(value);
}
