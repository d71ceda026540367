import type { Address } from '../../protocol/core/address.ts';
import type { Bytes } from '../../protocol/core/units.ts';
import type { TransmitBuffer } from '../../protocol/transmit.ts';
import type { EventLoop } from '../inline/event-loop.ts';
import type { DatagramPort, PortInput, ReadEnded, ReadPort, SentCallback } from '../inline/port.ts';
import type { Pointer } from '../native/index.ts';
import type { CompletionHandler } from './completion-queue.ts';
import type { Domain } from './domain.ts';
import type { FabricError } from './fabric-error.ts';
import { enter, leave } from './farewell.ts';
import { addressOfName } from './name.ts';
import { PeerBook } from './peer-book.ts';
import { Poller } from './poller.ts';
import { Rdm } from './rdm.ts';
import type { FabricStats } from './pool.ts';
import { FabricReader } from './reader.ts';
import type { ReaderCounters } from './reader.ts';
import { FabricReceiver } from './receiver.ts';
import { FabricSender } from './sender.ts';

/** Largest datagram: with the name in front still what a provider copies rather than negotiates about (16 KiB with ofi_rxm). */
export const DATAGRAM_BYTES_MAX: Bytes = 15_872;
/** Operations at once, of all kinds. */
const OPERATIONS_MAX = 1024;
/** Batches of completions in one turn of the event loop. */
const BATCHES_MAX = 4;
/** What has not left when the port closes has so long. */
const FLUSH_MS_MAX = 200;

const NO_READS: ReaderCounters = { readsDone: 0, readBytes: 0, readsFailed: 0, readsAgain: 0 };

/** Who does not answer a greeting for so long is called all the same. */
const GREETING_NS_MAX = 500_000_000;

/** A segment for which there is no room in the sender. */
interface Waiting {
  readonly run: TransmitBuffer;
  readonly to: Address;
  readonly start: number;
  readonly end: number;
  readonly sent: SentCallback;
}

/**
 * An endpoint of libfabric as a port: each datagram a message, and reads of peers' memory besides. Everything happens in `poll`, from the event
 * loop. REQ EFA-2, EFA-4, EFA-7, TRN-1
 */
export class FabricPort implements DatagramPort {
  readonly address: Address;
  readonly sender: FabricSender;
  readonly reads: ReadPort;
  readonly #domain: Domain;
  readonly #loop: EventLoop;
  readonly #rdm: Rdm;
  readonly #book: PeerBook;
  readonly #poller: Poller;
  readonly #onError: (error: Error) => void;
  readonly #completions: CompletionHandler;
  #input: PortInput | undefined;
  #receiver: FabricReceiver | undefined;
  #reader: FabricReader | undefined;
  /** Peers that were asked for an answer. */
  readonly #greetings = new Map<Address, { isAnswered: boolean }>();
  #waiting: Waiting[] = [];
  #alive: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  /** It closes `domain` in the end. Throws FabricError. `onError` hears what is wrong beside single messages. */
  constructor(domain: Domain, loop: EventLoop, onError: (error: Error) => void) {
    this.#domain = domain;
    this.#loop = loop;
    this.#onError = onError;
    this.#rdm = new Rdm(domain, OPERATIONS_MAX);
    enter(domain.offer.provider);
    this.#book = new PeerBook(this.#rdm, domain.offer.addressFormat);
    this.address = addressOfName(domain.offer.addressFormat, this.#rdm.name);
    const now = (): number => loop.now();
    this.sender = new FabricSender(domain, this.#rdm, this.#book, DATAGRAM_BYTES_MAX, now, this.#undelivered);
    this.#completions = { done: this.#done, failed: this.#failed };
    this.#poller = new Poller(loop, this.#poll);
    this.reads = {
      receive: (ended: ReadEnded) => {
        this.#reader = new FabricReader(domain, this.#rdm, this.#book, now, ended);
      },
      begin: (reads) => {
        this.#reader?.begin(reads);
        if (this.#reader !== undefined && this.#reader.underway > 0) this.#poller.expect();
      },
    };
  }

  /** In front of each datagram: the name of its sender. */
  get headerBytes(): Bytes {
    return 1 + this.#rdm.name.length;
  }

  receive(input: PortInput): void {
    this.#input = input;
    this.setKeepAlive(true);
    const messageBytesMax = this.headerBytes + DATAGRAM_BYTES_MAX;
    this.#receiver = new FabricReceiver(
      this.#domain,
      this.#rdm,
      messageBytesMax,
      (from, bytes) => input.datagram(from, bytes, false),
      this.#greeted,
    );
    this.#poller.start();
  }

  send(run: TransmitBuffer, sent: SentCallback): number {
    const { bytes, destination, lengthBytes, segmentBytes } = run;
    let datagrams = 0;
    for (let start = 0; start < lengthBytes; start += segmentBytes) {
      const end = Math.min(start + segmentBytes, lengthBytes);
      datagrams += 1;
      if (this.#waiting.length === 0 && this.sender.hasRoom)
        this.sender.send(destination, bytes, start, end, sent);
      else this.#waiting.push({ run, to: destination, start, end, sent });
    }
    this.#poller.expect();
    return datagrams;
  }

  /** Has the provider make the connections that it may need, both ways; ends when they are there, or the peer is not. */
  async greet(peer: Address): Promise<void> {
    const greeting = this.#greetings.get(peer) ?? { isAnswered: false };
    this.#greetings.set(peer, greeting);
    this.sender.greet(peer, true);
    const endNs = this.#loop.now() + GREETING_NS_MAX;
    while (!greeting.isAnswered && this.#loop.now() < endNs && this.#closing === undefined) {
      this.#poller.expect();
      await new Promise<void>((turn) => this.#loop.soon(turn));
    }
    this.#greetings.delete(peer);
  }

  readonly #greeted = (from: Address, asks: boolean): void => {
    const greeting = this.#greetings.get(from);
    if (greeting !== undefined && !asks) greeting.isAnswered = true;
    if (asks) this.sender.greet(from, false);
  };

  backlog(): number {
    return this.#waiting.length;
  }

  setKeepAlive(keepAlive: boolean): void {
    if (keepAlive === (this.#alive !== undefined)) return;
    if (keepAlive) {
      this.#alive = setInterval(() => {}, 0x7fff_ffff);
      return;
    }
    clearInterval(this.#alive);
    this.#alive = undefined;
  }

  readonly #undelivered = (quoted: Uint8Array): void => this.#input?.unreachable(quoted);

  readonly #done = (context: Pointer, lengthBytes: Bytes): void => {
    if (this.#receiver?.onDone(context, lengthBytes) === true) return;
    if (!this.sender.onDone(context)) this.#reader?.onDone(context);
  };

  readonly #failed = (context: Pointer, error: FabricError): void => {
    if (this.#receiver?.onFailed(context) === true) return;
    if (!this.sender.onFailed(context, error)) this.#reader?.onFailed(context, error);
  };

  readonly #poll = (): boolean => {
    try {
      return this.#turn();
    } catch (error) {
      this.#poller.stop();
      this.#onError(error as Error);
      return false;
    }
  };

  #turn(): boolean {
    let count = 0;
    for (let batch = 0; batch < BATCHES_MAX; batch += 1) {
      const taken = this.#rdm.queue.poll(this.#completions);
      count += taken;
      this.#receiver?.retry();
      this.sender.retry();
      this.#reader?.retry();
      if (taken === 0) break;
    }
    this.#sendWaiting();
    return count > 0 || this.sender.underway > 0 || (this.#reader?.underway ?? 0) > 0;
  }

  #sendWaiting(): void {
    let sent = 0;
    for (; sent < this.#waiting.length && this.sender.hasRoom; sent += 1) {
      const waiting = this.#waiting[sent] as Waiting;
      this.sender.send(waiting.to, waiting.run.bytes, waiting.start, waiting.end, waiting.sent);
    }
    if (sent > 0) this.#waiting = this.#waiting.slice(sent);
  }

  /** What was handed over has a moment to leave. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const endNs = this.#loop.now() + FLUSH_MS_MAX * 1e6;
    const isEmpty = (): boolean => this.#waiting.length === 0 && this.sender.underway === 0;
    while (!isEmpty() && this.#loop.now() < endNs) await new Promise<void>((turn) => this.#loop.soon(turn));
    this.#poller.stop();
    this.setKeepAlive(false);
    leave(this.#domain.offer.provider, () => this.#free());
  }

  #free(): void {
    try {
      this.#rdm.close();
      this.#receiver?.close();
      this.sender.close();
      this.#reader?.close();
      this.#domain.close();
    } catch (error) {
      // Something is registered still.
      this.#onError(error as Error);
    }
  }

  stats(): Omit<FabricStats, 'memory'> {
    const { provider, domain } = this.#domain.offer;
    return {
      provider,
      domain,
      sender: { ...this.sender.counters },
      reader: { ...(this.#reader?.counters ?? NO_READS) },
      messagesReceived: this.#receiver?.messagesReceived ?? 0,
      malformed: this.#receiver?.malformed ?? 0,
      registrations: this.#domain.registrations,
    };
  }
}
