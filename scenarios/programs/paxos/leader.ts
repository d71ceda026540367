import type { BroadcastOutcome, Call, PeerId, Token, UnaryResponse } from '../../../protocol/index.ts';
import { TransferError } from '../../../protocol/index.ts';
import type { SimHost, World } from '../../../sim/host/index.ts';
import { QUORUM } from './judge.ts';
import type { Judge } from './judge.ts';
import { decode, message, valueOf } from './message.ts';
import { LEADER } from './replica.ts';
import type { Replica } from './replica.ts';

/** Who waits for the quorum before commits: the application, or the transport. */
export const MODES = ['application', 'after'] as const;
export type Mode = (typeof MODES)[number];

export interface LeaderConfig {
  world: World;
  /** The leader's own. */
  replica: Replica;
  judge: Judge;
  followers: readonly number[];
  valueBytes: number;
  /** How long votes, commits and what follows them may take. */
  deadlineNs: number;
  sleep: (ns: number) => Promise<void>;
}

/** How a transaction went. */
export interface Transaction {
  mode: Mode;
  /** From the first proposal to the answer to the client: enough replicas have the commit. */
  tookNs: number;
  attempts: number;
}

/** Votes that are needed besides the leader's own. */
const OTHERS = QUORUM - 1;

/** A proposer that nobody replaces: one ballot for many slots, another after a rival's. */
export class Leader {
  /** Commits that failed with their proposals. */
  cascades = 0;
  private readonly config: LeaderConfig;
  private readonly host: SimHost;
  private ballot = 1;
  private attempts = 0;
  private stable: readonly Token[] = [];

  constructor(config: LeaderConfig) {
    this.config = config;
    this.host = config.world.host(LEADER);
  }

  get currentBallot(): number {
    return this.ballot;
  }

  /** The commit of the last slot, for whoever may have missed it. */
  lastCommit(): Uint8Array {
    const { disk } = this.config.replica;
    const slot = disk.applied - 1;
    const { ballot, value } = disk.accepted.get(slot) ?? { ballot: 0, value: new Uint8Array(0) };
    return message('commit', slot, ballot, 0, value);
  }

  private peers(): PeerId[] {
    const { world, followers } = this.config;
    return followers.map((follower) => world.peer(LEADER, follower));
  }

  /** Until the value of the slot is chosen and enough replicas know. */
  async transact(slot: number, mode: Mode): Promise<Transaction> {
    const { config, host } = this;
    const startedAt = host.now();
    const { replica, valueBytes, deadlineNs } = config;
    let value: Uint8Array | undefined;
    for (let attempts = 1; ; attempts += 1) {
      this.attempts += 1;
      value ??= valueOf(this.attempts, valueBytes);
      const attempt = new Attempt(config, this.peers(), this.attempts, slot, this.ballot, value);
      replica.accept(decode(message('propose', slot, this.ballot, this.attempts, value)));
      try {
        const committedAt = await (mode === 'after' ? attempt.chain(this.stable) : attempt.wait());
        replica.learn(slot, value);
        this.stable = attempt.stable;
        await attempt.ends();
        return { mode, tookNs: committedAt - startedAt, attempts };
      } catch (error) {
        if (!(error instanceof TransferError)) throw error;
        this.cascades += await attempt.failed();
      }
      await config.sleep(deadlineNs);
      value = await this.prepare(slot, value);
    }
  }

  /** A ballot above all that anybody has promised; the value that may have been chosen already. */
  private async prepare(slot: number, own: Uint8Array): Promise<Uint8Array> {
    const { replica, sleep, deadlineNs } = this.config;
    for (;;) {
      this.ballot += 2;
      replica.disk.promised = this.ballot;
      const outcomes = await this.host.pool.broadcast(this.peers(), message('prepare', slot, this.ballot), {
        deadlineNs: this.host.now() + deadlineNs,
      });
      const promises = outcomes.flatMap(({ response }) =>
        response === undefined ? [] : [decode(response.body)],
      );
      if (promises.length >= OTHERS) {
        const mine = replica.disk.accepted.get(slot);
        const accepted = [...promises, { ballot: mine?.ballot ?? 0, value: mine?.value ?? own }];
        return accepted.reduce((a, b) => (b.ballot > a.ballot ? b : a)).value;
      }
      await sleep(deadlineNs);
    }
  }
}

/** One proposal and what depends on it. */
class Attempt {
  stable: readonly Token[] = [];
  private readonly config: LeaderConfig;
  private readonly host: SimHost;
  private readonly peers: readonly PeerId[];
  private readonly number: number;
  private readonly commitText: Uint8Array;
  private readonly stableText: Uint8Array;
  private readonly deadlineNs: number;
  private readonly votes: Promise<BroadcastOutcome[]> & { readonly tokens: readonly Token[] };
  private readonly elected: Promise<void>;
  private commits: readonly Call<UnaryResponse>[] = [];
  private last: Promise<BroadcastOutcome[]> | undefined;

  constructor(
    config: LeaderConfig,
    peers: readonly PeerId[],
    number: number,
    slot: number,
    ballot: number,
    value: Uint8Array,
  ) {
    this.config = config;
    this.peers = peers;
    this.number = number;
    this.host = config.world.host(LEADER);
    this.deadlineNs = this.host.now() + config.deadlineNs;
    this.commitText = message('commit', slot, ballot, number, value);
    this.stableText = message('stable', slot, ballot, number);
    const tally = new Tally(OTHERS, peers.length);
    this.elected = tally.promise;
    this.votes = this.host.pool.broadcast(peers, message('propose', slot, ballot, number, value), {
      deadlineNs: this.deadlineNs,
      onOutcome: ({ error }) => tally.count(error),
    });
  }

  /** The application waits: for the votes, then for the commits. Returns when enough had answered the commit. */
  async wait(): Promise<number> {
    await this.elected;
    this.commits = this.peers.map((peer) => this.host.pool.unaryRpc(peer, this.commitText, this.later(1)));
    const committedAt = await this.committed();
    this.last = this.host.pool.broadcast(this.peers, this.stableText, this.later(2));
    return committedAt;
  }

  /** The transport waits, by all four kinds of dependency. */
  async chain(stableBefore: readonly Token[]): Promise<number> {
    const { pool } = this.host;
    const { tokens } = this.votes;
    this.commits = this.peers.map((peer, i) =>
      pool.unaryRpc(peer, this.commitText, {
        ...this.later(1),
        after: [
          { call: tokens, quorum: OTHERS },
          { call: tokens[i] as Token, wait: 'request', cascade: false },
        ],
      }),
    );
    const last = pool.broadcast(this.peers, this.stableText, {
      ...this.later(2),
      after: [
        { call: this.commits, quorum: OTHERS, wait: 'request' },
        { call: stableBefore, cascade: false },
      ],
    });
    this.last = last;
    this.stable = last.tokens;
    return this.committed();
  }

  private later(times: number): { deadlineNs: number } {
    return { deadlineNs: this.deadlineNs + times * this.config.deadlineNs };
  }

  private async committed(): Promise<number> {
    const tally = new Tally(OTHERS, this.peers.length);
    for (const commit of this.commits)
      commit.then(
        () => tally.count(undefined),
        (error: TransferError) => tally.count(error),
      );
    await tally.promise;
    return this.host.now();
  }

  /** Everything of it has ended; enough have voted, so that no commit may have failed with a vote. */
  async ends(): Promise<void> {
    const { judge } = this.config;
    await Promise.allSettled([this.votes, this.last]);
    for (const commit of await Promise.allSettled(this.commits)) {
      if (commit.status === 'rejected' && (commit.reason as TransferError).reason === 'dependency-failed')
        judge.onCascade(this.number, false);
    }
  }

  /** Nothing was chosen, as far as anybody knows: what depends on it has failed, with the cause. Returns how many have. */
  async failed(): Promise<number> {
    const { judge } = this.config;
    const outcomes = await this.votes;
    const commits = await Promise.allSettled(this.commits);
    const last = (await this.last) ?? [];
    const votes = new Set(outcomes.map(({ error }) => error));
    // Enough have voted, and too few had the commit: it is chosen, and tried again.
    if (outcomes.length - outcomes.filter(({ error }) => error !== undefined).length >= OTHERS) return 0;
    judge.onFailed(this.number);
    const errors = commits.map((commit) => (commit as PromiseRejectedResult).reason as TransferError);
    const fallen = errors.filter((error) => error?.reason === 'dependency-failed');
    for (const { cause } of fallen) judge.onCascade(this.number, votes.has(cause as TransferError));
    for (const { error } of last) {
      if (error?.reason !== 'dependency-failed') continue;
      judge.onCascade(this.number, errors.includes(error.cause as TransferError));
    }
    return fallen.length;
  }
}

/** Resolves when enough have succeeded, rejects with the failure after which they cannot. */
class Tally {
  readonly promise: Promise<void>;
  private readonly needed: number;
  private left: number;
  private good = 0;
  private resolve: () => void = () => {};
  private reject: (error: Error) => void = () => {};

  constructor(needed: number, of: number) {
    this.needed = needed;
    this.left = of;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Whoever does not wait for it is not asked.
    this.promise.catch(() => {});
  }

  count(error: Error | undefined): void {
    this.left -= 1;
    if (error === undefined) this.good += 1;
    if (this.good === this.needed) this.resolve();
    else if (error !== undefined && this.good + this.left === this.needed - 1) this.reject(error);
  }
}
