import { CausalityMap } from '../causality/causality-map.ts';
import type { Token } from '../causality/causality-map.ts';
import { AFTER, checkArgument, checkOptions } from './arguments.ts';
import { Ledger } from '../causality/ledger.ts';
import type { Dependency, Wait, Waiter } from '../causality/ledger.ts';
import type { AwaitedPart } from '../causality/states.ts';
import { OptionError } from '../endpoint/options.ts';
import type { EndpointOptions } from '../endpoint/options.ts';
import { UsageError } from '../endpoint/usage-error.ts';
import type { ExchangeId } from '../endpoint/events.ts';
import type { Causal } from '../transfer/outbound.ts';
import type { Driver } from './driver.ts';
import type { PoolEndpoint } from './pool-endpoint.ts';
import type { CallOutcome } from './pool.ts';
import type { TransferError } from './transfer-error.ts';

/** A call that others can depend on, or its token. */
export type CallToken = Token | { readonly token: Token };

/** What a call waits for before it is handed over. */
export interface After {
  /** The other call; or several, of which `quorum` are awaited. */
  call: CallToken | readonly CallToken[];
  /** Default: all of them. */
  quorum?: number;
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

/** A promise with the token of its call; what `begin` throws rejects it. */
export function callOf<T>(
  { token }: CausalCall,
  begin: (resolve: (value: T | Promise<T>) => void, reject: (error: Error) => void) => void,
): Call<T> {
  // Not Object.assign: this is on the way of every call.
  const promise = new Promise<T>(begin) as Promise<T> & { token: Token };
  promise.token = token;
  return promise;
}

function tokenOf(call: CallToken): Token {
  const token = typeof call === 'object' ? call.token : call;
  checkArgument(
    typeof token === 'number',
    'an entry of after: call',
    call,
    'a call of this pool, or its token',
  );
  return token;
}

/** Tokens that pools have in common: of one thread, or memory of a map that those of several threads share. */
export type Tokens = Ledger | SharedArrayBuffer;

export type TokenLimits = Pick<EndpointOptions, 'tokensMax' | 'tokensInitial' | 'endedTokensMax'>;

/** Causality of the calls of a pool. REQ CONF-1, CAUSE-9, CAUSE-10, CAUSE-11, PAT-8, PAT-9, PAT-10, PAT-12 */
export class PoolCausality {
  private readonly endpoint: PoolEndpoint;
  private readonly driver: Driver;
  private readonly calls: Map<ExchangeId, CausalCall> = new Map<ExchangeId, CausalCall>();
  private lazyLedger: Ledger | undefined;

  /** @param shared what other pools have, too: their tokens mean the same here. */
  constructor(endpoint: PoolEndpoint, driver: Driver, shared?: Tokens) {
    this.endpoint = endpoint;
    this.driver = driver;
    if (shared !== undefined) this.lazyLedger = shared instanceof Ledger ? shared : this.ledgerOn(shared);
  }

  /** For the pools of one thread: who waits for a call of another one is told at once. */
  static tokens({ tokensMax, tokensInitial, endedTokensMax }: TokenLimits): Ledger {
    return new Ledger(new CausalityMap(CausalityMap.memory(tokensMax, tokensInitial)), endedTokensMax);
  }

  /** A pool without causal calls has no map. */
  private get ledger(): Ledger {
    const { tokensMax, tokensInitial } = this.endpoint.options;
    this.lazyLedger ??= this.ledgerOn(CausalityMap.memory(tokensMax, tokensInitial));
    return this.lazyLedger;
  }

  private ledgerOn(memory: ArrayBufferLike): Ledger {
    const { endedTokensMax } = this.endpoint.options;
    const map = new CausalityMap(memory);
    if (map.slotsMax < 2 * endedTokensMax) {
      throw new OptionError(
        `the shared tokens have ${map.slotsMax} slots; there must be at least ${2 * endedTokensMax}, twice endedTokensMax of each pool`,
      );
    }
    return new Ledger(map, endedTokensMax);
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
    if (token === undefined) {
      const { slotsMax } = ledger;
      throw new UsageError(
        'ERR_DCQUIC_TOKENS',
        `there are ${slotsMax} calls with tokens already (tokensMax): await some of them`,
      );
    }
    return new CausalCall(token, ledger, this.calls, this.release);
  }

  private readonly release = (exchange: ExchangeId): void => {
    this.endpoint.release(this.driver.now(), exchange);
    this.driver.kick();
  };

  /** Of those that are listed: streams, and calls with callbacks. */
  of(exchange: ExchangeId): CausalCall | undefined {
    return this.calls.get(exchange);
  }

  /** Of an exchange that has not ended; undefined if it was begun without `after`. */
  tokenOf(exchange: ExchangeId): Token | undefined {
    return this.calls.get(exchange)?.token;
  }
}

/** One call among others: its token, its waits, its exchange at this time. */
export class CausalCall implements Waiter {
  readonly token: Token;
  /** Why it was not handed over. */
  cause: unknown = undefined;
  private readonly ledger: Ledger;
  private readonly calls: Map<ExchangeId, CausalCall>;
  private readonly release: (exchange: ExchangeId) => void;
  private exchange: ExchangeId = -1;
  /** It is found by its exchange. */
  private isListed = false;
  private waiting: Wait | undefined;
  private mode: Causal = 'tracked';
  private isBlocked = false;
  private stop: ((exchange: ExchangeId) => void) | undefined;

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
    if (this.waiting !== undefined || after.length === 0) return this.mode;
    const dependencies = after.map((one) => this.dependency(one));
    this.mode = 'held';
    this.waiting = this.ledger.wait(dependencies, this);
    return this.mode;
  }

  private dependency(after: After): Dependency {
    checkOptions('an entry of after', after, AFTER);
    const { call, quorum, wait = 'response', cascade = true } = after;
    const calls = typeof call === 'object' && 'length' in call ? call : [call];
    const tokens = calls.map(tokenOf);
    const needed = quorum ?? tokens.length;
    if (!Number.isInteger(needed) || needed < 0 || needed > tokens.length) {
      throw new UsageError('ERR_DCQUIC_QUORUM', `a quorum of ${needed} of ${tokens.length} calls`);
    }
    const forgotten = tokens.filter((token) => !this.ledger.knows(token));
    if (cascade && tokens.length - forgotten.length < needed) {
      throw new UsageError(
        'ERR_DCQUIC_TOKEN',
        `how the call of token ${forgotten[0]} ended is not known any more; depend on it earlier, or without cascade`,
      );
    }
    return { tokens, quorum: needed, wait, cascade };
  }

  /** It has an exchange now; `stop` ends that if it must not be sent, which may be known already. */
  attach(exchange: ExchangeId, stop: (exchange: ExchangeId) => void): void {
    this.exchange = exchange;
    if (this.waiting === undefined) return;
    this.stop = stop;
    if (this.isBlocked) stop(exchange);
  }

  /** Finds it by its exchange from now on: who has it in a table of his own does without. */
  list(): void {
    this.isListed = true;
    this.calls.set(this.exchange, this);
  }

  onReady(): void {
    this.mode = 'tracked';
    if (this.exchange >= 0) this.release(this.exchange);
  }

  onBlocked(cause: unknown): void {
    this.cause = cause;
    this.isBlocked = true;
    this.stop?.(this.exchange);
  }

  arrive(): void {
    this.ledger.arrive(this.token);
  }

  /** An outcome that is its end. */
  ending(outcome: CallOutcome): CallOutcome {
    return {
      causal: this,
      onProgress: outcome.onProgress?.bind(outcome),
      onResponse: (body, headers, metrics) => {
        this.end(undefined);
        outcome.onResponse(body, headers, metrics);
      },
      onFailure: (error) => {
        this.end(error);
        outcome.onFailure(error);
      },
    };
  }

  /** Its end, once; without an error it succeeded. */
  end(error: TransferError | UsageError | undefined): void {
    if (this.isListed) this.calls.delete(this.exchange);
    if (this.waiting !== undefined) this.ledger.giveUp(this.waiting);
    if (error === undefined) this.ledger.succeed(this.token);
    else this.ledger.fail(this.token, error);
  }
}
