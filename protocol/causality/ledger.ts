import { Fifo } from '../core/fifo.ts';
import type { CausalityMap, Token } from './causality-map.ts';
import { verdictOf } from './states.ts';
import type { AwaitedPart } from './states.ts';

/** One thing a call waits for, and whether it fails with it. */
export interface Dependency {
  token: Token;
  wait: AwaitedPart;
  cascade: boolean;
}

/** Told once: that it may go on, or that it never will, with the error of the call it depends on. */
export interface Waiter {
  onReady(): void;
  onBlocked(cause: unknown): void;
}

interface Edge {
  readonly wait: Wait;
  readonly dependency: Dependency;
}

/** A waiter and what it still waits for. */
export interface Wait {
  readonly waiter: Waiter;
  readonly edges: Set<Edge>;
}

/** Ended calls that can still be named, unless a ledger is told otherwise. */
const ENDED_MAX = 4096;

/**
 * Who waits for whom within a worker. A token can be named until `endedMax` others have ended after it; the error of a call is kept as long.
 * REQ CAUSE-7, CAUSE-9, CAUSE-10, PAT-12
 */
export class Ledger {
  private readonly map: CausalityMap;
  private readonly endedMax: number;
  private readonly edges: Map<Token, Set<Edge>> = new Map<Token, Set<Edge>>();
  private readonly ended: Fifo<Token> = new Fifo<Token>();
  private readonly errors: Map<Token, unknown> = new Map<Token, unknown>();
  /** Tokens of calls that have not ended. */
  pending = 0;
  /** Waits that are not over. */
  waits = 0;

  constructor(map: CausalityMap, endedMax: number = ENDED_MAX) {
    this.map = map;
    this.endedMax = endedMax;
  }

  /** Undefined: there are too many. */
  issue(): Token | undefined {
    const token = this.map.issue();
    if (token !== undefined) this.pending += 1;
    return token;
  }

  /** Whether the token still says how its call ended, or will. */
  knows(token: Token): boolean {
    return this.map.stateOf(token) !== 'free';
  }

  /** The request has arrived. */
  arrive(token: Token): void {
    if (this.map.advance(token, 'arrive')) this.notify(token);
  }

  succeed(token: Token): void {
    if (this.map.advance(token, 'succeed')) this.end(token);
  }

  /** MUST AFTER-3 */
  fail(token: Token, error: unknown): void {
    if (!this.map.advance(token, 'fail')) return;
    this.errors.set(token, error);
    this.end(token);
  }

  private end(token: Token): void {
    this.pending -= 1;
    this.notify(token);
    this.ended.push(token);
    if (this.ended.length <= this.endedMax) return;
    const oldest = this.ended.shift() as Token;
    this.errors.delete(oldest);
    this.map.retire(oldest);
  }

  /** The waiter is told at once if there is nothing to wait for; what is returned can be given up. MUST AFTER-2 */
  wait(dependencies: readonly Dependency[], waiter: Waiter): Wait {
    const wait: Wait = { waiter, edges: new Set<Edge>() };
    this.waits += 1;
    for (const dependency of dependencies) {
      const { token } = dependency;
      const edge = { wait, dependency };
      wait.edges.add(edge);
      const others = this.edges.get(token);
      if (others === undefined) this.edges.set(token, new Set([edge]));
      else others.add(edge);
    }
    if (wait.edges.size === 0) this.finish(wait);
    for (const edge of wait.edges) this.consider(edge);
    return wait;
  }

  /** The waiter has ended meanwhile and is told nothing any more. */
  giveUp(wait: Wait): void {
    if (wait.edges.size === 0) return;
    for (const edge of wait.edges) this.unlink(edge);
    this.waits -= 1;
  }

  private finish(wait: Wait): void {
    this.waits -= 1;
    wait.waiter.onReady();
  }

  private unlink(edge: Edge): void {
    const { token } = edge.dependency;
    edge.wait.edges.delete(edge);
    const others = this.edges.get(token);
    others?.delete(edge);
    if (others?.size === 0) this.edges.delete(token);
  }

  /** Looks again at what waits for the token. */
  private notify(token: Token): void {
    const edges = this.edges.get(token);
    if (edges !== undefined) for (const edge of edges) this.consider(edge);
  }

  private consider(edge: Edge): void {
    const { wait, dependency } = edge;
    // What was told before may have given this one up.
    if (!wait.edges.has(edge)) return;
    const { token } = dependency;
    const verdict = verdictOf(this.map.stateOf(token), dependency.wait, dependency.cascade);
    if (verdict === 'blocked') {
      this.giveUp(wait);
      wait.waiter.onBlocked(this.errors.get(token));
    } else if (verdict === 'over') {
      this.unlink(edge);
      if (wait.edges.size === 0) this.finish(wait);
    }
  }
}
