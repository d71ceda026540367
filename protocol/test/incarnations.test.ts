import { describe, expect, test } from 'vitest';
import { expectClean, makePair, pathSecret, pattern, resultOf } from './support/pair.ts';
import type { Node } from './support/node.ts';
import type { Pair } from './support/pair.ts';

const DEEP = process.env['DEEP'] === '1';

/**
 * Every table row is one world: a call, and in the middle of it, at each of its datagrams in turn, a crash. What may never be: one call
 * that runs twice, in whatever incarnations; a caller that is not told; anything left over.
 */
const WHO = ['server', 'client', 'both'] as const;
const CUTS = ['none', 'to server', 'to client', 'both ways'] as const;
/** When the cut begins and how long after the restart it ends; how long a process is away. */
const TIMES: readonly Times[] = DEEP
  ? [true, false].flatMap((early) =>
      [0, 5_000, 35_000, 3_000_000].flatMap((awayNs) =>
        [0, 30_000, 400_000].map((cutNs) => ({ early, awayNs, cutNs })),
      ),
    )
  : [
      { early: true, awayNs: 0, cutNs: 0 },
      { early: false, awayNs: 0, cutNs: 400_000 },
      { early: false, awayNs: 3_000_000, cutNs: 0 },
    ];
/** Inline; pulled in a burst. */
const SIZES = DEEP ? [100, 5000] : [5000];
/** The crash comes after so many datagrams: at each of the first call, later where calls are repeated that nobody answered. */
const STEPS = DEEP
  ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 17, 20, 24, 28, 32, 36, 40]
  : [1, 2, 3, 4, 5, 7, 9, 12, 20, 32];
/** Small calls all the while: some wait for an answer that is lost, some are made before the restart is known. */
const CALLS = 20;
const CALL_EVERY_NS = 6_000;

interface Times {
  early: boolean;
  awayNs: number;
  cutNs: number;
}

interface World {
  who: (typeof WHO)[number];
  cut: (typeof CUTS)[number];
  size: number;
  times: Times;
  /** The crash comes right after this many datagrams have been sent. */
  step: number;
}

interface Setting {
  /** Server and client have had an exchange before. */
  acquainted: boolean;
  resolve: boolean;
  /** The server calls the client as well. */
  mutual: boolean;
}

class Story {
  readonly pair: Pair;
  readonly setting: Setting;
  readonly world: World;
  private readonly runs = new Map<number, number>();
  private readonly calls: { node: Node; incarnation: object; id: number; name: number }[] = [];
  private names = 0;
  private toServer: number;
  private toClient: number;

  constructor(setting: Setting, world: World) {
    this.setting = setting;
    this.world = world;
    this.pair = makePair({ resolve: setting.resolve });
    this.toServer = this.pair.toServer;
    this.toClient = this.pair.toClient;
    for (const node of [this.pair.client, this.pair.server]) {
      node.endpoint.serve();
      node.handler = (at, { exchange, body }) => {
        this.runs.set(body[0]!, (this.runs.get(body[0]!) ?? 0) + 1);
        at.reply(exchange, body);
      };
    }
  }

  private call(node: Node, size: number): number {
    const name = this.names;
    this.names += 1;
    const peer = node === this.pair.client ? this.toServer : this.toClient;
    const id = node.call(peer, pattern(size, name).fill(name, 0, 1));
    this.calls.push({ node, incarnation: node.endpoint, id, name });
    return id;
  }

  run(): void {
    const { net, client, server } = this.pair;
    if (this.setting.acquainted) {
      this.call(client, 100);
      expect(net.run()).toBe('idle');
    }
    this.call(client, this.world.size);
    if (this.setting.mutual) this.call(server, this.world.size);
    this.crashAtStep();
    expect(net.run(net.now + 60_000_000_000), 'quiet in the end').toBe('idle');
    net.hook = undefined;
    for (let round = 0; round < 2; round += 1) {
      this.call(client, 10);
      if (this.setting.mutual) this.call(server, 10);
      expect(net.run(net.now + 60_000_000_000), 'quiet after another call').toBe('idle');
    }
    this.judge();
  }

  private crashAtStep(): void {
    const { net, client, server } = this.pair;
    const { who, cut, step, times } = this.world;
    const { early, awayNs, cutNs } = times;
    const deaf = { none: [], 'to server': [server], 'to client': [client], 'both ways': [client, server] };
    const crashed = { server: [server], client: [client], both: [client, server] }[who];
    let left = step;
    let cutUntil = early ? Infinity : -1;
    for (let i = 1; i <= CALLS; i += 1) net.at(net.now + i * CALL_EVERY_NS, () => this.callSmall());
    net.hook = ({ to }) => {
      left -= 1;
      if (left === 0) {
        cutUntil = net.now + awayNs + cutNs;
        net.at(net.now, () => crashed.forEach((node) => node.crash()));
        net.at(net.now + awayNs, () => crashed.forEach((node) => this.restart(node)));
      }
      return net.now <= cutUntil && deaf[cut].some(({ address }) => address === to) ? [] : undefined;
    };
  }

  private callSmall(): void {
    const { net, client } = this.pair;
    if (client.crashed) return;
    this.call(client, 100);
    net.drain(client);
  }

  /** It finds the secret where it left it, and knows that it did. */
  private restart(node: Node): void {
    const { net, client, server } = this.pair;
    node.restart();
    node.endpoint.serve();
    const secret = pathSecret();
    const usedBefore = true;
    if (node === client) {
      const peer = { address: server.address, secret, role: 'client', usedBefore } as const;
      this.toServer = node.endpoint.addPeer(net.now, peer);
    } else if (!this.setting.resolve) {
      const peer = { address: client.address, secret, role: 'server', usedBefore } as const;
      this.toClient = node.endpoint.addPeer(net.now, peer);
    }
    net.drain(node);
  }

  private judge(): void {
    const { client, server } = this.pair;
    for (const { node, incarnation, id, name } of this.calls) {
      const runs = this.runs.get(name) ?? 0;
      expect(runs, `handler runs of call ${name}`).toBeLessThanOrEqual(1);
      if (incarnation !== node.endpoint) continue;
      const { reason } = resultOf(node, id);
      if (reason === undefined) expect(runs, `handler runs of answered call ${name}`).toBe(1);
      else expect(['peer-restarted', 'peer-timeout', 'unknown-transfer']).toContain(reason);
      const last = name >= this.names - (this.setting.mutual ? 2 : 1);
      if (last) expect(reason, 'all is well in the end').toBeUndefined();
    }
    expectClean(client, server);
  }
}

function* worlds(): Generator<World> {
  for (const who of WHO)
    for (const cut of CUTS)
      for (const size of SIZES)
        for (const times of cut === 'none' ? TIMES.filter(({ cutNs }) => cutNs === 0) : TIMES)
          for (const step of STEPS) yield { who, cut, size, times, step };
}

/** REQ HEALTH-2, RDP-7 · MUST EXCH-5, EXCH-9, FRESH-5, FRESH-6, FRESH-9. */
describe.each<Setting>([
  { acquainted: true, resolve: true, mutual: false },
  { acquainted: false, resolve: true, mutual: false },
  { acquainted: true, resolve: false, mutual: true },
  { acquainted: false, resolve: false, mutual: true },
  { acquainted: false, resolve: false, mutual: false },
])('a crash at each datagram of a call, by who crashes and what is cut: %o', (setting) => {
  test('no call runs twice, each caller is told, and nothing is left', () => {
    for (const world of worlds()) {
      const story = new Story(setting, world);
      expect(() => story.run(), JSON.stringify(world)).not.toThrow();
    }
  });
});
