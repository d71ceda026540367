import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { parseCapsule, replayCapsule } from '../../run/index.ts';
import type { Extension } from '../../run/index.ts';
import { scenarioProperty } from '../../testing/index.ts';
import { scenarioOf } from '../language/example.ts';

const folder = mkdtempSync(join(tmpdir(), 'dcquic-property-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => void vi.unstubAllEnvs());

describe('scenarioProperty(). REQ DST-3', () => {
  it('passes while the protocol survives', async () => {
    await expect(scenarioProperty({ seeds: 5 })()).resolves.toBeUndefined();
  });

  it('shrinks a failure to a file and a capsule that replays, and says how', async () => {
    const path = '../planted/nonce-reused.mjs';
    const { extend } = (await import(path)) as Pick<Extension, 'extend'>;
    const extensions = [{ path, extend }];
    const error: unknown = await scenarioProperty({ extensions, folder })().catch(
      (reason: unknown) => reason,
    );
    const { message } = error as Error;
    const yaml = readFileSync(join(folder, 'scenario.yaml'), 'utf8');
    expect(scenarioOf(yaml).topology.hosts).toBe(2);
    expect(message).toContain(yaml);
    expect(message).toContain(`Replay the smallest: dcquic replay ${folder}\n`);
    expect(message).toMatch(/\nRun this seed again: DCQUIC_SEED=\d+ .*\nGot invariant: nonce$/);
    const parsed = parseCapsule(readFileSync(join(folder, 'capsule.json'), 'utf8'), 'capsule.json');
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    expect((await replayCapsule(parsed.capsule, parsed.scenario, { extensions })).same).toBe(true);
  });

  it('runs one seed alone if the variable names it', async () => {
    vi.stubEnv('DCQUIC_SEED', '12');
    const run: number[] = [];
    const only = scenarioOf(
      'version: 1\nscenario: one\nuntil: 1ms\ntopology: { kind: star, hosts: 2 }\nworkload: [{ name: w, pattern: unary, from: "host[0]", to: "host[1]", request: 1B, response: 1B, count: 1 }]\n',
    );
    await scenarioProperty({ scenarioOf: (seed) => (run.push(seed), only) })();
    expect(run).toEqual([12]);
  });
});
