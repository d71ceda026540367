import type { RemoteInfo, Socket } from 'node:dgram';
import type { Address } from '../../protocol/core/address.ts';
import type { TransmitBuffer } from '../../protocol/transmit.ts';
import { ErrorTally, codeOf, type TransportEventSubscriber } from '../events.ts';
import type { PortInput, SentCallback } from '../inline/port.ts';
import { formatAddress, fromKernel, hostOf, isIpv6, portOf } from './address.ts';
import type { BoundPort } from './bound-port.ts';
import type { UdpFeature } from './linux/features.ts';
import type { SocketBufferSizes } from './socket-buffers.ts';

/**
 * Sockets of node:dgram, at most one per address family, as one port. Made by `bindUdp`. A send error is a lost
 * datagram, a count and an event; so is an error of a socket. REQ UDP-8, NIC-4
 */
export class UdpPort implements BoundPort {
  /** What the kernel granted; the smaller one if there are two sockets. */
  readonly buffers: SocketBufferSizes;
  /** Datagrams dropped unseen because their source cannot be answered. */
  datagramsUnanswerable = 0;
  readonly paths = 1;
  readonly ffi: undefined;
  readonly features: UdpFeature[] = [];
  readonly #v4: Socket | undefined;
  readonly #v6: Socket | undefined;
  readonly #onEvent: TransportEventSubscriber;
  readonly #socketErrors = new ErrorTally();
  // One destination's text is remembered, since runs to one peer come in rows.
  #lastDestination: Address = '';
  #lastHost = '';
  #lastPort = 0;
  #closing: Promise<void> | undefined;

  constructor(sockets: readonly Socket[], buffers: SocketBufferSizes, onEvent: TransportEventSubscriber) {
    this.#v4 = sockets.find((socket) => socket.address().family === 'IPv4');
    this.#v6 = sockets.find((socket) => socket.address().family === 'IPv6');
    this.buffers = buffers;
    this.#onEvent = onEvent;
    for (const socket of sockets) socket.on('error', this.#onSocketError);
  }

  /** Where the port is bound; the IPv4 address first. */
  get addresses(): Address[] {
    return this.#sockets().map((socket) => {
      const { address, port } = socket.address();
      return fromKernel(address, port);
    });
  }

  send(run: TransmitBuffer, sent: SentCallback): number {
    const { bytes, destination, lengthBytes, segmentBytes } = run;
    const socket = isIpv6(destination) ? this.#v6 : this.#v4;
    if (destination !== this.#lastDestination) {
      this.#lastDestination = destination;
      this.#lastHost = hostOf(destination);
      this.#lastPort = portOf(destination);
    }
    let datagrams = 0;
    for (let start = 0; start < lengthBytes; start += segmentBytes) {
      const end = Math.min(start + segmentBytes, lengthBytes);
      datagrams++;
      try {
        if (socket === undefined) throw new Error(`no socket for ${formatAddress(destination)}`);
        socket.send(bytes, start, end - start, this.#lastPort, this.#lastHost, sent);
      } catch (error) {
        // E.g. already closed. The promise of the interface is "later, once per datagram".
        process.nextTick(sent, error);
      }
    }
    return datagrams;
  }

  backlog(): number {
    if (this.#closing !== undefined) return 0;
    return (this.#v4?.getSendQueueCount() ?? 0) + (this.#v6?.getSendQueueCount() ?? 0);
  }

  poll(): boolean {
    return false;
  }

  receive(input: PortInput): void {
    for (const socket of this.#sockets()) {
      socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
        // Port 0 can be forged; nothing can be sent there.
        if (from.port === 0) this.datagramsUnanswerable++;
        else input.datagram(fromKernel(from.address, from.port), bytes, false);
      });
    }
  }

  setKeepAlive(keepAlive: boolean): void {
    for (const socket of this.#sockets()) {
      if (keepAlive) socket.ref();
      else socket.unref();
    }
  }

  close(): Promise<void> {
    this.#closing ??= Promise.all(
      this.#sockets().map((socket) => new Promise<void>((closed) => socket.close(closed))),
    ).then(() => {});
    return this.#closing;
  }

  #sockets(): Socket[] {
    return [this.#v4, this.#v6].filter((socket) => socket !== undefined);
  }

  readonly #onSocketError = (cause: Error): void => {
    const code = codeOf(cause);
    const count = this.#socketErrors.add(code);
    if (count > 0) this.#onEvent({ type: 'socket-error', code, count, cause });
  };
}
