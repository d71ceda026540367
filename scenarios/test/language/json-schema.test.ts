import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { scenarioJsonSchema, scenarioToYaml } from '../../language/index.ts';
import { anyScenario } from '../../testing/scenario.ts';
import { example } from './example.ts';

const FILE = join(import.meta.dirname, '..', '..', 'scenario.schema.json');
const text = `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`;

describe('scenario.schema.json', () => {
  it('is what the language says (UPDATE=1 rewrites it)', () => {
    if (process.env['UPDATE'] === '1') writeFileSync(FILE, text);
    expect(readFileSync(FILE, 'utf8')).toBe(text);
  });

  const schema = z.fromJSONSchema(JSON.parse(text));

  // An editor that marks good files as bad teaches its users to ignore it.
  test.prop([anyScenario])('accepts every scenario that this version can say', (scenario) => {
    expect(schema.safeParse(parse(scenarioToYaml(scenario)))).toMatchObject({ success: true });
  });

  it.each([
    ['a good file', ['450KB', '450KB'], true],
    ['an unknown key', ['request:', 'requests:'], false],
    ['a missing unit', ['450KB', '450'], false],
    ['another topology', ['star', 'graph'], false],
    ['an unknown version', ['version: 1', 'version: 2'], false],
    ['a selector that is none', ['host[0]', 'host'], false],
  ] as const)('judges %s as the language does', (_, change, good) => {
    expect(schema.safeParse(parse(example([change[0], change[1]]))).success).toBe(good);
  });
});
