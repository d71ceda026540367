import { DropReason } from './drop-reason.ts';
import { RESUMED, type Fabric } from './fabric.ts';
import { childId } from '../kernel/identity.ts';
import { lineId, portPlace } from './places.ts';
import { SharedBuffer } from './shared-buffer.ts';
import { UNREACHABLE_GAP_NS, UnreachableCode } from './unreachable.ts';
import type { PacketSink } from './lines.ts';
import type { Nic } from './nic.ts';
import type { Packet } from './packet.ts';
import { NOWHERE, type RoutingTable } from './routing.ts';
import type { SwitchPort } from './switch-port.ts';
import type { Bytes, Nanos } from '../../protocol/core/units.ts';
import type { Contender, Touchable } from '../kernel/choice.ts';
import type { EventHandler } from '../kernel/kernel.ts';

/** Second argument of an event: a packet made here, which monitors have not seen. */
const MADE_HERE = 0;

/** An output-queued switch: what arrives is at its output port in no time. */
export class Switch implements EventHandler, PacketSink {
  readonly #fabric: Fabric;
  readonly #routing: RoutingTable;
  readonly index: number;
  readonly name: string;
  readonly where: number;
  readonly buffer: SharedBuffer;
  readonly ports: SwitchPort[] = [];
  #nextMessageNs: Nanos = 0;

  /** @param index its number in the routing table. */
  constructor(fabric: Fabric, routing: RoutingTable, index: number, name: string, bufferBytes: Bytes) {
    this.#fabric = fabric;
    this.#routing = routing;
    this.index = index;
    this.name = name;
    this.where = fabric.addLocation(name);
    this.buffer = new SharedBuffer(bufferBytes);
  }

  receive(packet: number): void {
    const fabric = this.#fabric;
    const line = this.#routing.lineFor(this.index, packet);
    if (line === NOWHERE) {
      this.#refuse(fabric.packets.at(packet));
      return;
    }
    const { monitor } = fabric;
    if (monitor !== null) {
      const shown = fabric.packets.at(packet);
      if (!fabric.consult(monitor, 'enqueue', shown, fabric.ports.whereOf(line), this, RESUMED)) return;
    }
    fabric.ports.forward(line, packet);
  }

  placesOf(packet: number): Touchable[] {
    const ports = this.#routing.portsFor(this.index, this.#fabric.packets.at(packet).nicNumber);
    return ports.map(({ line, name }) => portPlace(line.index, name));
  }

  competes(packet: number): Contender {
    const id = childId(lineId(this.index), 1);
    return { kind: 'delivery', id, label: this.name, touches: this.placesOf(packet) };
  }

  /** A packet of its own, or one that a monitor has held. */
  onEvent(packet: number, stage: number): void {
    if (stage === MADE_HERE) {
      this.receive(packet);
      return;
    }
    const line = this.#routing.lineFor(this.index, packet);
    if (line === NOWHERE) this.#refuse(this.#fabric.packets.at(packet));
    else this.#fabric.ports.forward(line, packet);
  }

  /** All ports that lead to a NIC on shortest paths, up or down; none: there is no path. */
  portsTo(nic: Nic): readonly SwitchPort[] {
    return this.#routing.portsFor(this.index, this.#fabric.nicNumber(nic.address));
  }

  /** Tells the packet's sender that it cannot be delivered, in an event of its own. The packet stays the caller's. */
  sendUnreachable(about: Packet, where: number): void {
    const message = this.#fabric.unreachable(about, where, UnreachableCode.HOST);
    if (message === null) return;
    const { kernel } = this.#fabric;
    kernel.post(kernel.now, this, message.index, MADE_HERE);
  }

  /** The line of a port went down or came up. */
  onPortChange(port: SwitchPort): void {
    this.#routing.refresh(port);
  }

  #refuse(packet: Packet): void {
    const reason = this.#routing.outageFor(this.index, packet);
    const { now } = this.#fabric.kernel;
    if (reason !== DropReason.NO_ROUTE && now >= this.#nextMessageNs) {
      this.#nextMessageNs = now + UNREACHABLE_GAP_NS;
      this.sendUnreachable(packet, this.where);
    }
    this.#fabric.drop(packet, this.where, reason);
  }
}
