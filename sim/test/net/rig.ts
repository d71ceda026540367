import { Kernel } from '../../kernel/kernel.ts';
import { Rng } from '../../random/rng.ts';
import { Trace } from '../../trace/trace.ts';
import { FaultTimeline } from '../../net/faults/timeline.ts';
import { hostAddress, hostOf } from '../../net/address.ts';
import { starNetwork, type StarConfig } from '../../net/topology/star.ts';
import type { NetworkEnvironment } from '../../net/fabric.ts';
import type { HostPort } from '../../net/nic.ts';
import type { Network } from '../../net/network.ts';
import type { Packet } from '../../net/packet.ts';
import type { Ecn } from '../../net/ecn.ts';
import type { Unreachable } from '../../net/unreachable.ts';

export interface TraceRecord {
  readonly timeNs: number;
  readonly kind: number;
  readonly where: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

/** A trace that also keeps its records. */
export class KeepingTrace extends Trace {
  readonly kept: TraceRecord[] = [];

  override record(
    timeNs: number,
    kind: number,
    where: number,
    a: number,
    b: number,
    c: number,
    d: number,
  ): void {
    super.record(timeNs, kind, where, a, b, c, d);
    this.kept.push({ timeNs, kind, where, a, b, c, d });
  }

  of(kind: number): TraceRecord[] {
    return this.kept.filter((record) => record.kind === kind);
  }
}

export interface Received {
  readonly atNs: number;
  readonly host: number;
  readonly from: number;
  readonly nic: number;
  readonly id: number;
  readonly priority: number;
  readonly ecn: number;
  readonly bytes: Uint8Array;
}

/** What a host was told of a packet that could not be delivered. */
export interface Told extends Unreachable {
  readonly atNs: number;
  readonly host: number;
}

export interface Datagram {
  readonly from: number;
  readonly to: number;
  /** Payload bytes, or how many zeros. */
  readonly data: Uint8Array | number;
  readonly priority?: number;
  readonly ecn?: Ecn;
  /** NIC at both ends, default 0. */
  readonly nic?: number;
  readonly toNic?: number;
  /** UDP ports, default 0. */
  readonly fromPort?: number;
  readonly toPort?: number;
}

/** 100 Gbit/s, 650 ns, 1500 bytes: a full packet of 1500 wire bytes takes 120 ns to serialize. */
export const PLAIN: StarConfig = {
  hosts: 4,
  link: { rateBps: 100_000_000_000, delayNs: 650, mtuBytes: 1500 },
  switch: { bufferBytes: 500_000 },
};
export const FULL = 1472;

type Builder = (environment: NetworkEnvironment) => Network;

/** A network, by default a star, whose hosts write down what they get and release it. */
export class Rig {
  readonly kernel = new Kernel();
  readonly trace = new KeepingTrace();
  readonly network: Network;
  readonly faults: FaultTimeline;
  readonly received: Received[] = [];
  readonly room: { atNs: number; host: number }[] = [];
  readonly told: Told[] = [];
  readonly carrier: { atNs: number; host: number; nic: number; isUp: boolean }[] = [];

  constructor(config: Partial<StarConfig> | Builder = {}, seed = 1) {
    const environment = { kernel: this.kernel, trace: this.trace, rng: new Rng(seed) };
    this.network =
      typeof config === 'function' ? config(environment) : starNetwork(environment, { ...PLAIN, ...config });
    this.faults = new FaultTimeline(this.network.fabric);
    for (const host of this.network.hosts)
      for (const nic of host.nics) nic.bind(this.#port(host.index, nic.nic));
  }

  #port(host: number, nic: number): HostPort {
    return {
      onPacket: (packet) => {
        this.received.push(this.#note(host, nic, packet));
        packet.release();
      },
      onTransmitRoom: () => void this.room.push({ atNs: this.kernel.now, host }),
      onUnreachable: (about) =>
        void this.told.push({ ...about, quoted: about.quoted.slice(), atNs: this.kernel.now, host }),
      onCarrier: (isUp) => void this.carrier.push({ atNs: this.kernel.now, host, nic, isUp }),
    };
  }

  #note(host: number, nic: number, packet: Packet): Received {
    return {
      atNs: this.kernel.now,
      host,
      nic,
      from: hostOf(packet.source),
      id: packet.id,
      priority: packet.priority,
      ecn: packet.ecn,
      bytes: packet.datagram().slice(),
    };
  }

  send(datagram: Datagram): void {
    const nic = datagram.nic ?? 0;
    const sender = this.network.nic(datagram.from, nic);
    const packet = sender.take();
    const { data } = datagram;
    packet.fill(typeof data === 'number' ? new Uint8Array(data) : data);
    packet.source += datagram.fromPort ?? 0;
    packet.destination = hostAddress(datagram.to, datagram.toNic ?? nic, datagram.toPort ?? 0);
    packet.priority = datagram.priority ?? 0;
    packet.ecn = datagram.ecn ?? 0;
    sender.send(packet);
  }

  /** Names of the ports at which packet `id` was handed to a line, and of the NIC that it reached. Uses a monitor. */
  watchPaths(): Map<number, string[]> {
    const paths = new Map<number, string[]>();
    const { locations } = this.network.fabric;
    this.network.addMonitor({
      onPacket: (_point, packet, where) => {
        const path = paths.get(packet.id) ?? [];
        path.push(locations[where]!);
        paths.set(packet.id, path);
        return 'pass';
      },
    });
    return paths;
  }

  /** Does `action` at virtual time `atNs`. */
  at(atNs: number, action: () => void): void {
    this.kernel.schedule(atNs, { onEvent: action });
  }

  sendAt(atNs: number, datagram: Datagram): void {
    this.at(atNs, () => this.send(datagram));
  }

  async run(untilNs = 1e12): Promise<void> {
    await this.kernel.run(untilNs);
  }
}

/** Four bytes that tell datagrams apart, then zeros up to `lengthBytes`. */
export function numbered(n: number, lengthBytes = 4): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  new DataView(bytes.buffer).setUint32(0, n);
  return bytes;
}

export function numberOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
}
