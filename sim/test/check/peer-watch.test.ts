import { beforeEach, describe, expect, test } from 'vitest';
import type { EndpointObserver } from '../../../protocol/endpoint/observer.ts';
import { deriveControlKey } from '../../../protocol/keys/control-keys.ts';
import { ControlPacket, FrameType } from '../../../protocol/wire/index.ts';
import { PeerWatch, Violations, type Watched } from '../../check/index.ts';
import { SimCrypto } from '../../crypto/sim-crypto.ts';

const silent: EndpointObserver = {
  frameSent: () => undefined,
  transferAnnounced: () => undefined,
  dataSent: () => undefined,
};
const secret = { credential: new Uint8Array(16).fill(1), secret: new Uint8Array(32).fill(2) };
/** The id of the other host, at both. */
const PEER = 0;

/** Two hosts, whose epochs and packets a test makes up. */
class Pair {
  readonly kernel = { now: 5 };
  readonly violations = new Violations(this.kernel);
  readonly crypto = new SimCrypto();
  readonly hosts = [0, 1].map(() => ({ incarnation: 0, state: { isUp: true } }));
  readonly life: string[] = [];
  readonly watch = new PeerWatch(
    () => this as unknown as Watched,
    (host, peerHost) => void this.life.push(`${peerHost} at ${host}`),
  );
  readonly world = { hosts: this.hosts, acquaintance: (at: number) => ({ secret, role: ROLES[at] }) };
  readonly observers = this.hosts.map((_, host) => this.watch.observer(host, silent));

  restart(host: number): void {
    this.hosts[host]!.incarnation += 1;
    this.watch.begin(host, this.hosts[host]!.incarnation);
  }

  /** `host` seals it. */
  sent(
    host: number,
    epochLo: number,
    packetNumber: number,
    more: Partial<ControlPacket> = {},
  ): ControlPacket {
    const packet = Object.assign(new ControlPacket(), { epochHi: 7, epochLo, packetNumber, ...more });
    this.observers[host]!.packetSent?.(PEER, packet, new Uint8Array(0), 0, 0);
    return packet;
  }

  /** It arrives, and acts. */
  taken(host: number, packet: ControlPacket): void {
    this.observers[host]!.packetOpened?.(packet);
    this.observers[host]!.packetTaken?.(PEER, packet, false);
  }

  get checkers(): string[] {
    return this.violations.list.map(({ checker }) => checker);
  }
}

const ROLES = ['client', 'server'] as const;
let pair: Pair;
beforeEach(() => void (pair = new Pair()));

/** REQ DST-6, SEC-2 */
describe('a control packet that acts', () => {
  test('once at each host, from incarnations that live, is no violation, and a sign of life', () => {
    const one = pair.sent(0, 100, 0);
    pair.taken(1, one);
    pair.taken(1, pair.sent(0, 100, 1));
    pair.taken(0, pair.sent(1, 200, 0, { receiverTag: 100 }));
    expect(pair.checkers).toEqual([]);
    expect(pair.life).toEqual(['0 at 1', '0 at 1', '1 at 0']);
  });

  test('twice is one, also at the endpoint that took the place of the first. MUST REPLAY-2', () => {
    pair.sent(1, 200, 0);
    const packet = pair.sent(0, 100, 0);
    pair.taken(1, packet);
    pair.restart(1);
    pair.taken(1, packet);
    expect(pair.checkers).toEqual(['replay']);
  });

  test('of an epoch that nobody began is one', () => {
    pair.taken(1, Object.assign(new ControlPacket(), { epochLo: 9 }));
    expect(pair.checkers).toEqual(['incarnation']);
  });

  test('and was meant for a former incarnation is one. MUST FRESH-9', () => {
    pair.sent(1, 200, 0);
    pair.restart(1);
    pair.sent(1, 201, 0, { flags: ControlPacket.REUSED });
    pair.taken(1, pair.sent(0, 100, 3, { receiverTag: 201 }));
    expect(pair.checkers).toEqual([]);
    pair.taken(1, pair.sent(0, 100, 4, { receiverTag: 200 }));
    expect(pair.checkers).toEqual(['incarnation']);
  });

  test('of an incarnation that was gone before the receiver began is one. MUST FRESH-1', () => {
    const old = pair.sent(0, 100, 0);
    pair.restart(0);
    pair.restart(1);
    pair.taken(1, old);
    expect(pair.checkers).toEqual(['incarnation']);
  });

  test('of an incarnation that another has followed is one. MUST FRESH-2', () => {
    const [first, late] = [pair.sent(0, 100, 0), pair.sent(0, 100, 1)];
    pair.taken(1, first);
    pair.restart(0);
    pair.taken(1, pair.sent(0, 101, 0));
    expect(pair.checkers).toEqual([]);
    pair.taken(1, late);
    expect(pair.checkers).toEqual(['incarnation']);
  });

  test('below the one that proved its epoch is one. MUST FRESH-4', () => {
    pair.restart(1);
    pair.sent(1, 201, 0, { flags: ControlPacket.REUSED });
    const late = pair.sent(0, 100, 2);
    pair.taken(1, pair.sent(0, 100, 3));
    pair.taken(1, late);
    expect(pair.checkers).toEqual(['replay']);
  });
});

describe('a control packet that is refused', () => {
  /** Sealed by host 0. */
  function sealed(packetNumber: number, keyPhase: number): { packet: ControlPacket; bytes: Uint8Array } {
    const packet = pair.sent(0, 100, packetNumber, { keyPhase, credential: secret.credential });
    const bytes = new Uint8Array(100);
    packet.length = 100;
    const at = packet.emitLength();
    packet.emitHeader(bytes, 0, at);
    const key = deriveControlKey(pair.crypto, secret, 'client', { hi: 7, lo: 100 }, 0, keyPhase);
    key.seal(packetNumber, bytes, 0, at, bytes, at, 84, bytes, at);
    packet.sealedStart = at;
    packet.sealedLength = 100 - at;
    return { packet, bytes };
  }

  function refused(
    { packet, bytes }: { packet: ControlPacket; bytes: Uint8Array },
    why: 'replay' | 'forged',
  ): void {
    pair.observers[1]!.packetRefused?.(packet, why, bytes, 0);
  }

  test.each(['replay', 'forged'] as const)('as %s, though it is authentic and new, is a violation', (why) => {
    pair.taken(1, sealed(0, 0).packet);
    refused(sealed(1, 0), why);
    expect(pair.checkers).toEqual(['refusal']);
  });

  test('rightly is none: seen, forged, of an old key, or so old that it may be forgotten', () => {
    const seen = sealed(0, 0);
    pair.taken(1, seen.packet);
    refused(seen, 'replay');
    const forged = sealed(1, 0);
    forged.bytes[90]! ^= 1;
    refused(forged, 'forged');
    const [late, old] = [sealed(2, 0), sealed(3, 0)];
    pair.taken(1, sealed(1500, 2).packet);
    refused(late, 'replay');
    refused({ ...old, packet: Object.assign(old.packet, { packetNumber: 1400 }) }, 'forged');
    expect(pair.checkers).toEqual([]);
  });
});

describe('what an endpoint says', () => {
  test('a PROBE that is answered late, or not at all, is a violation. MUST LIVE-4', () => {
    const at = pair.observers[1]!;
    const answer = (): void => at.frameSent?.(PEER, FrameType.PROBE_RESPONSE, -1, 0, false, 0);
    at.probeTaken?.(PEER);
    answer();
    at.probeTaken?.(PEER);
    pair.kernel.now += 1e9;
    expect(pair.checkers).toEqual([]);
    answer();
    expect(pair.checkers).toEqual(['probe']);
    at.probeTaken?.(PEER);
    pair.kernel.now += 1e9;
    pair.watch.finish();
    expect(pair.checkers).toEqual(['probe', 'probe']);
  });

  test('a frame that breaks a rule is a violation, but for one that came too early. MUST FRESH-10', () => {
    pair.observers[1]!.frameRefused?.(PEER, FrameType.ACK, true);
    expect(pair.checkers).toEqual([]);
    pair.observers[1]!.frameRefused?.(PEER, FrameType.ACK, false);
    expect(pair.checkers).toEqual(['frames']);
  });
});
