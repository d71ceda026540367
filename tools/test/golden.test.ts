import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatGolden, GOLDEN_FILE, goldenChanges, goldenRun, parseGolden } from '../golden/golden-file.ts';
import { runGolden } from '../golden/run-golden.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const TEXT = readFileSync(join(ROOT, GOLDEN_FILE), 'utf8');
const RECORDED = parseGolden(TEXT);

// REQ DST-1, TEST-S1
describe('the behaviour is the recorded one; npm run golden records another on purpose', () => {
  it.each(Object.keys(RECORDED))('%s', async (key) => {
    expect(await runGolden(ROOT, key)).toBe(RECORDED[key]);
  });

  it('covers several runs, each with a trace of its own', () => {
    const hashes = Object.values(RECORDED);
    expect(hashes.length).toBeGreaterThanOrEqual(5);
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe('golden file', () => {
  it('is written in the form in which it is kept', () => {
    expect(formatGolden(RECORDED)).toBe(TEXT);
  });

  it('names the runs that changed', () => {
    const changes = goldenChanges({ 'a.yaml@1': 'x', 'b.yaml@2': '' }, { 'a.yaml@1': 'x', 'b.yaml@2': 'z' });
    expect(changes).toEqual(['b.yaml@2: recorded nothing, now z']);
  });

  it('has keys of the form FILE@SEED', () => {
    expect(goldenRun('scenarios/library/small.yaml@12')).toEqual({
      file: 'scenarios/library/small.yaml',
      seed: 12,
    });
    expect(() => parseGolden('{ "small": "x" }')).toThrow('FILE.yaml@SEED');
  });
});
