import type { Address } from '../../../protocol/core/address.ts';
import type { TransmitBuffer } from '../../../protocol/transmit.ts';
import { nodeLoop } from '../../inline/event-loop.ts';
import type { PortInput, SentCallback } from '../../inline/port.ts';
import type { Ffi } from '../../native/ffi.ts';
import { formatAddress, isIpv6, portOf } from '../address.ts';
import type { BoundPort } from '../bound-port.ts';
import type { SocketBufferSizes } from '../socket-buffers.ts';
import * as abi from './abi.ts';
import { DatagramReader, type DatagramHandler } from './datagram-reader.ts';
import { ErrorQueue } from './error-queue.ts';
import type { UdpFeature, UdpFeatures } from './features.ts';
import type { Libc } from './libc.ts';
import { watchSocket } from './readiness.ts';
import { SegmentSender } from './segment-sender.ts';
import type { Sockaddrs } from './sockaddr.ts';
import type { NativeSocket } from './socket.ts';
import { systemError } from './system-error.ts';

/** Datagrams, or groups of those the kernel joined, that are read before something is sent again. */
const READS_MAX = 32;

interface Lane {
  readonly socket: NativeSocket;
  readonly sender: SegmentSender;
  readonly reader: DatagramReader;
  readonly errors: ErrorQueue | undefined;
  watch?: ReturnType<typeof watchSocket>;
}

/** A run of which the kernel did not take all. */
interface Waiting {
  readonly run: TransmitBuffer;
  readonly sent: SentCallback;
  readonly lane: Lane;
  first: number;
}

export interface NativePortConfig {
  readonly libc: Libc;
  readonly addresses: Sockaddrs;
  readonly features: UdpFeatures;
  /** The first one of a family is that of the port's address. */
  readonly sockets: readonly NativeSocket[];
  readonly buffers: SocketBufferSizes;
}

/**
 * Sockets of the kernel without node:dgram in between: a run of segments is one call, many datagrams are read by one, and
 * congestion marks and ICMP are seen. Several sockets of a family spread the runs of a peer over as many flows of the
 * network. REQ UDP-3, UDP-7, UDP-8, NIC-4, NIC-5, NIC-10
 */
export class NativeUdpPort implements BoundPort {
  readonly buffers: SocketBufferSizes;
  datagramsUnanswerable = 0;
  readonly #config: NativePortConfig;
  readonly #v4: Lane[];
  readonly #v6: Lane[];
  readonly gathers = true;
  readonly #waiting: Waiting[] = [];
  #waitingSegments = 0;
  #retryQueued = false;
  /** Datagrams, or groups of those that came together, so far. */
  #delivered = 0;
  /** Hands on what a socket has; nothing before `receive`. */
  #read: (lane: Lane) => void = () => {};
  #keepsAlive = true;
  #closed = false;

  constructor(config: NativePortConfig) {
    this.#config = config;
    this.buffers = config.buffers;
    const lanes = config.sockets.map((socket) => this.#lane(socket));
    this.#v4 = lanes.filter(({ socket }) => !socket.isIpv6);
    this.#v6 = lanes.filter(({ socket }) => socket.isIpv6);
  }

  get addresses(): Address[] {
    return [this.#v4[0], this.#v6[0]].flatMap((lane) => lane?.socket.address ?? []);
  }

  /** Flows to a peer: sockets of each family. */
  get paths(): number {
    return Math.max(this.#v4.length, this.#v6.length);
  }

  get ffi(): Ffi {
    return this.#config.libc.ffi;
  }

  get features(): UdpFeature[] {
    return this.#config.features.list;
  }

  send(run: TransmitBuffer, sent: SentCallback): number {
    const segments = Math.ceil(run.lengthBytes / run.segmentBytes);
    const lanes = isIpv6(run.destination) ? this.#v6 : this.#v4;
    const lane = lanes[run.path % Math.max(lanes.length, 1)];
    if (lane === undefined || this.#closed) {
      const cause = new Error(`no socket for ${formatAddress(run.destination)}`);
      for (let i = 0; i < segments; i += 1) sent(cause);
      return segments;
    }
    const waiting = { run, sent, lane, first: 0 };
    // Behind those that wait, so that the order stays.
    if (this.#waiting.length > 0 || !this.#advance(waiting)) this.#wait(waiting, segments);
    return segments;
  }

  backlog(): number {
    return this.#waitingSegments;
  }

  receive(input: PortInput): void {
    const handler: DatagramHandler = (from, bytes, isMarked, segmentBytes) => {
      this.#delivered += 1;
      if (portOf(from) === 0) this.datagramsUnanswerable += Math.ceil(bytes.length / segmentBytes);
      else input.datagram(from, bytes, isMarked, segmentBytes);
    };
    this.#read = (lane) => {
      let left = READS_MAX;
      while (left > 0 && !this.#closed && lane.reader.read(handler)) left -= lane.reader.batch;
    };
    for (const lane of this.#lanes()) {
      const onReadable = (): void => {
        if (this.#closed) return;
        lane.errors?.read(input.unreachable);
        this.#read(lane);
      };
      lane.watch = watchSocket(this.#config.libc.ffi, lane.socket, onReadable, handler);
      lane.watch.setKeepAlive(this.#keepsAlive);
    }
  }

  poll(): boolean {
    const before = this.#delivered;
    for (const lane of this.#v4) this.#read(lane);
    for (const lane of this.#v6) this.#read(lane);
    return this.#delivered !== before;
  }

  setKeepAlive(keepAlive: boolean): void {
    this.#keepsAlive = keepAlive;
    for (const { watch } of this.#lanes()) watch?.setKeepAlive(keepAlive);
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    const cause = new Error('the port was closed');
    for (const { run, sent, first } of this.#waiting.splice(0)) {
      for (let i = first; i < Math.ceil(run.lengthBytes / run.segmentBytes); i += 1) sent(cause);
    }
    this.#waitingSegments = 0;
    for (const { watch, socket } of this.#lanes()) {
      watch?.close();
      if (watch?.ownsDescriptor !== true) socket.close();
    }
    return Promise.resolve();
  }

  #lane(socket: NativeSocket): Lane {
    const { libc, addresses, features } = this.#config;
    return {
      socket,
      sender: new SegmentSender(libc, socket.descriptor, addresses, features),
      reader: new DatagramReader(libc, socket.descriptor, addresses, features),
      errors: features.has('icmp') ? new ErrorQueue(libc, socket.descriptor) : undefined,
    };
  }

  #lanes(): Lane[] {
    return [...this.#v4, ...this.#v6];
  }

  /** Sends what is left of a run. False: the kernel takes no more now. */
  #advance(waiting: Waiting): boolean {
    const { run, sent, lane } = waiting;
    const segments = Math.ceil(run.lengthBytes / run.segmentBytes);
    while (waiting.first < segments) {
      const taken = lane.sender.send(run, waiting.first);
      for (let i = 0; i < taken; i += 1) sent(null);
      waiting.first += taken;
      if (waiting.first === segments) break;
      if (lane.sender.errno === abi.EAGAIN) return false;
      sent(systemError('sendmsg', lane.sender.errno));
      waiting.first += 1;
    }
    return true;
  }

  #wait(waiting: Waiting, segments: number): void {
    waiting.run.join();
    this.#waiting.push(waiting);
    this.#waitingSegments += segments - waiting.first;
    this.#queueRetry();
  }

  #queueRetry(): void {
    if (this.#retryQueued) return;
    this.#retryQueued = true;
    nodeLoop.soon(this.#retry);
  }

  readonly #retry = (): void => {
    this.#retryQueued = false;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const before = next.first;
      const isSent = this.#advance(next);
      this.#waitingSegments -= next.first - before;
      if (!isSent) return this.#queueRetry();
      this.#waiting.shift();
    }
  };
}
