import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunReport } from '../../scenarios/result.ts';
import { writeReport } from '../index.ts';
import { CHROMIUM_ARGS, findChromium } from './chromium.ts';
import { clippedTexts, emptyBoxes, overlappingTexts, smallTexts } from './page-probes.ts';
import {
  allFailedReport,
  emptyReport,
  hostileReport,
  incastReport,
  largeReport,
  syntheticReport,
  tinyReport,
  variedReport,
} from './synthetic-report.ts';

const executablePath = findChromium();
const WIDTHS = [1440, 1024, 1280, 1920] as const;
const REPORTS: readonly [string, () => RunReport][] = [
  ['incast', incastReport],
  ['mixed', () => syntheticReport({ workloads: ['queries', 'reads', 'writes'] })],
  ['large', largeReport],
  ['tiny', tinyReport],
  ['all failed', allFailedReport],
  ['empty', emptyReport],
  ['hostile', hostileReport],
  ...[1, 2, 3, 4].map((seed): [string, () => RunReport] => [`varied ${seed}`, () => variedReport(seed)]),
];

interface Opened {
  readonly page: Page;
  readonly troubles: string[];
  readonly requests: string[];
  close(): Promise<void>;
}

// A report nobody has opened in a browser is not known to be readable.
describe.skipIf(executablePath === undefined)(
  'report in Chromium (skipped without one: set CHROMIUM to its path)',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'dcquic-report-'));
    let browser: Browser;

    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: executablePath ?? '', args: [...CHROMIUM_ARGS] });
    }, 60_000);

    afterAll(async () => {
      await browser.close();
      rmSync(folder, { recursive: true });
    });

    async function open(report: RunReport, options: BrowserContextOptions = {}): Promise<Opened> {
      const url = pathToFileURL(writeReport(folder, report)).href;
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
      const page = await context.newPage();
      const troubles: string[] = [];
      const requests: string[] = [];
      page.on('console', (message) => troubles.push(`${message.type()}: ${message.text()}`));
      page.on('pageerror', (error) => troubles.push(error.message));
      page.on('request', (request) => requests.push(request.url()));
      await page.goto(url);
      return {
        page,
        troubles,
        requests: requests.filter((other) => other !== url),
        close: () => context.close(),
      };
    }

    test.each(REPORTS)(
      '%s: nothing fails, is fetched, hidden, cut or overlaid, on wide and narrow screens',
      async (name, make) => {
        const { page, troubles, requests, close } = await open(make());
        // The narrow one has the largest type: it is the one where varied figures could touch.
        for (const width of name.startsWith('varied') ? [1024] : WIDTHS) {
          await page.setViewportSize({ width, height: 900 });
          const found = {
            width,
            empty: await page.evaluate(emptyBoxes),
            overlapping: await page.evaluate(overlappingTexts),
            clipped: await page.evaluate(clippedTexts),
            small: await page.evaluate(smallTexts),
            scroll: await page.evaluate('document.documentElement.scrollWidth - innerWidth'),
          };
          expect(found).toEqual({ width, empty: [], overlapping: [], clipped: [], small: [], scroll: 0 });
        }
        expect(await page.evaluate('window.__hostile')).toBeUndefined();
        expect({ troubles, requests }).toEqual({ troubles: [], requests: [] });
        await close();
      },
      60_000,
    );

    test('every view of every plot can be chosen, shows one drawing, and is as legible', async () => {
      const { page, troubles, close } = await open(largeReport());
      const tabs = await page.locator('.tabs label').all();
      expect(tabs.length).toBe(3 + 3 + 9);
      for (const tab of tabs) {
        await tab.click();
        const figure = tab.locator('xpath=ancestor::figure');
        expect(await figure.locator('svg.plot:visible').count()).toBe(1);
        expect(await page.evaluate(overlappingTexts)).toEqual([]);
      }
      expect(troubles).toEqual([]);
      await close();
    }, 60_000);

    test('a workload can be hidden in all distributions', async () => {
      const { page, close } = await open(largeReport());
      const curves = page.locator('svg.plot:visible path.t2');
      expect(await curves.count()).toBe(2);
      expect(await page.locator('svg.plot path.t2:visible').count()).toBe(2);
      await page.locator('label[for=chip-t2]').click();
      expect(await page.locator('svg.plot path.t2:visible').count()).toBe(0);
      expect(await page.locator('svg.plot path.t3:visible').count()).toBe(2);
      await close();
    }, 60_000);

    test('the pointer reads the values of its bin on all plots over time', async () => {
      const report = syntheticReport({
        bins: 20,
        simTimeNs: 20e6,
        faults: [{ kind: 'loss', on: 'all', fromNs: 4e6, toNs: 9e6 }],
      });
      report.series.queueBytesMax[5] = 123_456;
      const { page, troubles, close } = await open(report);
      const plot = page.locator('#time svg.plot').nth(2);
      await plot.scrollIntoViewIfNeeded();
      const box = (await plot.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
      // The axis runs from 64 to 1202 of 1320; 5.5 of 20 ms are in the sixth bin.
      await page.mouse.move(
        box.x + ((64 + (1202 - 64) * (5.5 / 20)) / 1320) * box.width,
        box.y + box.height / 2,
      );
      const text = (await page.locator('.read-out').innerText()).replace(/\s+/g, ' ');
      expect(text).toContain('5 ms – 6 ms');
      expect(text).toContain('deepest queue 123 KB');
      expect(text).toContain('fault loss on all');
      expect(await page.locator('.crosshair').count()).toBe(await page.locator('#time svg.plot').count());
      await page.mouse.move(5, 5);
      expect(await page.locator('.read-out').isVisible()).toBe(false);
      expect(await page.locator('.crosshair').count()).toBe(0);
      expect(troubles).toEqual([]);
      await close();
    }, 60_000);

    test('the pointer reads the share at or below a latency', async () => {
      const report = syntheticReport({ samples: 1000 });
      report.samples.forEach((sample, i) => (sample.latencyNs = 10 ** (4 + (i + 0.5) / 500)));
      const { page, close } = await open(report);
      const plot = page.locator('.distribution svg.plot:visible').first();
      await plot.scrollIntoViewIfNeeded();
      const box = (await plot.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
      // Latencies are spread evenly over two decades, which the axis shows exactly: its middle is the median.
      await page.mouse.move(box.x + ((60 + 594) / 2 / 630) * box.width, box.y + 100);
      expect((await page.locator('.read-out').innerText()).replace(/\s+/g, ' ')).toMatch(
        /^at or below (99\.\d|100|101) µs queries (49|50) %$/,
      );
      await close();
    }, 60_000);

    test('the command is copied, or at least selected', async () => {
      const { page, close } = await open(tinyReport());
      await page.locator('[data-copy=command]').click();
      await page.locator('[data-copy=command]', { hasText: /Copied|Selected/ }).waitFor();
      await close();
    }, 60_000);

    test('the page is complete without its script', async () => {
      const { page, close } = await open(largeReport(), { javaScriptEnabled: false });
      for (const id of [
        'findings',
        'summary',
        'time',
        'distributions',
        'sequence',
        'workloads',
        'scenario',
        'terms',
      ]) {
        expect(await page.locator(`#${id}`).isVisible()).toBe(true);
      }
      expect(await page.locator('svg.plot:visible').count()).toBe(5 + 2 + 1);
      await page.locator('label[for=latency-2]').click();
      expect(await page.locator('svg.plot[aria-label*="tail"]:visible').count()).toBe(1);
      expect(await page.locator('button:visible').count()).toBe(0);
      await close();
    }, 60_000);

    test('light and dark differ, and text stands out from its ground in both', async () => {
      const grounds: string[] = [];
      for (const colorScheme of ['light', 'dark'] as const) {
        const { page, close } = await open(largeReport(), { colorScheme });
        const colors = (await page.evaluate(
          `(() => {
            const style = getComputedStyle(document.documentElement);
            const names = ['--card', '--ink', '--muted', '--good', '--bad', '--warn', '--link', '--c0', '--c1', '--c2', '--c3', '--c4', '--c5', '--c6', '--c7'];
            return names.map((name) => [name, style.getPropertyValue(name).trim()]);
          })()`,
        )) as [string, string][];
        const ground = colors[0]?.[1] ?? '';
        grounds.push(ground);
        // WCAG: 4.5 for text, 3 for lines; the colours of curves are also those of labels.
        const weak = colors.slice(1).filter(([, color]) => contrast(color, ground) < 4.5);
        expect(weak).toEqual([]);
        await close();
      }
      expect(grounds[0]).not.toBe(grounds[1]);
    }, 60_000);
  },
);

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** Relative luminance of `#rgb` or `#rrggbb`. */
function luminance(color: string): number {
  const digits = color.length === 4 ? color.slice(1).replace(/./g, '$&$&') : color.slice(1);
  const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => {
    const channel = parseInt(digits.slice(at, at + 2), 16) / 255;
    return channel <= 0.03928 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
