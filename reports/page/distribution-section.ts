import type { RunReport } from '../../scenarios/result.ts';
import { sampleGroups, type SampleGroup, type SampleGroups } from '../data/distribution.ts';
import { quantile } from '../data/quantiles.ts';
import { counted, plain, time, timeUnit, type Unit } from '../figures.ts';
import { dataBlock, markup, type Markup } from '../markup.ts';
import { cdfPlot, type CdfCurve, type CdfView } from '../plot/cdf-plot.ts';
import { sizePlot } from '../plot/size-plot.ts';
import { shorten } from '../shorten.ts';
import { figureViews } from './figure.ts';
import { term } from './glossary.ts';

const VIEWS: readonly { view: CdfView; name: string }[] = [
  { view: 'log', name: 'log' },
  { view: 'linear', name: 'linear' },
  { view: 'tail', name: 'tail' },
];

/** How long exchanges took: latency, slowdown, and slowdown by message size. */
export function distributionSection(report: RunReport): Markup {
  const groups = sampleGroups(report);
  const body =
    groups.all.latencyNs.length + groups.all.slowdown.length === 0
      ? markup`<p class="none">${report.samples.length === 0 ? 'No exchange ended.' : 'No exchange completed, so there is nothing to distribute.'}</p>`
      : markup`${chips(groups)}<div class="columns">${latency(groups)}${slowdown(groups)}</div>${bySize(groups)}`;
  return markup`<section id="distributions" class="card"><div class="section-head"><h2>Distributions</h2><p class="remark">${basis(report, groups)}</p></div>${body}</section>`;
}

function basis(report: RunReport, groups: SampleGroups): string {
  const completed = report.samples.length - groups.failed;
  const notes = [`${counted(completed, 'completed exchange')}`];
  if (report.result.transfers.completed > completed) {
    notes[0] = `${notes[0]} of ${counted(report.result.transfers.completed, '', '')}`
      .trim()
      .concat(', evenly thinned');
  }
  if (groups.failed > 0) notes.push(`${counted(groups.failed, 'failed one is', 'failed ones are')} left out`);
  if (groups.omitted > 0)
    notes.push(`${counted(groups.omitted, 'smaller workload', 'smaller workloads')} without a curve`);
  return notes.join('; ');
}

/** Legend of the curves and choice of workloads in one. */
function chips(groups: SampleGroups): Markup | null {
  if (groups.workloads.length === 0) return null;
  const entries = [groups.all, ...groups.workloads].map((group) => {
    const id = toggleOf(group);
    return markup`<input type="checkbox" id="chip-${id}" class="${id}" checked><label for="chip-${id}"><svg class="swatch" viewBox="0 0 22 10" aria-hidden="true"><path class="line ${colorOf(group)}" d="M0 5H22"/></svg><bdi>${shorten(group.name, 32)}</bdi></label>`;
  });
  return markup`<div class="chips" role="group" aria-label="Workloads shown">${entries}</div>`;
}

function latency(groups: SampleGroups): Markup {
  return distribution(groups, {
    id: 'latency',
    title: term('latency', 'Latency distribution'),
    quantity: 'latency',
    valuesOf: (group) => group.latencyNs,
    unitOf: timeUnit,
    format: time,
  });
}

function slowdown(groups: SampleGroups): Markup {
  return distribution(groups, {
    id: 'slowdown',
    title: term('slowdown', 'Slowdown distribution'),
    quantity: 'slowdown',
    valuesOf: (group) => group.slowdown,
    unitOf: () => ({ name: '', factor: 1 }),
    format: plain,
  });
}

interface Quantity {
  readonly id: string;
  readonly title: Markup;
  readonly quantity: string;
  readonly valuesOf: (group: SampleGroup) => readonly number[];
  readonly unitOf: (value: number) => Unit;
  readonly format: (value: number) => string;
}

function distribution(groups: SampleGroups, quantity: Quantity): Markup {
  const curveOf = (group: SampleGroup): CdfCurve => ({
    name: group.name,
    color: colorOf(group),
    toggle: toggleOf(group),
    values: quantity.valuesOf(group),
  });
  const marked = curveOf(groups.all);
  const curves = [...groups.workloads.map(curveOf), marked].filter((curve) => curve.values.length > 0);
  if (marked.values.length === 0) {
    return markup`<figure><figcaption><h3>${quantity.title}</h3></figcaption><p class="none">No figures.</p></figure>`;
  }
  const [p50, p99] = [quantile(marked.values, 0.5), quantile(marked.values, 0.99)];
  const note = `p50 ${quantity.format(p50)}, p99 ${quantity.format(p99)}`;
  const plots = VIEWS.map(({ view, name }) => ({
    name,
    content: cdfPlot({
      description: `Distribution of the ${quantity.quantity}, ${name}: ${note}`,
      view,
      quantity: quantity.quantity,
      curves,
      marked,
      unitOf: quantity.unitOf,
      format: quantity.format,
    }),
  }));
  const data = curves.map(({ name, toggle, values }) => ({
    name,
    toggle,
    quantiles: readOutQuantiles(values),
  }));
  return markup`<div class="distribution">${figureViews(quantity.id, quantity.title, [], plots)}${dataBlock('cdf-data', { kind: quantity.id === 'latency' ? 'time' : 'plain', curves: data })}</div>`;
}

const READ_OUT_SHARES: readonly number[] = [
  ...Array.from({ length: 101 }, (_, i) => i / 100),
  0.995,
  0.999,
  0.9999,
].sort((a, b) => a - b);

/** Pairs of share and value: what the pointer reads, without every sample in the page. */
function readOutQuantiles(values: readonly number[]): (readonly [number, number])[] {
  return READ_OUT_SHARES.map((share) => [share, Number(quantile(values, share).toPrecision(4))] as const);
}

function bySize(groups: SampleGroups): Markup {
  const choices = [groups.all, ...groups.workloads]
    .filter((group) => group.points.length > 0)
    .map((group) => ({
      name: group.name,
      content: sizePlot(group.points, `Slowdown by message size, workload ${group.name}`),
    }));
  const title = markup`${term('slowdown', 'Slowdown')} by message size`;
  if (choices.length === 0)
    return markup`<div class="quiet"><h3>${title}</h3><p>No message sizes are known.</p></div>`;
  const legend = [
    { name: 'p99 per decade of sizes', color: 'p99' },
    { name: 'p50', color: 'p50' },
    { name: 'density of exchanges', color: 'ground' },
  ];
  return figureViews('size', title, legend, choices);
}

function colorOf(group: SampleGroup): string {
  return group.color < 0 ? 'c-ink' : `c${group.color}`;
}

function toggleOf(group: SampleGroup): string {
  return group.color < 0 ? 't-all' : `t${group.color}`;
}
