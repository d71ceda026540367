import { Endpoint } from '../../protocol/endpoint/endpoint.ts';
import type { EndpointConfig } from '../../protocol/endpoint/endpoint.ts';
import { NEVER } from '../../protocol/core/units.ts';
import type { Nanos } from '../../protocol/core/units.ts';
import { Pool } from '../../protocol/pool/pool.ts';
import type { Driver } from '../../protocol/pool/driver.ts';
import { TransmitBuffer } from '../../protocol/transmit.ts';
import type { EventHandler, EventId, Kernel } from '../kernel/kernel.ts';
import { NO_EVENT } from '../kernel/kernel.ts';
import type { Contender } from '../kernel/choice.ts';
import { childId } from '../kernel/identity.ts';
import type { Resource } from '../kernel/resource.ts';
import { hostPlace } from '../net/places.ts';
import type { HostPort, Nic } from '../net/nic.ts';
import type { Packet } from '../net/packet.ts';

const WAKE = 0;
const KICK = 1;

/** Told of each packet as it crosses between endpoint and NIC; for captures and sequence diagrams. */
export interface HostTap {
  /** `packet` was handed to the network: read its id, nothing else is ours any more. */
  sent(host: SimHost, packet: Packet): void;
  received(host: SimHost, packet: Packet, useful: boolean): void;
}

/**
 * Binds one endpoint and its pool to a simulated NIC: the driver of the simulator. The endpoint is the production code; what is
 * simulated is the time it is told and the network its packets cross. REQ SIM-1 … SIM-5, TRN-4
 */
export class SimHost implements HostPort, Driver, EventHandler {
  readonly index: number;
  readonly nic: Nic;
  readonly endpoint: Endpoint;
  readonly pool: Pool;
  tap: HostTap | undefined;
  private readonly kernel: Kernel;
  /** For whoever watches. */
  private readonly place: Resource | undefined;
  private readonly out: TransmitBuffer;
  private wakeAt: Nanos = NEVER;
  private wakeId: EventId = NO_EVENT;
  private kicked = false;
  private draining = false;
  private waitsForRoom = false;

  /** @param byReference payload is not copied: applications neither change what they send nor what they are given. */
  constructor(kernel: Kernel, nic: Nic, config: EndpointConfig, byReference = false) {
    this.kernel = kernel;
    this.nic = nic;
    this.index = nic.host;
    this.endpoint = new Endpoint(config);
    this.pool = new Pool(this.endpoint, this);
    this.out = new TransmitBuffer(65_536, byReference);
    nic.bind(this);
    const { id, label } = hostPlace(this.index);
    this.place = kernel.resource(id, label);
  }

  now(): Nanos {
    return this.kernel.now;
  }

  kick(): void {
    // The pool may be called from another host's event, as when an exchange there was waited for.
    this.place?.write();
    if (this.kicked || this.draining) return;
    this.kicked = true;
    this.kernel.schedule(this.kernel.now, this, KICK);
  }

  touchPromise(): void {
    this.kernel.touchPromise();
  }

  onPacket(packet: Packet): void {
    const { counters } = this.endpoint;
    const before = counters.payloadBytesFirst;
    const { shared, sharedStart } = packet;
    this.endpoint.handleDatagram(
      this.kernel.now,
      packet.source,
      packet.headers(),
      shared ?? undefined,
      sharedStart,
    );
    const useful = counters.payloadBytesFirst > before;
    this.tap?.received(this, packet, useful);
    packet.release();
    this.drain();
  }

  onTransmitRoom(): void {
    this.waitsForRoom = false;
    this.drain();
  }

  competes(kind: number): Contender {
    const place = hostPlace(this.index);
    const id = childId(place.id as number, 1 + kind);
    return { kind: kind === KICK ? 'wake' : 'timer', id, label: place.label, touches: [place] };
  }

  onEvent(kind: number): void {
    if (kind === KICK) {
      this.kicked = false;
    } else {
      this.wakeId = NO_EVENT;
      this.wakeAt = NEVER;
      this.endpoint.handleTimeout(this.kernel.now);
    }
    this.drain();
  }

  /** The drain of the core contract: events, transmissions, next timeout. */
  private drain(): void {
    const { endpoint, kernel, nic, out } = this;
    this.draining = true;
    this.pool.dispatch();
    while (nic.hasRoom(out.bytes.length >> 2)) {
      if (!endpoint.pollTransmit(kernel.now, out)) {
        this.draining = false;
        this.wake(endpoint.nextTimeout());
        return;
      }
      this.send();
    }
    this.draining = false;
    if (this.waitsForRoom) return;
    this.waitsForRoom = true;
    nic.requestRoom();
  }

  private send(): void {
    const { out, nic } = this;
    for (let at = 0, i = 0; at < out.lengthBytes; at += out.segmentBytes, i++) {
      const packet = nic.take();
      const length = Math.min(out.segmentBytes, out.lengthBytes - at);
      const shared = out.shared[i];
      if (shared === undefined) packet.fill(out.bytes, at, length);
      else
        packet.refer(
          out.bytes,
          at,
          out.headerBytes[i] as number,
          length,
          shared,
          out.sharedStart[i] as number,
        );
      packet.destination = out.destination as number;
      packet.priority = out.networkPriority;
      nic.send(packet);
      this.tap?.sent(this, packet);
    }
  }

  /** One wake-up is kept; one that is early enough already is left, and looks again when it fires. */
  private wake(at: Nanos): void {
    if (at >= this.wakeAt) return;
    if (this.wakeId !== NO_EVENT) this.kernel.cancel(this.wakeId);
    this.wakeAt = at;
    this.wakeId = this.kernel.schedule(Math.max(at, this.kernel.now), this, WAKE);
  }
}
