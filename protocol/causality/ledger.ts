import { Fifo } from '../core/fifo.ts';
import type { CausalityMap, Token } from './causality-map.ts';
import { verdictOf } from './states.ts';
import type { AwaitedPart } from './states.ts';

/** What a call waits for: one other, or so many of several. */
export interface Dependency {
  tokens: readonly Token[];
  /** How many of them must have what is awaited. */
  quorum: number;
  wait: AwaitedPart;
  /** Whether the call fails if that can be no more. */
  cascade: boolean;
}

/** Told once: that it may go on, or that it never will, with the error of the call it depends on. */
export interface Waiter {
  onReady(): void;
  onBlocked(cause: unknown): void;
}

/** A dependency that is not over, and its calls that may still decide it. */
interface Open {
  readonly wait: Wait;
  readonly dependency: Dependency;
  readonly edges: Set<Edge>;
  came: number;
  missed: number;
}

interface Edge {
  readonly open: Open;
  readonly token: Token;
}

/** A waiter and what it still waits for. */
export interface Wait {
  readonly waiter: Waiter;
  readonly open: Set<Open>;
}

/**
 * Who waits for whom within a worker, be it for calls of another one. A token can be named until `endedMax` others of its worker have ended after it; the error of a call is
 * kept as long, by its worker alone.
 * REQ CAUSE-7, CAUSE-9, CAUSE-10, PAT-12
 */
export class Ledger {
  private readonly map: CausalityMap;
  private readonly endedMax: number;
  private readonly edges: Map<Token, Set<Edge>> = new Map<Token, Set<Edge>>();
  /** Calls of other workers that somebody waits for, or did a moment ago. */
  private readonly followed: Set<Token> = new Set<Token>();
  private readonly ended: Fifo<Token> = new Fifo<Token>();
  private readonly errors: Map<Token, unknown> = new Map<Token, unknown>();
  /** Tokens of calls that have not ended. */
  pending = 0;
  /** Waits that are not over. */
  waits = 0;

  constructor(map: CausalityMap, endedMax: number) {
    this.map = map;
    this.endedMax = endedMax;
  }

  /** Calls that can be named at once, by all workers. */
  get slotsMax(): number {
    return this.map.slotsMax;
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
    const wait: Wait = { waiter, open: new Set<Open>() };
    this.waits += 1;
    for (const dependency of dependencies) {
      const open = { wait, dependency, edges: new Set<Edge>(), came: 0, missed: 0 };
      if (dependency.quorum === 0) continue;
      wait.open.add(open);
      for (const token of dependency.tokens) this.link({ open, token });
    }
    if (wait.open.size === 0) this.finish(wait);
    for (const open of wait.open) for (const edge of open.edges) this.consider(edge);
    return wait;
  }

  private link(edge: Edge): void {
    edge.open.edges.add(edge);
    const others = this.edges.get(edge.token);
    if (others !== undefined) {
      others.add(edge);
      return;
    }
    this.edges.set(edge.token, new Set([edge]));
    if (!this.map.owns(edge.token)) void this.follow(edge.token);
  }

  /** Looks at a call of another worker whenever its state has changed, as long as somebody here waits for it. REQ CAUSE-2 */
  private async follow(token: Token): Promise<void> {
    if (this.followed.has(token)) return;
    this.followed.add(token);
    let state = this.map.stateOf(token);
    while (this.edges.has(token)) {
      await this.map.whenNot(token, state);
      state = this.map.stateOf(token);
      this.notify(token);
    }
    this.followed.delete(token);
  }

  private unlink(edge: Edge): void {
    edge.open.edges.delete(edge);
    const others = this.edges.get(edge.token);
    others?.delete(edge);
    if (others?.size === 0) this.edges.delete(edge.token);
  }

  /** The waiter has ended meanwhile and is told nothing any more. */
  giveUp(wait: Wait): void {
    if (wait.open.size === 0) return;
    for (const open of wait.open) this.close(open);
    this.waits -= 1;
  }

  private close(open: Open): void {
    open.wait.open.delete(open);
    for (const edge of open.edges) this.unlink(edge);
  }

  private finish(wait: Wait): void {
    this.waits -= 1;
    wait.waiter.onReady();
  }

  /** Looks again at what waits for the token. */
  private notify(token: Token): void {
    const edges = this.edges.get(token);
    if (edges !== undefined) for (const edge of edges) this.consider(edge);
  }

  /** MUST AFTER-2, AFTER-3 · REQ CAUSE-3, CAUSE-4, PAT-8, PAT-9, PAT-10 */
  private consider(edge: Edge): void {
    const { open, token } = edge;
    // What was told before may have given this one up.
    if (!open.edges.has(edge)) return;
    const { tokens, quorum, wait, cascade } = open.dependency;
    const verdict = verdictOf(this.map.stateOf(token), wait);
    if (verdict === 'waiting') return;
    this.unlink(edge);
    if (verdict === 'came') open.came += 1;
    else open.missed += 1;
    const isLost = tokens.length - open.missed < quorum;
    if (isLost && cascade) {
      this.giveUp(open.wait);
      open.wait.waiter.onBlocked(
        this.errors.get(token) ?? new Error(`the call of token ${token} has failed`),
      );
    } else if (isLost || open.came === quorum) {
      this.close(open);
      if (open.wait.open.size === 0) this.finish(open.wait);
    }
  }
}
