import type { RunReport } from '../../scenarios/result.ts';
import { bitRates, largest, total } from '../data/bins.ts';
import { timeWindow, type TimeWindow } from '../data/time-window.ts';
import { bytes, bytesUnit, count, counted, countUnit, rate, rateUnit, time, type Unit } from '../figures.ts';
import { dataBlock, markup, type Markup } from '../markup.ts';
import { faultLane } from '../plot/fault-lane.ts';
import { faultSpans, type FaultSpan } from '../plot/fault-spans.ts';
import { shownReference, timePlot, type ReferenceLine, type TimeSeries } from '../plot/time-plot.ts';
import { faultTable } from './fault-table.ts';
import { figure } from './figure.ts';
import { term } from './glossary.ts';

const REASON_COLORS = ['c-bad', 'c1', 'c3', 'c4', 'c2', 'c5'] as const;

/** Everything over simulated time, on one time axis. */
export function timeSection(report: RunReport): Markup {
  const window = timeWindow(report);
  if (window === null) {
    return section(
      markup`<p class="none">The run took no simulated time.</p>${faultTable(report.faults, true)}`,
      '',
    );
  }
  const faults = faultSpans(report.faults, window.endNs);
  const delivered = bitRates(window.deliveredBytes, window.binNs, window.simTimeNs);
  const sent = bitRates(window.sentBytes, window.binNs, window.simTimeNs);
  const body = markup`${lane(report, faults, window)}${throughput(report, window, faults, delivered, sent)}${queue(report, window, faults)}${drops(window, faults)}${active(window, faults)}${faultTable(report.faults, false)}${readOuts(window, faults, delivered, sent)}`;
  return section(body, windowNote(window));
}

function section(body: Markup, note: string): Markup {
  return markup`<section id="time" class="card"><div class="section-head"><h2>Over time</h2><p class="remark">${note}</p></div>${body}</section>`;
}

function windowNote(window: TimeWindow): string {
  const bin = `bins of ${time(window.binNs)}`;
  if (window.endNs >= window.simTimeNs) return bin;
  return `${bin}; nothing happens from ${time(window.endNs)} until the end at ${time(window.simTimeNs)}`;
}

function lane(report: RunReport, faults: readonly FaultSpan[], window: TimeWindow): Markup | null {
  if (report.faults.length === 0) return null;
  const { svg, omitted } = faultLane(faults, window.endNs);
  const hidden = omitted + report.faults.length - faults.length;
  const note = hidden > 0 ? `${counted(hidden, 'more fault')} in the table` : '';
  return figure('Faults', [], note, svg);
}

function throughput(
  report: RunReport,
  window: TimeWindow,
  faults: readonly FaultSpan[],
  delivered: readonly number[],
  sent: readonly number[],
): Markup {
  const series: TimeSeries[] = [
    { name: 'payload delivered (goodput)', values: delivered, color: 'c0', shape: 'area' },
    { name: 'sent by hosts', values: sent, color: 'c1', shape: 'line' },
  ];
  const peak = Math.max(largest(delivered), largest(sent));
  const capacityBps = report.receiverCapacityBps ?? report.capacityBps;
  const reference = capacityBps > 0 ? { label: `capacity ${rate(capacityBps)}`, value: capacityBps } : null;
  const offScale = reference !== null && shownReference(reference, peak) === null;
  const unit = throughputUnit(offScale ? peak : Math.max(peak, reference?.value ?? 0));
  const peakNote = `peak ${rate(largest(delivered))} delivered`;
  return figure(
    term('throughput', 'Goodput over time'),
    series,
    offScale ? `${peakNote}; capacity ${rate(capacityBps)} is off the scale` : peakNote,
    timePlot({
      description: `Payload delivered and bytes sent over time; ${peakNote}`,
      height: 222,
      endNs: window.endNs,
      binNs: window.binNs,
      unit,
      yTitle: unit.name,
      series,
      reference,
      faults,
    }),
  );
}

/** Gbit/s wherever its figures stay readable: the unit in which links are rated. */
function throughputUnit(maxBps: number): Unit {
  return maxBps >= 1e9 && maxBps < 5e13 ? { name: 'Gbit/s', factor: 1e9 } : rateUnit(maxBps);
}

function queue(report: RunReport, window: TimeWindow, faults: readonly FaultSpan[]): Markup {
  const title = term('queue', 'Deepest switch queue');
  const deepest = largest(window.queueBytesMax);
  if (deepest === 0) return quiet(title, 'No packet ever waited at a switch.');
  const limit = report.queueLimitBytes;
  const reference: ReferenceLine | null =
    limit === undefined ? null : { label: `limit ${bytes(limit)}`, value: limit };
  const offScale = reference !== null && shownReference(reference, deepest) === null;
  const unit = bytesUnit(deepest);
  return figure(
    title,
    [],
    `deepest ${bytes(deepest)}${offScale ? `; the limit of ${bytes(limit ?? 0)} is off the scale` : ''}`,
    timePlot({
      description: `Deepest switch queue over time; at most ${bytes(deepest)}`,
      height: 150,
      endNs: window.endNs,
      binNs: window.binNs,
      unit,
      yTitle: unit.name,
      series: [{ name: 'deepest queue', values: window.queueBytesMax, color: 'c2', shape: 'area' }],
      reference,
      faults,
    }),
  );
}

function drops(window: TimeWindow, faults: readonly FaultSpan[]): Markup {
  const title = term('drop', 'Drops');
  const dropped = total(window.drops);
  if (dropped === 0) return quiet(title, 'No packet was dropped.');
  const byReason = window.dropsByReason
    .map(({ reason, drops: values }) => ({ reason, values, sum: total(values) }))
    .filter(({ sum }) => sum > 0)
    .sort((a, b) => b.sum - a.sum)
    .slice(0, REASON_COLORS.length);
  const series: TimeSeries[] =
    byReason.length === 0
      ? [{ name: 'dropped', values: window.drops, color: 'c-bad', shape: 'bars' }]
      : byReason.map(({ reason, values, sum }, i) => ({
          name: `${reason} ${count(sum)}`,
          values,
          color: REASON_COLORS[i] ?? 'c-bad',
          shape: 'bars',
        }));
  const unit = countUnit(total(series.map(({ values }) => largest(values))));
  return figure(
    title,
    byReason.length === 0 ? [] : series,
    `${counted(dropped, 'packet')} in all`,
    timePlot({
      description: `Packets dropped over time; ${count(dropped)} in all`,
      height: 142,
      endNs: window.endNs,
      binNs: window.binNs,
      unit,
      yTitle: `${unit.name}packets per ${time(window.binNs)}`,
      series,
      reference: null,
      faults,
    }),
  );
}

function active(window: TimeWindow, faults: readonly FaultSpan[]): Markup {
  const title = term('active', 'Active exchanges');
  const most = largest(window.activeExchanges);
  if (most === 0) return quiet(title, 'None was active at the end of any bin.');
  const unit = countUnit(most);
  return figure(
    title,
    [],
    `most ${count(most)}`,
    timePlot({
      description: `Active exchanges over time; at most ${count(most)}`,
      height: 142,
      endNs: window.endNs,
      binNs: window.binNs,
      unit,
      yTitle: `${unit.name}exchanges`,
      series: [{ name: 'active', values: window.activeExchanges, color: 'c3', shape: 'area' }],
      reference: null,
      faults,
    }),
  );
}

/** A plot of nothing but zeros says so in a line. */
function quiet(title: Markup, sentence: string): Markup {
  return markup`<div class="quiet"><h3>${title}</h3><p>${sentence}</p></div>`;
}

/** What the page's script shows under the pointer. */
function readOuts(
  window: TimeWindow,
  faults: readonly FaultSpan[],
  delivered: readonly number[],
  sent: readonly number[],
): Markup {
  const rounded = (values: readonly number[]): number[] =>
    values.map((value) => Number(value.toPrecision(6)));
  return dataBlock('time-data', {
    endNs: window.endNs,
    binNs: window.binNs,
    series: [
      { name: 'delivered', kind: 'rate', values: rounded(delivered) },
      { name: 'sent', kind: 'rate', values: rounded(sent) },
      { name: 'deepest queue', kind: 'bytes', values: rounded(window.queueBytesMax) },
      { name: 'dropped', kind: 'count', values: rounded(window.drops) },
      { name: 'active', kind: 'count', values: rounded(window.activeExchanges) },
    ],
    faults: faults
      .slice(0, 100)
      .map(({ kind, on, fromNs, toNs }) => ({ name: `${kind} on ${on}`, fromNs, toNs })),
  });
}
