import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dcquic, type Finished, lastLine, temporaryFolder } from './dcquic.ts';

const folder = temporaryFolder();
const here = { cwd: folder };

writeFileSync(
  join(folder, 'pair.yaml'),
  `version: 1
scenario: pair
until: 10ms
topology: { kind: star, hosts: 2 }
workload: [{ name: calls, pattern: unary, from: 'host[0]', to: 'host[1]', request: w3, response: 64B, count: 2 }]
`,
);

/** Sends the whole process a signal as soon as the run of a seed begins. */
writeFileSync(
  join(folder, 'signal.mjs'),
  `const [signal, seed] = (process.env.SIGNAL_AT ?? '').split(' ');
export default (simulation) => {
  if (signal && simulation.scenario.seed === Number(seed)) process.kill(process.pid, signal);
};
`,
);

/** One seed for each way to fail. */
writeFileSync(
  join(folder, 'faulty.mjs'),
  `export default ({ scenario: { seed }, violations, marks, kernel }) => {
  marks.declare('unreachable');
  marks.sometimes('even-seed', seed % 2 === 0);
  if (seed === 2) violations.report('planted', 'liveness', 'never came');
  if (seed === 3) violations.report('planted', 'invariant', 'seen twice');
  if (seed === 5) process.exit(9);
  if (seed === 6) throw new Error('no such host');
  if (seed === 8) kernel.schedule(10, { onEvent: () => Date.now() });
  console.log('seed', seed);
};
`,
);

interface Summary {
  done: number;
  missing: number;
  hash: string;
  verdict: number;
  failing: { seed: number; verdict: number; why: string; command: string; capsule: string | null }[];
  marks: { never: string[]; cold: { name: string }[] };
}

function sweep(...args: string[]): Promise<Finished> {
  return dcquic(['sweep', 'pair.yaml', ...args], here);
}

function sweepAt(signalAt: string, ...args: string[]): Promise<Finished> {
  const env = { ...process.env, SIGNAL_AT: signalAt };
  return dcquic(['sweep', 'pair.yaml', '--with', './signal.mjs', ...args], { ...here, env });
}

function summaryOf({ stdout }: Finished): Summary {
  return JSON.parse(stdout) as Summary;
}

/** What a sweep found, without what depends on the machine and on this call. */
function essenceOf(finished: Finished): object {
  const { wallMs, jobs, doneHere, ...rest } = JSON.parse(finished.stdout) as Record<string, unknown>;
  expect([wallMs, jobs, doneHere].every((value) => typeof value === 'number')).toBe(true);
  return rest;
}

function finishedSeeds(out: string): number {
  const lines = readFileSync(join(folder, out, 'journal.jsonl'), 'utf8').split('\n');
  return lines.filter((line) => line.startsWith('{"seed":')).length;
}

describe('dcquic sweep', () => {
  it('finds the same on one thread, on two, and one seed alone. REQ DST-9, DST-1', async () => {
    const one = await sweep('--seeds', '1..24', '--jobs', '1', '--json');
    const two = await sweep('--seeds', '1..24', '--jobs', '2', '--json');
    expect([one.code, two.code]).toEqual([0, 0]);
    expect(essenceOf(two)).toEqual(essenceOf(one));
    const single = await dcquic(['run', 'pair.yaml', '--seed', '24', '--json'], here);
    const alone = await sweep('--seeds', '24..24', '--out', 'alone');
    expect(alone.code).toBe(0);
    // The last of 24 seeds on a thread, the only one, and a run in a process of its own: one trace.
    const { traceHash } = JSON.parse(single.stdout) as { traceHash: string };
    expect(readFileSync(join(folder, 'alone', 'journal.jsonl'), 'utf8')).toContain(traceHash);
  });

  it('killed in the middle, goes on where the journal ends, and finds the same as an unbroken one. REQ DST-9', async () => {
    // More seeds before the kill than the journal keeps back.
    const args = ['--seeds', '1..200', '--json'];
    const whole = await sweepAt('', ...args);
    const killed = await sweepAt('SIGKILL 150', ...args, '--out', 'killed');
    expect(killed.code).toBe(null);
    const before = finishedSeeds('killed');
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(200);
    const resumed = await sweepAt('', ...args, '--out', 'killed');
    expect(resumed.stderr).toContain(`${before} of 200 seeds were run before; going on with the rest`);
    expect((JSON.parse(resumed.stdout) as { doneHere: number }).doneHere).toBe(200 - before);
    expect(essenceOf(resumed)).toEqual(essenceOf(whole));
    expect(resumed.code).toBe(0);
  });

  it('stopped by Ctrl-C, sums up what was done, exits 130 and goes on later. REQ DST-9', async () => {
    const args = ['--seeds', '1..40', '--out', 'stopped'];
    const whole = await sweepAt('', '--seeds', '1..40', '--json');
    const stopped = await sweepAt('SIGINT 20', ...args);
    expect(stopped.code).toBe(130);
    const done = finishedSeeds('stopped');
    expect(done).toBeGreaterThanOrEqual(15);
    expect(stopped.stdout).toContain(`${done} passed, ${40 - done} not run`);
    const resumed = await sweepAt('', ...args, '--json');
    expect([resumed.code, finishedSeeds('stopped')]).toEqual([0, 40]);
    expect(essenceOf(resumed)).toEqual(essenceOf(whole));
  });

  it('in shards, one of them killed and resumed, merged, finds the same as in one. REQ DST-9', async () => {
    const whole = await sweepAt('', '--seeds', '1..11', '--json');
    for (const shard of ['1/3', '2/3', '3/3']) {
      const args = ['--seeds', '1..11', '--shard', shard, '--out', `part${shard[0]}`];
      if (shard === '2/3') expect((await sweepAt('SIGKILL 8', ...args)).code).toBe(null);
      expect((await sweepAt('', ...args)).code).toBe(0);
    }
    const merged = await dcquic(['sweep', '--merge', 'part3', 'part1', 'part2', '--json'], here);
    expect([merged.code, merged.stderr]).toEqual([0, '']);
    expect(essenceOf(merged)).toEqual(essenceOf(whole));
    const missing = await dcquic(['sweep', '--merge', 'part3', 'part1'], here);
    expect([missing.code, missing.stdout]).toEqual([1, '']);
    expect(missing.stderr).toBe('dcquic sweep: shards are missing: 2/3\n');
  });

  it('lists each failing seed with its reason, its command and its capsule, and survives its workers. REQ DST-2, DST-9', async () => {
    const faulty = await sweep('--seeds', '1..9', '--with', './faulty.mjs', '--out', 'faulty', '--json');
    const { failing, done, verdict } = summaryOf(faulty);
    expect([faulty.code, verdict, done]).toEqual([5, 5, 9]);
    expect(failing.map(({ seed, verdict: of }) => [seed, of])).toEqual([
      [2, 4],
      [3, 3],
      [5, 3],
      [6, 3],
      [8, 5],
    ]);
    expect(failing[1]).toEqual({
      seed: 3,
      verdict: 3,
      why: 'planted at 0 ns: seen twice',
      traceHash: expect.stringMatching(/^[0-9a-f]{32}$/),
      command: 'dcquic run pair.yaml --seed 3 --with ./faulty.mjs',
      capsule: join('faulty', 'seed3', 'capsule.json'),
    });
    expect(failing[2]?.why).toContain('worker ended with exit code 9');
    expect(failing[3]?.why).toContain('no such host');
    expect(failing[4]?.why).toContain('Date.now()');
    expect(faulty.stderr.split('\n')).toContain('dcquic run pair.yaml --seed 2 --with ./faulty.mjs');
    expect(readdirSync(join(folder, 'faulty')).sort()).toEqual([
      'journal.jsonl',
      'seed2',
      'seed3',
      'summary.json',
    ]);
    const replayed = await dcquic(['replay', 'faulty/seed3'], here);
    expect(replayed.code).toBe(3);
    expect(replayed.stdout).toContain('The saved run was repeated exactly');
  });

  it('for people, ends with the command that repeats the first failing run', async () => {
    const { code, stdout } = await sweep('--seeds', '1..3', '--with', './faulty.mjs');
    expect(code).toBe(3);
    expect(stdout).toContain('seed 3: invariant violated: planted at 0 ns: seen twice');
    expect(stdout).toContain('Failed: 2 seeds of 3');
    expect(lastLine(stdout)).toBe('dcquic run pair.yaml --seed 2 --with ./faulty.mjs');
    expect(existsSync(join(folder, 'out', 'pair-seed3', 'capsule.json'))).toBe(true);
  });

  it('fails if a required mark went cold. REQ DST-10', async () => {
    writeFileSync(join(folder, 'gate.txt'), '# always\nexchange-completed\n');
    const args = ['--seeds', '1..1', '--with', './faulty.mjs'];
    const warm = await sweep(...args, '--marks-file', 'gate.txt');
    expect(warm.code).toBe(0);
    const cold = await sweep(
      ...args,
      '--marks-file',
      'gate.txt',
      '--require-marks',
      'even-seed,exchange-complete',
    );
    expect(cold.code).toBe(2);
    expect(cold.stdout).toContain('mark even-seed went cold: no seed reached it');
    expect(cold.stdout).toContain(
      'mark exchange-complete: no simulation of this sweep has a mark of that name',
    );
    expect(lastLine(cold.stdout)).toBe('Failed: 2 marks went cold');
    const json = summaryOf(await sweep(...args, '--json'));
    expect(json.marks.never).toEqual(expect.arrayContaining(['even-seed', 'unreachable', 'peer-timed-out']));
  });

  it.each([
    ['without seeds', ['pair.yaml'], '--seeds is missing; give --seeds A..B, as 1..1000'],
    [
      'with a range that is none',
      ['pair.yaml', '--seeds', '9..1'],
      '--seeds: 9..1 holds no seed; write 1..9',
    ],
    [
      'with a shard that is none',
      ['pair.yaml', '--seeds', '1..9', '--shard', '0/4'],
      '--shard: "0/4" is not a shard',
    ],
    ['of two files', ['pair.yaml', 'pair.yaml', '--seeds', '1..2'], 'unexpected argument pair.yaml'],
    ['of nothing', [], 'FILE|DIR is missing'],
    [
      'merging what has a seed range of its own',
      ['--merge', 'x', '--seeds', '1..2'],
      '--merge takes no --seeds',
    ],
    ['merging what is none', ['--merge', '.'], '. has no journal of a sweep'],
    [
      'with a module that is not there',
      ['pair.yaml', '--seeds', '1..2', '--with', './no.mjs'],
      '--with ./no.mjs',
    ],
  ])('is refused %s', async (_, args, message) => {
    const { code, stdout, stderr } = await dcquic(['sweep', ...args], here);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`dcquic sweep: ${message}`);
  });

  it('refuses a journal of other seeds, and leaves it as it is', async () => {
    await sweep('--seeds', '1..2', '--out', 'other');
    const before = readFileSync(join(folder, 'other', 'journal.jsonl'));
    const { code, stderr } = await sweep('--seeds', '1..3', '--out', 'other');
    expect(code).toBe(1);
    expect(stderr).toContain('is of seeds 1..2, not 1..3; give another folder, or remove this one');
    expect(readFileSync(join(folder, 'other', 'journal.jsonl'))).toEqual(before);
  });
});
