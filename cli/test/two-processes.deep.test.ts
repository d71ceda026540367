import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dcquic, finished, start, temporaryFolder } from './dcquic.ts';
import { eventOf, serve } from './server.ts';

const GIGABYTE = 1_000_000_000;
const PIECE = 50_000_000;

/** A file of random bytes and its SHA-256. */
function gigabyte(file: string): string {
  const hash = createHash('sha256');
  for (let left = GIGABYTE; left > 0; left -= PIECE) {
    const piece = randomBytes(PIECE);
    hash.update(piece);
    appendFileSync(file, piece);
  }
  return hash.digest('hex');
}

describe.skipIf(process.env['DEEP'] !== '1')('two processes on loopback, at length', () => {
  const folder = temporaryFolder();

  it('make 10,000 unary calls of 1 KB, each answered with its own bytes. REQ POOL-3, PAT-1', async () => {
    const { address } = await serve();
    for (const concurrency of ['1', '64', '1000']) {
      const load = ['--pattern', 'unary', '--size', '1KB', '--count', '10000', '--concurrency', concurrency];
      const { code, stdout } = await dcquic(['bench', '--peer', address, ...load, '--json']);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ completed: 10_000, failed: {}, wrong: 0 });
    }
  });

  it('carry a gigabyte whose SHA-256 is the same; kill -9 ends a call, and a new server serves', async () => {
    const file = join(folder, 'gigabyte');
    const sha256 = gigabyte(file);
    const first = await serve();
    const call = ['call', '--peer', first.address, '--file', file, '--json'];
    for (const op of ['sink', 'echo']) {
      const whole = await dcquic([...call, '--op', op]);
      expect(whole.code).toBe(0);
      expect(JSON.parse(whole.stdout)).toMatchObject({ op, bytes: GIGABYTE, sha256 });
      await eventOf(first.events, 'peer');
    }
    const cut = finished(start([...call, '--timeout', '1s']));
    await eventOf(first.events, 'peer');
    first.child.kill('SIGKILL');
    const { code, stdout } = await cut;
    expect([code, JSON.parse(stdout)]).toMatchObject([2, { error: { reason: 'peer-timeout' } }]);
    await serve([], first.address);
    const served = await dcquic(call);
    expect(JSON.parse(served.stdout)).toMatchObject({ sha256 });
  });
});
