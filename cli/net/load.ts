import { randomFillSync } from 'node:crypto';
import { TransferError, type FailureReason, type UnaryOptions } from '../../protocol/index.ts';
import type { Connection } from './open-pool.ts';
import { checkAnswer } from './exchange.ts';
import { sha256 } from './digest.ts';
import { OPERATION_HEADER } from './service.ts';

export const PATTERNS = ['unary', 'bulk'] as const;
/** `unary`: every request comes back. `bulk`: only size and SHA-256 come back. */
export type Pattern = (typeof PATTERNS)[number];

export interface LoadRequest {
  pattern: Pattern;
  sizeBytes: number;
  count: number;
  concurrency: number;
  /** Asked before each exchange. */
  isCancelled: () => boolean;
  /** Told after each exchange, with the number that ended so far. */
  onEnded: (ended: number) => void;
}

export interface LoadResult {
  completed: number;
  /** By reason. */
  failed: Partial<Record<FailureReason, number>>;
  lastError: TransferError | undefined;
  /** Answers that were not what was sent; the first one in words. */
  wrong: number;
  firstWrong: string | undefined;
  wallNs: number;
  /** Of completed exchanges, ascending. */
  latenciesNs: Float64Array;
  requestBytes: number;
  notifyRetries: number;
  repulledBytes: number;
}

/** After one of these the rest would fail as well. */
const FATAL: readonly FailureReason[] = [
  'peer-timeout',
  'closed',
  'refused',
  'protocol-violation',
  'message-too-large',
];

const NOT_ECHOED = 'the answer is not the request';

/** A given number of exchanges with one server, so many at a time. */
export class Load {
  readonly #connection: Connection;
  readonly #request: LoadRequest;
  readonly #latenciesNs: Float64Array;
  readonly #result: LoadResult;
  #begun = 0;
  #ended = 0;
  #isBroken = false;

  constructor(connection: Connection, request: LoadRequest) {
    this.#connection = connection;
    this.#request = request;
    this.#latenciesNs = new Float64Array(request.count);
    this.#result = {
      completed: 0,
      failed: {},
      lastError: undefined,
      wrong: 0,
      firstWrong: undefined,
      wallNs: 0,
      latenciesNs: this.#latenciesNs,
      requestBytes: 0,
      notifyRetries: 0,
      repulledBytes: 0,
    };
  }

  async run(): Promise<LoadResult> {
    const { concurrency, count, sizeBytes, pattern } = this.#request;
    const bodies: { body: Uint8Array; sha256: string }[] = [];
    for (let i = 0; i < Math.min(concurrency, count); i++) {
      const body = randomFillSync(new Uint8Array(sizeBytes));
      bodies.push({ body, sha256: pattern === 'bulk' ? await sha256(body) : '' });
    }
    const startMs = performance.now();
    await Promise.all(bodies.map((body) => this.#lane(body)));
    const result = this.#result;
    result.wallNs = Math.round((performance.now() - startMs) * 1e6);
    result.latenciesNs = this.#latenciesNs.subarray(0, result.completed).sort();
    return result;
  }

  /** One exchange after the other, with a body of its own so that a mixed-up answer shows. */
  async #lane(request: { body: Uint8Array; sha256: string }): Promise<void> {
    const { count, pattern, isCancelled, onEnded } = this.#request;
    const { pool, peer } = this.#connection;
    const operation = pattern === 'bulk' ? 'sink' : 'echo';
    const options: UnaryOptions = pattern === 'bulk' ? { headers: { [OPERATION_HEADER]: operation } } : {};
    const result = this.#result;
    while (this.#begun < count && !this.#isBroken && !isCancelled()) {
      this.#begun++;
      try {
        const response = await pool.pool.unaryRpc(peer, request.body, options);
        const { latencyNs, requestBytes, notifyRetries, repulledBytes } = response.metrics;
        this.#latenciesNs[result.completed++] = latencyNs;
        result.requestBytes += requestBytes;
        result.notifyRetries += notifyRetries;
        result.repulledBytes += repulledBytes;
        if (pattern === 'bulk') this.#noteWrong(await checkAnswer('sink', request, response));
        else if (Buffer.compare(response.body, request.body) !== 0) this.#noteWrong(NOT_ECHOED);
      } catch (error) {
        this.#noteFailure(error);
      }
      onEnded(++this.#ended);
    }
  }

  #noteWrong(wrong: string | undefined): void {
    if (wrong === undefined) return;
    this.#result.wrong++;
    this.#result.firstWrong ??= wrong;
  }

  #noteFailure(error: unknown): void {
    if (!(error instanceof TransferError)) throw error;
    const { failed } = this.#result;
    failed[error.reason] = (failed[error.reason] ?? 0) + 1;
    this.#result.lastError = error;
    if (FATAL.includes(error.reason)) this.#isBroken = true;
  }
}
