import { Kernel } from '../../kernel/kernel.ts';
import { Rng } from '../../random/rng.ts';
import { Trace } from '../../trace/trace.ts';
import { FaultTimeline } from '../../net/faults/timeline.ts';
import { hostAddress, hostOf } from '../../net/address.ts';
import { starNetwork, type StarConfig } from '../../net/star.ts';
import type { HostPort } from '../../net/nic.ts';
import type { Network } from '../../net/network.ts';
import type { Packet } from '../../net/packet.ts';
import type { Ecn } from '../../net/ecn.ts';

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
  readonly id: number;
  readonly priority: number;
  readonly ecn: number;
  readonly bytes: Uint8Array;
}

export interface Datagram {
  readonly from: number;
  readonly to: number;
  /** Payload bytes, or how many zeros. */
  readonly data: Uint8Array | number;
  readonly priority?: number;
  readonly ecn?: Ecn;
}

/** 100 Gbit/s, 650 ns, 1500 bytes: a full packet of 1500 wire bytes takes 120 ns to serialize. */
export const PLAIN: StarConfig = {
  hosts: 4,
  link: { rateBps: 100_000_000_000, delayNs: 650, mtuBytes: 1500 },
  switch: { bufferBytes: 500_000 },
};
export const FULL = 1472;

/** A star whose hosts write down what they get and release it. */
export class Rig {
  readonly kernel = new Kernel();
  readonly trace = new KeepingTrace();
  readonly network: Network;
  readonly faults: FaultTimeline;
  readonly received: Received[] = [];
  readonly room: { atNs: number; host: number }[] = [];

  constructor(config: Partial<StarConfig> = {}, seed = 1) {
    this.network = starNetwork(
      { kernel: this.kernel, trace: this.trace, rng: new Rng(seed) },
      { ...PLAIN, ...config },
    );
    this.faults = new FaultTimeline(this.network.fabric);
    for (const host of this.network.hosts) for (const nic of host.nics) nic.bind(this.#port(host.index));
  }

  #port(host: number): HostPort {
    return {
      onPacket: (packet) => {
        this.received.push(this.#note(host, packet));
        packet.release();
      },
      onTransmitRoom: () => void this.room.push({ atNs: this.kernel.now, host }),
    };
  }

  #note(host: number, packet: Packet): Received {
    return {
      atNs: this.kernel.now,
      host,
      from: hostOf(packet.source),
      id: packet.id,
      priority: packet.priority,
      ecn: packet.ecn,
      bytes: packet.datagram().slice(),
    };
  }

  send(datagram: Datagram): void {
    const packet = this.network.nic(datagram.from).take();
    const { data } = datagram;
    packet.fill(typeof data === 'number' ? new Uint8Array(data) : data);
    packet.destination = hostAddress(datagram.to);
    packet.priority = datagram.priority ?? 0;
    packet.ecn = datagram.ecn ?? 0;
    this.network.nic(datagram.from).send(packet);
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
