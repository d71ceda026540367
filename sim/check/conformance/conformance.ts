import { resolveOptions } from '../../../protocol/endpoint/options.ts';
import type { EndpointOptions } from '../../../protocol/endpoint/options.ts';
import type { PeerId } from '../../../protocol/peer/peer.ts';
import type { ObserverHub } from '../../host/observer-hub.ts';
import type { HostTap, SimHost } from '../../host/sim-host.ts';
import { hostOf } from '../../net/address.ts';
import type { Monitor, MonitorPoint, Verdict } from '../../net/monitor.ts';
import type { Packet } from '../../net/packet.ts';
import type { Violations } from '../violations.ts';
import { AckRule } from './ack-rule.ts';
import { CreditRule } from './credit-rule.ts';
import { DataRule, SentTraffic } from './data-rule.ts';
import { readFrames } from './frames.ts';
import type { SeenFrames } from './frames.ts';
import { PaceRule } from './pace-rule.ts';
import { PullRule } from './pull-rule.ts';
import type { ControlPacketSeen, Report, Rule } from './rule.ts';

/** Of a datagram, behind its frames. */
const TAG_BYTES = 16;
const NO_FRAMES: SeenFrames = { frames: [], isEliciting: false };

export interface ConformanceConfig {
  readonly hosts: readonly SimHost[];
  /** Of each host. */
  readonly observers: readonly ObserverHub[];
  readonly options: Partial<EndpointOptions>;
  readonly violations: Violations;
  /** Hosts receive packet by packet, so that it is known what each brought. */
  readonly isSingle: boolean;
  /** Clocks of hosts never go back. */
  readonly isSteady: boolean;
}

/** What an incarnation of a host is held to. */
interface Watched {
  readonly incarnation: number;
  readonly label: string;
  readonly pace: PaceRule;
  readonly data: DataRule;
  readonly pulls: PullRule;
  /** By peer and transfer: the end of what was sent of it before it was pulled. */
  readonly early: Map<string, number>;
  readonly sides: Map<PeerId, Side>;
}

interface Side {
  /** The incarnation of the peer whose packets act. */
  remote: string | undefined;
  rules: readonly Rule[];
}

/**
 * Compares what endpoints say to each other with what spec/protocol.md says that they must: a second reading of the protocol, which knows of an endpoint
 * what it has written and what it has taken, and hardly anything of its state. REQ DST-6
 *
 * Asked at `egress` in front of all other monitors, so that it sees what was sent.
 */
export class Conformance implements Monitor, HostTap {
  readonly #config: ConformanceConfig;
  readonly #options: EndpointOptions;
  readonly #hosts: (Watched | undefined)[];
  readonly #traffic = new SentTraffic();
  /** By epoch of the sender, then by number. */
  readonly #packets = new Map<string, SeenFrames[]>();
  #isBroken = false;

  constructor(config: ConformanceConfig) {
    this.#config = config;
    this.#options = resolveOptions(config.options);
    this.#hosts = config.hosts.map(() => undefined);
    config.observers.forEach((hub, host) => this.#observe(hub, host));
    for (const host of config.hosts) host.tap = this;
  }

  #observe(hub: ObserverHub, host: number): void {
    hub.add({
      packetSent: (peer, { epochHi, epochLo, packetNumber, receiverTag }, bytes, start, end) => {
        if (this.#isBroken) return;
        const seen = readFrames(bytes, start, end);
        this.#packetsOf(epochHi, epochLo)[packetNumber] = seen;
        const roomBytes = this.#options.mtuBytes - this.#options.datagramHeaderBytes - TAG_BYTES - end;
        this.#onSent(host, peer, {
          ...seen,
          nowNs: this.#nowNs(host),
          packetNumber,
          roomBytes,
          isAddressed: receiverTag !== 0,
        });
      },
      packetTaken: (peer, { epochHi, epochLo, packetNumber }, probesOnly) => {
        if (this.#isBroken) return;
        const { frames, isEliciting } = this.#packetsOf(epochHi, epochLo)[packetNumber] ?? NO_FRAMES;
        const side = this.#sideOf(host, peer, `${epochHi}.${epochLo}`);
        const acting = probesOnly ? NO_FRAMES : { frames, isEliciting };
        const packet = { ...acting, nowNs: this.#nowNs(host), packetNumber, roomBytes: 0, isAddressed: true };
        for (const rule of side.rules) rule.onTaken(packet);
        const { pulls, early } = this.#watched(host);
        for (const frame of acting.frames) {
          if (frame.kind === 'notify') pulls.onAnnounced(frame.sizeBytes);
          else if (frame.kind === 'early') pulls.onEarly(`${peer}/${frame.id}`);
          else if (frame.kind === 'pull')
            this.#traffic.onPulled(frame.token, early.get(`${peer}/${frame.id}`) ?? 0);
        }
      },
    });
  }

  #onSent(host: number, peer: PeerId, packet: ControlPacketSeen): void {
    for (const rule of this.#sideOf(host, peer).rules) rule.onSent(packet);
    const { pulls, data, early } = this.#watched(host);
    const { endpoint } = this.#config.hosts[host] as SimHost;
    pulls.onRtt(endpoint.rttNs(peer));
    for (const frame of packet.frames) {
      if (frame.kind === 'early') {
        const key = `${peer}/${frame.id}`;
        early.set(key, Math.max(early.get(key) ?? 0, frame.highBytes));
      }
      if (frame.kind !== 'pull') continue;
      data.onPull(frame.pullSlot, frame.token);
      pulls.onPull(`${peer}/${frame.id}`, frame.isAgain, endpoint.state);
    }
  }

  onPacket(point: MonitorPoint, packet: Packet): Verdict {
    if (this.#isBroken || point !== 'egress' || packet.unreachable !== null) return 'pass';
    const host = hostOf(packet.source);
    const { pace, label } = this.#watched(host);
    this.#traffic.onSent(packet, this.#reportOf(label));
    if (this.#config.isSteady) pace.onSent(this.#nowNs(host), packet.headers());
    return 'pass';
  }

  sent(): void {}

  received({ index, endpoint }: SimHost, packet: Packet, newBytes: number): void {
    if (this.#isBroken || !this.#config.isSingle) return;
    this.#watched(index).data.onReceived(packet, newBytes, endpoint.counters.recordsPoisoned);
  }

  #packetsOf(epochHi: number, epochLo: number): SeenFrames[] {
    const key = `${epochHi}.${epochLo}`;
    let packets = this.#packets.get(key);
    if (packets === undefined) this.#packets.set(key, (packets = []));
    return packets;
  }

  #nowNs(host: number): number {
    return (this.#config.hosts[host] as SimHost).now();
  }

  #watched(host: number): Watched {
    const { incarnation } = this.#config.hosts[host] as SimHost;
    const known = this.#hosts[host];
    if (known?.incarnation === incarnation) return known;
    const label = `host[${host}]`;
    const report = this.#reportOf(label);
    const watched: Watched = {
      incarnation,
      label,
      pace: new PaceRule(report, this.#options),
      data: new DataRule(report, this.#traffic),
      pulls: new PullRule(report, this.#options),
      early: new Map<string, number>(),
      sides: new Map<PeerId, Side>(),
    };
    this.#hosts[host] = watched;
    return watched;
  }

  #reportOf(label: string): Report {
    return (must, message) => {
      // What follows from it says nothing new.
      if (this.#isBroken) return;
      this.#isBroken = true;
      this.#config.violations.report(must, 'invariant', `${label}: ${message}`);
    };
  }

  /** @param remote of whom a packet acts; another incarnation than before begins a new conversation. */
  #sideOf(host: number, peer: PeerId, remote?: string): Side {
    const { sides, label } = this.#watched(host);
    let side = sides.get(peer);
    if (side !== undefined && (remote === undefined || side.remote === remote)) return side;
    const report = this.#reportOf(`${label} with peer ${peer}`);
    const { notifyWindow, peerTimeoutNs } = this.#options;
    side = {
      remote,
      rules: [new AckRule(report), new CreditRule(report, notifyWindow, peerTimeoutNs)],
    };
    sides.set(peer, side);
    return side;
  }
}
