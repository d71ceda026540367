import { describe, expect, test } from 'vitest';
import type { Acceptor, Offer } from '../../pool/acceptance.ts';
import type { EndpointOptions } from '../../endpoint/options.ts';
import { encodeHeaders } from '../../pool/headers.ts';
import type { IncomingRequest } from '../../pool/incoming.ts';
import { readFrames } from '../support/frames.ts';
import { expectClean, pattern, sameBytes } from '../support/pair.ts';
import { failureOf, makePools, settled, valueOf } from '../support/pools.ts';
import type { Pools } from '../support/pools.ts';

interface Served extends Pools {
  offers: Offer[];
  requests: IncomingRequest[];
}

/** A server with an acceptor, which echoes. */
function makeServed(accept: Acceptor, options: Partial<EndpointOptions> = {}): Served {
  const pools = makePools(() => pattern(0), options);
  const offers: Offer[] = [];
  const requests: IncomingRequest[] = [];
  pools.callee.serve({
    unary: (request) => {
      requests.push(request);
      return request.body;
    },
    accept: (offer) => {
      offers.push(offer);
      return accept(offer);
    },
  });
  return { ...pools, offers, requests };
}

/** Sealed bytes the server has asked for. */
function pulledBytes({ net, server }: Pools): number {
  return net.sent
    .filter(({ from }) => from === server.address)
    .flatMap(({ bytes }) => readFrames(net.crypto, bytes))
    .flatMap(({ name, record }) =>
      name === 'PullRequest' ? (record as { ranges: { length: number }[] }).ranges : [],
    )
    .reduce((sum, { length }) => sum + length, 0);
}

/** What the caller sends: inside its notification, pulled, with headers in the notification and in front of the body. */
const REQUESTS = [
  ['inline', 100, 10],
  ['pulled', 40_000, 0],
  ['pulled, with headers', 200_000, 100],
  ['pulled, with headers too long for the notification', 200_000, 3000],
  ['pulled, with headers in more than a record', 200_000, 70_000],
] as const;

/** REQ XFER-2, PAT-6 · MUST OFFER-2. */
describe.each(REQUESTS)('an offer of a request: %s', (_name, bodyBytes, headerBytes) => {
  const headers = { name: 'x'.repeat(headerBytes) };
  const options = { headerBytesMax: 100_000 };

  test('says what comes, before it comes; accepted, it is handled', async () => {
    let pulledBefore = -1;
    const served = makeServed(() => {
      pulledBefore = pulledBytes(served);
      return {};
    }, options);
    const deadlineNs = 10_000_000;
    const call = served.caller.unaryRpc(served.toServer, pattern(bodyBytes), {
      headers,
      priority: 1,
      deadlineNs,
    });
    const response = await valueOf(served, call);
    expect(sameBytes(response.body, pattern(bodyBytes))).toBe(true);
    const [offer] = served.offers;
    expect(offer).toMatchObject({ peer: served.toClient, sizeBytes: bodyBytes, priority: 1 });
    expect(offer!.deadlineNs).toBeGreaterThanOrEqual(deadlineNs);
    expect(offer!.headers['name']).toBe(headers.name);
    expect(served.requests.length).toBe(1);
    // Only the records with headers had been asked for.
    expect(pulledBefore).toBe(headerBytes <= 500 ? 0 : Math.ceil((headerBytes + 10) / 65_520) * 65_536);
    expectClean(served.client, served.server);
  });

  test('accepted into a buffer, its body lies there', async () => {
    const into = new Uint8Array(bodyBytes + 5).fill(9);
    const served = makeServed(() => ({ into }), options);
    await valueOf(served, served.caller.unaryRpc(served.toServer, pattern(bodyBytes), { headers }));
    expect(sameBytes(into.subarray(0, bodyBytes), pattern(bodyBytes))).toBe(true);
    expect([...into.subarray(bodyBytes)]).toEqual([9, 9, 9, 9, 9]);
    expect(served.requests[0]!.body.buffer).toBe(into.buffer);
    expectClean(served.client, served.server);
  });

  /** MUST OFFER-3 */
  test('rejected, the caller learns why, and no more of it is sent', async () => {
    const served = makeServed(() => ({ reject: 'no room for é', status: 300 }), options);
    const error = await failureOf(
      served,
      served.caller.unaryRpc(served.toServer, pattern(bodyBytes), { headers }),
    );
    expect(error).toMatchObject({ reason: 'rejected', status: 300 });
    expect(error.message).toBe('the peer rejected the request: no room for é');
    expect(served.requests).toEqual([]);
    expect(pulledBytes(served)).toBeLessThanOrEqual(2 * 65_536);
    expectClean(served.client, served.server);
  });

  test('queued, it waits for the decision at no cost of memory, and can be given up meanwhile', async () => {
    let decide: (verdict: object) => void = () => {};
    const served = makeServed(() => new Promise((resolve) => (decide = resolve)), options);
    const controller = new AbortController();
    const taken = served.caller.unaryRpc(served.toServer, pattern(bodyBytes), { headers });
    served.net.run(50_000_000);
    expect(served.server.endpoint.state.memoryBytes).toBe(
      headerBytes < 1000 ? 0 : bodyBytes + encodeHeaders(headers).length,
    );
    expect(served.requests).toEqual([]);
    decide({});
    await valueOf(served, taken);
    const given = served.caller.unaryRpc(served.toServer, pattern(bodyBytes), {
      headers,
      signal: controller.signal,
    });
    served.net.run(served.net.now + 50_000_000);
    const { signal } = served.offers[1]!;
    expect(signal.aborted).toBe(false);
    controller.abort();
    expect((await failureOf(served, given)).reason).toBe('aborted');
    expect(signal.aborted).toBe(true);
    decide({});
    served.net.run(served.net.now + 1_000_000_000);
    expect(served.requests.length).toBe(1);
    expectClean(served.client, served.server);
  });
});

test.each<[string, Acceptor, string, number]>([
  ['a buffer too small', () => ({ into: new Uint8Array(10) }), 'the buffer has room for 10 of', 2],
  [
    'an acceptor that throws',
    () => {
      throw new Error('oh');
    },
    'oh',
    2,
  ],
  ['an acceptor that rejects', () => Promise.reject(new Error('later')), 'later', 2],
  ['a status that is not its to give', () => ({ reject: 'x', status: 1 }), 'x', 2],
])('%s rejects the request', async (_what, acceptor, text, status) => {
  for (const size of [100, 40_000]) {
    const served = makeServed(acceptor);
    const error = await failureOf(served, served.caller.unaryRpc(served.toServer, pattern(size)));
    expect(error).toMatchObject({ reason: 'rejected', status });
    expect(error.message).toContain(text);
    expectClean(served.client, served.server);
  }
});

/** REQ BP-2: what waits for a decision is bounded by the credit. */
test('no more requests of a peer wait for a decision than it has credit', async () => {
  const verdicts: ((verdict: object) => void)[] = [];
  const served = makeServed(() => new Promise((resolve) => verdicts.push(resolve)), { notifyWindow: 4 });
  const calls = Array.from({ length: 10 }, (_, i) =>
    served.caller.unaryRpc(served.toServer, pattern(3000, i)),
  );
  served.net.run(10_000_000);
  expect(served.offers.length).toBe(4);
  for (let decided = 0; decided < 10; decided += 1) {
    verdicts[decided]!(decided % 2 === 0 ? {} : { reject: 'odd' });
    await Promise.resolve();
    await Promise.resolve();
    served.net.run(served.net.now + 10_000_000);
  }
  const results = await Promise.all(calls.map((call) => settled(served, call)));
  expect(results.map(({ status }) => status)).toEqual(
    calls.map((_, i) => (i % 2 === 0 ? 'fulfilled' : 'rejected')),
  );
  expectClean(served.client, served.server);
});

/** REQ XFER-3: on a network that loses, doubles and delays, each offer is made once and its end is clear. */
test.each([1, 2, 3, 4, 5])('on a bad network, seed %d', async (seed) => {
  const served = makeServed(
    (offer) => Promise.resolve(offer.sizeBytes % 3 === 0 ? { reject: 'third' } : {}),
    { peerTimeoutNs: 1_000_000_000 },
  );
  const rng = served.net.fork(`offers/${seed}`);
  served.net.hook = () => {
    if (rng.ratio(15, 100)) return [];
    const late = { delayNs: 10_000 + rng.below(300_000) };
    return rng.ratio(10, 100) ? [late, {}] : rng.ratio(20, 100) ? [late] : undefined;
  };
  const sizes = Array.from({ length: 12 }, () => 1 + rng.below(100_000));
  const results = await Promise.all(
    sizes.map((size) => settled(served, served.caller.unaryRpc(served.toServer, pattern(size)))),
  );
  expect(results.map(({ status }) => status)).toEqual(
    sizes.map((size) => (size % 3 === 0 ? 'rejected' : 'fulfilled')),
  );
  expect(served.offers.length).toBe(12);
  expectClean(served.client, served.server);
});
