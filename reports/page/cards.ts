import type { RunResult } from '../../scenarios/result.ts';
import { bytes, count, percent, plain, rate, time } from '../figures.ts';
import { markup, type Markup } from '../markup.ts';
import { term } from './glossary.ts';

interface Card {
  readonly name: Markup;
  readonly value: string;
  readonly rows: readonly (readonly [Markup | string, string])[];
  /** Share of a bar below the value, if it is a share of something. */
  readonly share: number | null;
  readonly bad?: boolean;
}

/** The figures of the run at a glance. */
export function cards(result: RunResult): Markup {
  return markup`<section id="summary" aria-label="Summary"><div class="cards">${cardsOf(result).map(render)}</div></section>`;
}

function cardsOf(result: RunResult): Card[] {
  const { packets, transfers, slowdown, latencyNs } = result;
  const seconds = result.simTimeNs / 1e9;
  const incomplete = transfers.started - transfers.completed;
  return [
    {
      name: term('goodput', 'Goodput'),
      value: percent(result.goodput),
      share: result.goodput,
      rows: [
        [term('useful', 'useful packets'), count(packets.useful)],
        ['of sent', count(packets.sent)],
      ],
    },
    {
      name: term('byte-efficiency', 'Byte efficiency'),
      value: percent(result.byteEfficiency),
      share: result.byteEfficiency,
      rows: [
        ['payload', bytes(result.bytes.payload)],
        ['mean rate', rate(seconds > 0 ? (result.bytes.payload * 8) / seconds : NaN)],
      ],
    },
    {
      name: term('exchange', 'Completed exchanges'),
      value: count(transfers.completed),
      share: transfers.started > 0 ? transfers.completed / transfers.started : null,
      bad: incomplete > 0,
      rows: [
        ['of started', count(transfers.started)],
        ['failed, cancelled', `${count(transfers.failed)}, ${count(transfers.cancelled)}`],
      ],
    },
    {
      name: term('slowdown', 'Slowdown, mean'),
      value: plain(slowdown.mean),
      share: null,
      rows: [
        [term('percentile', 'p50'), plain(slowdown.p50)],
        [term('percentile', 'p99'), plain(slowdown.p99)],
      ],
    },
    {
      name: term('latency', 'Latency, p50'),
      value: time(latencyNs.p50),
      share: null,
      rows: [
        [term('percentile', 'p99'), time(latencyNs.p99)],
        ['max', time(latencyNs.max)],
      ],
    },
    {
      name: markup`Packets sent`,
      value: count(packets.sent),
      share: null,
      rows: [
        ['delivered', count(packets.delivered)],
        [term('drop', 'dropped'), count(packets.dropped)],
        [term('useful', 'useful'), count(packets.useful)],
      ],
    },
  ];
}

function render(card: Card): Markup {
  const bar =
    card.share === null || !Number.isFinite(card.share)
      ? null
      : markup`<svg class="meter" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="meter-ground" width="100" height="4"/><rect class="meter-value" width="${Math.min(100, Math.max(0, card.share * 100))}" height="4"/></svg>`;
  const rows = card.rows.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`);
  return markup`<div class="card figure-card${card.bad === true ? ' bad' : ''}"><h3>${card.name}</h3><p class="value">${card.value}</p>${bar}<dl>${rows}</dl></div>`;
}
