import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dcquic, finished, lastLine, LIBRARY, Lines, start, temporaryFolder } from './dcquic.ts';

const folder = temporaryFolder();
const here = { cwd: folder };

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return `./${name}`;
}

/** Three hosts ask a fourth at the same instant. */
const THREE = file(
  'three.yaml',
  `version: 1
scenario: three
until: 10ms
topology: { kind: star, hosts: 4 }
workload:
  - { name: ask, pattern: unary, from: 'host[1..3]', to: 'host[0]', request: 1KB, response: 64B, count: 1 }
`,
);

/** A bug in a service: it loses its way if its first three packets come in the reverse of the usual order. */
function reversed(kind: 'invariant' | 'liveness'): string {
  return file(
    `reversed-${kind}.mjs`,
    `export default ({ network, violations }) => {
  const seen = [];
  network.addMonitor({
    onPacket(point, packet, where) {
      if (point !== 'delivery' || packet.destination >= 2 ** 20) return 'pass';
      seen.push(packet.source);
      if (seen.length === 3 && seen[0] > seen[1] && seen[1] > seen[2])
        violations.report('planted', '${kind}', 'came in reverse');
      return 'pass';
    },
  });
};
`,
  );
}

interface ExploreJson {
  schedules: number;
  classes: number;
  isExhausted: boolean;
  failure: { exitCode: number; capsule: string; choices: number[]; schedule: number } | null;
}

describe('dcquic explore (REQ DST-4)', () => {
  it('runs one schedule of each class of a healthy scenario, and says that there is no other', async () => {
    const { code, stdout } = await dcquic(['explore', THREE], here);
    expect(code).toBe(0);
    expect(stdout).toContain('three, seed 1: one schedule of each class');
    expect(lastLine(stdout)).toBe('Passed: no schedule fails, and there is no other');
    const fewer = ['--set', 'workload[0].from=host[1..2]', '--json'];
    const json = JSON.parse((await dcquic(['explore', THREE, ...fewer], here)).stdout) as ExploreJson;
    expect(json).toMatchObject({ strategy: 'exhaustive', windowNs: 0, isExhausted: true, failure: null });
    // At the first hop two packets tie, and there are more ties later.
    expect(json.classes).toBe(json.schedules);
    expect(json.schedules).toBeGreaterThan(2);
  });

  it.each([
    ['invariant', 3],
    ['liveness', 4],
  ] as const)(
    'finds a bug that is in one order only, and leaves it for replay: %s',
    async (kind, expected) => {
      const bug = reversed(kind);
      expect((await dcquic(['run', THREE, '--with', bug], here)).code).toBe(0);
      const out = `out-${kind}`;
      const { code, stdout } = await dcquic(['explore', THREE, '--with', bug, '--out', out], here);
      expect(code).toBe(expected);
      expect(stdout).toContain('✗ planted at ');
      expect(stdout).toMatch(/^out of the usual order: \d+ steps? of \d+\n.*packet from host\[/m);
      expect(lastLine(stdout)).toBe(`dcquic replay ${out}/capsule.json`);
      const replay = await dcquic(lastLine(stdout).split(' ').slice(1), here);
      expect(replay.code).toBe(expected);
      expect(replay.stdout).toContain('The saved run was repeated exactly');
      const text = readFileSync(join(folder, out, 'exploration.json'), 'utf8');
      expect((JSON.parse(text) as ExploreJson).failure).toMatchObject({ exitCode: expected });
    },
  );

  it.each([
    ['random', []],
    ['pct', ['--depth', '2']],
  ])('finds it by %s as well; the capsule is kept without being asked for', async (strategy, more) => {
    const args = ['explore', THREE, '--strategy', strategy, ...more, '--runs', '200', '--json', '--with'];
    const { code, stdout, stderr } = await dcquic([...args, reversed('invariant')], here);
    expect(code).toBe(3);
    const { failure } = JSON.parse(stdout) as ExploreJson;
    expect(failure?.capsule).toBe('out/three-explore/capsule.json');
    expect(existsSync(join(folder, 'out/three-explore/capsule.json'))).toBe(true);
    expect(lastLine(stderr)).toBe('dcquic replay out/three-explore/capsule.json');
  });

  it('lets packets overtake within the window: else the bug is out of reach', async () => {
    const sooner = file(
      'apart.yaml',
      readFileSync(join(folder, 'three.yaml'), 'utf8')
        .replace("from: 'host[1..3]'", "from: 'host[1..2]'")
        .concat(
          "  - { name: late, pattern: unary, from: 'host[3]', to: 'host[0]', request: 1KB, response: 64B, start: 300ns, count: 1 }\n",
        ),
    );
    const bug = ['--with', reversed('invariant'), '--runs', '5000'];
    expect((await dcquic(['explore', sooner, ...bug], here)).code).toBe(0);
    expect((await dcquic(['explore', sooner, ...bug, '--window', '400ns'], here)).code).toBe(3);
  });

  it.each([
    [
      'a window longer than the links',
      ['--window', '3us'],
      '--window: 3 µs is more than the delay of a link',
    ],
    ['no duration', ['--window', '3'], '--window: 3 has no unit'],
    ['no strategy', ['--strategy', 'rnadom'], '--strategy: "rnadom" is not known; did you mean random?'],
    [
      'preemptions of a random schedule',
      ['--strategy', 'pct', '--preemptions', '2'],
      '--preemptions goes with --strategy exhaustive, not with pct',
    ],
    ['too few steps', ['--steps', '5'], 'a run takes more than 5 events: make the scenario smaller'],
  ])('says what is wrong, and exits 1: %s', async (_, args, message) => {
    const { code, stdout, stderr } = await dcquic(['explore', THREE, ...args], here);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`dcquic explore: ${message}`);
  });

  it('stops at Ctrl-C with what is known', async () => {
    const begun = file('begun.mjs', "export default () => { process.stderr.write('begun\\n') };\n");
    const args = ['--set', 'topology.hosts=6', '--set', 'workload[0].from=host[1..5]', '--with', begun];
    const child = start(['explore', join(folder, 'three.yaml'), ...args], here);
    const done = finished(child);
    expect(await new Lines(child.stderr).next()).toBe('begun');
    child.kill('SIGINT');
    const { code, stdout } = await done;
    expect(code).toBe(130);
    expect(lastLine(stdout)).toMatch(/^Interrupted: \d+ schedules? passed, there are more$/);
  });

  it('takes a scenario of the library', async () => {
    const { code, stdout } = await dcquic(['explore', join(LIBRARY, 'small.yaml')], here);
    expect(code).toBe(0);
    expect(lastLine(stdout)).toBe('Passed: no schedule fails, and there is no other');
  });
});
