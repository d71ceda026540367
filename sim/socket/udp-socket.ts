import { SimError } from '../task/errors.ts';
import { Callback } from '../task/callback.ts';
import { WaitKind } from '../task/wait-kinds.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import { FifoQueue } from '../queue/fifo.ts';
import { EMPTY } from '../queue/queue.ts';
import { SocketDrop, type Datagram } from './datagram.ts';
import type { HostStack } from './host-stack.ts';
import type { Ecn } from '../net/ecn.ts';
import type { Packet } from '../net/packet.ts';
import type { Wait, Waitable } from '../task/wait.ts';
import type { Resource } from '../kernel/resource.ts';
import type { Bytes } from '../../protocol/core/units.ts';

/** Bytes that a socket holds for a program that is not receiving: Linux's default. */
const RECEIVE_BYTES_MAX = 212_992;

export interface BindOptions {
  /** Payload bytes kept for a slow receiver, default 212,992; what exceeds it is dropped. */
  readonly receiveBytesMax?: Bytes;
}

export interface SendOptions {
  /** 0 is served first by switches, 7 last; default 0. */
  readonly priority?: number;
  /** ECN bits of the IP header, default not ECN-capable. */
  readonly ecn?: Ecn;
}

/** Turns `server:1337` into an address. */
export type Resolve = (name: string) => number;

/** The callback form: `data` is valid during the call only. */
export type DatagramListener = (data: Uint8Array, from: number) => void;

/** A UDP socket on the simulated network: unreliable, unordered under faults, one datagram at a time. REQ SIM-3 */
export class UdpSocket implements Waitable {
  readonly port: number;
  /** Host, NIC and port in one number: what peers send to. */
  readonly address: number;
  /** For whoever watches. */
  readonly resource: Resource | undefined;
  /** Datagrams dropped because the program was too slow. */
  dropped = 0;
  readonly #stack: HostStack;
  readonly #resolve: Resolve;
  readonly #bytesMax: Bytes;
  readonly #waiting = new WaitQueue();
  /** Arrived and not yet received, still in the network's own packets. */
  readonly #arrived = new FifoQueue<Packet>();
  #arrivedBytes: Bytes = 0;
  #listener: DatagramListener | undefined;
  #callback: Callback | undefined;
  #isClosed: boolean;

  constructor(stack: HostStack, port: number, options: BindOptions, resolve: Resolve, isClosed = false) {
    this.#stack = stack;
    this.#resolve = resolve;
    this.#bytesMax = options.receiveBytesMax ?? RECEIVE_BYTES_MAX;
    this.#isClosed = isClosed;
    this.port = isClosed ? port : stack.choosePort(port);
    this.address = stack.nic.address + this.port;
    this.resource = stack.portResource(this.port);
    if (!isClosed) stack.add(this);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Sends one datagram; `data` may be reused afterwards. As with UDP, nothing says whether it arrives. Throws SimError `closed`, and
   * `unknown-host` for a name that is none. A datagram that exceeds the MTU is dropped by the network.
   */
  sendTo(data: Uint8Array, to: number | string, options?: SendOptions): void {
    this.#stack.uplink?.write();
    if (this.#isClosed) {
      this.#stack.scheduler.refuse(this.#closedError());
      return;
    }
    const { nic } = this.#stack;
    const destination = typeof to === 'string' ? this.#resolve(to) : to;
    const packet = nic.take();
    if (data.length > packet.bytes.length) {
      packet.release();
      throw new SimError('bad-argument', `a datagram of ${data.length} bytes exceeds datagramBytesMax`);
    }
    packet.source = this.address;
    packet.destination = destination;
    packet.fill(data);
    if (options !== undefined) {
      packet.priority = options.priority ?? 0;
      packet.ecn = options.ecn ?? 0;
    }
    nic.send(packet);
  }

  /** Resolves to the next datagram, in `into` if it fits there. Rejects with SimError `closed`. */
  recvFrom(into?: Uint8Array): Promise<Datagram> {
    this.resource?.write();
    const packet = this.#waiting.length > 0 ? EMPTY : this.#take();
    if (packet !== EMPTY) return Promise.resolve(this.#datagram(packet, into));
    const { scheduler } = this.#stack;
    const wait = scheduler.wait(WaitKind.DATAGRAM, this);
    if (!wait.isPending) return wait.promise as Promise<Datagram>;
    wait.item = into;
    if (this.#isClosed) wait.fail(this.#closedError());
    else this.#waiting.push(wait);
    return wait.promise as Promise<Datagram>;
  }

  /** The callback form of receiving: called with each datagram as it arrives. Undefined ends it. */
  onDatagram(listener: DatagramListener | undefined): void {
    this.resource?.write();
    this.#listener = listener;
    if (listener === undefined) {
      this.#callback = undefined;
      return;
    }
    this.#callback ??= new Callback(this.#stack.scheduler, 'delivery', () => this.#tell());
    for (let i = 0; i < this.#arrived.length; i++) this.#stack.scheduler.ready(this.#callback);
  }

  /** Whoever waits is refused; what comes later finds no socket. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stack.remove(this);
    this.#callback = undefined;
    for (let packet = this.#take(); packet !== EMPTY; packet = this.#take()) packet.release();
    for (let wait = this.#waiting.shift(); wait !== undefined; wait = this.#waiting.shift()) {
      wait.fail(this.#closedError());
    }
  }

  describe(): string {
    return `a datagram at ${this.#name()}`;
  }

  /** A datagram for this socket has reached its host. */
  onPacket(packet: Packet): void {
    this.resource?.write();
    if (this.#waiting.length > 0) {
      const wait = this.#waiting.shift() as Wait;
      wait.deliver(this.#datagram(packet, wait.item as Uint8Array | undefined));
      return;
    }
    const callback = this.#callback;
    const { scheduler } = this.#stack;
    if (callback !== undefined && this.#arrived.length === 0 && scheduler.mayDeliver(callback.task)) {
      if (callback.enter()) this.#listener?.(packet.datagram(), packet.source);
      packet.release();
      return;
    }
    if (this.#arrivedBytes + packet.lengthBytes > this.#bytesMax) {
      this.dropped++;
      this.#stack.refuse(packet, SocketDrop.BUFFER_FULL);
      return;
    }
    this.#arrivedBytes += packet.lengthBytes;
    this.#arrived.push(0, packet);
    if (callback !== undefined) scheduler.ready(callback);
  }

  /** One datagram per call of the callback. */
  #tell(): void {
    this.resource?.write();
    const packet = this.#take();
    if (packet === EMPTY) return;
    const listener = this.#listener;
    if (listener !== undefined) listener(packet.datagram(), packet.source);
    packet.release();
  }

  #take(): Packet | typeof EMPTY {
    const packet = this.#arrived.pop();
    if (packet !== EMPTY) this.#arrivedBytes -= packet.lengthBytes;
    return packet;
  }

  /** Copies the datagram out of the packet and releases it. */
  #datagram(packet: Packet, into: Uint8Array | undefined): Datagram {
    const { lengthBytes, source } = packet;
    let data = into;
    if (data === undefined || data.length < lengthBytes) data = packet.datagram().slice();
    else if (data.length === lengthBytes) data.set(packet.datagram());
    else (data = data.subarray(0, lengthBytes)).set(packet.datagram());
    packet.release();
    return { data, from: source, receivedNs: this.#stack.scheduler.kernel.now };
  }

  #name(): string {
    return `${this.#stack.group.name}:${this.port}`;
  }

  #closedError(): SimError {
    return new SimError('closed', `the socket ${this.#name()} is closed`);
  }
}
