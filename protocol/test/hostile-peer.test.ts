import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SimCrypto } from '../../sim/crypto/sim-crypto.ts';
import type { Peer } from '../peer/peer.ts';
import { HandPeer, frame, handTransfer } from './spec/hand-peer.ts';
import type { FrameRecords } from './spec/hand-peer.ts';
import { Net } from './support/net.ts';
import type { Node } from './support/node.ts';
import { expectClean, pattern } from './support/pair.ts';
import { notifyFlags } from './support/frames.ts';

const RUNS = process.env['DEEP'] === '1' ? 20_000 : 700;

const OPTIONS = {
  notifyWindow: 4,
  exchangesMax: 8,
  messageBytesMax: 300_000,
  headerBytesMax: 500,
  receiveBytesMax: 250_000,
  keyPacketsMax: 20,
  ackDelayNs: 5000,
};
const SIZES = [0, 1, 100, 501, 1400, 65_520, 65_521, 200_000, 300_000, 300_001, 2 ** 40, 2 ** 53 - 1];
/** Where ranges begin and end: at borders of packets, records and numbers. */
const OFFSETS = [0, 1, 15, 16, 1456, 65_535, 65_536, 65_537, 131_072, 200_064, 2 ** 32, 2 ** 53 - 1];

const small = fc.nat(6);
const offset = fc.oneof(fc.constantFrom(...OFFSETS), fc.nat(200_100));
const number = fc.oneof(fc.nat(40), fc.constantFrom(2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1));
/** Ascending and disjoint, as they should be, at the front of a message of the node. */
const rightRanges = fc
  .uniqueArray(fc.nat(3015), { minLength: 2, maxLength: 8 })
  .map((cuts) => cuts.toSorted((x, y) => x - y))
  .map((cuts) => cuts.slice(1).map((end, i) => ({ offset: cuts[i]!, length: end - cuts[i]! })))
  .map((all) => all.filter((_, i) => i % 2 === 0));
const ranges = fc.oneof(rightRanges, fc.array(fc.record({ offset, length: offset }), { maxLength: 5 }));

/** What the hand may write; numbers that name something are resolved against what there is when it is written. */
const written = fc.oneof(
  fc.record({
    kind: fc.constant('notify' as const),
    slot: fc.oneof(small, fc.constantFrom(15, 16, 2 ** 32 - 1)),
    generation: small,
    size: fc.constantFrom(...SIZES),
    headerSize: fc.constantFrom(0, 1, 100, 501, 2 ** 53 - 1),
    inlineBytes: fc.option(fc.constantFrom(0, 1, 100, 1400)),
    reply: fc.option(small),
    priority: fc.nat(7),
  }),
  fc.record({ kind: fc.constant('announce' as const), slot: small }),
  fc.record({ kind: fc.constant('accept' as const), limit: number, ids: fc.array(small, { maxLength: 4 }) }),
  fc.record({ kind: fc.constant('blocked' as const), limit: number }),
  fc.record({ kind: fc.constant('pull' as const), id: small, ranges, again: fc.boolean(), rateMbps: number }),
  fc.record({ kind: fc.constant('rangeAck' as const), id: small, final: fc.boolean(), ranges }),
  fc.record({
    kind: fc.constant('reset' as const),
    id: small,
    slot: small,
    generation: small,
    byReceiver: fc.boolean(),
    code: number,
  }),
  fc.record({ kind: fc.constant('probe' as const), nonce: fc.nat() }),
  fc.record({ kind: fc.constant('echo' as const), right: fc.boolean() }),
  fc.record({
    kind: fc.constant('ack' as const),
    behind: fc.integer({ min: -3, max: 10 }),
    firstRange: number,
    ranges: fc.array(fc.record({ gap: number, length: number }), { maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant('raw' as const), bytes: fc.uint8Array({ maxLength: 40 }) }),
);
type Written = typeof written extends fc.Arbitrary<infer T> ? T : never;

const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ act: fc.constant('send' as const), frames: fc.array(written, { maxLength: 5 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant('data' as const),
      pull: small,
      shift: fc.integer({ min: -20, max: 70_000 }),
      length: fc.constantFrom(0, 1, 100, 1456, 60_000),
      spoil: fc.boolean(),
      wrongToken: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('answerPull' as const), pull: small }) },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constant('call' as const), size: fc.constantFrom(0, 100, 3000, 100_000) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('reply' as const),
      size: fc.constantFrom(0, 100, 3000, 100_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('wait' as const),
      ns: fc.constantFrom(0, 5000, 100_000, 3_000_000, 25_000_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('epoch' as const), epoch: fc.nat(3) }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

const sealedMessages = new Map<number, Uint8Array>();

/** What the hand sends in `slot`: right if it announced 200,000 bytes there. Sealed apart, where no audit counts it twice. */
function sealedMessage(slot: number): Uint8Array {
  let sealed = sealedMessages.get(slot);
  if (sealed === undefined) {
    const apart = { crypto: new SimCrypto() } as unknown as Net;
    sealed = handTransfer(apart, pattern(200_000), { transferSlot: slot }).sealed;
    sealedMessages.set(slot, sealed);
  }
  return sealed;
}

interface Id {
  transferSlot: number;
  transferGeneration: number;
}

/** Plays a script against an endpoint. */
class Play {
  readonly net = new Net(OPTIONS);
  readonly node: Node;
  readonly hand: HandPeer;
  /** What the node has announced and pulled, as far as the hand has seen it. */
  readonly announced: Id[] = [];
  readonly pulls: FrameRecords['PullRequest'][] = [];
  private generation = 3;
  private nonce = { hi: 0, lo: 0 };
  private readonly packetNumbers = new Map<number, number>();

  constructor() {
    this.node = this.net.addNode();
    this.node.endpoint.serve();
    this.node.handler = () => {};
    this.hand = new HandPeer(this.net, this.node);
  }

  get peer(): Peer {
    return (this.node.endpoint as unknown as { peers: { get(id: number): Peer } }).peers.get(this.hand.id);
  }

  run(actions: Action[]): void {
    for (const step of actions) {
      this.step(step);
      this.net.drain(this.node);
      this.look();
      this.checkBounds();
    }
    // The hand falls silent: whatever it did, all of it ends.
    for (const { exchange } of this.node.requests) this.node.reply(exchange, pattern(10));
    expect(this.net.run(this.net.now + 10_000_000_000)).toBe('idle');
    expectClean(this.node);
  }

  private step(step: Action): void {
    const { net, node, hand } = this;
    switch (step.act) {
      case 'send':
        hand.send(...step.frames.map((given) => this.write(given)));
        return;
      case 'data':
        this.sendData(step);
        return;
      case 'answerPull': {
        const pull = this.pulls.at(-1 - step.pull);
        for (const { offset: start, length } of pull?.ranges ?? []) this.answer(pull!, start, length);
        return;
      }
      case 'call':
        if (node.endpoint.state.exchanges < OPTIONS.exchangesMax) {
          try {
            node.call(hand.id, pattern(step.size));
          } catch (error) {
            // Places are also taken by requests that are being pulled.
            if ((error as { code?: string }).code !== 'ERR_DCQUIC_EXCHANGES') throw error;
          }
        }
        return;
      case 'reply': {
        const request = node.requests.shift();
        if (request !== undefined) node.reply(request.exchange, pattern(step.size));
        return;
      }
      case 'wait':
        net.run(net.now + step.ns);
        return;
      case 'epoch':
        this.packetNumbers.set(hand.epoch, hand.nextPacketNumber);
        hand.epoch = 77 + step.epoch;
        hand.nextPacketNumber = this.packetNumbers.get(hand.epoch) ?? 0;
    }
  }

  private answer(pull: FrameRecords['PullRequest'], start: number, length: number): void {
    const sealed = sealedMessage(pull.transferSlot);
    for (let at = start; at < start + length; at += 1400) {
      const payload = sealed.subarray(at, Math.min(at + 1400, start + length));
      if (payload.length > 0)
        this.hand.sendData({ pullSlot: pull.pullSlot, token: pull.token, offset: at, payload });
    }
  }

  private sendData(step: Action & { act: 'data' }): void {
    const pull = this.pulls.at(-1 - step.pull);
    const token = pull?.token ?? { hi: 1, lo: 2 };
    this.hand.sendData({
      pullSlot: pull?.pullSlot ?? step.pull,
      token: step.wrongToken ? { hi: token.hi, lo: (token.lo ^ 1) >>> 0 } : token,
      offset: Math.max(0, (pull?.ranges[0]?.offset ?? 0) + step.shift),
      payload: step.spoil ? pattern(step.length, 5) : new Uint8Array(step.length),
    });
  }

  private idOf(index: number): Id {
    return this.announced.at(-1 - index) ?? { transferSlot: index, transferGeneration: index };
  }

  private write(given: Written): Uint8Array {
    switch (given.kind) {
      case 'notify':
        return this.writeNotify(given);
      case 'announce':
        return this.writeAnnounce(given.slot);
      case 'accept': {
        const transfers = given.ids
          .map((id) => this.idOf(id))
          .map((id) => ({
            slot: id.transferSlot,
            generation: id.transferGeneration,
          }));
        return frame('TransferAccept', { notifyLimit: given.limit, transfers });
      }
      case 'blocked':
        return frame('NotifyBlocked', { limit: given.limit });
      case 'pull':
        return frame('PullRequest', {
          ...this.idOf(given.id),
          flags: { retransmission: given.again },
          pullSlot: given.id,
          token: { hi: 1, lo: 2 },
          rateMbps: given.rateMbps,
          ranges: given.ranges,
        });
      case 'rangeAck':
        return frame('RangeAck', {
          ...this.idOf(given.id),
          flags: { final: given.final },
          ranges: given.ranges,
        });
      case 'reset': {
        const own = { transferSlot: given.slot, transferGeneration: given.generation };
        const id = given.byReceiver ? this.idOf(given.id) : own;
        return frame('FlowReset', { ...id, flags: { byReceiver: given.byReceiver }, code: given.code });
      }
      case 'probe':
        return frame('Probe', { nonce: { hi: 0, lo: given.nonce } });
      case 'echo':
        return frame('ProbeResponse', { nonce: given.right ? this.nonce : { hi: 9, lo: 9 } });
      case 'ack': {
        const largest = Math.max(0, this.peer.nextPacketNumber - given.behind);
        return frame('Ack', { largest, delayNs: 7, firstRange: given.firstRange, ranges: given.ranges });
      }
      case 'raw':
        return given.bytes;
    }
  }

  /** A request that is all right, and new. */
  private writeAnnounce(slot: number): Uint8Array {
    this.generation += 1;
    return frame('TransferNotify', {
      transferSlot: slot,
      transferGeneration: this.generation,
      flags: notifyFlags(),
      priority: slot % 3,
      size: 200_000,
      headerSize: 0,
      bufferSlot: slot,
      bufferGeneration: 9,
      dataKey: Uint8Array.from({ length: 16 }, (_, i) => i + slot),
      sealing: 0,
    });
  }

  private writeNotify(given: Written & { kind: 'notify' }): Uint8Array {
    const { inlineBytes, reply } = given;
    const target = this.idOf(reply ?? 0);
    return frame('TransferNotify', {
      transferSlot: given.slot,
      transferGeneration: given.generation,
      flags: notifyFlags({ inline: inlineBytes !== null, response: reply !== null }),
      priority: given.priority,
      size: inlineBytes === null || given.size > 1400 ? given.size : inlineBytes,
      headerSize: given.headerSize,
      ...(reply === null
        ? {}
        : { replySlot: target.transferSlot, replyGeneration: target.transferGeneration, status: reply }),
      ...(inlineBytes === null
        ? {
            bufferSlot: given.slot,
            bufferGeneration: 9,
            dataKey: Uint8Array.from({ length: 16 }, (_, i) => i + given.slot),
            sealing: 0,
          }
        : { inline: pattern(inlineBytes) }),
    });
  }

  /** What the node has sent since the last look. */
  private look(): void {
    for (const { name, record } of this.hand.received()) {
      if (name === 'TransferNotify') this.announced.push(record as FrameRecords['TransferNotify']);
      if (name === 'PullRequest') this.pulls.push(record as FrameRecords['PullRequest']);
      if (name === 'Probe') this.nonce = (record as FrameRecords['Probe']).nonce;
    }
  }

  private checkBounds(): void {
    const { state } = this.node.endpoint;
    const { peer } = this;
    const { notifyWindow, exchangesMax, receiveBytesMax, messageBytesMax } = OPTIONS;
    const slots = 4 * notifyWindow;
    const bounds: [string, number, number][] = [
      ['exchanges', state.exchanges, exchangesMax],
      ['transfers received', state.inbound, notifyWindow + exchangesMax],
      ['transfers sent', state.outbound, exchangesMax],
      ['memory', state.memoryBytes, Math.max(receiveBytesMax, messageBytesMax)],
      ['credits', state.creditsHeld, notifyWindow],
      ['bytes pulled', state.pulledBytes, this.node.endpoint.options.receiveBufferBytes],
      ['record buffers', state.recordBuffers, 5 * (notifyWindow + 2 * exchangesMax)],
      ['ids remembered', peer.inbound.size, slots],
      ['answers waiting', peer.finals.length + peer.accepts.length, 4 * slots],
      ['resets waiting', peer.resets.length, 256 + notifyWindow],
      ['packets remembered', peer.sent.inFlight, 4096],
      ['echoes waiting', peer.echoes.length, 16],
    ];
    for (const [what, value, bound] of bounds) {
      if (!(value >= 0 && value <= bound)) throw new Error(`${what}: ${value}, at most ${bound}`);
    }
  }
}

/** REQ BP-2, KEY-11 · MUST WIRE-6, ACK-4, PULL-3, RACK-2, DATA-2, CREDIT-1, ID-3, NOTIFY-1. */
test('a peer with the keys that writes what it likes: nothing breaks, all is bounded, and all ends', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      new Play().run(actions);
    }),
    { numRuns: RUNS },
  );
});

test('the script reaches what it is meant to reach', () => {
  const seen = new Set<string>();
  let violations = 0;
  const reasons = new Set<unknown>();
  fc.assert(
    fc.property(fc.array(action, { minLength: 20, maxLength: 40 }), (actions) => {
      const play = new Play();
      play.run(actions);
      const { counters } = play.node.endpoint;
      for (const [name, value] of Object.entries(counters)) if (value > 0) seen.add(name);
      for (const state of play.node.peerStates) seen.add(state);
      for (const { reason } of play.node.results.values()) reasons.add(reason);
      violations += counters.violations;
    }),
    { numRuns: 200, seed: 7 },
  );
  expect(violations).toBeGreaterThan(200);
  for (const name of [
    'recordsPoisoned',
    'repulledBytes',
    'dataOut',
    'peerTimeouts',
    'payloadBytesDuplicate',
    'restarted',
    'up',
  ]) {
    expect([...seen]).toContain(name);
  }
  for (const reason of [
    undefined,
    'cancelled',
    'peer-timeout',
    'peer-restarted',
    'integrity',
    'message-too-large',
  ]) {
    expect([...reasons]).toContain(reason);
  }
});
