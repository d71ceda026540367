import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { TwoHosts, whyNoNamespaces, type HostProcess } from '../support/namespaces.ts';

const HOST = fileURLToPath(new URL('../support/nics-host.mjs', import.meta.url));
const PSK = '7'.repeat(64);
const reason = whyNoNamespaces();

interface Line {
  done: { calls: number; messages: number; wrong: number };
  nicEvents: [string, boolean][];
  end?: boolean;
  open?: number[];
  nics?: { name: string; isUp: boolean; downs: number; failoverNs: number }[][];
}

/** With DEEP=1 also one of the server; and the figures are shown. */
const isDeep = process.env['DEEP'] === '1';
const CASES = [
  ['of the caller', 0],
  ['of the server', 1],
] as const;

/** The lines of a caller, as far as they have come. */
class Caller {
  readonly process: HostProcess;
  last: Line | undefined;
  #seen: (() => void)[] = [];

  constructor(process: HostProcess) {
    this.process = process;
    createInterface(process.stdout).on('line', (line) => {
      this.last = JSON.parse(line) as Line;
      for (const seen of this.#seen.splice(0)) seen();
    });
    process.on('exit', () => this.#seen.forEach((seen) => seen()));
  }

  /** The first line from now on for which it is so; fails if the process ends before. */
  async until(what: string, isSo: (line: Line) => boolean): Promise<Line> {
    for (;;) {
      await new Promise<void>((seen) => this.#seen.push(seen));
      if (this.last !== undefined && isSo(this.last)) return this.last;
      if (this.process.exitCode !== null) throw new Error(`the caller has ended, before ${what}`);
    }
  }

  /** So many calls and messages more. */
  async goesOn(what: string): Promise<void> {
    const { calls, messages } = await this.until(what, () => true).then(({ done }) => ({ ...done }));
    await this.until(what, ({ done }) => done.calls > calls + 40 && done.messages > messages + 100);
  }
}

/** REQ MNIC-2, MNIC-5, MNIC-6, MNIC-7, ROUTE-6 · MUST LANE-3 */
describe(`two hosts with two NICs each${reason === undefined ? '' : `: not here, ${reason}`}`, () => {
  test.skipIf(reason !== undefined).each(isDeep ? CASES : CASES.slice(0, 1))(
    'use both; one NIC %s goes down in mid-transfer and comes back, and nothing is lost',
    async (whose, victim) => {
      const hosts = new TwoHosts(`${process.pid}-${victim}`);
      const children: HostProcess[] = [];
      onTestFinished(async () => {
        // Until they are gone they are handles of this process, and in use by the namespaces.
        const gone = children.map((child) => (child.exitCode === null ? once(child, 'close') : undefined));
        for (const child of children) child.kill('SIGKILL');
        await Promise.all(gone);
        hosts.remove();
      });
      const start = (host: 0 | 1, ...args: string[]): HostProcess => {
        const child = hosts.spawn(host, HOST, ...args);
        children.push(child);
        return child;
      };
      const server = start(1, 'serve', PSK);
      const isOver = once(server, 'exit').then(() => ['the server has ended']);
      const [addresses] = (await Promise.race([once(createInterface(server.stdout), 'line'), isOver])) as [
        string,
      ];
      const caller = new Caller(start(0, 'call', PSK, addresses));

      await caller.goesOn('both NICs work');
      const used = hosts.bytes(0);
      expect(Math.min(...used.map(({ sent }) => sent)), 'bytes by the NIC that carries less').toBeGreaterThan(
        1_000_000,
      );

      hosts.set(victim, 0, 'down');
      const before = hosts.bytes(0);
      await caller.goesOn('n0 is down');
      const during = hosts.bytes(0);
      expect(during[0]!.sent - before[0]!.sent).toBeLessThan(10_000);
      expect(during[1]!.sent - before[1]!.sent).toBeGreaterThan(5_000_000);

      hosts.set(victim, 0, 'up');
      await caller.until('n0 is back', ({ nicEvents }) => nicEvents.at(-1)?.[1] === true);
      await caller.goesOn('n0 is back');
      const after = hosts.bytes(0);
      expect(after[0]!.sent - during[0]!.sent, 'bytes by n0 since it is back').toBeGreaterThan(1_000_000);

      caller.process.stdin.write('stop\n');
      const end = await caller.until('the end', (line) => line.end === true);
      expect(end.done.wrong, 'answers that were not of the bytes sent').toBe(0);
      expect(end.open).toEqual([0, 0, 0]);
      for (const nics of end.nics!) {
        expect(nics.map(({ name }) => name).toSorted()).toEqual(['n0', 'n1']);
        expect(nics.find(({ name }) => name === 'n0')).toMatchObject({ isUp: true, downs: 1 });
      }
      const megabytes = [before, during, after].map((at) => at.map(({ sent }) => Math.round(sent / 1e6)));
      const failoverMs = end.nics!.flat().map(({ failoverNs }) => failoverNs / 1e6);
      const [both, one, again] = megabytes as [number[], number[], number[]];
      const figures = `n0 ${whose} down; MB sent by n0, n1 until then ${both}, until it was up ${one}, at the end ${again}`;
      if (isDeep)
        console.log(`${figures}; heard by n1 after ${Math.max(...failoverMs).toFixed(1)} ms at most`);
    },
  );
});
