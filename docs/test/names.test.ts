import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_OPTIONS } from '../../protocol/endpoint/options.ts';
import { Endpoint } from '../../protocol/endpoint/endpoint.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const allOf = (text: string, pattern: RegExp): string[] => [
  ...new Set([...text.matchAll(pattern)].map(([, name = '']) => name)),
];

const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
const TOP = readdirSync(ROOT);

/** REQ DOC-4, DOC-7, DOC-9 */
describe.each(['docs/architecture.md', 'docs/deployment.md', 'docs/tuning.md', 'README.md'])(
  '%s',
  (guide) => {
    const text = textOf(guide);

    it('names commands that exist', () => {
      expect(allOf(text, /npm run ([\w:]+)/g).filter((name) => !(name in scripts))).toEqual([]);
    });

    it('links to files that exist', () => {
      const targets = allOf(text, /\]\(([^)#:]+)(?:#[^)]*)?\)/g);
      expect(targets.length).toBeGreaterThan(0);
      expect(targets.filter((path) => !existsSync(join(ROOT, dirname(guide), path)))).toEqual([]);
    });

    it('names files and folders that exist', () => {
      const paths = allOf(text, /`([a-z]+\/[\w./-]+)`/g).filter((path) =>
        TOP.includes(path.split('/')[0] ?? ''),
      );
      expect(paths.filter((path) => !path.startsWith('out/') && !existsSync(join(ROOT, path)))).toEqual([]);
    });
  },
);

/** REQ DOC-7 */
describe('docs/architecture.md', () => {
  const text = textOf('docs/architecture.md');

  it('gives the methods of an endpoint their names', () => {
    const table = text.slice(text.indexOf('| family'), text.indexOf('`pollTransmit` fills'));
    const named = allOf(table, /`(\w+)`/g);
    expect(named.length).toBeGreaterThan(12);
    const members = new Set([
      ...Object.getOwnPropertyNames(Endpoint.prototype),
      ...allOf(textOf('protocol/endpoint/endpoint.ts'), /^ {2}readonly (\w+):/gm),
    ]);
    expect(named.filter((name) => !members.has(name))).toEqual([]);
  });

  it('has every folder that is compiled', () => {
    const links = allOf(text, /\]\(\.\.\/(\w+)\/README\.md\)/g);
    const folders = TOP.filter((name) => existsSync(join(ROOT, name, 'tsconfig.json')));
    expect(folders.filter((name) => !links.includes(name))).toEqual([]);
  });
});

/** REQ DOC-9 */
it('docs/tuning.md names options that an endpoint has', () => {
  const bold = allOf(textOf('docs/tuning.md'), /\*\*(.*)\*\*:/g).flatMap((names) => allOf(names, /`(\w+)`/g));
  expect(bold.length).toBeGreaterThan(10);
  expect(bold.filter((name) => !(name in DEFAULT_OPTIONS))).toEqual([]);
});

/** REQ DOC-4 */
describe('docs/deployment.md', () => {
  const text = textOf('docs/deployment.md');

  it('names events that a transport has', () => {
    const table = text.slice(text.indexOf('| missing'), text.indexOf('## Kernel settings'));
    const named = allOf(table, /`([a-z]+-[a-z-]+)`/g);
    expect(named.length).toBeGreaterThan(3);
    const events = allOf(textOf('transports/events.ts'), /type: '([a-z-]+)'/g);
    expect(named.filter((name) => !events.includes(name))).toEqual([]);
  });

  it('has the ratios of bench/README.md', () => {
    const measured = allOf(
      textOf('bench/README.md'),
      /^\| (?:no |nor |neither|ffi-rs|buffers|one core)[^|]*\| [\d.]+ +\| ([\d.]+) /gm,
    );
    const costs = allOf(text, /^\| [^|]*\| [^|]*\| ([\d.]+) /gm).filter((cost) => cost !== '1');
    expect(costs.length).toBeGreaterThan(5);
    expect(costs.filter((cost) => !measured.includes(cost))).toEqual([]);
  });
});
