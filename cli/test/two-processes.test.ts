import { createHash, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { largeDatagramAt } from '../../transports/test/support/large-datagram.ts';
import { dcquic, finished, Lines, start, temporaryFolder } from './dcquic.ts';
import { eventOf, serve } from './server.ts';

const folder = temporaryFolder();
const FILE = join(folder, 'megabyte');
const BODY = randomBytes(1_000_000);
writeFileSync(FILE, BODY);
const SHA256 = createHash('sha256').update(BODY).digest('hex');

describe('dcquic serve and dcquic call, two processes', () => {
  it('carry a file, and both know the same SHA-256; Ctrl-C ends the server cleanly. REQ TRN-2, PAT-1', async () => {
    const { child, address, events, done } = await serve();
    for (const op of ['sink', 'echo', 'digest']) {
      const { code, stdout, stderr } = await dcquic([
        'call',
        '--peer',
        address,
        '--file',
        FILE,
        '--op',
        op,
        '--json',
      ]);
      expect([code, stderr]).toEqual([0, '']);
      expect(JSON.parse(stdout)).toMatchObject({ op, bytes: 1_000_000, sha256: SHA256 });
    }
    const plain = await dcquic(['call', '--peer', address]);
    expect([plain.code, plain.stderr]).toEqual([0, '']);
    expect(plain.stdout).toContain('the same on both sides');
    expect(await eventOf(events, 'peer')).toEqual({ event: 'peer', peer: 0, state: 'met' });
    child.kill('SIGINT');
    expect(await eventOf(events, 'closed')).toEqual({ event: 'closed', answered: 4, unanswered: 0 });
    expect(await done).toMatchObject({ code: 0, stderr: '' });
  });

  it('write down what was done, and it can be done again in virtual time. REQ SIM-5, DST-2', async () => {
    const files = [join(folder, 'server.record'), join(folder, 'client.record')];
    const { child, address, done } = await serve(['--record', files[0]!]);
    const called = await dcquic(['call', '--peer', address, '--file', FILE, '--record', files[1]!]);
    expect([called.code, called.stderr]).toEqual([0, '']);
    child.kill('SIGINT');
    await done;
    for (const file of files) {
      const { code, stdout } = await dcquic(['replay', file, '--json']);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ same: true, difference: null, endReason: null });
    }
    const changed = readFileSync(files[0]!);
    changed[largeDatagramAt(changed, changed.length / 2) + 800]! ^= 1;
    writeFileSync(files[0]!, changed);
    const { code, stdout } = await dcquic(['replay', files[0]!]);
    expect(code).toBe(5);
    expect(stdout).toMatch(/The first difference is in call \d+, counted from 0, at byte \d+:\n {2}\w+\(/);
  });

  /** REQ EVT-3, OBS-2. */
  it('serve metrics to whoever asks for /metrics', async () => {
    const child = start(['serve', '--bind', '127.0.0.1:0', '--metrics', '127.0.0.1:0', '--json']);
    const { address, metrics } = JSON.parse(await new Lines(child.stdout).next()) as Record<string, string>;
    expect((await dcquic(['call', '--peer', address!, '--json'])).code).toBe(0);
    const answer = await fetch(`http://${metrics}/metrics`);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await answer.text();
    expect(text).toMatch(/^dcquic_requests_taken_total 1$/m);
    expect(text).toMatch(/^dcquic_driver_datagrams_received_total [1-9]/m);
    expect((await fetch(`http://${metrics}/`)).status).toBe(404);
    child.kill('SIGINT');
    expect(await finished(child)).toMatchObject({ code: 0 });
  });

  it('do many exchanges, each of them checked', async () => {
    const { address } = await serve(['--mtu', '9000']);
    for (const [pattern, size] of [
      ['unary', '1KB'],
      ['unary', '0'],
      ['bulk', '300KB'],
    ] as const) {
      const args = [
        '--pattern',
        pattern,
        '--size',
        size,
        '--count',
        '40',
        '--concurrency',
        '8',
        '--mtu',
        '9000',
      ];
      const { code, stdout, stderr } = await dcquic(['bench', '--peer', address, ...args, '--json']);
      expect([code, stderr]).toEqual([0, '']);
      expect(JSON.parse(stdout)).toMatchObject({ pattern, count: 40, completed: 40, failed: {}, wrong: 0 });
    }
  });

  it('killed in mid-transfer, the server costs the call its peer timeout and no more; started again, it serves', async () => {
    const big = join(folder, 'big');
    writeFileSync(big, '');
    truncateSync(big, 400_000_000);
    const first = await serve();
    const calling = start(['call', '--peer', first.address, '--file', big, '--timeout', '1s', '--json']);
    const done = finished(calling);
    await eventOf(first.events, 'peer');
    first.child.kill('SIGKILL');
    const { code, stdout, stderr } = await done;
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { reason: 'peer-timeout' } });
    expect(stderr).toContain('stopped answering for 1 s');
    const again = await serve([], first.address);
    expect(again.address).toBe(first.address);
    const served = await dcquic(['call', '--peer', first.address, '--file', FILE, '--json']);
    expect(JSON.parse(served.stdout)).toMatchObject({ sha256: SHA256 });
  });

  it('have nothing to say to each other with different secrets', async () => {
    const { address, child, done } = await serve(['--secret', 'ab'.repeat(32)]);
    const { code, stderr } = await dcquic(['call', '--peer', address, '--timeout', '300ms']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^dcquic call: peer-timeout: no answer from .* the same secret\?\n$/);
    child.kill('SIGTERM');
    expect(await done).toMatchObject({ code: 0 });
    expect((await done).stdout).not.toContain('"peer"');
  });
});

/** A port at which nobody ever answers, and the promise that somebody called. */
async function silentPeer(): Promise<{ address: string; called: Promise<unknown>; close: () => void }> {
  const socket = createSocket('udp4');
  await new Promise<void>((bound) => void socket.bind(0, '127.0.0.1', bound));
  const called = once(socket, 'message');
  return { address: `127.0.0.1:${socket.address().port}`, called, close: () => void socket.close() };
}

describe('a call or a bench of a server that says nothing', () => {
  it('gives up after the timeout that was asked for, not another', async () => {
    const peer = await silentPeer();
    const patient = dcquic(['call', '--peer', peer.address, '--timeout', '600s']);
    await peer.called;
    const impatient = dcquic(['call', '--peer', peer.address, '--timeout', '100ms']);
    const [first, { code }] = await Promise.race([
      patient.then((result) => ['patient', result] as const),
      impatient.then((result) => ['impatient', result] as const),
    ]);
    expect([first, code]).toEqual(['impatient', 2]);
    peer.close();
  });

  it.each([
    ['call', []],
    ['bench', ['--pattern', 'unary', '--size', '1', '--count', '9']],
  ])('%s stops at Ctrl-C with exit code 130', async (command, args) => {
    const peer = await silentPeer();
    const child = start([command, '--peer', peer.address, '--timeout', '600s', ...args]);
    const done = finished(child);
    await peer.called;
    child.kill('SIGINT');
    expect((await done).code).toBe(130);
    peer.close();
  });
});

describe('usage that serve and call refuse in one line, with a remedy and exit code 1', () => {
  it.each([
    ['a public secret on a public address', ['serve', '--bind', '0.0.0.0:0'], 'is not a loopback address'],
    ['the same for a call', ['call', '--peer', '192.0.2.1:4433'], 'is not a loopback address'],
    ['a name that may mean any machine', ['call', '--peer', 'example.org:4433'], 'is not a loopback address'],
    ['two secrets', ['call', '--peer', '127.0.0.1:1', '--secret', 'a', '--secret-file', 'b'], 'not both'],
    ['a short secret', ['call', '--peer', '127.0.0.1:1', '--secret', 'abc'], '64 hexadecimal digits'],
    ['a secret file that is none', ['call', '--peer', '127.0.0.1:1', '--secret-file', FILE], 'holds neither'],
    [
      'a file that is not there',
      ['call', '--peer', '127.0.0.1:1', '--file', 'none'],
      'cannot read none: no such file',
    ],
    ['a folder', ['call', '--peer', '127.0.0.1:1', '--file', '.'], '. is not a regular file'],
    [
      'an address of another machine',
      ['serve', '--bind', '192.0.2.1:0', '--secret', 'ab'.repeat(32)],
      'no such address',
    ],
  ])('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await dcquic(args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd()).not.toContain('\n');
    expect(stderr).not.toContain('abab');
  });

  it('a port that is taken', async () => {
    const { address } = await serve();
    const { code, stderr } = await dcquic(['serve', '--bind', address]);
    expect(code).toBe(1);
    expect(stderr).toContain('another program has this port');
  });

  it('a file of more than 2 GiB', async () => {
    const huge = join(folder, 'huge');
    writeFileSync(huge, '');
    truncateSync(huge, 2 ** 31 + 1);
    const { code, stderr } = await dcquic(['call', '--peer', '127.0.0.1:1', '--file', huge]);
    expect(code).toBe(1);
    expect(stderr).toContain('at most 2147483648 bytes (2 GiB)');
  });
});
