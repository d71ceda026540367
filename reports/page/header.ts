import type { RunReport } from '../../scenarios/result.ts';
import type { Verdict } from '../data/verdict.ts';
import { count, NO_FIGURE, time } from '../figures.ts';
import { markup, type Markup } from '../markup.ts';
import { shorten } from '../shorten.ts';
import { term } from './glossary.ts';

const ICONS = { pass: '✓', warn: '!', fail: '✕' } as const;

/** What ran, how it ended, and the command that runs it again. */
export function header(report: RunReport, verdict: Verdict): Markup {
  const { result } = report;
  const seed = Number.isFinite(result.seed) ? String(result.seed) : NO_FIGURE;
  const facts: readonly (readonly [Markup | string, Markup | string])[] = [
    ['seed', seed],
    [term('hash', 'hash'), markup`<code>${hashOf(result.traceHash)}</code>`],
    ['simulated', time(result.simTimeNs)],
    ['took', time(result.wallMs * 1e6)],
    ['events', count(result.events)],
  ];
  const command =
    report.command === ''
      ? null
      : markup`<div class="command"><span class="command-name">Reproduce</span><code id="command">${report.command}</code><button type="button" data-copy="command" hidden>Copy</button></div>`;
  return markup`<header id="top"><div class="headline"><div class="title"><p class="kicker">dcQUIC run report</p><h1><bdi>${titleOf(result.scenario)}</bdi></h1><dl class="facts">${facts.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></div><div class="verdict ${verdict.tone}" role="status"><span class="icon" aria-hidden="true">${ICONS[verdict.tone]}</span><p><strong>${verdict.title}</strong><span>${verdict.detail}</span></p></div></div>${command}</header>`;
}

function hashOf(traceHash: string): string {
  return traceHash === '' ? NO_FIGURE : shorten(traceHash, 64);
}

export function titleOf(scenario: string): string {
  return scenario.trim() === '' ? 'unnamed scenario' : shorten(scenario.trim(), 160);
}
