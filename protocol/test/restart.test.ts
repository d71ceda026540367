import { describe, expect, test } from 'vitest';
import { readFrames } from './support/frames.ts';
import { expectClean, makePair, pathSecret, pattern, resultOf, sameBytes } from './support/pair.ts';
import type { Pair, PairConfig } from './support/pair.ts';

/** Never answers. */
const silent = (): void => {};

/** The client's process comes back with the same secret and address; returns its new id of the server. */
function restartClient({ net, client, server }: Pair): number {
  client.restart();
  const peer = { address: server.address, secret: pathSecret(), role: 'client' as const };
  return client.endpoint.addPeer(net.now, peer);
}

function restartServer({ server }: Pair): void {
  server.restart();
  server.endpoint.serve();
}

function expectAnswer(pair: Pair, peer: number, sizeBytes: number): void {
  const body = pattern(sizeBytes, 7);
  const id = pair.client.call(peer, body);
  expect(pair.net.run(pair.net.now + 10_000_000_000)).toBe('idle');
  const result = resultOf(pair.client, id);
  expect(result.reason).toBeUndefined();
  expect(sameBytes(result.body, body)).toBe(true);
}

/** A pair that has had an exchange. */
function acquainted(config: PairConfig = {}): Pair {
  const pair = makePair({ resolve: true, ...config });
  expectAnswer(pair, pair.toServer, 100);
  return pair;
}

function idOf(record: object): string {
  const { transferSlot, transferGeneration } = record as { transferSlot: number; transferGeneration: number };
  return `${transferSlot}/${transferGeneration}`;
}

/** MUST FRESH-1, FRESH-2, FRESH-3. */
describe('a server that restarts', () => {
  test('ends the calls it had heard of with peer-restarted, and serves new ones', () => {
    const pair = acquainted();
    const { net, client, server, toServer } = pair;
    server.handler = silent;
    const lost = [100, 100_000].map((size) => client.call(toServer, pattern(size)));
    net.run(net.now + 1_000_000);
    expect(server.requests.length).toBe(3);
    restartServer(pair);
    expect(net.run(net.now + 1_000_000_000)).toBe('idle');
    for (const id of lost) expect(resultOf(client, id).reason).toBe('peer-restarted');
    expect(client.peerStates).toContain('restarted');
    server.handler = (node, { exchange, body }) => node.reply(exchange, body);
    expectAnswer(pair, toServer, 100);
    expectAnswer(pair, toServer, 100_000);
    expectClean(client, server);
  });

  test('in the middle of a large request and of a large response, at any time', () => {
    for (let cut = 1; cut < 60; cut += 1) {
      const pair = acquainted();
      const { net, client, server, toServer } = pair;
      const id = client.call(toServer, pattern(200_000));
      net.run(net.now + cut * 10_000);
      restartServer(pair);
      expect(net.run(net.now + 10_000_000_000)).toBe('idle');
      const { reason } = resultOf(client, id);
      expect([undefined, 'peer-restarted']).toContain(reason);
      // If it was over before, the client learns of the restart by its next call.
      if (reason === undefined) {
        client.call(toServer, pattern(1));
        net.run(net.now + 10_000_000_000);
      }
      expectAnswer(pair, toServer, 3000);
      expectClean(client, server);
    }
  });

  test('is understood, and understands, after keys have rotated many times', () => {
    const pair = acquainted({ options: { keyPacketsMax: 3 } });
    const { client, server, toServer } = pair;
    for (let i = 0; i < 20; i += 1) expectAnswer(pair, toServer, 100);
    restartServer(pair);
    const id = client.call(toServer, pattern(10));
    expect(pair.net.run(pair.net.now + 10_000_000_000)).toBe('idle');
    expect(resultOf(client, id).reason, 'it was sent to the old incarnation').toBe('peer-restarted');
    expectAnswer(pair, toServer, 3000);
    expectClean(client, server);
  });

  test('does not time out a call made while it was away, nor run its handler twice', () => {
    const pair = acquainted();
    const { net, client, server, toServer } = pair;
    server.crash();
    const id = client.call(toServer, pattern(10));
    net.run(net.now + 5_000_000);
    restartServer(pair);
    expect(net.run(net.now + 10_000_000_000)).toBe('idle');
    expect(resultOf(client, id).reason).toBe('peer-restarted');
    expect(server.requests.length).toBe(1);
    expectClean(client, server);
  });
});

describe('a client that restarts', () => {
  test('with the same secret is served, and what it asked before is forgotten', () => {
    const pair = acquainted();
    const { client, server } = pair;
    server.handler = silent;
    client.call(pair.toServer, pattern(100));
    pair.net.run(pair.net.now + 1_000_000);
    const toServer = restartClient(pair);
    server.handler = (node, { exchange, body }) => node.reply(exchange, body);
    expectAnswer(pair, toServer, 100);
    expect(server.served.at(-2)?.reason).toBe('peer-restarted');
    expectClean(client, server);
  });

  test.each([
    ['acknowledgements that were waiting', {}],
    ['resets that were lost', { messageBytesMax: 1000 }],
  ])('is told nothing of the transfers of its former self: %s', (_name, options) => {
    const pair = acquainted({ options: { ackDelayNs: 40_000 }, server: { options } });
    const { net, client, server } = pair;
    server.handler = silent;
    net.hook = ({ from }) => (from === server.address ? [] : undefined);
    for (let i = 0; i < 3; i += 1) client.call(pair.toServer, pattern(2000));
    for (let i = 0; i < 3; i += 1) client.call(pair.toServer, pattern(100));
    net.run(net.now + 12_000);
    net.hook = undefined;
    const toServer = restartClient(pair);
    const known = new Set<string>();
    const strangers: string[] = [];
    net.hook = ({ from, bytes }) => {
      for (const { name, record } of readFrames(net.crypto, bytes)) {
        const id = idOf(record);
        if (name === 'TransferNotify' && from === client.address) known.add(id);
        const aboutClient = ['PullRequest', 'RangeAck', 'FlowReset'].includes(name);
        const proven = server.peerStates.includes('restarted');
        if (aboutClient && from === server.address && proven && !known.has(id))
          strangers.push(`${name} ${id}`);
      }
      return undefined;
    };
    const body = pattern(500);
    server.handler = (node, { exchange }) => node.reply(exchange, body);
    for (let round = 0; round < 10; round += 1) {
      const id = client.call(toServer, body);
      expect(net.run(net.now + 10_000_000_000)).toBe('idle');
      expect(resultOf(client, id).reason).toBeUndefined();
    }
    expect(strangers, 'frames about transfers the client never announced').toEqual([]);
    expectClean(client, server);
  });

  test('does not use the transfer ids of its former self', () => {
    const pair = acquainted();
    const { net, client } = pair;
    const lives: Set<string>[] = [];
    net.hook = ({ from, bytes }) => {
      if (from !== client.address) return undefined;
      for (const { name, record } of readFrames(net.crypto, bytes)) {
        if (name === 'TransferNotify') lives.at(-1)!.add(idOf(record));
      }
      return undefined;
    };
    let peer = pair.toServer;
    for (let life = 0; life < 5; life += 1) {
      lives.push(new Set());
      for (let i = 0; i < 4; i += 1) expectAnswer(pair, peer, 10);
      peer = restartClient(pair);
    }
    const ids = lives.flatMap((life) => [...life]);
    expect(ids.length).toBeGreaterThanOrEqual(20);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
