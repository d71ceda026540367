import type { DriverCounters, EndpointCounters, EndpointState } from './generated/counters.ts';
import { COUNTERS, DRIVER_COUNTERS, GAUGES, HISTOGRAMS } from './generated/metrics.ts';
import type { Family } from './generated/metrics.ts';
import type { EndpointHistograms } from './generated/telemetry.ts';
import type { Histogram } from './histogram.ts';

/** What one endpoint can be asked for; `labels` tell it from others of the process. */
export interface MetricSource {
  labels?: Readonly<Record<string, string>>;
  counters: Readonly<EndpointCounters>;
  histograms: Readonly<EndpointHistograms>;
  state: Readonly<EndpointState>;
  driver?: Readonly<DriverCounters>;
}

/** The media type of an exposition. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * All metrics of these endpoints in the text format of Prometheus, version 0.0.4: each family once, with HELP and TYPE. The number of lines depends
 * on the number of endpoints alone, not on what they did. REQ EVT-3, OBS-2, OBS-9
 */
export function exposition(sources: readonly MetricSource[]): string {
  const lines: string[] = [];
  for (const family of COUNTERS) addFamily(lines, family, sources, ({ counters }) => counters);
  for (const family of GAUGES) addFamily(lines, family, sources, ({ state }) => state);
  const driven = sources.filter(({ driver }) => driver !== undefined);
  if (driven.length > 0)
    for (const family of DRIVER_COUNTERS)
      addFamily(lines, family, driven, ({ driver }) => driver as DriverCounters);
  for (const { metric, help, field, divisor } of HISTOGRAMS) {
    head(lines, metric, help, 'histogram');
    for (const { labels = {}, histograms } of sources)
      addHistogram(lines, metric, labels, histograms[field], divisor);
  }
  return `${lines.join('\n')}\n`;
}

function head(lines: string[], metric: string, help: string, type: string): void {
  lines.push(`# HELP ${metric} ${escapeHelp(help)}`, `# TYPE ${metric} ${type}`);
}

function addFamily<Field extends string>(
  lines: string[],
  { metric, help, isCounter, label, fields }: Family<Field>,
  sources: readonly MetricSource[],
  values: (source: MetricSource) => Readonly<Record<Field, number>>,
): void {
  head(lines, metric, help, isCounter ? 'counter' : 'gauge');
  for (const source of sources) {
    for (const { field, value } of fields) {
      const labels = label === undefined ? source.labels : { ...source.labels, [label]: value };
      lines.push(`${metric}${labelText(labels ?? {})} ${values(source)[field]}`);
    }
  }
}

function addHistogram(
  lines: string[],
  metric: string,
  labels: Readonly<Record<string, string>>,
  histogram: Histogram,
  divisor: number,
): void {
  let count = 0;
  histogram.bounds.forEach((bound, i) => {
    count += histogram.buckets[i] as number;
    lines.push(`${metric}_bucket${labelText({ ...labels, le: String(bound / divisor) })} ${count}`);
  });
  lines.push(
    `${metric}_bucket${labelText({ ...labels, le: '+Inf' })} ${histogram.count}`,
    `${metric}_sum${labelText(labels)} ${histogram.sum / divisor}`,
    `${metric}_count${labelText(labels)} ${histogram.count}`,
  );
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
