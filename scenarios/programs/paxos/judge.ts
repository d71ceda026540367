import type { Violations } from '../../../sim/check/index.ts';

/** Of five: a value that so many have accepted under one ballot is chosen. */
export const QUORUM = 3;

/** Sees what every replica does, and says what must not be. REQ DST-6 */
export class Judge {
  private readonly violations: Violations;
  /** By slot, ballot and digest: who has accepted it. */
  private readonly accepted: Map<string, Set<number>> = new Map<string, Set<number>>();
  private readonly chosen: Map<number, number> = new Map<number, number>();
  /** Per replica: the digests it applied, in order. */
  private readonly logs: Map<number, number[]> = new Map<number, number[]>();
  /** Per attempt: replicas where a commit of it was handed over, and of them those that had it as stable. */
  private readonly commits: Map<number, Set<number>> = new Map<number, Set<number>>();
  private readonly failed: Set<number> = new Set<number>();

  constructor(violations: Violations) {
    this.violations = violations;
  }

  private report(message: string): void {
    this.violations.report('paxos', 'invariant', message);
  }

  onAccept(replica: number, slot: number, ballot: number, digest: number): void {
    const key = `${slot}/${ballot}/${digest}`;
    const voters = this.accepted.get(key) ?? new Set<number>();
    this.accepted.set(key, voters.add(replica));
    if (voters.size < QUORUM) return;
    const before = this.chosen.get(slot);
    if (before !== undefined && before !== digest) this.report(`two values were chosen for slot ${slot}`);
    this.chosen.set(slot, digest);
  }

  /** Causal order: whoever is told that a value is chosen must not hear of it before it is. */
  onCommit(replica: number, slot: number, attempt: number, digest: number): void {
    if (this.chosen.get(slot) !== digest)
      this.report(`replica ${replica} was told of a commit of slot ${slot} that was not chosen`);
    if (this.failed.has(attempt))
      this.report(`a commit of attempt ${attempt}, which failed, was handed over`);
    const told = this.commits.get(attempt) ?? new Set<number>();
    this.commits.set(attempt, told.add(replica));
  }

  onStable(replica: number, slot: number, attempt: number): void {
    const told = this.commits.get(attempt)?.size ?? 0;
    if (told < QUORUM - 1)
      this.report(`replica ${replica} heard that slot ${slot} is stable when ${told} others had its commit`);
  }

  onApply(replica: number, slot: number, digest: number): void {
    const log = this.logs.get(replica) ?? [];
    this.logs.set(replica, log);
    if (slot !== log.length) this.report(`replica ${replica} applied slot ${slot} after ${log.length - 1}`);
    if (this.chosen.get(slot) !== digest)
      this.report(`replica ${replica} applied another value for slot ${slot} than the chosen one`);
    log.push(digest);
  }

  /** A proposal found no quorum: none of its commits may have been handed over, nor be from now on. */
  onFailed(attempt: number): void {
    this.failed.add(attempt);
    if (this.commits.has(attempt))
      this.report(`a commit of attempt ${attempt}, which failed, was handed over`);
  }

  /** The cause of a commit that failed with its proposal. */
  onCascade(attempt: number, isCause: boolean): void {
    if (!isCause) this.report(`a commit of attempt ${attempt} failed with another cause than its proposal`);
  }

  applied(replica: number): number {
    return this.logs.get(replica)?.length ?? 0;
  }

  /** Every replica has applied every slot. */
  end(replicas: number, slots: number): void {
    for (let replica = 0; replica < replicas; replica += 1) {
      const count = this.applied(replica);
      if (count !== slots)
        this.report(`replica ${replica} has applied ${count} of ${slots} slots at the end`);
    }
  }
}
