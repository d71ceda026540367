import { createHash } from 'node:crypto';
import type { RunReport } from '../../scenarios/result.ts';
import { normalizeReport } from '../data/normalize.ts';
import { verdictOf } from '../data/verdict.ts';
import { Markup, markup } from '../markup.ts';
import { cards } from './cards.ts';
import { distributionSection } from './distribution-section.ts';
import { findings } from './findings.ts';
import { glossary } from './glossary.ts';
import { header, titleOf } from './header.ts';
import { scenarioSection } from './scenario-section.ts';
import { SCRIPT } from './script.ts';
import { sequenceSection } from './sequence-section.ts';
import { STYLE } from './style.ts';
import { timeSection } from './time-section.ts';
import { workloadSection } from './workload-section.ts';

const NAVIGATION = [
  ['findings', 'Findings'],
  ['summary', 'Summary'],
  ['time', 'Over time'],
  ['distributions', 'Distributions'],
  ['sequence', 'Message sequence'],
  ['workloads', 'Workloads'],
  ['scenario', 'Scenario'],
  ['terms', 'Terms'],
] as const;

/**
 * The report of one run as one HTML document that needs nothing else: no network, no library, no script to be complete.
 * Accepts data with missing or impossible figures, and names with any characters. REQ DST-8
 */
export function renderHtml(report: RunReport): string {
  const clean = normalizeReport(report);
  const verdict = verdictOf(clean.result);
  const icon = { pass: '%230f766e', warn: '%23b45309', fail: '%23b91c1c' }[verdict.tone];
  const links = NAVIGATION.map(([id, name]) => markup`<a href="#${id}">${name}</a>`);
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${titleOf(clean.result.scenario)} · ${verdict.title} · dcQUIC</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Ccircle cx='4' cy='4' r='4' fill='${icon}'/%3E%3C/svg%3E">
<style>${new Markup(STYLE)}</style>
</head>
<body>
<nav aria-label="Sections"><div><span class="pill ${verdict.tone}">${verdict.title}</span>${links}</div></nav>
<main>
${header(clean, verdict)}
${findings(clean.result)}
${cards(clean.result)}
${timeSection(clean)}
${distributionSection(clean)}
${sequenceSection(clean)}
${workloadSection(clean.result)}
<div class="pair last">${scenarioSection(clean.scenarioText)}${glossary()}</div>
</main>
<script>${new Markup(SCRIPT)}</script>
</body>
</html>
`;
  return page.text;
}

/** Nothing is loaded, and no script runs but the page's own: a second fence behind the escaping. */
function contentSecurityPolicy(): string {
  const hash = createHash('sha256').update(SCRIPT).digest('base64');
  return `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;
}
