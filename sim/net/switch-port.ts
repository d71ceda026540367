import { Line, type LineOptions, type LineOwner } from './line.ts';
import type { Fabric } from './fabric.ts';
import type { PacketSink } from './lines.ts';
import type { Ports } from './ports.ts';
import type { Switch } from './switch.ts';
import type { Bytes } from '../../protocol/core/units.ts';

export const PRIORITIES_MAX = 8;

/** An output port of a switch: queues in front of a line. What packets meet of it is in ports.ts. */
export class SwitchPort implements LineOwner {
  readonly name: string;
  readonly where: number;
  readonly node: Switch;
  readonly line: Line;
  readonly #ports: Ports;

  constructor(fabric: Fabric, name: string, node: Switch, far: PacketSink, link: Omit<LineOptions, 'where'>) {
    this.name = name;
    this.where = fabric.addLocation(name);
    this.node = node;
    this.line = new Line(fabric, far, { ...link, where: this.where });
    this.line.owner = this;
    this.#ports = fabric.ports;
    fabric.ports.add(this.line.index, this.where, node.buffer);
  }

  /** Bytes waiting, over all priorities. */
  get waitingBytes(): Bytes {
    return this.#ports.waitingBytes(this.line.index);
  }

  get waitingBytesPeak(): Bytes {
    return this.#ports.waitingBytesPeak(this.line.index);
  }

  /** Packets waiting in queue `priority`. */
  waitingPackets(priority: number): number {
    return this.#ports.waitingPackets(this.line.index, priority);
  }

  /** @param packet its index. */
  forward(packet: number): void {
    this.#ports.forward(this.line.index, packet);
  }

  onRateChange(): void {
    this.#ports.reschedule(this.line.index);
  }

  onCarrierChange(): void {
    this.node.onPortChange(this);
  }
}
