import { NEVER } from '../../protocol/core/units.ts';
import { decodeHeaders, encodeHeaders } from '../../protocol/pool/headers.ts';
import { CancelSignal } from '../../protocol/pool/abort.ts';
import type { HandlerResult, Pool, UnaryOptions } from '../../protocol/pool/pool.ts';
import type { IncomingRequest } from '../../protocol/pool/incoming.ts';
import { TransferError } from '../../protocol/pool/transfer-error.ts';
import { nodeLoop } from '../inline/event-loop.ts';
import type { Conduit } from './conduit.ts';
import { failureOf } from './failure.ts';
import { MessageKind, RETRIES_DEFAULT, messageOf, type Message } from './message.ts';

/** Calls that the application made, and requests of peers on their way to it, in the thread of a worker. */
export class WorkerPeerSide {
  /** Messages from the application, so far. */
  messages = 0;
  readonly #pool: Pool;
  readonly #conduit: Conduit;
  /** There is something for the spinner. */
  readonly #wake: () => void;
  /** By the id of the call. */
  readonly #calls = new Map<number, CancelSignal>();
  readonly #requests = new Map<number, { answer(result: HandlerResult): void; fail(error: Error): void }>();
  #nextRequest = 0;

  constructor(pool: Pool, conduit: Conduit, wake: () => void) {
    this.#pool = pool;
    this.#conduit = conduit;
    this.#wake = wake;
  }

  serve(): void {
    this.#pool.serve((request) => this.#forward(request));
  }

  readonly take = (message: Message): void => {
    this.messages += 1;
    const { id, headers, body } = message;
    if (message.kind === MessageKind.CALL) this.#call(message);
    else if (message.kind === MessageKind.CANCEL) this.#calls.get(id)?.abort('cancelled');
    else {
      const request = this.#requests.get(id);
      // The caller has given up in the meantime.
      if (request === undefined) return;
      this.#requests.delete(id);
      if (message.kind === MessageKind.ANSWER) {
        request.answer({ body, headers: decodeHeaders(headers) ?? {} });
      } else {
        request.fail(new Error(new TextDecoder().decode(headers)));
      }
    }
  };

  #call(message: Message): void {
    const { id, peer, priority, remainingNs, retriesMax, isIdempotent, headers, body } = message;
    const abort = new CancelSignal();
    this.#calls.set(id, abort);
    const options: UnaryOptions = {
      priority,
      headers: decodeHeaders(headers) ?? {},
      idempotent: isIdempotent,
      signal: abort,
      ...(remainingNs === NEVER ? {} : { deadlineNs: nodeLoop.now() + remainingNs }),
      ...(retriesMax === RETRIES_DEFAULT ? {} : { retriesMax }),
    };
    const common = { id, peer, priority };
    this.#pool.unaryRpc(peer, body, options).then(
      ({ body: answer, headers: given, metrics }) => {
        const kind = MessageKind.RESULT;
        this.#send(messageOf({ ...common, kind, metrics, headers: encodeHeaders(given), body: answer }));
      },
      (error: unknown) => {
        const kind = MessageKind.FAILURE;
        this.#send(messageOf({ ...common, kind, headers: failureOf(error) }));
      },
    );
  }

  #forward(request: IncomingRequest): Promise<HandlerResult> {
    const id = this.#nextRequest;
    this.#nextRequest = (id + 1) >>> 0;
    const { peer, priority, headers, body, deadlineNs } = request;
    const remainingNs = deadlineNs === undefined ? NEVER : Math.max(deadlineNs - nodeLoop.now(), 0);
    return new Promise((answer, fail) => {
      this.#requests.set(id, { answer, fail });
      request.signal.addEventListener('abort', () => {
        this.#requests.delete(id);
        fail(new TransferError('aborted', peer));
      });
      const kind = MessageKind.REQUEST;
      this.#send(messageOf({ kind, id, peer, priority, remainingNs, headers: encodeHeaders(headers), body }));
    });
  }

  #send(message: Message): void {
    if (message.kind !== MessageKind.REQUEST) this.#calls.delete(message.id);
    this.#conduit.send(message);
    // What waits for room is sent by its turns.
    if (this.#conduit.backlog > 0) this.#wake();
  }
}
