import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const FOLDER = join(ROOT, 'out', 'sim-readme');
const guide = readFileSync(join(ROOT, 'sim', 'README.md'), 'utf8');

/** The examples of the guide: what stands behind ```ts is the name of the file. */
const examples = [...guide.matchAll(/^```ts(.*)\n([^]*?)^```$/gm)].map(([, name = '', code = '']) => ({
  name: name.trim(),
  code,
}));

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
const index = relative(FOLDER, join(ROOT, 'sim', 'index.ts')).replaceAll('\\', '/');
for (const { name, code } of examples) {
  writeFileSync(join(FOLDER, name), code.replaceAll("'dcquic/sim'", `'${index}'`));
}

describe('the guide in sim/README.md', () => {
  it('has examples for all that it explains, each a file', () => {
    expect(examples.map(({ name }) => name)).toEqual([
      'first.test.ts',
      'counter.ts',
      'counter.test.ts',
      'stall.test.ts',
      'faults.test.ts',
      'order.test.ts',
      'queues.test.ts',
    ]);
  });

  it('has examples that compile with all checks on', () => {
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
