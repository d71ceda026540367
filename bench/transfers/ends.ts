import {
  Endpoint,
  TransmitBuffer,
  type Driver,
  type EndpointEvent,
  type EndpointOptions,
} from '../../protocol/index.ts';
import { Pool } from '../../protocol/pool/index.ts';
import { Rng } from '../../sim/random/rng.ts';
import { nodeCrypto } from '../../transports/crypto/node-crypto.ts';

/** The limits that forbid a million transfers of one peer by default. */
const OPTIONS: Partial<EndpointOptions> = {
  exchangesMax: 2 ** 21,
  queueDepthMax: 2 ** 20,
  notifyWindow: 2 ** 20,
  // Fast enough that the pacer, which waits in virtual time, is not what is measured.
  rateBps: 1e13,
  receiveBufferBytes: 2 ** 30,
};
const SECRET = {
  credential: Uint8Array.from({ length: 16 }, (_, i) => i),
  secret: Uint8Array.from({ length: 32 }, (_, i) => i * 7),
};

/** One end: an endpoint, and a pool over it for those that want one. */
export class End {
  readonly endpoint: Endpoint;
  readonly pool: Pool;
  readonly address: number;
  /** Takes the events, if the pool does not. */
  onEvent: ((event: EndpointEvent) => void) | undefined;

  constructor(address: number, driver: Driver) {
    this.address = address;
    const random = new Rng(address);
    this.endpoint = new Endpoint({ crypto: nodeCrypto, random, options: OPTIONS });
    this.pool = new Pool(this.endpoint, driver);
  }

  dispatch(): void {
    const { onEvent, endpoint } = this;
    if (onEvent === undefined) this.pool.dispatch();
    else
      for (let event = endpoint.pollEvent(); event !== undefined; event = endpoint.pollEvent())
        onEvent(event);
  }
}

/** Two ends and a wire between them that takes no time: what costs is what the ends do. Time is virtual, and passes only when nothing can be sent. */
export class Pair {
  /** Late enough that times are as large as in a process of some hours. */
  now = 1e13;
  sender: End;
  receiver: End;
  readonly peer: number;
  /** A command came after the drain. */
  private kicked = false;
  private readonly out: TransmitBuffer = new TransmitBuffer(65_536);

  constructor() {
    const driver: Driver = { now: () => this.now, kick: () => void (this.kicked = true) };
    this.sender = new End(1, driver);
    this.receiver = new End(2, driver);
    this.peer = this.sender.pool.addPeer({ address: 2, secret: SECRET, role: 'client' });
    this.receiver.pool.addPeer({ address: 1, secret: SECRET, role: 'server' });
  }

  /** Carries datagrams until `done`. Promises of the application run now and then. */
  async until(done: () => boolean): Promise<void> {
    for (let steps = 0; !done(); steps += 1) {
      if (steps > 10_000_000) throw new Error('it does not come to an end');
      this.kicked = false;
      const sent = this.drain(this.sender, this.receiver) + this.drain(this.receiver, this.sender);
      await undefined;
      if (sent > 0 || this.kicked) continue;
      const next = Math.min(this.sender.endpoint.nextTimeout(), this.receiver.endpoint.nextTimeout());
      if (!Number.isFinite(next)) {
        if (done()) return;
        throw new Error('nothing is left to happen');
      }
      this.now = Math.max(this.now, next);
      this.sender.endpoint.handleTimeout(this.now);
      this.receiver.endpoint.handleTimeout(this.now);
    }
  }

  private drain(from: End, to: End): number {
    const { out } = this;
    let sent = 0;
    for (;;) {
      from.dispatch();
      if (!from.endpoint.pollTransmit(this.now, out)) return sent;
      for (let at = 0; at < out.lengthBytes; at += out.segmentBytes) {
        const end = Math.min(at + out.segmentBytes, out.lengthBytes);
        to.endpoint.handleDatagram(this.now, from.address, out.bytes.subarray(at, end));
        sent += 1;
      }
    }
  }
}
