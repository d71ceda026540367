import { describe, expect, it } from 'vitest';
import { resolveOptions } from '../../../protocol/endpoint/options.ts';
import { DataPacket } from '../../../protocol/wire/index.ts';
import { AckRule } from '../../check/conformance/ack-rule.ts';
import { CreditRule } from '../../check/conformance/credit-rule.ts';
import { DataRule, SentTraffic } from '../../check/conformance/data-rule.ts';
import type { SeenFrame } from '../../check/conformance/frames.ts';
import { PaceRule } from '../../check/conformance/pace-rule.ts';
import { PullRule } from '../../check/conformance/pull-rule.ts';
import type { ControlPacketSeen, Report } from '../../check/conformance/rule.ts';
import type { Packet } from '../../net/packet.ts';

const WINDOW = 8;
const TIMEOUT_NS = 1e9;

/** Notes which rules were broken. */
function reporter(): { broken: string[]; report: Report } {
  const broken: string[] = [];
  return { broken, report: (must) => void broken.push(must) };
}

function packet(frames: readonly SeenFrame[], more: Partial<ControlPacketSeen> = {}): ControlPacketSeen {
  return {
    frames,
    isEliciting: false,
    nowNs: 0,
    packetNumber: 0,
    roomBytes: 1000,
    isAddressed: true,
    ...more,
  };
}

function request(slot: number): SeenFrame {
  return {
    kind: 'notify',
    id: `${slot}.1`,
    sizeBytes: 1,
    isRequest: true,
    isInline: true,
    replyTo: undefined,
  };
}

function response(slot: number, replyTo: string): SeenFrame {
  return { kind: 'notify', id: `${slot}.1`, sizeBytes: 1, isRequest: false, isInline: true, replyTo };
}

const grant = (limit: number): SeenFrame => ({ kind: 'accept', limit, ids: [] });
const blocked = (limit: number): SeenFrame => ({ kind: 'blocked', limit });
const final = (slot: number): SeenFrame => ({ kind: 'range-ack', id: `${slot}.1`, isFinal: true });
const nothing: SeenFrame = { kind: 'other' };

describe('what is acknowledged', () => {
  it('has arrived; MUST ACK-2', () => {
    const { broken, report } = reporter();
    const rule = new AckRule(report);
    for (const packetNumber of [3, 4, 6]) rule.onTaken(packet([], { packetNumber, isEliciting: true }));
    rule.onSent(packet([{ kind: 'ack', ranges: [[6, 6], [3, 4]] }])); // prettier-ignore
    expect(broken).toEqual([]);
    rule.onTaken(packet([], { packetNumber: 8, isEliciting: true }));
    rule.onSent(packet([{ kind: 'ack', ranges: [[8, 8], [3, 6]] }])); // prettier-ignore
    expect(broken).toEqual(['ACK-2']);
  });

  it('has asked for it; MUST ACK-1', () => {
    const { broken, report } = reporter();
    const rule = new AckRule(report);
    rule.onTaken(packet([], { packetNumber: 1 }));
    rule.onSent(packet([{ kind: 'ack', ranges: [[1, 1]] }]));
    expect(broken).toEqual(['ACK-1']);
  });
});

describe('credit', () => {
  function credit(): { broken: string[]; rule: CreditRule } {
    const { broken, report } = reporter();
    return { broken, rule: new CreditRule(report, WINDOW, TIMEOUT_NS) };
  }

  /** Of a side that has answered so many requests, the answers acknowledged. */
  function served(count: number): ReturnType<typeof credit> {
    const { broken, rule } = credit();
    for (let slot = 0; slot < count; slot += 1) rule.onTaken(packet([request(slot)]));
    for (let slot = 0; slot < count; slot += 1) rule.onSent(packet([response(slot, `${slot}.1`)]));
    rule.onTaken(packet(Array.from({ length: count }, (_, slot) => final(slot))));
    return { broken, rule };
  }

  it('is not exceeded, repetitions not counted, and grows by what came; MUST CREDIT-1', () => {
    const { broken, rule } = credit();
    for (let slot = 0; slot < WINDOW; slot += 1) rule.onSent(packet([request(slot), request(slot)]));
    rule.onTaken(packet([grant(WINDOW + 1), grant(WINDOW)]));
    rule.onSent(packet([request(WINDOW)]));
    expect(broken).toEqual([]);
    rule.onSent(packet([request(WINDOW + 1)]));
    expect(broken).toEqual(['CREDIT-1']);
  });

  it('does not fall, and is for requests that came; MUST CREDIT-2', () => {
    const { broken, rule } = served(2);
    rule.onSent(packet([grant(WINDOW + 2)]));
    expect(broken).toEqual([]);
    rule.onSent(packet([grant(WINDOW + 1)]));
    rule.onSent(packet([grant(WINDOW + 3)]));
    expect(broken).toEqual(['CREDIT-2', 'CREDIT-2']);
  });

  it('that stops a sender is the largest that came, and it is answered; MUST CREDIT-3', () => {
    const { broken, rule } = credit();
    rule.onTaken(packet([grant(WINDOW + 3), grant(WINDOW + 1)]));
    rule.onSent(packet([blocked(WINDOW + 3)]));
    expect(broken).toEqual([]);
    rule.onSent(packet([blocked(WINDOW + 1)]));
    rule.onTaken(packet([blocked(WINDOW)]));
    rule.onSent(packet([nothing]));
    expect(broken).toEqual(['CREDIT-3', 'CREDIT-3']);
  });

  it('that came free is told to a peer that is blocked, with whatever leaves next; MUST CREDIT-3', () => {
    for (const isTold of [true, false]) {
      const { broken, rule } = credit();
      rule.onTaken(packet([request(0), blocked(WINDOW)]));
      rule.onSent(packet([grant(WINDOW), response(0, '0.1')]));
      rule.onTaken(packet([final(0)]));
      rule.onSent(packet(isTold ? [grant(WINDOW + 1)] : [nothing]));
      expect(broken).toEqual(isTold ? [] : ['CREDIT-3']);
    }
  });

  it('of a quarter of the window is told with whatever leaves next, if it fits; MUST CREDIT-4', () => {
    const less = served(WINDOW / 4 - 1);
    less.rule.onSent(packet([nothing]));
    const { broken, rule } = served(WINDOW / 4);
    rule.onSent(packet([nothing], { roomBytes: 10 }));
    rule.onSent(packet([nothing], { isAddressed: false }));
    expect([less.broken, broken]).toEqual([[], []]);
    rule.onSent(packet([nothing]));
    expect(broken).toEqual(['CREDIT-4']);
  });
});

describe('what leaves', () => {
  const options = resolveOptions({ rateBps: 1e9, mtuBytes: 1500, burstSegments: 2 });
  const datagram = (kind: number): Uint8Array => new Uint8Array(1472).fill(kind << 6, 0, 1);
  const data = datagram(1);
  const control = datagram(0);
  const packetNs = 1500 * 8;

  it('is no faster than the cable, headers included; MUST PACE-1', () => {
    for (const earlyNs of [0, 224]) {
      const { broken, report } = reporter();
      const rule = new PaceRule(report, options);
      for (const at of [0, 0, 2 * packetNs - earlyNs]) rule.onSent(at, data);
      expect(broken).toEqual(earlyNs === 0 ? [] : ['PACE-1']);
    }
  });

  it('is one burst ahead at most, if it is control; MUST PACE-1', () => {
    const { broken, report } = reporter();
    const rule = new PaceRule(report, options);
    for (let i = 0; i < 3; i += 1) rule.onSent(0, control);
    expect(broken).toEqual([]);
    rule.onSent(0, control);
    expect(broken).toEqual(['PACE-1']);
  });
});

describe('what is pulled', () => {
  const options = resolveOptions({
    rateBps: 1e9,
    initialRttNs: 80_000,
    pullBytesMax: 2000,
    receiveBytesMax: 5000,
  });
  const budgetBytes = 15_000;

  it('is within the budget, as much for short messages, four times as much that is late and a grant of each, and four grants; MUST PULL-1', () => {
    const { broken, report } = reporter();
    const rule = new PullRule(report, options);
    rule.onPull('a', false, { pulledBytes: 6 * budgetBytes + 16_000, memoryBytes: 0 });
    expect(broken).toEqual([]);
    rule.onPull('a', false, { pulledBytes: 6 * budgetBytes + 16_001, memoryBytes: 0 });
    expect(broken).toEqual(['PULL-1']);
  });

  it('takes no more memory than it may, but for one message alone; MUST PULL-6', () => {
    const { broken, report } = reporter();
    const rule = new PullRule(report, options);
    rule.onAnnounced(7000);
    rule.onPull('a', false, { pulledBytes: 0, memoryBytes: 7000 });
    expect(broken).toEqual([]);
    rule.onPull('b', false, { pulledBytes: 0, memoryBytes: 7100 });
    expect(broken).toEqual(['PULL-6']);
  });
});

describe('data', () => {
  /** As a packet of the network carries it. */
  function carrier(token: number, fill: number): Packet {
    const packet = new DataPacket();
    const length = DataPacket.headerLength(0) + 4;
    Object.assign(packet, { pullSlot: 1, tokenHi: 0, tokenLo: token, offset: 0, length });
    const bytes = new Uint8Array(length).fill(fill);
    packet.emitHeader(bytes, 0, length);
    return { lengthBytes: length, shared: null, headers: () => bytes } as unknown as Packet;
  }

  function receiver(): { broken: string[]; traffic: SentTraffic; rule: DataRule; report: Report } {
    const { broken, report } = reporter();
    const traffic = new SentTraffic();
    const rule = new DataRule(report, traffic);
    rule.onPull(1, '0.7');
    return { broken, traffic, rule, report };
  }

  it('is taken with the token of the last pull alone; MUST DATA-1', () => {
    const { broken, rule } = receiver();
    rule.onReceived(carrier(7, 0), 4, 0);
    rule.onReceived(carrier(6, 0), 0, 0);
    expect(broken).toEqual([]);
    rule.onReceived(carrier(6, 0), 4, 0);
    expect(broken).toEqual(['DATA-1']);
  });

  it('verifies, unless it is not what was sent; MUST RECORD-4', () => {
    for (const fill of [1, 2]) {
      const { broken, rule, traffic, report } = receiver();
      traffic.onSent(carrier(7, 1), report);
      rule.onReceived(carrier(7, fill), 4, 1);
      expect(broken).toEqual(fill === 1 ? ['RECORD-4'] : []);
    }
  });
});
