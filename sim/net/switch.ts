import { DropReason } from './drop-reason.ts';
import { RESUMED, type Fabric } from './fabric.ts';
import { SharedBuffer } from './shared-buffer.ts';
import type { Packet } from './packet.ts';
import type { SwitchPort } from './switch-port.ts';
import type { Bytes } from '../../protocol/core/units.ts';
import type { EventHandler } from '../kernel/kernel.ts';

/** Chooses the output port of each packet; undefined: the destination is unknown. */
export interface Forwarding {
  portFor(packet: Packet): SwitchPort | undefined;
}

/** An output-queued switch: what arrives is at its output port in no time. */
export class Switch implements EventHandler {
  readonly name: string;
  readonly where: number;
  readonly buffer: SharedBuffer;
  readonly ports: SwitchPort[] = [];
  readonly #fabric: Fabric;
  readonly #forwarding: Forwarding;

  constructor(fabric: Fabric, name: string, bufferBytes: Bytes, forwarding: Forwarding) {
    this.#fabric = fabric;
    this.#forwarding = forwarding;
    this.name = name;
    this.where = fabric.addLocation(name);
    this.buffer = new SharedBuffer(bufferBytes);
  }

  /** A packet has arrived. */
  onEvent(index: number, stage: number): void {
    const fabric = this.#fabric;
    const packet = fabric.packets.at(index);
    const port = this.#forwarding.portFor(packet);
    if (port === undefined) {
      fabric.drop(packet, this.where, DropReason.NO_ROUTE);
      return;
    }
    const monitor = fabric.monitor;
    if (monitor !== null && stage !== RESUMED) {
      if (!fabric.consult(monitor, 'enqueue', packet, port.where, this, RESUMED)) return;
    }
    port.forward(packet);
  }
}
