import { SimError } from '../task/errors.ts';
import { Callback } from '../task/callback.ts';
import { checkNames } from '../task/check.ts';
import { checkDuration } from '../task/duration.ts';
import { TimerCallback } from '../task/timer.ts';
import { WaitKind } from '../task/wait-kinds.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import { portOf } from '../net/address.ts';
import { FifoQueue } from '../queue/fifo.ts';
import { EMPTY } from '../queue/queue.ts';
import { SocketDrop, type Datagram } from './datagram.ts';
import type { HostStack } from './host-stack.ts';
import type { Ecn } from '../net/ecn.ts';
import type { Packet } from '../net/packet.ts';
import type { Wait, Waitable } from '../task/wait.ts';
import type { Resource } from '../kernel/resource.ts';
import type { Bytes, Nanos } from '../../protocol/core/units.ts';

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

export interface ReceiveOptions {
  /** How long to wait. */
  readonly timeoutNs: Nanos;
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
   * Sends one datagram; `data` may be reused afterwards. As with UDP, nothing says whether it arrives. Throws SimError `closed`,
   * `unknown-host` for a name that is none, `bad-port` without a port, and `bad-argument` for more bytes than fit into a packet of the
   * network: its `mtuBytes` less 28 of headers, 1472 by default. What a fault of kind `mtu` has no room for is dropped in silence.
   */
  sendTo(data: Uint8Array, to: number | string, options?: SendOptions): void {
    this.#stack.uplink?.write();
    if (this.#isClosed) {
      this.#stack.scheduler.refuse(this.#closedError());
      return;
    }
    const { nic } = this.#stack;
    const destination = typeof to === 'string' ? this.#resolve(to) : to;
    if (data.BYTES_PER_ELEMENT !== 1 || portOf(destination) === 0) {
      this.#stack.scheduler.refuse(misuse(data, to));
      return;
    }
    const packet = nic.take();
    const { bytesMax } = packet;
    if (data.length > bytesMax) {
      packet.release();
      const why = `exceeds the ${bytesMax} that fit into a packet: mtuBytes of the network, less headers`;
      const error = new SimError('bad-argument', `a datagram of ${data.length} bytes ${why}`);
      this.#stack.scheduler.refuse(error);
      return;
    }
    packet.route(this.address, destination);
    packet.fill(data);
    if (options !== undefined) {
      packet.priority = options.priority ?? 0;
      packet.ecn = options.ecn ?? 0;
    }
    nic.send(packet);
  }

  /** Resolves to the next datagram, in `into` if it fits there. Rejects with SimError `closed`. */
  recvFrom(into?: Uint8Array): Promise<Datagram>;
  /** The same, or undefined if none has come `timeoutNs` from now by the clock of the host. */
  recvFrom(options: ReceiveOptions): Promise<Datagram | undefined>;
  recvFrom(how?: Uint8Array | ReceiveOptions): Promise<Datagram | undefined> {
    if (how === undefined || ArrayBuffer.isView(how)) return this.#receive(how, undefined);
    checkNames('recvFrom()', how, { timeoutNs: true });
    checkDuration('timeoutNs of recvFrom()', how.timeoutNs);
    return this.#receive(undefined, how.timeoutNs);
  }

  #receive(into: Uint8Array | undefined, timeoutNs: Nanos | undefined): Promise<Datagram> {
    this.resource?.write();
    const packet = this.#waiting.length > 0 ? EMPTY : this.#take();
    if (packet !== EMPTY) return Promise.resolve(this.#datagram(packet, into));
    const { scheduler } = this.#stack;
    const wait = scheduler.wait(WaitKind.DATAGRAM, this);
    if (!wait.isPending) return wait.promise as Promise<Datagram>;
    wait.item = into;
    if (this.#isClosed) wait.fail(this.#closedError());
    else this.#waiting.push(wait);
    if (timeoutNs !== undefined) this.#limit(wait, timeoutNs);
    return wait.promise as Promise<Datagram>;
  }

  /** At the deadline it is told that nothing came. */
  #limit(wait: Wait, timeoutNs: Nanos): void {
    const deadline = new TimerCallback(this.#stack.scheduler, () => {
      this.resource?.write();
      if (!wait.isPending) return;
      this.#waiting.remove(wait);
      wait.complete(undefined);
    });
    deadline.set(timeoutNs);
    const cancel = (): void => void deadline.cancel();
    wait.promise.then(cancel, cancel);
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

function misuse(data: Uint8Array, to: number | string): SimError {
  if (data.BYTES_PER_ELEMENT !== 1) {
    const remedy = 'new TextEncoder().encode(text) makes one of text';
    return new SimError('bad-argument', `sendTo() takes a Uint8Array, not ${typeof data}: ${remedy}`);
  }
  return new SimError('bad-port', `'${to}' does not end with a port, as in '${to}:1337'`);
}
