import type { HostPort } from '../net/nic.ts';
import type { Network } from '../net/network.ts';
import type { Packet } from '../net/packet.ts';

/** Where a host meets the network, whichever that is: a NIC, or the end of a wire. */
export interface HostInterface {
  /** Of port 0. */
  readonly address: number;
  /** An empty packet. */
  take(): Packet;
  /** The packet, with datagram, source and destination, is the network's from now on. */
  send(packet: Packet): void;
  /** Who gets what arrives. */
  bind(port: HostPort | null): void;
}

/** A network with its hosts by number. */
export interface Hosts {
  readonly network: Network;
  /** Undefined if the network has fewer hosts. */
  host(index: number): HostInterface | undefined;
}
