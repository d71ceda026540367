import type { Address } from '../../../protocol/core/address.ts';
import { TransmitBuffer } from '../../../protocol/transmit.ts';
import { openDomain } from '../../fabric/open.ts';
import { DATAGRAM_BYTES_MAX, FabricPort } from '../../fabric/port.ts';
import { nodeLoop } from '../../inline/event-loop.ts';
import { bindOf } from '../support/fabric-providers.ts';

function throwIt(error: Error): never {
  throw error;
}

/**
 * Stands in front of a server: who is told its name reaches the server through an endpoint of the relay, while it is not cut. It passes messages on, not reads: those
 * find nothing under the names that it has.
 */
export class FabricRelay {
  isCut = false;
  /** Of the server. */
  address: Address;
  readonly #provider: string;
  readonly #front: FabricPort;
  /** By the address of the client. */
  readonly #backs = new Map<Address, FabricPort>();
  readonly #run = new TransmitBuffer(DATAGRAM_BYTES_MAX);

  constructor(provider: string, address: Address) {
    this.#provider = provider;
    this.address = address;
    this.#front = this.#open((from, bytes) => this.#pass(this.#backTo(from), bytes, this.address));
  }

  /** Ends when what `client` sends can be passed on at once. */
  ready(client: Address): Promise<void> {
    return this.#backTo(client).greet(this.address);
  }

  #backTo(client: Address): FabricPort {
    const known = this.#backs.get(client);
    if (known !== undefined) return known;
    const back = this.#open((_server, answer) => this.#pass(this.#front, answer, client));
    this.#backs.set(client, back);
    return back;
  }

  get front(): string {
    return String(this.#front.address);
  }

  #open(datagram: (from: Address, bytes: Uint8Array) => void): FabricPort {
    const domain = openDomain(this.#provider, bindOf(this.#provider).bind, () => {});
    const port = new FabricPort(domain, nodeLoop, throwIt);
    port.receive({ datagram, unreachable: () => {} });
    return port;
  }

  #pass(by: FabricPort, bytes: Uint8Array, to: Address): void {
    if (this.isCut) return;
    const run = this.#run;
    run.bytes.set(bytes);
    run.lengthBytes = run.segmentBytes = bytes.length;
    run.destination = to;
    by.send(run, () => {});
  }

  async close(): Promise<void> {
    this.isCut = true;
    await Promise.all([this.#front, ...this.#backs.values()].map((port) => port.close()));
  }
}
