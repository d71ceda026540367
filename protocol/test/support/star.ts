import { expect } from 'vitest';
import type { CryptoSuite } from '../../crypto/suite.ts';
import type { EndpointOptions } from '../../endpoint/options.ts';
import type { BroadcastOutcome, Pool } from '../../pool/pool.ts';
import { SimCrypto } from '../../../sim/crypto/sim-crypto.ts';
import { Net } from './net.ts';
import type { Node } from './node.ts';
import { pathSecret, pattern, sameBytes } from './pair.ts';
import { reactions } from './pools.ts';

const RECORD_AAD_BYTES = 24;

/** Counts the records that are sealed: only they have additional data of 24 bytes. */
export class CountingCrypto implements CryptoSuite {
  readonly name = 'counting';
  records = 0;
  private readonly suite: CryptoSuite;

  constructor(suite: CryptoSuite = new SimCrypto()) {
    this.suite = suite;
  }

  aeadKey(raw: Uint8Array): ReturnType<CryptoSuite['aeadKey']> {
    const key = this.suite.aeadKey(raw);
    return {
      seal: (...given: Parameters<typeof key.seal>) => {
        if (given[3] - given[2] === RECORD_AAD_BYTES) this.records += 1;
        key.seal(...given);
      },
      open: (...given: Parameters<typeof key.open>) => key.open(...given),
      authenticate: (...given: Parameters<typeof key.authenticate>) => {
        this.records += 1;
        key.authenticate(...given);
      },
      verify: (...given: Parameters<typeof key.verify>) => key.verify(...given),
    };
  }

  expand(...given: Parameters<CryptoSuite['expand']>): Uint8Array {
    return this.suite.expand(...given);
  }
}

/** A hub that knows rays, which take `body` alone and answer with as many bytes as their number. */
export interface Star {
  net: Net;
  crypto: CountingCrypto;
  hub: Node;
  pool: Pool;
  rays: Node[];
  peers: number[];
  got: number[];
}

export function makeStar(count: number, body: Uint8Array, options: Partial<EndpointOptions> = {}): Star {
  const crypto = new CountingCrypto();
  const net = new Net(options, crypto);
  const hub = net.addNode();
  const got: number[] = [];
  const rays = Array.from({ length: count }, () => net.addNode());
  const peers = rays.map((node, i) => {
    const secret = pathSecret(i + 1);
    node.endpoint.addPeer(0, { address: hub.address, secret, role: 'server' });
    node.makePool().serve((request) => {
      expect(sameBytes(request.body, body)).toBe(true);
      got.push(i);
      return pattern(i);
    });
    return hub.endpoint.addPeer(0, { address: node.address, secret, role: 'client' });
  });
  return { net, crypto, hub, pool: hub.makePool(), rays, peers, got };
}

export async function settle(
  { net }: Star,
  promise: Promise<BroadcastOutcome[]>,
): Promise<BroadcastOutcome[]> {
  expect(net.run(net.now + 20_000_000_000)).toBe('idle');
  await reactions();
  return promise;
}
