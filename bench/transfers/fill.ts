import { OutgoingMessage, type Bytes, type EndpointEvent, type ExchangeId } from '../../protocol/index.ts';
import type { HandlerResult, Verdict } from '../../protocol/pool/index.ts';
import { Pair } from './ends.ts';

/** offered: announced, and its receiver has not decided whether to pull it. served: it has arrived, and its response is awaited. */
export type Idle = 'offered' | 'served';
/** endpoint: commands and events. pool: a promise for each call, on which others may depend, and one at the callee for its answer. */
export type Api = 'endpoint' | 'pool';

const SIZES: Record<Idle, Bytes> = { offered: 2000, served: 100 };
const PRIORITY = 3;
/** Calls of one turn of the application. */
const BATCH = 1000;
const NOTHING = new Uint8Array(0);

/** Transfers of one pair that wait, and can be let go. */
export class Fill {
  readonly pair: Pair = new Pair();
  waiting = 0;
  private ended = 0;
  private readonly api: Api;
  private readonly message: OutgoingMessage;
  /** What the application keeps of those that wait: ids, or functions that settle promises. */
  private readonly ids: ExchangeId[] = [];
  private readonly held: (() => void)[] = [];

  constructor(idle: Idle, api: Api) {
    this.api = api;
    this.message = new OutgoingMessage(new Uint8Array(SIZES[idle]));
    if (api === 'pool') this.serveByPool(idle);
    else this.serveByEndpoint(idle);
  }

  private serveByPool(idle: Idle): void {
    const hold = <T>(value: T): Promise<T> =>
      new Promise((resolve) => {
        this.held.push(() => resolve(value));
        this.waiting += 1;
      });
    this.pair.receiver.pool.serve({
      unary: (): HandlerResult | Promise<HandlerResult> => (idle === 'served' ? hold(NOTHING) : NOTHING),
      ...(idle === 'offered' ? { accept: (): Promise<Verdict> => hold({}) } : {}),
    });
  }

  private serveByEndpoint(idle: Idle): void {
    const { sender, receiver } = this.pair;
    receiver.endpoint.serve(idle === 'offered');
    const hold = (exchange: ExchangeId): void => {
      this.ids.push(exchange);
      this.waiting += 1;
    };
    receiver.onEvent = (event: EndpointEvent): void => {
      if (event.type === 'offer') hold(event.exchange);
      else if (event.type === 'request' && idle === 'served') hold(event.exchange);
      else if (event.type === 'request') this.answer(event.exchange);
    };
    sender.onEvent = (event: EndpointEvent): void => {
      if (event.type === 'response') this.ended += 1;
      else if (event.type === 'failure') fail(event.reason);
    };
  }

  private answer(exchange: ExchangeId): void {
    const { receiver, now } = this.pair;
    receiver.endpoint.reply(now, exchange, new OutgoingMessage(NOTHING), 0, PRIORITY);
  }

  private letGo(exchange: ExchangeId): void {
    const { receiver, now } = this.pair;
    if (!receiver.endpoint.accept(now, exchange)) this.answer(exchange);
  }

  private call(): void {
    const { sender, peer, now } = this.pair;
    const { body } = this.message;
    if (this.api === 'endpoint') sender.endpoint.call(now, peer, new OutgoingMessage(body), PRIORITY);
    else void sender.pool.unaryRpc(peer, body).then(() => (this.ended += 1), fail);
  }

  /** Until so many wait at both sides. */
  async begin(count: number): Promise<void> {
    while (this.waiting < count) {
      const target = Math.min(count, this.waiting + BATCH);
      for (let i = this.waiting; i < target; i += 1) this.call();
      await this.pair.until(() => this.waiting === target);
    }
    // What is to be acknowledged is, so that nothing but what waits is left.
    const { now } = this.pair;
    await this.pair.until(() => this.pair.now > now + 1_000_000);
  }

  /** Lets all of them end. */
  async end(): Promise<void> {
    while (this.held.length + this.ids.length > 0) {
      const target = this.ended + Math.min(BATCH, this.held.length + this.ids.length);
      for (const go of this.held.splice(-BATCH)) go();
      for (const exchange of this.ids.splice(-BATCH)) this.letGo(exchange);
      await this.pair.until(() => this.ended === target);
    }
    await this.pair.until(() => this.pair.receiver.endpoint.state.exchanges === 0);
    this.waiting = 0;
    this.ended = 0;
  }

  /** Forgets the receiving end, to see what it held. */
  dropReceiver(): void {
    this.held.length = 0;
    this.ids.length = 0;
    this.pair.receiver = this.pair.sender;
  }
}

function fail(error: unknown): never {
  throw error;
}
