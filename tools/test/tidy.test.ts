import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXCEPTIONS } from '../tidy/exceptions.ts';
import { formatFinding } from '../tidy/finding.ts';
import { readTree, treeOf } from '../tidy/source.ts';
import { tidy } from '../tidy/tidy.ts';

const ROOT = join(import.meta.dirname, '..', '..');

describe('this repository', () => {
  it('is tidy: each line below says what to do instead', () => {
    const findings = tidy(readTree(ROOT), EXCEPTIONS);
    expect(findings.map(formatFinding)).toEqual([]);
  });
});

/** `rule subject` of everything found in one file, reached from a test so that it is not dead. */
function findingsIn(path: string, text: string): string[] {
  const manifest = JSON.stringify({
    dependencies: { yaml: '1' },
    devDependencies: { prettier: '1' },
    peerDependencies: { 'fast-check': '1' },
  });
  const others = { 'package.json': manifest, 'sim/README.md': '', 'protocol/README.md': '' };
  const found = tidy(treeOf({ ...others, [path]: text }), []);
  const about = found.filter(({ rule }) => rule !== 'dead-file' && rule !== 'folder-readme');
  return about.map(({ rule, subject }) => `${rule} ${subject}`);
}

const lines = (count: number): string => '\n'.repeat(count);

describe('each rule notices a small bad file', () => {
  it.each([
    ['a clock', 'sim/a.ts', 'const now = Date.now();', 'banned-name Date'],
    ['a new date', 'spec/a.ts', 'export const at = new Date();', 'banned-name Date'],
    ['a performance clock', 'protocol/a.ts', 'performance.now();', 'banned-name performance'],
    ['a timer', 'protocol/a.ts', 'setTimeout(() => {}, 1);', 'banned-name setTimeout'],
    ['a microtask', 'sim/a.ts', 'queueMicrotask(f);', 'banned-name queueMicrotask'],
    ['a name handed on', 'sim/a.ts', 'const later = { setImmediate };', 'banned-name setImmediate'],
    ['randomness', 'sim/a.ts', 'Math.random();', 'banned-name Math.random'],
    ['a logarithm', 'sim/a.ts', 'Math.log(2);', 'banned-name Math.log'],
    ['a hidden member of Math', 'sim/a.ts', "Math['exp'](2);", 'banned-name Math'],
    ['Math taken apart', 'sim/a.ts', 'const { sin } = Math;', 'banned-name Math'],
    ['a power', 'sim/a.ts', 'const y = x ** 2;', 'banned-name **'],
    ['a power assigned', 'sim/a.ts', 'x **= 2;', 'banned-name **='],
    ['the process', 'protocol/a.ts', 'process.exit();', 'banned-name process'],
    ['a Node buffer as a type', 'protocol/a.ts', 'let b: Buffer;', 'banned-name Buffer'],
    ['printing', 'sim/a.ts', 'console.log(1);', 'banned-name console'],
    ['the global object', 'sim/a.ts', "globalThis['Date'];", 'banned-name globalThis'],
    ['a locale', 'sim/a.ts', 'names.sort((a, b) => a.localeCompare(b));', 'banned-name localeCompare'],
    [
      'an import to the right',
      'protocol/a.ts',
      "import { x } from '../sim/x.ts';",
      'import-direction sim/x.ts',
    ],
    ['a re-export to the right', 'spec/a.ts', "export * from '../sim/x.ts';", 'import-direction sim/x.ts'],
    ['a dynamic import', 'sim/a.ts', "await import('../scenarios/x.ts');", 'import-direction scenarios/x.ts'],
    ['an import type', 'sim/a.ts', "type X = import('../cli/x.ts').X;", 'import-direction cli/x.ts'],
    ['a worker', 'sim/a.ts', "new URL('../cli/x.ts', import.meta.url);", 'import-direction cli/x.ts'],
    ['a test imported', 'sim/a.ts', "import './test/help.ts';", 'import-direction sim/test/help.ts'],
    [
      'a simulated network that knows the protocol',
      'sim/net/a.ts',
      "import '../../protocol/endpoint.ts';",
      'import-direction protocol/endpoint.ts',
    ],
    ['a Node module in a pure folder', 'protocol/a.ts', "import 'node:fs';", 'package-import node:fs'],
    ['a package in a pure folder', 'sim/a.ts', "import 'yaml';", 'package-import yaml'],
    ['a devDependency in shipped code', 'scenarios/a.ts', "import 'prettier';", 'package-import prettier'],
    [
      'a peerDependency outside what is for tests',
      'scenarios/a.ts',
      "import 'fast-check';",
      'package-import fast-check',
    ],
    ['a long file', 'cli/a.ts', `// ${'x'.repeat(20_000)}`, 'file-length 20003 bytes'],
    ['a long function', 'cli/a.ts', `function f() {${lines(70)}}`, 'function-length f'],
    ['a long method', 'cli/a.ts', `class A { m() {${lines(70)}} }`, 'function-length m'],
    ['a long arrow function', 'cli/a.ts', `const g = () => {${lines(70)}};`, 'function-length g'],
    ['unfinished work', 'cli/a.ts', 'f(); // TODO later', 'unfinished TODO'],
    ['a focused test', 'cli/test/a.test.ts', "it.only('x', () => expect(1));", 'focused-test it.only'],
    ['a skipped suite', 'cli/test/a.test.ts', "describe.skip('x', () => {});", 'focused-test describe.skip'],
    ['a test that cannot fail', 'cli/test/a.test.ts', "it('x', () => { f(); });", "test-without-expect 'x'"],
    [
      'a table of tests that cannot fail',
      'cli/test/a.test.ts',
      "test.each([1])('x', () => { f(); });",
      "test-without-expect 'x'",
    ],
    ['a sleep', 'cli/test/a.test.ts', 'setTimeout(done, 10);', 'sleep-in-test setTimeout'],
    [
      'an imported sleep',
      'cli/test/help.ts',
      "import 'node:timers/promises';",
      'sleep-in-test node:timers/promises',
    ],
    ['a test nobody runs', 'cli/a.test.ts', '', 'test-location cli/a.test.ts'],
  ])('%s', (_, path, text, expected) => {
    expect(findingsIn(path, text)).toEqual([expected]);
  });

  it('a file that nothing reaches, also when two such files import each other', () => {
    const tree = treeOf({
      'package.json': JSON.stringify({
        bin: './dist/cli/main.js',
        scripts: { g: 'node tools/run.mjs tools/g' },
      }),
      'cli/README.md': '',
      'cli/main.ts': "import './used.ts'; new URL('./worker.ts', import.meta.url);",
      'cli/used.ts': '',
      'cli/worker.ts': '',
      'cli/dead.ts': "import './dead-too.ts';",
      'cli/dead-too.ts': "import './dead.ts';",
      'cli/only-tested.ts': '',
      'cli/test/a.test.ts': "import '../only-tested.ts';",
      'tools/README.md': '',
      'tools/run.mjs': '',
      'tools/g.ts': '',
    });
    expect(tidy(tree, []).map(({ rule, path }) => `${rule} ${path}`)).toEqual([
      'dead-file cli/dead-too.ts',
      'dead-file cli/dead.ts',
    ]);
  });

  it('a folder that does not say what it is', () => {
    const tree = treeOf({ 'sim/test/a.test.ts': '' });
    expect(tidy(tree, []).map(({ rule, path }) => `${rule} ${path}`)).toEqual([
      'folder-readme sim/README.md',
    ]);
  });

  it('an exception that excuses nothing', () => {
    const tree = treeOf({
      'sim/README.md': '',
      'sim/test/a.test.ts': "import '../a.ts';",
      'sim/a.ts': 'Date.now();',
    });
    const sanctioned = { rule: 'banned-name', path: 'sim/a.ts', subject: 'Date', reason: 'shown' } as const;
    const stale = { ...sanctioned, subject: 'process' };
    expect(tidy(tree, [sanctioned])).toEqual([]);
    expect(tidy(tree, [sanctioned, stale]).map(({ rule }) => rule)).toEqual(['stale-exception']);
  });
});

describe('each rule leaves good code alone', () => {
  it.each([
    ['a parameter named like a global', 'sim/a.ts', 'const run = (process: X): void => process.next();'],
    ['a property named like a global', 'sim/a.ts', 'export const t = { Date: 1, x: host.process.console };'],
    ['exact arithmetic', 'sim/a.ts', 'Math.floor(Math.sqrt(x) * Math.LN2) + 2 ** 32;'],
    ['a clock where there is one', 'scenarios/a.ts', 'performance.now(); Math.log(2);'],
    ['a clock in a test of a pure folder', 'sim/test/a.test.ts', 'Date.now();'],
    ['the machinery using shared units', 'sim/net/a.ts', "import '../../protocol/core/units.ts';"],
    ['an import to the left', 'cli/a.ts', "import '../reports/x.ts'; import 'yaml'; import 'node:fs';"],
    ['a function of 70 lines', 'cli/a.ts', `function f() {${lines(69)}}`],
    ['a mark in a string', 'cli/a.ts', "const word = 'TODO';"],
    ['a conditional skip', 'cli/test/a.test.ts', "it.skipIf(noBrowser)('x', () => expect(1).toBe(1));"],
    [
      'a helper that asserts',
      'cli/test/a.test.ts',
      "const same = () => expect(1); it('x', () => { same(); });",
    ],
    [
      'a loop that throws',
      'cli/test/a.test.ts',
      "it('x', () => { if (a !== b) { throw new Error('a'); } });",
    ],
    ['an asserted property', 'cli/test/a.test.ts', "it('x', () => { fc.assert(p); });"],
    ['a property that returns its verdict', 'cli/test/a.test.ts', "test.prop([n])('x', (a) => a === a);"],
  ])('%s', (_, path, text) => {
    expect(findingsIn(path, text)).toEqual([]);
  });
});
