import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dcquic, LIBRARY, temporaryFolder } from './dcquic.ts';

const folder = temporaryFolder();
const here = { cwd: folder };
const SMALL = join(LIBRARY, 'small.yaml');

const hashOf = (text: string): string | undefined => /trace +([0-9a-f]{32})/.exec(text)?.[1];

describe('dcquic run --pcap', () => {
  it('writes the packets of the run, and the run stays what it was. REQ DST-7', async () => {
    const plain = await dcquic(['run', SMALL], here);
    const { code, stdout } = await dcquic(['run', SMALL, '--pcap', 'small.pcapng'], here);
    expect(code).toBe(0);
    expect(hashOf(stdout)).toBe(hashOf(plain.stdout));
    expect(stdout).toMatch(/^ {2}pcap +small\.pcapng, \d+ packets$/m);
    const bytes = readFileSync(join(folder, 'small.pcapng'));
    expect(bytes.readUInt32BE(0)).toBe(0x0a0d0d0a);
    // What it is a capture of: the command that repeats it.
    expect(bytes.toString('latin1')).toContain(`dcquic run ${SMALL} --seed 1`);
  });

  it('--pcap-at captures at the named places alone', async () => {
    await dcquic(['run', SMALL, '--pcap', 'all.pcapng'], here);
    await dcquic(['run', SMALL, '--pcap', 'some.pcapng', '--pcap-at', 'host[0]'], here);
    const sizes = ['all', 'some'].map((name) => statSync(join(folder, `${name}.pcapng`)).size);
    expect(sizes[1]).toBeLessThan(sizes[0]! * 0.75);
  });

  it('says when the capture is full, and how much was left out', async () => {
    const { stdout } = await dcquic(['run', SMALL, '--pcap', 'full.pcapng', '--pcap-max', '10'], here);
    expect(stdout).toMatch(
      /full\.pcapng, 10 packets: full, \d+ more were not written; raise --pcap-max, or /,
    );
    const json = await dcquic(['run', SMALL, '--pcap', 'full.pcapng', '--pcap-max', '10', '--json'], here);
    expect(json.stdout.match(/\n/g)).toHaveLength(1);
    expect(json.stderr).toMatch(/^pcap: full\.pcapng, 10 packets: full, \d+ more were not written/);
  });

  it.each([
    [
      'an unknown place',
      ['--pcap', 'x', '--pcap-at', 'swich'],
      '--pcap-at swich: no such place in this network; did',
    ],
    ['a place without a file', ['--pcap-at', 'host[0]'], '--pcap-at needs --pcap, the file for the packets'],
    [
      'a file that cannot be',
      ['--pcap', 'no/such/file'],
      'cannot write to no/such/file: no such file or folder',
    ],
  ])('refuses %s before the run', async (_, args, message) => {
    const { code, stdout, stderr } = await dcquic(['run', SMALL, ...args], here);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`dcquic run: ${message}`);
    expect(existsSync(join(folder, 'x'))).toBe(false);
  });

  it('is whole also of a run that breaks off: that is when it is wanted', async () => {
    const bug = 'simulation.kernel.schedule(900, { onEvent() { throw new Error("a bug"); } })';
    writeFileSync(join(folder, 'bug.mjs'), `export default (simulation) => { ${bug} };\n`);
    const { code } = await dcquic(['run', SMALL, '--pcap', 'broken.pcapng', '--with', './bug.mjs'], here);
    expect(code).toBe(3);
    const bytes = readFileSync(join(folder, 'broken.pcapng'));
    const types: number[] = [];
    for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at + 4)) types.push(bytes.readUInt32LE(at));
    // Packets, and at the end the statistics of the five places.
    expect(types).toContain(6);
    expect(types.slice(-5)).toEqual([5, 5, 5, 5, 5]);
  });

  it.skipIf(!existsSync('/dev/full'))('ends with the reason when the disk is full', async () => {
    const { code, stderr } = await dcquic(['run', SMALL, '--pcap', '/dev/full'], here);
    expect([code, stderr]).toEqual([
      1,
      'dcquic run: cannot write to /dev/full: the disk is full; free some space, or choose another place\n',
    ]);
  });
});
