import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot, staleFiles } from '../../generate.ts';
import { wireFiles } from '../../wire/files.ts';

const yaml = readFileSync(join(projectRoot(), 'spec/wire.yaml'), 'utf8');

test('codec and pages are what spec/wire.yaml says; if not, run npm run generate', () => {
  expect([...staleFiles(projectRoot()).keys()]).toEqual([]);
});

test('a change of the table changes codec and page, and only of the message it touches', () => {
  const before = wireFiles(yaml, 'spec/wire.yaml');
  const after = wireFiles(yaml.replace('max: 256', 'max: 128'), 'spec/wire.yaml');
  const changed = [...before.keys()].filter((path) => before.get(path) !== after.get(path));
  expect(changed).toEqual(['protocol/wire/generated/transfer-accept.ts', 'spec/wire.md']);
  expect([...after.keys()]).toEqual([...before.keys()]);
});

test('the generated code is straight-line: no views, no closures, no try', () => {
  for (const [path, text] of wireFiles(yaml, 'spec/wire.yaml')) {
    if (path.endsWith('.ts'))
      expect(`${path}\n${text}`).not.toMatch(/DataView|=>|\btry\b|\bany\b|BigInt|\.\.\./);
  }
});
