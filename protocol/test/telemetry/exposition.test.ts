import { describe, expect, test } from 'vitest';
import { exposition } from '../../telemetry/exposition.ts';
import { Telemetry } from '../../telemetry/generated/telemetry.ts';
import { Histogram } from '../../telemetry/histogram.ts';
import { makePair, pattern } from '../support/pair.ts';
import type { MetricSource } from '../../telemetry/exposition.ts';

/** One line as the format of Prometheus has it: a comment, or a name, labels and a number. */
const LINE =
  /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z_]+="([^"\\\n]|\\[\\"n])*"(,[a-z_]+="([^"\\\n]|\\[\\"n])*")*\})? (\d+(\.\d+)?(e-?\d+)?))$/;

function source(tell: (telemetry: Telemetry) => void, labels?: Record<string, string>): MetricSource {
  const telemetry = new Telemetry(undefined);
  tell(telemetry);
  const { state } = makePair().client.endpoint;
  const { counters, histograms } = telemetry;
  return { counters, histograms, state, ...(labels && { labels }) };
}

/** The series of a text: name and labels to value. */
function seriesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

/** REQ EVT-3, OBS-2, OBS-9. */
describe('an exposition', () => {
  test('has every family once, with HELP and TYPE in front of its series, and nothing a scraper cannot read', () => {
    const text = exposition([source(() => {}, { worker: '0' }), source(() => {}, { worker: '1' })]);
    expect(text.endsWith('\n')).toBe(true);
    const lines = text.slice(0, -1).split('\n');
    for (const line of lines) expect(line).toMatch(LINE);
    let family = '';
    const seen = new Set<string>();
    for (const line of lines) {
      const [, kind, name] = /^# (HELP|TYPE) (\S+)/.exec(line) ?? [];
      if (kind === 'HELP') {
        expect(seen.has(name!), name).toBe(false);
        seen.add(name!);
        family = name!;
      } else if (kind === 'TYPE') expect(name).toBe(family);
      else expect(line.startsWith(family), `${line} is not of ${family}`).toBe(true);
    }
  });

  test('says what the events of an endpoint add up to', () => {
    const { net, client, toServer } = makePair();
    client.call(toServer, pattern(10));
    client.call(toServer, pattern(100_000));
    net.run();
    const series = seriesOf(exposition([client.endpoint.metrics()]));
    const { counters } = client.endpoint;
    expect(series.get('dcquic_exchanges_answered_total')).toBe(2);
    expect(series.get('dcquic_data_packets_sent_total')).toBe(counters.dataOut);
    expect(counters.dataOut).toBeGreaterThan(60);
    expect(series.get('dcquic_exchange_latency_seconds_count')).toBe(2);
    expect(series.get('dcquic_packets_refused_total{why="forged"}')).toBe(0);
    expect(series.get('dcquic_exchanges')).toBe(0);
  });

  test('has as many lines whatever happened: no label has values from outside', () => {
    const busy = source((telemetry) => {
      for (let i = 0; i < 1000; i += 1) {
        telemetry.exchangeFailed(i, i, 'deadline');
        telemetry.dataSent(i, i, i, i, i);
        telemetry.packetDropped('forged');
      }
    });
    const count = (one: MetricSource): number => exposition([one]).split('\n').length;
    expect(count(busy)).toBe(count(source(() => {})));
    expect(seriesOf(exposition([busy])).get('dcquic_exchanges_failed_total{reason="deadline"}')).toBe(1000);
  });

  test('escapes what a label may hold', () => {
    const text = exposition([source(() => {}, { host: 'a"b\\c\nd' })]);
    expect(text).toContain('dcquic_exchanges{host="a\\"b\\\\c\\nd"} 0');
    for (const line of text.slice(0, -1).split('\n')) expect(line).toMatch(LINE);
  });

  test('gives times in seconds, buckets that are cumulative, and +Inf with all', () => {
    const text = exposition([
      source((telemetry) => {
        for (const ns of [10_000, 10_001, 3e9, 60e9]) telemetry.exchangeAnswered(1, 1, ns, 0, 0, 0, 0);
      }),
    ]);
    const series = seriesOf(text);
    const bucket = (le: string): number | undefined =>
      series.get(`dcquic_exchange_latency_seconds_bucket{le="${le}"}`);
    expect(['0.00001', '0.00002', '1', '10', '+Inf'].map(bucket)).toEqual([1, 2, 2, 3, 4]);
    expect(series.get('dcquic_exchange_latency_seconds_sum')).toBe((20_001 + 63e9) / 1e9);
  });
});

test('a histogram puts a value that is a bound into the bucket below it', () => {
  const histogram = new Histogram([1, 10]);
  for (const value of [0, 1, 2, 10, 11]) histogram.observe(value);
  expect([histogram.buckets, histogram.count, histogram.sum]).toEqual([[2, 2], 5, 24]);
});
