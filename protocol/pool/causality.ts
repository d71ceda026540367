import { CausalityMap } from '../causality/causality-map.ts';
import type { Token } from '../causality/causality-map.ts';
import { Ledger } from '../causality/ledger.ts';
import type { Dependency, Wait, Waiter } from '../causality/ledger.ts';
import type { AwaitedPart } from '../causality/states.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { UsageError } from '../endpoint/usage-error.ts';
import type { ExchangeId } from '../endpoint/events.ts';
import type { Causal } from '../transfer/outbound.ts';
import type { Driver } from './driver.ts';
import type { TransferError } from './transfer-error.ts';

/** What a call waits for before anything of it is sent. */
export interface After {
  /** The other call, or its token. */
  call: Token | { readonly token: Token };
  /** Its request (of a stream: the opening) or its response (of a stream: the regular end). Default: response. */
  wait?: AwaitedPart;
  /** Whether this call fails if that never comes; if not, it goes on then. Default: true. */
  cascade?: boolean;
}

export interface CausalOptions {
  /** All of them. Those that exist come first, so no cycle can be made. REQ CAUSE-7 */
  after?: readonly After[];
}

/** The promise of a call that others can depend on. REQ CAUSE-11 */
export type Call<T> = Promise<T> & { readonly token: Token };

/** Bound on tokens beyond one for each exchange: ended calls that can still be named, and calls between two tries. */
const TOKENS_MORE = 65_536;

/** Causality of the calls of a pool. REQ CAUSE-9, CAUSE-10, CAUSE-11, PAT-8, PAT-9, PAT-10, PAT-12 */
export class PoolCausality {
  private readonly endpoint: Endpoint;
  private readonly driver: Driver;
  private readonly calls: Map<ExchangeId, CausalCall> = new Map<ExchangeId, CausalCall>();
  private lazyLedger: Ledger | undefined;

  constructor(endpoint: Endpoint, driver: Driver) {
    this.endpoint = endpoint;
    this.driver = driver;
  }

  /** A pool without causal calls has no map. */
  private get ledger(): Ledger {
    const slotsMax = this.endpoint.options.exchangesMax + TOKENS_MORE;
    this.lazyLedger ??= new Ledger(new CausalityMap(CausalityMap.memory(slotsMax)));
    return this.lazyLedger;
  }

  get pending(): number {
    return this.lazyLedger?.pending ?? 0;
  }

  get waits(): number {
    return this.lazyLedger?.waits ?? 0;
  }

  begin(): CausalCall {
    const { ledger } = this;
    const token = ledger.issue();
    if (token === undefined) throw new UsageError('ERR_DCQUIC_EXCHANGES', 'there are too many calls already');
    return new CausalCall(token, ledger, this.calls, (exchange) => {
      this.endpoint.release(this.driver.now(), exchange);
      this.driver.kick();
    });
  }

  onArrived(exchange: ExchangeId): void {
    this.calls.get(exchange)?.arrive();
  }

  /** The failure that ended a call before it was sent. */
  causeOf(exchange: ExchangeId): unknown {
    return this.calls.get(exchange)?.cause;
  }
}

/** One call among others: its token, its waits, its exchange at this time. */
export class CausalCall implements Waiter {
  readonly token: Token;
  /** Why it was not sent. */
  cause: unknown = undefined;
  private readonly ledger: Ledger;
  private readonly calls: Map<ExchangeId, CausalCall>;
  private readonly release: (exchange: ExchangeId) => void;
  private exchange: ExchangeId = -1;
  private waiting: Wait | undefined;
  private mode: Causal = 'tracked';
  private isBlocked = false;
  private stop: (() => void) | undefined;

  constructor(
    token: Token,
    ledger: Ledger,
    calls: Map<ExchangeId, CausalCall>,
    release: (exchange: ExchangeId) => void,
  ) {
    this.token = token;
    this.ledger = ledger;
    this.calls = calls;
    this.release = release;
  }

  /** How the exchange is to begin; once waited for, nothing is waited for again. Throws UsageError for a critical dependency that nobody remembers. MUST AFTER-4 */
  wait(after: readonly After[] = []): Causal {
    if (this.waiting !== undefined) return this.mode;
    const dependencies = after.map((one) => this.dependency(one));
    this.mode = 'held';
    this.waiting = this.ledger.wait(dependencies, this);
    return this.mode;
  }

  private dependency({ call, wait = 'response', cascade = true }: After): Dependency {
    const token = typeof call === 'number' ? call : call.token;
    if (cascade && !this.ledger.knows(token)) {
      throw new UsageError(
        'ERR_DCQUIC_TOKEN',
        `how the call of token ${token} ended is not known any more; depend on it earlier, or without cascade`,
      );
    }
    return { token, wait, cascade };
  }

  /** It has an exchange now; `stop` ends that if it must not be sent, which may be known already. */
  attach(exchange: ExchangeId, stop: () => void): void {
    this.calls.delete(this.exchange);
    this.calls.set(exchange, this);
    this.exchange = exchange;
    this.stop = stop;
    if (this.isBlocked) stop();
  }

  onReady(): void {
    this.mode = 'tracked';
    if (this.exchange >= 0) this.release(this.exchange);
  }

  onBlocked(cause: unknown): void {
    this.cause = cause;
    this.isBlocked = true;
    this.stop?.();
  }

  arrive(): void {
    this.ledger.arrive(this.token);
  }

  /** Its end, once; without an error it succeeded. */
  end(error: TransferError | UsageError | undefined): void {
    this.calls.delete(this.exchange);
    if (this.waiting !== undefined) this.ledger.giveUp(this.waiting);
    if (error === undefined) this.ledger.succeed(this.token);
    else this.ledger.fail(this.token, error);
  }
}
