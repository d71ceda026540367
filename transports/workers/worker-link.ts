import { Worker } from 'node:worker_threads';
import { extname } from 'node:path';
import { NEVER, type Nanos } from '../../protocol/core/units.ts';
import type { AbortSignalLike } from '../../protocol/pool/abort.ts';
import { decodeHeaders, encodeHeaders, type Headers } from '../../protocol/pool/headers.ts';
import type { UnaryOptions, UnaryResponse } from '../../protocol/pool/pool.ts';
import { TransferError } from '../../protocol/pool/transfer-error.ts';
import { TransportError, type TransportErrorCode } from '../errors.ts';
import type { TransportEventSubscriber } from '../events.ts';
import { nodeLoop } from '../inline/event-loop.ts';
import type { UdpPoolStats } from '../udp/pool.ts';
import { Conduit } from './conduit.ts';
import { errorOf } from './failure.ts';
import { MessageKind, RETRIES_DEFAULT, messageOf, type Message } from './message.ts';
import { isMessage, type FromWorker, type ToWorker, type WorkerOrder } from './orders.ts';

/** A request of a peer, in the thread of the application. */
export interface WorkerRequest {
  /** The worker it came by, and what that calls the peer. */
  readonly worker: number;
  readonly peer: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly priority: number;
  /** Until the caller gives up; undefined if it does not. */
  readonly remainingNs: Nanos | undefined;
}

export type WorkerAnswer = Uint8Array | { body: Uint8Array; headers?: Headers };
export type WorkerHandler = (request: WorkerRequest) => WorkerAnswer | Promise<WorkerAnswer>;

interface Pending<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

const DEFAULT_PRIORITY = 3;

/** Beside this file, built like this file. */
function mainUrl(): URL {
  const url = new URL('./worker-main.ts', import.meta.url);
  url.pathname = url.pathname.replace(/\.ts$/, extname(import.meta.url));
  return url;
}

/** The application's end of one worker. REQ POOL-9, POOL-10 */
export class WorkerLink {
  readonly worker: number;
  /** Where its sockets are bound, once it is ready. */
  address = '';
  isPinned = false;
  /** Why there is no such thread any more. */
  failure: Error | undefined;
  handler: WorkerHandler | undefined;
  readonly #thread: Worker;
  readonly #conduit: Conduit;
  readonly #onEvent: TransportEventSubscriber;
  /** Told before the calls are that it had under way. */
  onFailed: () => void = () => {};
  readonly #calls = new Map<number, Pending<UnaryResponse> & { end: () => void; peer: number }>();
  readonly #orders = new Map<number, Pending<never>>();
  #nextId = 0;
  #takes = false;
  #ready: Pending<void> | undefined;
  /** The thread is no more. */
  readonly #ended: Promise<void>;
  #isClosing = false;

  /** @param entry for tests: what runs in the thread */
  constructor(order: WorkerOrder, onEvent: TransportEventSubscriber, entry: URL = mainUrl()) {
    this.worker = order.worker;
    this.#onEvent = onEvent;
    this.#thread = new Worker(entry, { workerData: order });
    this.#conduit = new Conduit(order.conduit, 'application', {
      post: (what, transfer) => this.#thread.postMessage(what, transfer),
    });
    this.#thread.on('message', this.#onMessage);
    this.#thread.on('error', (error) =>
      this.#fail(error instanceof Error ? error : new Error(String(error))),
    );
    this.#ended = new Promise((resolve) => {
      this.#thread.on('exit', (code) => {
        if (!this.#isClosing)
          this.#fail(new Error(`the thread of worker ${this.worker} ended with code ${code}`));
        resolve();
      });
    });
    this.#conduit.sleep();
  }

  /** Resolves when its sockets are bound; rejects with TransportError. */
  ready(): Promise<void> {
    return new Promise((resolve, reject) => (this.#ready = { resolve, reject }));
  }

  setKeepAlive(keepAlive: boolean): void {
    if (keepAlive) this.#thread.ref();
    else this.#thread.unref();
  }

  get isBusy(): boolean {
    return this.#calls.size > 0;
  }

  connect(peer: string, secret: Uint8Array): Promise<number> {
    return this.#order<number>((id) => ({ order: 'connect', id, peer, secret }));
  }

  stats(): Promise<UdpPoolStats> {
    return this.#order<UdpPoolStats>((id) => ({ order: 'stats', id }));
  }

  serve(handler: WorkerHandler): void {
    this.handler = handler;
    this.#post({ order: 'serve' });
  }

  call(peer: number, body: Uint8Array, options: UnaryOptions): Promise<UnaryResponse> {
    return new Promise((resolve, reject) => {
      if (this.failure !== undefined) throw this.#goneError(peer);
      const { signal, priority = DEFAULT_PRIORITY, deadlineNs, retriesMax, idempotent = false } = options;
      if (signal?.aborted === true) throw new TransferError('aborted', peer, { cause: signal.reason });
      const id = this.#newId();
      const end = this.#cancelBy(signal, id, peer, priority);
      this.#calls.set(id, { resolve, reject, end, peer });
      const remainingNs = deadlineNs === undefined ? NEVER : Math.max(deadlineNs - nodeLoop.now(), 0);
      this.#conduit.send(
        messageOf({
          kind: MessageKind.CALL,
          id,
          peer,
          priority,
          remainingNs,
          isIdempotent: idempotent,
          retriesMax: Math.min(retriesMax ?? RETRIES_DEFAULT, RETRIES_DEFAULT),
          headers: encodeHeaders(options.headers),
          body,
        }),
      );
    });
  }

  /** Ends what is under way there, and the thread. Idempotent. */
  close(): Promise<void> {
    if (this.failure !== undefined) return Promise.resolve();
    if (!this.#isClosing) this.#post({ order: 'close' });
    this.#isClosing = true;
    return this.#ended;
  }

  #newId(): number {
    this.#nextId = (this.#nextId + 1) >>> 0;
    return this.#nextId;
  }

  #post(what: ToWorker): void {
    if (this.failure === undefined) this.#thread.postMessage(what);
  }

  #order<T>(order: (id: number) => ToWorker): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.failure !== undefined) throw this.#goneError(-1);
      const id = this.#newId();
      this.#orders.set(id, { resolve, reject } as Pending<unknown> as Pending<never>);
      this.#post(order(id));
    });
  }

  #cancelBy(signal: AbortSignalLike | undefined, id: number, peer: number, priority: number): () => void {
    if (signal === undefined) return () => {};
    const cancel = (): void =>
      this.#conduit.send(messageOf({ kind: MessageKind.CANCEL, id, peer, priority }));
    signal.addEventListener('abort', cancel);
    return () => signal.removeEventListener('abort', cancel);
  }

  readonly #onMessage = (what: FromWorker): void => {
    if (what === 'wake') return this.#takeAll();
    if (isMessage(what)) return this.#take(what);
    switch (what.news) {
      case 'ready':
        this.address = what.address;
        this.isPinned = what.isPinned;
        return this.#ready?.resolve();
      case 'failed':
        this.#isClosing = true;
        return this.#ready?.reject(new TransportError(what.code as TransportErrorCode, what.message));
      case 'event':
        return this.#onEvent(what.event);
      case 'done':
        return this.#orderOf(what.id)?.resolve(what.value as never);
      case 'refused':
        return this.#orderOf(what.id)?.reject(
          new TransportError(what.code as TransportErrorCode, what.message),
        );
      case 'closed':
        return this.#takeAll();
    }
  };

  #orderOf(id: number): Pending<never> | undefined {
    const pending = this.#orders.get(id);
    this.#orders.delete(id);
    return pending;
  }

  /** What is in the rings; in several turns if it is much, so that the application has its own in between. */
  #takeAll(): void {
    this.#takes = false;
    if (this.#conduit.take(this.#take) || !this.#conduit.sleep()) {
      if (!this.#takes) setImmediate(() => this.#takeAll());
      this.#takes = true;
    }
  }

  readonly #take = (message: Message): void => {
    const { id, headers, body, metrics } = message;
    if (message.kind === MessageKind.REQUEST) {
      void this.#answer(message);
      return;
    }
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.#calls.delete(id);
    call.end();
    if (message.kind === MessageKind.RESULT) {
      call.resolve({ body, headers: decodeHeaders(headers) ?? {}, metrics: { ...metrics } });
    } else {
      call.reject(errorOf(headers));
    }
  };

  async #answer(request: Message): Promise<void> {
    const { id, peer, priority, body, remainingNs } = request;
    const common = { id, peer, priority };
    try {
      if (this.handler === undefined) throw new Error('nothing is served');
      const answer = await this.handler({
        worker: this.worker,
        peer,
        priority,
        body,
        headers: decodeHeaders(request.headers) ?? {},
        remainingNs: remainingNs === NEVER ? undefined : remainingNs,
      });
      const whole = answer instanceof Uint8Array ? { body: answer } : answer;
      const headers = encodeHeaders('headers' in whole ? whole.headers : undefined);
      this.#conduit.send(messageOf({ ...common, kind: MessageKind.ANSWER, headers, body: whole.body }));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      const headers = new TextEncoder().encode(text);
      this.#conduit.send(messageOf({ ...common, kind: MessageKind.REFUSAL, headers }));
    }
  }

  #goneError(peer: number): TransferError {
    const detail = `worker ${this.worker} failed`;
    return new TransferError('closed', peer, { detail, cause: this.failure });
  }

  /** REQ OPS-5 */
  #fail(cause: Error): void {
    if (this.failure !== undefined) return;
    this.failure = cause;
    this.#onEvent({ type: 'worker-failed', worker: this.worker, cause });
    this.onFailed();
    this.#ready?.reject(cause);
    for (const { reject, end, peer } of this.#calls.values()) {
      end();
      reject(this.#goneError(peer));
    }
    this.#calls.clear();
    for (const { reject } of this.#orders.values()) reject(this.#goneError(-1));
    this.#orders.clear();
  }
}
