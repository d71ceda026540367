import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { RunReport } from '../../scenarios/result.ts';
import { renderHtml, writeReport } from '../index.ts';
import { anyReport } from './any-report.ts';
import { tokenize, type Tag } from './html-tokens.ts';
import {
  allFailedReport,
  emptyReport,
  hostileReport,
  HOSTILE,
  incastReport,
  largeReport,
  syntheticReport,
  tinyReport,
} from './synthetic-report.ts';

const REPORTS: [string, () => RunReport][] = [
  ['incast', incastReport],
  ['mixed', syntheticReport],
  ['large', largeReport],
  ['tiny', tinyReport],
  ['all failed', allFailedReport],
  ['empty', emptyReport],
  ['hostile', hostileReport],
];

const SECTIONS = [
  'findings',
  'summary',
  'time',
  'distributions',
  'sequence',
  'workloads',
  'scenario',
  'terms',
];
const VOID = new Set(['meta', 'link', 'input']);
const ELEMENTS = new Set(
  'html head meta title link style body nav div span a main header section h1 h2 h3 p strong b code pre dl dt dd ul ol li bdi button table thead tbody tr th td details summary figure figcaption input label aside svg g path line rect circle text tspan title script'.split(
    ' ',
  ),
);
/** Attributes of SVG elements that hold numbers. */
const NUMERIC = /^(?:x|y|x1|x2|y1|y2|cx|cy|r|rx|dx|width|height|d|viewBox|transform|data-.*)$/;

const EMPTY_SHAPES = new Set(['path', 'line', 'rect', 'circle']);

/** What the tags of a page do wrong: elements and attributes that it does not use, elements not closed in order. */
function wrongTags(tags: readonly Tag[]): string[] {
  const wrong: string[] = [];
  const open: string[] = [];
  for (const { name, closing, attributes } of tags) {
    if (!ELEMENTS.has(name)) wrong.push(`<${name}>`);
    for (const attribute of attributes.keys()) {
      if (/^(on|style$|src|srcdoc)/.test(attribute)) wrong.push(`${name} ${attribute}`);
    }
    if (closing && open.pop() !== name) wrong.push(`</${name}>`);
    if (!closing && !VOID.has(name) && !EMPTY_SHAPES.has(name)) open.push(name);
  }
  return [...wrong, ...open];
}

function wrongNumbers(tags: readonly Tag[]): string[] {
  const wrong: string[] = [];
  for (const { name: element, attributes } of tags) {
    for (const [name, value] of attributes) {
      if (!NUMERIC.test(name)) continue;
      const isPath = name !== 'd' || /^(M-?\d[-\d. MLHVZ]*)?$/.test(value);
      if (!isPath || /NaN|Infinity|undefined|null/.test(value)) wrong.push(`${element} ${name}=${value}`);
    }
  }
  return wrong;
}

describe('page', () => {
  test.each(REPORTS)('of a run (%s) has every section, whole markup, and loads nothing', (_name, make) => {
    const html = renderHtml(make());
    const { tags, text } = tokenize(html);
    expect(wrongTags(tags)).toEqual([]);
    expect(wrongNumbers(tags)).toEqual([]);
    expect(text).not.toContain('<');
    for (const id of SECTIONS) {
      expect(html).toContain(`id="${id}"`);
      expect(html).toContain(`href="#${id}"`);
    }
    const ids = tags.flatMap((tag) => tag.attributes.get('id') ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    for (const tag of tags) {
      const href = tag.attributes.get('href');
      if (href?.startsWith('#')) expect(ids).toContain(href.slice(1));
      else if (href !== undefined) expect(href).toMatch(/^data:image\/svg/);
    }
    expect(html).not.toMatch(/@import|url\(/);
  });

  test('stays small for twenty thousand samples and five thousand bins', () => {
    expect(Buffer.byteLength(renderHtml(largeReport()))).toBeLessThan(1.2e6);
  });

  test.prop([anyReport], { numRuns: 100 })('holds no number that is none, whatever the data', (report) => {
    const { tags, text } = tokenize(renderHtml(report));
    expect(wrongTags(tags)).toEqual([]);
    expect(wrongNumbers(tags)).toEqual([]);
    expect(text).not.toMatch(/<|undefined|\[object/);
  });

  test.each([{}, null, { result: null, series: 7, samples: 'x', faults: {}, sequence: [] }])(
    'is a page even of %j',
    (garbage) => {
      const { tags } = tokenize(renderHtml(garbage as unknown as RunReport));
      expect(wrongTags(tags)).toEqual([]);
    },
  );

  test('is the same for figures that became null on their way through JSON', () => {
    const report = allFailedReport();
    expect(renderHtml(JSON.parse(JSON.stringify(report)) as RunReport)).toBe(renderHtml(report));
  });

  test('shows hostile names as text: no tag, no attribute, no hidden character', () => {
    const html = renderHtml(hostileReport());
    expect(html).not.toContain('<script>window');
    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;script&gt;window.__hostile = 1&lt;/script&gt;');
    expect(html).not.toContain('\u0000');
    expect(html).not.toContain('\u202e');
    expect(Buffer.from(html, 'utf8').toString('utf8')).toBe(html);
    expect(HOSTILE).toContain('\u202e');
    // Data blocks hold JSON that is closed by the page alone.
    expect(html.match(/<script/g)?.length).toBe(html.match(/<\/script>/g)?.length);
  });

  test('allows no script but its own', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/
      .exec(renderHtml(tinyReport()))?.[1]
      ?.replaceAll('&#39;', "'");
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-[\w+/]+=*'; style-src 'unsafe-inline'; img-src data:;/,
    );
  });

  test('shows at once what was missed and violated, and how to run it again', () => {
    const html = renderHtml(largeReport());
    const head = html.slice(0, html.indexOf('id="summary"'));
    expect(head).toContain('Invariant violated');
    expect(head).toContain('9 violations, 1 of 3 expectations missed');
    expect(head).toContain('✕ missed');
    expect(head).toContain('99.837 %');
    expect(head).toContain('exactly-once');
    expect(head).toContain('dcquic run scenarios/library/websearch.yaml --seed 1');
    expect(head).toContain('9f2c41d07be83a5566d10e4bb7c2f913');
  });

  test('shows faults as shades of every plot over time, by name in the lane', () => {
    const faults = [{ kind: 'loss', on: 'link(host[3])', fromNs: 5e6, toNs: 10e6 }];
    const html = renderHtml(syntheticReport({ faults }));
    const shades = [...html.matchAll(/class="shade f0" x="([\d.]+)" y="\d+" width="([\d.]+)"/g)];
    // Goodput, queue, drops and active exchanges; a quarter to a half of the axis from 64 to 1202.
    expect(shades.map((shade) => [shade[1], shade[2]])).toEqual(
      Array.from({ length: 4 }, () => ['348.5', '284.5']),
    );
    expect(html).toContain('loss · link(host[3])');
  });

  test('says so where the capacity of all hosts would flatten the goodput of one', () => {
    const report = incastReport();
    expect(renderHtml(report)).toContain('capacity<tspan');
    delete report.receiverCapacityBps;
    const html = renderHtml(report);
    expect(html).toContain('capacity 10.1 Tbit/s is off the scale');
    expect(html).not.toContain('capacity<tspan');
  });
});

describe('writeReport', () => {
  test('leaves the page and its data in a new directory', () => {
    const base = mkdtempSync(join(tmpdir(), 'dcquic-report-'));
    try {
      const report = tinyReport();
      const path = writeReport(join(base, 'a', 'b'), report);
      expect(path).toBe(join(base, 'a', 'b', 'report.html'));
      expect(readFileSync(path, 'utf8')).toBe(renderHtml(report));
      const data = JSON.parse(readFileSync(join(base, 'a', 'b', 'report-data.json'), 'utf8')) as RunReport;
      expect(data).toEqual(JSON.parse(JSON.stringify(report)));
    } finally {
      rmSync(base, { recursive: true });
    }
  });
});
