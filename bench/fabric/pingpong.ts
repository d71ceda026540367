import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';

const BYTES = 64;
const TRIES = 20;

/** Round trip by libfabric's own `fi_pingpong`, in two processes, messages of 64 bytes; undefined: it is not there. It spins on both sides and does nothing else. */
export async function pingpongRttNs(provider: string, iterations: number): Promise<number | undefined> {
  const args = ['-p', provider, '-e', 'rdm', '-I', String(iterations), '-S', String(BYTES)];
  const server = spawn('fi_pingpong', args, { stdio: 'ignore' });
  const failed = new Promise<boolean>((done) => {
    server.on('error', () => done(true));
    server.on('spawn', () => done(false));
  });
  if (await failed) return undefined;
  try {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const oneWayUs = await new Promise<number>((done) => {
        execFile('fi_pingpong', [...args, '127.0.0.1'], { timeout: 60_000 }, (_error, stdout) => {
          const row = stdout.split('\n').find((line) => line.startsWith(String(BYTES)));
          done(Number(row?.trim().split(/\s+/)[6]));
        });
      });
      if (oneWayUs > 0) return oneWayUs * 2000;
    }
    return undefined;
  } finally {
    if (server.exitCode === null) {
      server.kill('SIGTERM');
      await once(server, 'exit');
    }
  }
}
