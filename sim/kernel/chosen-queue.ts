import { assert } from './assert.ts';
import { TIME_MAX, type EventHandler, type EventId, type PendingEvents } from './queue.ts';
import type { Nanos } from '../../protocol/core/units.ts';
import type { Candidate, Chooser, Contender } from './choice.ts';

interface Pending {
  readonly id: EventId;
  readonly atNs: Nanos;
  /** From when on it may happen; before `atNs` for a delivery within the window. */
  readonly openNs: Nanos;
  readonly handler: EventHandler;
  readonly a: number;
  readonly b: number;
  /** The step that scheduled it. */
  readonly cause: number;
  /** Undefined if it does not compete: it happens when it is first in line. */
  readonly candidate: Candidate | undefined;
}

/**
 * The pending events, in the order of a chooser: of those that are due at the next instant, any may be next, and so may a
 * delivery that is due at most `windowNs` later, which then arrives that much early. A plain sorted array: what is
 * explored is small.
 */
export class ChosenQueue implements PendingEvents {
  handler: EventHandler | undefined = undefined;
  timeNs: Nanos = 0;
  a = 0;
  b = 0;
  readonly #chooser: Chooser;
  readonly #windowNs: Nanos;
  /** By time, those of one time by the order of scheduling. */
  readonly #pending: Pending[] = [];
  readonly #contenders: Pending[] = [];
  readonly #candidates: Candidate[] = [];
  /** Events scheduled of each id. */
  readonly #ordinals = new Map<number, number>();
  #found: Pending | undefined;
  #nowNs: Nanos = 0;
  #lastId: EventId = 0;
  /** Steps begun. */
  #steps = 0;

  constructor(chooser: Chooser, windowNs: Nanos) {
    this.#chooser = chooser;
    this.#windowNs = windowNs;
  }

  get length(): number {
    return this.#pending.length;
  }

  post(time: Nanos, handler: EventHandler, a: number, b: number): void {
    this.add(time, handler, a, b);
  }

  add(time: Nanos, handler: EventHandler, a: number, b: number): EventId {
    assert(
      time >= this.#nowNs && time <= TIME_MAX && Math.floor(time) === time,
      'the time of an event is an integer of nanoseconds, at most TIME_MAX, and not past',
    );
    const pending = this.#pending;
    const contender = handler.competes?.(a, b);
    const earlyNs = contender?.kind === 'delivery' ? this.#windowNs : 0;
    const openNs = Math.max(this.#nowNs, time - earlyNs);
    const candidate = contender === undefined ? undefined : this.#candidate(contender);
    const id = ++this.#lastId;
    let at = pending.length;
    while (at > 0 && (pending[at - 1] as Pending).atNs > time) at--;
    pending.splice(at, 0, { id, atNs: time, openNs, handler, a, b, cause: this.#steps - 1, candidate });
    return id;
  }

  cancel(id: EventId): boolean {
    const at = this.#pending.findIndex((event) => event.id === id);
    const [event] = at < 0 ? [] : this.#pending.splice(at, 1);
    if (event === undefined) return false;
    const { candidate, openNs } = event;
    if (candidate !== undefined && openNs <= this.#nowNs) this.#chooser.watcher?.stepCancelled(candidate);
    return true;
  }

  advance(untilNs: Nanos): boolean {
    const [first] = this.#pending;
    if (first === undefined || first.atNs > untilNs) return false;
    this.#nowNs = first.atNs;
    this.#found = first.candidate === undefined ? first : this.#choose();
    this.timeNs = first.atNs;
    return true;
  }

  take(): void {
    const found = this.#found as Pending;
    this.#pending.splice(this.#pending.indexOf(found), 1);
    this.handler = found.handler;
    this.a = found.a;
    this.b = found.b;
    const { candidate: step, cause, openNs } = found;
    if (step === undefined) return;
    this.#steps++;
    const candidates = this.#candidates;
    this.#chooser.watcher?.stepBegins({ step, candidates, cause, openNs, nowNs: this.#nowNs });
  }

  #choose(): Pending {
    const contenders = this.#contenders;
    const candidates = this.#candidates;
    contenders.length = 0;
    candidates.length = 0;
    const nowNs = this.#nowNs;
    for (const event of this.#pending) {
      if (event.atNs > nowNs + this.#windowNs) break;
      if (event.openNs > nowNs || event.candidate === undefined) continue;
      contenders.push(event);
      candidates.push(event.candidate);
    }
    const index = candidates.length > 1 ? this.#chooser.choose(candidates) : 0;
    const chosen = contenders[index];
    assert(chosen !== undefined, 'a chooser chooses one of the candidates');
    return chosen;
  }

  #candidate(contender: Contender): Candidate {
    if (contender.ordinal !== undefined) return contender as Candidate;
    const ordinal = this.#ordinals.get(contender.id) ?? 0;
    this.#ordinals.set(contender.id, ordinal + 1);
    return { ...contender, ordinal };
  }
}
