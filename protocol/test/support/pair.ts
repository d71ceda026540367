import { expect } from 'vitest';
import type { CryptoSuite } from '../../crypto/suite.ts';
import type { EndpointConfig } from '../../endpoint/endpoint.ts';
import type { EndpointOptions } from '../../endpoint/options.ts';
import type { PathSecret } from '../../keys/path-secret.ts';
import type { PeerId } from '../../peer/peer.ts';
import { SimCrypto } from '../../../sim/crypto/sim-crypto.ts';
import { Net } from './net.ts';
import type { Hook } from './net.ts';
import type { Node, Result } from './node.ts';

/** A path secret of its own for each `index`. */
export function pathSecret(index = 0): PathSecret {
  return {
    credential: Uint8Array.from({ length: 16 }, (_, i) => (i === 0 ? index & 255 : i === 1 ? index >> 8 : i)),
    secret: Uint8Array.from({ length: 32 }, (_, i) => (i * 7 + index) & 255),
  };
}

export interface PairConfig {
  options?: Partial<EndpointOptions>;
  client?: Partial<EndpointConfig>;
  server?: Partial<EndpointConfig>;
  crypto?: CryptoSuite;
  /** False: the server takes no requests yet. */
  serve?: boolean;
  /** The server knows the client only through `resolve`. */
  resolve?: boolean;
}

/** A client and a server that know each other. */
export interface Pair {
  net: Net;
  client: Node;
  server: Node;
  /** The client's id of the server. */
  toServer: PeerId;
  /** The server's id of the client; -1 if it resolves it. */
  toClient: PeerId;
}

export function makePair(config: PairConfig = {}): Pair {
  const net = new Net(config.options, config.crypto);
  const client = net.addNode(config.client);
  const secret = pathSecret();
  const resolve = config.resolve === true ? { resolve: () => secret } : {};
  const server = net.addNode({ ...config.server, ...resolve });
  if (config.serve !== false) server.endpoint.serve();
  const toServer = client.endpoint.addPeer(0, { address: server.address, secret, role: 'client' });
  const toClient =
    config.resolve === true
      ? -1
      : server.endpoint.addPeer(0, { address: client.address, secret, role: 'server' });
  return { net, client, server, toServer, toClient };
}

/** Bytes that differ from offset to offset, so that a misplaced one shows. */
export function pattern(length: number, seed = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = (seed * 2_654_435_761 + 12_345) >>> 0;
  for (let i = 0; i < length; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** Quick for large arrays, unlike `toEqual`. */
export function sameBytes(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Nothing is left of any exchange: no transfer, buffer, byte of memory or credit, timer. */
export function expectClean(...nodes: Node[]): void {
  for (const node of nodes) {
    const held = Object.entries(node.endpoint.state).filter(
      ([name, count]) => count !== 0 && !name.startsWith('peers') && name !== 'embryos',
    );
    expect(held, `what node ${node.address} still holds`).toEqual([]);
    for (let priority = 0; priority < 8; priority += 1) expect(node.endpoint.queueDepth(priority)).toBe(0);
    const { crypto } = node.net;
    if (crypto instanceof SimCrypto) expect(crypto.audit.reuses, 'nonces used twice').toEqual([]);
  }
}

export function resultOf(node: Node, exchange: number): Result {
  const result = node.results.get(exchange);
  expect(result, `the end of exchange ${exchange}`).toBeDefined();
  return result!;
}

/** One echoed call over a new pair, all datagrams subject to `hook`: it completes, the handler runs once, nothing is left. */
export function expectEcho(sizeBytes: number, hook?: Hook, config: PairConfig = {}): Pair {
  const pair = makePair(config);
  const { net, client, server, toServer } = pair;
  net.hook = hook;
  const body = pattern(sizeBytes);
  const id = client.call(toServer, body);
  expect(net.run(net.now + 10_000_000_000), 'quiet in the end').toBe('idle');
  expectEchoed(pair, id, body);
  expectClean(client, server);
  return pair;
}

export function expectEchoed({ client, server }: Pair, id: number, body: Uint8Array): void {
  const result = resultOf(client, id);
  expect(result.reason, 'the reason of its failure').toBeUndefined();
  expect(sameBytes(result.body, body), 'the response is the request').toBe(true);
  expect(server.requests.length, 'handler runs').toBe(1);
  expect(
    server.served.map(({ reason }) => reason),
    'served exchanges',
  ).toEqual([undefined]);
}
