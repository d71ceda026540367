import { describe, expect, test } from 'vitest';
import { fc, test as property } from '@fast-check/vitest';
import { FAILURE_RATE_ONE } from '../../peer/health.ts';
import { HEALTH_EVENTS, HEALTH_STATES, HEALTH_TABLE, mayBegin, nextHealth } from '../../peer/states.ts';
import type { HealthEvent, HealthState } from '../../peer/states.ts';
import type { PeerChangedEvent } from '../../telemetry/generated/events.ts';
import { OutgoingMessage } from '../../records/message.ts';
import { framesIn } from '../support/frames.ts';
import type { Node } from '../support/node.ts';
import { Net, TEST_OPTIONS } from '../support/net.ts';
import { makePair, pattern, resultOf } from '../support/pair.ts';
import type { Pair } from '../support/pair.ts';
import { HandPeer, frame, handTransfer, inlineNotify } from '../spec/hand-peer.ts';

const TIMEOUT = TEST_OPTIONS.peerTimeoutNs!;
const INTERVAL = TIMEOUT / 8;

/** Every change of health that a node tells, from now on: from, why, to. */
function changesAt(node: Node): () => PeerChangedEvent[] {
  const subscription = node.endpoint.telemetry.subscribe({ names: ['peerChanged'] });
  const changes: PeerChangedEvent[] = [];
  return () => {
    for (let event = subscription.next(); event !== undefined; event = subscription.next())
      changes.push(event as PeerChangedEvent);
    return changes;
  };
}

function edges(changes: () => PeerChangedEvent[]): string[] {
  return changes().map(({ from, cause, to }) => `${from} ${cause} ${to}`);
}

/** A pair that has had an exchange and is quiet. */
function acquainted(): Pair {
  const pair = makePair();
  pair.client.call(pair.toServer, pattern(10));
  pair.net.run();
  return pair;
}

const healthOf = ({ client, toServer }: Pair): HealthState => client.endpoint.peerHealth(toServer)!.state;

/** REQ HEALTH-1, TEST-U9 · MUST LIVE-7. */
describe('the table', () => {
  test('is this, and nothing but a silence leads to failed', () => {
    expect(HEALTH_TABLE).toEqual({
      healthy: { failing: 'degraded', report: 'degraded', unanswered: 'probing', silence: 'failed' },
      degraded: { calm: 'healthy', unanswered: 'probing', silence: 'failed', restart: 'healthy' },
      probing: { answer: 'degraded', silence: 'failed', restart: 'healthy' },
      failed: { heard: 'probing', answer: 'degraded', restart: 'healthy' },
    });
    for (const state of HEALTH_STATES)
      for (const event of HEALTH_EVENTS)
        if (nextHealth(state, event) === 'failed' && state !== 'failed') expect(event).toBe('silence');
  });

  test('leads back to healthy from everywhere, and nothing new begins before an answer or a restart', () => {
    const recovery: HealthEvent[] = ['answer', 'calm'];
    for (const state of HEALTH_STATES) {
      expect(recovery.reduce(nextHealth, state)).toBe('healthy');
      if (mayBegin(state)) continue;
      const opening = HEALTH_EVENTS.filter((event) => mayBegin(nextHealth(state, event)));
      expect(opening.toSorted()).toEqual(['answer', 'restart']);
    }
  });
});

describe('a peer that does not answer', () => {
  /** REQ HEALTH-5, HEALTH-7, HEALTH-12. */
  test('goes from state to state at the times of its probes, each change an event', () => {
    const pair = acquainted();
    const { net, client, toServer } = pair;
    const changes = changesAt(client);
    net.hook = () => [];
    const began = net.now;
    client.call(toServer, pattern(10));
    net.run(began + TIMEOUT);
    expect(edges(changes)).toEqual([
      'healthy failing degraded',
      'degraded unanswered probing',
      'probing silence failed',
    ]);
    const [probingNs, failedNs] = changes()
      .slice(1)
      .map(({ atNs }) => atNs - began);
    expect(probingNs).toBeGreaterThanOrEqual(2 * INTERVAL);
    expect(probingNs).toBeLessThan(2.5 * INTERVAL);
    expect(failedNs).toBe(TIMEOUT);
    expect(client.endpoint.state).toMatchObject({ peersDegraded: 0, peersProbing: 0, peersFailed: 1 });
    // MUST LIVE-11: with nothing waiting it is asked once a timeout, and not for ever.
    net.sent = [];
    expect(net.run()).toBe('idle');
    const probes = net.sent.map(({ sentAt }) => sentAt - began);
    const interval = (probes[0] as number) - TIMEOUT;
    expect(interval).toBeLessThan(TIMEOUT);
    expect(interval).toBeGreaterThan(TIMEOUT / 2);
    expect(probes).toEqual(Array.from({ length: 64 }, (_, i) => TIMEOUT + (i + 1) * interval));
    for (const { bytes } of net.sent) expect(framesIn(net.crypto, bytes)).toContain('Probe');
  });

  /** REQ HEALTH-7 · MUST LIVE-11. */
  test('and comes back is noticed within a timeout although nobody calls it, and then needs to earn its place', () => {
    const pair = acquainted();
    const { net, client, toServer } = pair;
    net.hook = () => [];
    client.call(toServer, pattern(10));
    net.run(net.now + 5.5 * TIMEOUT);
    // The worst time to come back: a PROBE has just been lost.
    net.sent = [];
    for (let i = 0; net.sent.length === 0 && i < 1000; i += 1) net.run(net.now + TIMEOUT / 1000);
    expect(net.sent.length).toBe(1);
    const changes = changesAt(client);
    net.hook = undefined;
    const back = net.now;
    net.run(back + TIMEOUT);
    expect(edges(changes)).toEqual(['failed answer degraded']);
    expect(client.endpoint.peerHealth(toServer)!.failureRatio).toBeGreaterThan(1 / 8);
    expect(net.run()).toBe('idle');
    for (let i = 0; i < 40; i += 1) {
      client.call(toServer, pattern(10));
      net.run();
    }
    expect(edges(changes)).toEqual(['failed answer degraded', 'degraded calm healthy']);
  });

  /** MUST LIVE-5, LIVE-9. */
  test('is asked nothing new while it is probing, but what was begun goes on, and all goes on with its answer', () => {
    const pair = acquainted();
    const { net, client, server, toServer } = pair;
    const first = client.call(toServer, pattern(10));
    let deaf = true;
    net.hook = ({ from }) => (deaf && from === client.address ? [] : undefined);
    net.run(net.now + 2.5 * INTERVAL);
    expect(healthOf(pair)).toBe('probing');
    net.sent = [];
    const second = client.call(toServer, pattern(20));
    const third = client.call(toServer, pattern(50_000));
    net.run(net.now + 4 * INTERVAL);
    const notices = net.sent.filter(({ bytes }) => framesIn(net.crypto, bytes).includes('TransferNotify'));
    expect(notices.length, 'repetitions of the first').toBeGreaterThan(0);
    expect(client.endpoint.state.announcements, 'the second and the third wait').toBe(2);
    expect(client.endpoint.sendDatagram(net.now, toServer, new OutgoingMessage(pattern(5)))).toBe(false);
    deaf = false;
    expect(net.run()).toBe('idle');
    for (const [id, size] of [
      [first, 10],
      [second, 20],
      [third, 50_000],
    ] as const)
      expect(resultOf(client, id).body).toEqual(pattern(size));
    expect(server.requests.length).toBe(4);
  });

  /** MUST LIVE-9. A server that answers late must get its answer out although the client was silent. */
  test('gets the response to its request while it is probing', () => {
    const net = new Net();
    const node = net.addNode({});
    node.endpoint.serve();
    const hand = new HandPeer(net, node);
    const asked = hand.node.call(hand.id, pattern(5));
    net.run(2.5 * INTERVAL);
    expect(node.endpoint.peerHealth(hand.id)!.state).toBe('probing');
    hand.received();
    node.requests.length = 0;
    hand.send(inlineNotify(0, 1, pattern(5)));
    expect(node.requests.length).toBe(1);
    expect(node.endpoint.peerHealth(hand.id)!.state, 'it was heard, and has not answered').toBe('probing');
    expect(hand.only('TransferNotify').some(({ record }) => record.replySlot === 0)).toBe(true);
    expect(node.results.has(asked)).toBe(false);
  });
});

/** REQ HEALTH-5 · MUST LIVE-12. */
describe('a peer whose data does not come', () => {
  function stalled(answers: boolean): { probesNs: number[]; edges: string[]; degradedNs: number } {
    const net = new Net();
    const node = net.addNode({});
    node.endpoint.serve();
    const hand = new HandPeer(net, node);
    const changes = changesAt(node);
    hand.send(frame('TransferNotify', handTransfer(net, pattern(90_000)).notify));
    const probesNs: number[] = [];
    let degradedNs = Infinity;
    // Long before the first interval of silence is over.
    while (net.now < INTERVAL / 2) {
      net.run(net.now + 10_000);
      if (degradedNs === Infinity && changes().length > 0) degradedNs = net.now;
      for (const { atNs, record } of hand.only('Probe')) {
        probesNs.push(atNs);
        if (answers) hand.send(frame('ProbeResponse', { nonce: record.nonce }));
      }
    }
    return { probesNs, edges: edges(changes), degradedNs };
  }

  test('is asked at the second stall, and degraded when that is not answered either', () => {
    const { probesNs, edges: seen } = stalled(false);
    expect(probesNs.length).toBe(1);
    expect(probesNs[0]).toBeGreaterThan(100_000);
    expect(probesNs[0]).toBeLessThan(INTERVAL / 4);
    expect(seen).toEqual(['healthy failing degraded']);
  });

  /** MUST PULL-7. */
  test('keeps nobody from beginning', () => {
    const net = new Net();
    const node = net.addNode({});
    node.endpoint.serve();
    const hand = new HandPeer(net, node);
    for (let transferSlot = 0; transferSlot < 10; transferSlot += 1)
      hand.send(frame('TransferNotify', handTransfer(net, pattern(300_000), { transferSlot }).notify));
    net.run(INTERVAL);
    expect(node.endpoint.peerHealth(hand.id)!.state).toBe('degraded');
    const { receiver } = node.endpoint as unknown as {
      receiver: { scheduler: { stalled: { count: number } } };
    };
    expect(receiver.scheduler.stalled.count).toBe(0);
  });

  test('but who answers is healthy twice as long: until a quarter of what it is asked for has failed', () => {
    const { probesNs, degradedNs } = stalled(true);
    expect(probesNs.length).toBeGreaterThan(0);
    expect(degradedNs).toBeGreaterThan(2 * stalled(false).degradedNs);
  });
});

/** REQ HEALTH-4 · MUST LIVE-8. */
describe('the failure rate', () => {
  test('of a network that loses a third of the packets makes the peer degraded; of one that loses none, healthy again', () => {
    const pair = acquainted();
    const { net, client, toServer } = pair;
    const rng = net.fork('loss');
    const changes = changesAt(client);
    let losing = true;
    net.hook = () => (losing && rng.nextU32() % 5 < 2 ? [] : undefined);
    for (let i = 0; i < 200; i += 1) {
      client.call(toServer, pattern(10));
      net.run();
    }
    expect(edges(changes)).toContain('healthy failing degraded');
    expect(edges(changes).some((edge) => edge.endsWith('failed'))).toBe(false);
    losing = false;
    for (let i = 0; i < 40; i += 1) {
      client.call(toServer, pattern(10));
      net.run();
    }
    expect(healthOf(pair)).toBe('healthy');
    expect(client.endpoint.peerHealth(toServer)!.failureRatio).toBeLessThan(1 / 8);
  });

  test('of one that loses one in a hundred leaves it healthy', () => {
    const pair = acquainted();
    const { net, client, toServer } = pair;
    const rng = net.fork('loss');
    const changes = changesAt(client);
    net.hook = () => (rng.nextU32() % 100 === 0 ? [] : undefined);
    for (let i = 0; i < 300; i += 1) client.call(toServer, pattern(i * 10));
    net.run();
    expect(edges(changes)).toEqual([]);
  });

  property.prop([fc.array(fc.boolean(), { maxLength: 400 })], { seed: 1 })(
    'is an integer between all and nothing, moves the right way, and reaches 0',
    (outcomes) => {
      const pair = makePair();
      const { context, peers } = pair.client.endpoint as unknown as {
        context: { health: { failed(peer: object): void; succeeded(peer: object): void } };
        peers: { get(id: number): { failureRate: number; health: HealthState } };
      };
      const peer = peers.get(pair.toServer);
      for (const failed of outcomes) {
        const before = peer.failureRate;
        if (failed) context.health.failed(peer);
        else context.health.succeeded(peer);
        expect(Number.isInteger(peer.failureRate)).toBe(true);
        expect(peer.failureRate >= 0 && peer.failureRate < FAILURE_RATE_ONE).toBe(true);
        if (failed) expect(peer.failureRate >= before).toBe(true);
        else expect(peer.failureRate < before || before === 0).toBe(true);
        expect(peer.health === 'degraded' || peer.failureRate < FAILURE_RATE_ONE / 4).toBe(true);
        expect(peer.health === 'healthy' || peer.failureRate >= FAILURE_RATE_ONE / 8).toBe(true);
      }
      for (let i = 0; i < 200; i += 1) context.health.succeeded(peer);
      expect([peer.failureRate, peer.health]).toEqual([0, 'healthy']);
    },
  );
});

/** REQ HEALTH-6 · MUST LIVE-10. */
test('a call to a degraded peer waits twice as long before it is tried again', () => {
  const { net, client, toServer } = makePair();
  client.endpoint.handleTimeout(net.now);
  const wait = (): number => {
    let least = Infinity;
    for (let i = 0; i < 200; i += 1) least = Math.min(least, client.endpoint.backoffNs(toServer, 0));
    return least;
  };
  const well = wait();
  degrade(client, toServer);
  expect(wait() / well).toBeCloseTo(2, 1);
});

/** MUST LIVE-10. */
test('of a degraded peer one message is pulled at a time, the more urgent one at once; of others all are', () => {
  const { net, client, server, toServer, toClient } = makePair();
  const pulled = new Set<number>();
  let open = 0;
  let openMax = 0;
  const subscription = server.endpoint.telemetry.subscribe({ names: ['pullSent'], depth: 100_000 });
  const look = (): void => {
    for (let event = subscription.next(); event !== undefined; event = subscription.next())
      if (event.name === 'pullSent') pulled.add(event.slot);
    open = pulled.size - server.requests.length;
    openMax = Math.max(openMax, open);
  };
  net.hook = () => {
    look();
    return undefined;
  };
  const callAll = (count: number): void => {
    openMax = 0;
    pulled.clear();
    server.requests = [];
    for (let i = 0; i < count; i += 1) client.call(toServer, pattern(9000));
    net.run();
    expect(server.requests.length).toBe(count);
  };
  callAll(6);
  expect(openMax).toBeGreaterThan(2);
  degrade(server, toClient);
  callAll(6);
  expect(openMax).toBe(1);
  // A long one at the lowest priority does not keep an urgent one waiting.
  degrade(server, toClient);
  server.requests = [];
  client.call(toServer, pattern(4_000_000), { priority: 7 });
  net.run(net.now + 200_000);
  client.call(toServer, pattern(9000), { priority: 0 });
  net.run();
  expect(server.requests.map(({ body }) => body.length)).toEqual([9000, 4_000_000]);
  // Nor does a long one a shorter one that is as urgent, but one that is longer still.
  degrade(server, toClient);
  server.requests = [];
  client.call(toServer, pattern(2_000_000));
  net.run(net.now + 200_000);
  for (const size of [3_000_000, 90_000]) client.call(toServer, pattern(size));
  net.run();
  expect(server.requests.map(({ body }) => body.length)).toEqual([90_000, 2_000_000, 3_000_000]);
});

function degrade(node: Node, id: number): void {
  const { context, peers } = node.endpoint as unknown as {
    context: { health: { reported(peer: object): void } };
    peers: { get(id: number): object };
  };
  context.health.reported(peers.get(id));
}

/** REQ HEALTH-11 · MUST LIVE-6. */
test('a report degrades a peer and asks it, and a thousand end nothing', () => {
  const pair = acquainted();
  const { net, client, toServer, server } = pair;
  server.handler = () => {};
  const changes = changesAt(client);
  const id = client.call(toServer, pattern(10));
  net.run(net.now + 1_000_000);
  const quoted = net.sent.findLast(({ from }) => from === client.address)!.bytes.slice(0, 40);
  for (let i = 0; i < 1000; i += 1) {
    client.endpoint.handleSignal(net.now, { type: 'unreachable', quoted });
    net.drain(client);
    net.run(net.now + 100_000);
  }
  expect(edges(changes)[0]).toBe('healthy report degraded');
  expect(edges(changes).some((edge) => !/ (degraded|healthy)$/.test(edge))).toBe(false);
  expect(client.results.has(id)).toBe(false);
  server.reply(server.requests.at(-1)!.exchange, pattern(3));
  net.run();
  expect(resultOf(client, id).status).toBe(0);
});
