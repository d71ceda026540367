import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DEPLOYMENTS } from '../../protocol/endpoint/deployments.ts';
import { DEFAULT_OPTIONS, OPTION_RANGES } from '../../protocol/endpoint/options.ts';
import type { EndpointOptions } from '../../protocol/endpoint/options.ts';

const GUIDE = join(import.meta.dirname, '..', 'configuration.md');
const TABLE = /(<!-- options -->\n)[^]*?(\n<!-- \/options -->)/;

const text = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 3 });

function table(): string {
  const head = ['option', 'workstation', 'service', 'datacenter', 'from', 'to'];
  const rows = Object.keys(DEFAULT_OPTIONS).map((key) => {
    const name = key as keyof EndpointOptions;
    const of = (deployment: 'workstation' | 'datacenter'): string =>
      text(DEPLOYMENTS[deployment][name] ?? DEFAULT_OPTIONS[name]);
    return [
      `\`${name}\``,
      of('workstation'),
      text(DEFAULT_OPTIONS[name]),
      of('datacenter'),
      ...OPTION_RANGES[name].map(text),
    ];
  });
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => (row[i] as string).length)));
  const line = (cells: string[]): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return ['', line(head), rule, ...rows.map(line), ''].join('\n');
}

/** REQ DOC-3, CONF-7 */
it('the table of options says what holds; UPDATE=1 writes it', () => {
  const guide = readFileSync(GUIDE, 'utf8');
  expect(guide, 'the place of the table').toMatch(TABLE);
  const right = guide.replace(TABLE, (_, before: string, after: string) => `${before}${table()}${after}`);
  if (process.env['UPDATE'] === '1') writeFileSync(GUIDE, right);
  else expect(guide).toBe(right);
});
