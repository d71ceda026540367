import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const FOLDER = join(ROOT, 'out', 'sim-readme');
const GUIDES = ['sim/README.md', 'scenarios/testing/README.md'];
const guide = GUIDES.map((file) => readFileSync(join(ROOT, file), 'utf8')).join('\n');

/** The examples of the guides: what stands behind ```ts is the name of the file. */
const examples = [...guide.matchAll(/^```ts(.*)\n([^]*?)^```$/gm)].map(([, name = '', code = '']) => ({
  name: name.trim(),
  code,
}));

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
const pathTo = (...parts: string[]): string =>
  relative(FOLDER, join(ROOT, ...parts, 'index.ts')).replaceAll('\\', '/');
for (const { name, code } of examples) {
  writeFileSync(
    join(FOLDER, name),
    code
      .replaceAll("'dcquic/sim'", `'${pathTo('sim')}'`)
      .replaceAll("'dcquic/testing'", `'${pathTo('scenarios', 'testing')}'`),
  );
}

describe('the guides in sim/README.md and scenarios/testing/README.md', () => {
  it('have examples for all that they explain, each a file', () => {
    expect(examples.map(({ name }) => name)).toEqual([
      'first.test.ts',
      'counter.ts',
      'counter.test.ts',
      'stall.test.ts',
      'faults.test.ts',
      'durable.test.ts',
      'order.test.ts',
      'explore.test.ts',
      'suite.test.ts',
      'replay.test.ts',
      'queues.test.ts',
      'protocol.test.ts',
    ]);
  });

  it('have examples that compile with all checks on', () => {
    const config = ts.readConfigFile(join(ROOT, 'tsconfig.test.json'), (path) => readFileSync(path, 'utf8'));
    const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, dirname(FOLDER));
    const base = ts.readConfigFile(join(ROOT, 'tsconfig.base.json'), (path) => readFileSync(path, 'utf8'));
    const strict = ts.convertCompilerOptionsFromJson(base.config.compilerOptions, ROOT).options;
    const program = ts.createProgram(
      examples.map(({ name }) => join(FOLDER, name)),
      { ...strict, ...options, incremental: false, composite: false, noEmit: true, types: [] },
    );
    const found = examples.flatMap(({ name }) => {
      const file = program.getSourceFile(join(FOLDER, name));
      return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    });
    expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
  });
});

// The examples register their tests themselves, as in the project of a reader.
for (const { name } of examples) {
  if (name.endsWith('.test.ts')) await import(pathToFileURL(join(FOLDER, name)).href);
}
