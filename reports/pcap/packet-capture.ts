import { DROP_REASON_NAMES, DropReason } from '../../sim/net/index.ts';
import type { Monitor, MonitorPoint, Network, Packet, Verdict } from '../../sim/net/index.ts';
import type { Bytes, Nanos } from '../../protocol/core/units.ts';
import { BlockWriter, type ByteSink } from './block-writer.ts';
import {
  Direction,
  interfaceDescription,
  interfaceStatistics,
  nameResolution,
  packetBlock,
  sectionHeader,
} from './blocks.ts';
import { ipv4Of } from './ip-header.ts';
import { EVERYWHERE, locationsAt } from './places.ts';

export interface CaptureOptions {
  /** Places as in places.ts; default: all. Each must name something in the network. */
  readonly at?: readonly string[];
  /** Packets written at most; the rest is counted. Default: no limit. */
  readonly packetsMax?: number;
  /** What this is a capture of, for the file. */
  readonly comment?: string;
}

export interface CaptureTotals {
  readonly packets: number;
  /** Packets that came when the capture was full. */
  readonly notWritten: number;
}

/** Reasons for which a packet is dropped that has come in and goes nowhere from there. */
const ARRIVED: readonly DropReason[] = [
  DropReason.NO_HOST,
  DropReason.NO_ROUTE,
  DropReason.HOST_DOWN,
  DropReason.RING_FULL,
];

/** A NIC or a switch port, where packets are captured. */
interface Place {
  readonly interfaceId: number;
  /** Bytes waiting to leave. */
  readonly queueBytes: () => Bytes;
  seen: number;
  dropped: number;
  written: number;
}

/**
 * Captures the packets of a simulated network as pcapng: each as it is handed to a NIC, as it comes to the output port of a switch, as
 * it is handed to a host, and where it is dropped. One interface per NIC and port. It passes everything and draws no random numbers, so a run
 * is the same with it. Attach it before other monitors: they may take packets away. Memory: one buffer. REQ DST-7
 */
export class PacketCapture implements Monitor {
  readonly #network: Network;
  readonly #out: BlockWriter;
  readonly #packetsMax: number;
  /** By location; undefined: not captured there. */
  readonly #places: (Place | undefined)[] = [];
  #packets = 0;
  #notWritten = 0;
  // What was seen last, and whether it is in the file: a drop at the same place and time is of the same sighting.
  #lastId = 0;
  #lastWhere = -1;
  #lastNs: Nanos = -1;
  #lastDirection: Direction = Direction.INBOUND;
  #lastIsWritten = false;

  constructor(network: Network, sink: ByteSink, options: CaptureOptions = {}) {
    this.#network = network;
    this.#out = new BlockWriter(sink);
    this.#packetsMax = options.packetsMax ?? Number.POSITIVE_INFINITY;
    sectionHeader(this.#out, 'dcQUIC simulator', options.comment ?? '');
    this.#describe(options.at ?? [EVERYWHERE]);
    network.addMonitor(this);
    const { fabric } = network;
    const inner = fabric.onDrop;
    fabric.onDrop = (packet, where, reason) => {
      inner?.(packet, where, reason);
      this.#onDrop(packet, where, reason);
    };
  }

  onPacket(point: MonitorPoint, packet: Packet, where: number): Verdict {
    const place = this.#places[where];
    if (place !== undefined) {
      place.seen++;
      this.#see(place, packet, where, point === 'delivery' ? Direction.INBOUND : Direction.OUTBOUND);
    }
    return 'pass';
  }

  /** Ends the file. Nothing may follow. */
  finish(): CaptureTotals {
    const { now } = this.#network.fabric.kernel;
    for (const place of this.#places) {
      if (place !== undefined) interfaceStatistics(this.#out, place.interfaceId, now, place);
    }
    this.#out.flush();
    return { packets: this.#packets, notWritten: this.#notWritten };
  }

  #onDrop(packet: Packet, where: number, reason: DropReason): void {
    const place = this.#places[where];
    if (place === undefined) return;
    place.dropped++;
    const { now } = this.#network.fabric.kernel;
    if (packet.id !== this.#lastId || where !== this.#lastWhere || now !== this.#lastNs) {
      // It was here before and waited, or never came to a port.
      place.seen++;
      const arrived = ARRIVED.includes(reason);
      this.#see(place, packet, where, arrived ? Direction.INBOUND : Direction.OUTBOUND, reason);
    } else if (this.#lastIsWritten) {
      this.#out.takeBack();
      this.#write(place, packet, this.#lastDirection, reason);
    }
  }

  #see(place: Place, packet: Packet, where: number, direction: Direction, reason?: DropReason): void {
    this.#lastId = packet.id;
    this.#lastWhere = where;
    this.#lastNs = this.#network.fabric.kernel.now;
    this.#lastDirection = direction;
    this.#lastIsWritten = this.#packets < this.#packetsMax;
    if (!this.#lastIsWritten) {
      this.#notWritten++;
      return;
    }
    this.#packets++;
    place.written++;
    this.#write(place, packet, direction, reason);
  }

  #write(place: Place, packet: Packet, direction: Direction, dropReason: DropReason | undefined): void {
    const comments: string[] = [];
    if (dropReason !== undefined) comments.push(`dropped: ${DROP_REASON_NAMES[dropReason]}`);
    if (packet.id < 0) comments.push('copy');
    const queueBytes = direction === Direction.OUTBOUND ? place.queueBytes() : 0;
    if (queueBytes > 0) comments.push(`queue: ${queueBytes} bytes`);
    packetBlock(this.#out, packet, {
      timeNs: this.#network.fabric.kernel.now,
      interfaceId: place.interfaceId,
      direction,
      dropReason,
      comment: comments.join('; '),
    });
  }

  /** Interfaces of the places in the order of their locations, and the names of all hosts. */
  #describe(places: readonly string[]): void {
    const { hosts, switches, fabric } = this.#network;
    const { locations } = fabric;
    const nics = hosts.flatMap((host) => host.nics);
    const nicAt = new Map(nics.map((nic) => [nic.where, nic]));
    const portAt = new Map(switches.flatMap(({ ports }) => ports).map((port) => [port.where, port]));
    const wheres = new Set(places.flatMap((place) => locationsAt(place, locations)));
    let interfaceId = 0;
    for (const where of [...wheres].sort((a, b) => a - b)) {
      const nic = nicAt.get(where);
      const port = portAt.get(where);
      const rateBps = (nic?.uplink ?? port?.line)?.rate.bps;
      interfaceDescription(this.#out, locations[where] as string, rateBps);
      this.#places[where] = {
        interfaceId: interfaceId++,
        queueBytes: () => nic?.queuedBytes ?? port?.waitingBytes ?? 0,
        seen: 0,
        dropped: 0,
        written: 0,
      };
    }
    const names = nics.map((nic) => ({ ipv4: ipv4Of(nic.address), name: locations[nic.where] as string }));
    nameResolution(this.#out, names);
  }
}
