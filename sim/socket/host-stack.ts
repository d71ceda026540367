import { SimError } from '../task/errors.ts';
import { TaskKind } from '../task/trace-kinds.ts';
import { hostOf, portOf } from '../net/address.ts';
import { hostPlace } from '../net/places.ts';
import { childId } from '../kernel/identity.ts';
import { SocketDrop } from './datagram.ts';
import type { UdpSocket } from './udp-socket.ts';
import type { Group } from '../task/group.ts';
import type { HostInterface } from './host-interface.ts';
import type { HostPort } from '../net/nic.ts';
import type { Packet } from '../net/packet.ts';
import type { Scheduler } from '../task/scheduler.ts';
import type { Resource } from '../kernel/resource.ts';

const PORTS = 65_536;
/** First of the ports that are given out on demand (RFC 6335). */
const EPHEMERAL_FIRST = 49_152;

/** The UDP of one host: which socket gets which datagram. */
export class HostStack implements HostPort {
  readonly group: Group;
  readonly nic: HostInterface;
  readonly scheduler: Scheduler;
  /** What its sockets share when they send, for whoever watches. */
  readonly uplink: Resource | undefined;
  /** Datagrams for ports that nobody is bound to. */
  unclaimed = 0;
  readonly #sockets = new Map<number, UdpSocket>();
  // The socket of the datagram before: most hosts have one that gets almost everything.
  #lastDestination = -1;
  #lastSocket: UdpSocket | undefined;
  #nextEphemeral = EPHEMERAL_FIRST;

  constructor(scheduler: Scheduler, group: Group, nic: HostInterface) {
    this.scheduler = scheduler;
    this.group = group;
    this.nic = nic;
    nic.bind(this);
    this.uplink = scheduler.kernel.resource(hostPlace(hostOf(nic.address)).id, `host ${group.name}`);
  }

  /** What a port is to whoever watches. */
  portResource(port: number): Resource | undefined {
    const { kernel } = this.scheduler;
    if (!kernel.explores) return undefined;
    const id = childId(hostPlace(hostOf(this.nic.address)).id as number, 1 + port);
    return kernel.resource(id, `port ${this.group.name}:${port}`);
  }

  /** The port for a new socket: `port` if it is free, some free one for 0. */
  choosePort(port: number): number {
    if (!Number.isInteger(port) || port < 0 || port >= PORTS) {
      throw new SimError('bad-port', `a UDP port is an integer in 0 … ${PORTS - 1}, not ${port}`);
    }
    if (port === 0) return this.#ephemeral();
    if (!this.#sockets.has(port)) return port;
    throw new SimError('address-in-use', `port ${port} of ${this.group.name} has a socket already`);
  }

  add(socket: UdpSocket): void {
    socket.resource?.write();
    this.#sockets.set(socket.port, socket);
    this.#lastDestination = -1;
  }

  remove(socket: UdpSocket): void {
    socket.resource?.write();
    this.#sockets.delete(socket.port);
    this.#lastDestination = -1;
  }

  closeAll(): void {
    for (const socket of this.#sockets.values()) socket.close();
  }

  onPacket(packet: Packet): void {
    const { life } = this.group;
    if (life.isDown || (life.upSinceNs > 0 && packet.sentNs < life.upSinceNs)) {
      this.refuse(packet, SocketDrop.HOST_DOWN);
      return;
    }
    const { destination } = packet;
    if (destination !== this.#lastDestination) {
      this.#lastDestination = destination;
      this.#lastSocket = this.#sockets.get(portOf(destination));
    }
    const socket = this.#lastSocket;
    if (socket !== undefined) {
      socket.onPacket(packet);
      return;
    }
    this.portResource(portOf(destination))?.read();
    this.unclaimed++;
    this.refuse(packet, SocketDrop.NO_SOCKET);
  }

  onTransmitRoom(): void {
    // Sockets do not wait for room: what does not fit is dropped by the NIC, as in a real network.
  }

  /** The datagram ends here. */
  refuse(packet: Packet, why: SocketDrop): void {
    const { kernel, trace } = this.scheduler;
    const { source, destination } = packet;
    trace.record(kernel.now, TaskKind.REFUSED, this.group.index, source, destination, why, 0);
    packet.release();
  }

  #ephemeral(): number {
    this.uplink?.write();
    for (let tries = EPHEMERAL_FIRST; tries < PORTS; tries++) {
      const port = this.#nextEphemeral;
      this.#nextEphemeral = port + 1 === PORTS ? EPHEMERAL_FIRST : port + 1;
      if (!this.#sockets.has(port)) return port;
    }
    throw new SimError('address-in-use', `all ephemeral ports of ${this.group.name} are taken`);
  }
}
