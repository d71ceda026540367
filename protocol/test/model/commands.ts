import fc from 'fast-check';
import type { AsyncCommand } from 'fast-check';
import type { NetworkHost } from '../../../sim/net/index.ts';
import type { HeldBuffer } from './buffers.ts';
import type { Content, Players, Terms } from './players.ts';
import type { CallRecord, ExchangeRecord, Plan, Reference, StreamPattern } from './reference.ts';
import type { StreamSide } from './stream-side.ts';
import type { Awaited } from './waits.ts';

type Command = AsyncCommand<Reference, Players>;

/** A command that does `act` at once; `text` says it with the exchange or host it turned out to be about. */
class Act implements Command {
  private readonly text: string;
  private readonly act: (players: Players) => string | void;
  private about = '';

  constructor(text: string, act: (players: Players) => string | void) {
    this.text = text;
    this.act = act;
  }

  check(): boolean {
    return true;
  }

  async run(reference: Reference, players: Players): Promise<void> {
    await players.stage.act(() => {
      this.about = this.act(players) ?? '';
    });
    judge(reference);
  }

  toString(): string {
    return `${this.text}${this.about === '' ? '' : ` (${this.about})`}`;
  }
}

class Wait implements Command {
  private readonly ns: number;

  constructor(ns: number) {
    this.ns = ns;
  }

  check(): boolean {
    return true;
  }

  async run(reference: Reference, { stage }: Players): Promise<void> {
    await stage.advance(this.ns);
    judge(reference);
  }

  toString(): string {
    return `wait ${this.ns} ns`;
  }
}

export function judge({ differences }: Reference): void {
  if (differences.length > 0) throw new Error(differences.join('\n'));
}

function pick<T>(list: readonly T[], nth: number): T | undefined {
  return list.length === 0 ? undefined : list[nth % list.length];
}

const nth = fc.nat(20);
const sizes = fc.constantFrom(8, 100, 1000, 3000, 20_000, 70_000);
const messageSizes = fc.constantFrom(8, 100, 900, 3000);
const deadlines = fc.constantFrom(Infinity, Infinity, Infinity, 15_000, 60_000, 2_000_000);
const plans: fc.Arbitrary<Plan> = fc.record({
  verdict: fc.constantFrom('accept', 'accept', 'accept', 'queue', 'reject'),
  answer: fc.constantFrom('now', 'now', 'held', 'held', 'throw'),
});

/** How a call is begun, before it is known what it can depend on. */
interface TermsPlan {
  plan: Plan;
  deadlineNs: number;
  idempotent: boolean;
  /** One of the buffers that are there, in place of bytes. */
  buffer: number | undefined;
  after: { nths: number[]; missing: number; wait: Awaited['wait']; cascade: boolean } | undefined;
}

const afters = fc.record({
  nths: fc.array(nth, { minLength: 1, maxLength: 3 }),
  missing: fc.nat(2),
  wait: fc.constantFrom('request', 'response'),
  cascade: fc.boolean(),
});
const terms: fc.Arbitrary<TermsPlan> = fc.record({
  plan: plans,
  deadlineNs: deadlines,
  idempotent: fc.boolean(),
  buffer: fc.option(nth, { nil: undefined, freq: 3 }),
  after: fc.oneof(
    { weight: 2, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: afters as fc.Arbitrary<TermsPlan['after']> },
  ),
});

function termsText({ plan: { verdict, answer }, deadlineNs, idempotent, buffer, after }: TermsPlan): string {
  return `${verdict}, answer ${answer}, deadline ${deadlineNs}${idempotent ? ', idempotent' : ''}${buffer === undefined ? '' : `, buffer #${buffer}`}${after === undefined ? '' : `, after ${JSON.stringify(after)}`}`;
}

/** What a call of `from` on these terms waits for. */
function termsOf(players: Players, from: number, { plan, deadlineNs, idempotent, after }: TermsPlan): Terms {
  const namable = players.namable(from);
  if (after === undefined || namable.length === 0) return { plan, deadlineNs, idempotent };
  // Rather the latest, of which some go on.
  const records = after.nths.map((n) => namable[Math.max(namable.length - 1 - n, 0)] as ExchangeRecord);
  const { missing, wait, cascade } = after;
  const quorum = Math.max(records.length - missing, 1);
  return { plan, deadlineNs, idempotent, awaited: { records, quorum, wait, cascade } };
}

/** What a call of `from` sends. */
function contentOf({ buffers }: Players, from: number, sizeBytes: number, { buffer }: TermsPlan): Content {
  const own = buffers.list.filter(({ host }) => host === from);
  return (buffer === undefined ? undefined : pick(own, buffer)) ?? sizeBytes;
}

/** Another host than `from`. */
function otherThan(from: number, nth: number, hosts: number): number {
  return (from + 1 + (nth % (hosts - 1))) % hosts;
}

/** From one live host to another. */
function between(
  hosts: number,
  begin: (players: Players, from: number, to: number) => string | void,
): (text: string, a: number, b: number) => Command {
  return (text, a, b) => {
    const from = a % hosts;
    const to = otherThan(from, b, hosts);
    return new Act(`${text}, ${from} to ${to}`, (players) =>
      players.isOpen(from) ? begin(players, from, to) : 'host is down or its pool closed',
    );
  };
}

function starts(hosts: number): fc.Arbitrary<Command>[] {
  return [
    fc
      .tuple(nth, nth, sizes, terms)
      .map(([a, b, size, how]) =>
        between(
          hosts,
          (p, from, to) => p.unary(from, to, contentOf(p, from, size, how), termsOf(p, from, how)).name,
        )(`unary of ${size} bytes, ${termsText(how)}`, a, b),
      ),
    fc.tuple(nth, nth, sizes, terms, nth).map(([a, b, size, how, again]) =>
      between(hosts, (p, from, to) => {
        const earlier = p.reference.records.filter(
          (r): r is CallRecord => r.name.startsWith('bulk') && r.from === from && r.to === to,
        );
        const first = again < 10 ? pick(earlier, again) : undefined;
        return p.bulk(from, to, contentOf(p, from, size, how), termsOf(p, from, how), first).name;
      })(`bulk of ${size} bytes, ${termsText(how)}`, a, b),
    ),
    fc.tuple(nth, sizes, terms).map(([a, size, how]) => {
      const from = a % hosts;
      return new Act(`broadcast of ${size} bytes from ${from}, ${termsText(how)}`, (p) => {
        if (p.isOpen(from)) p.broadcast(from, contentOf(p, from, size, how), termsOf(p, from, how));
      });
    }),
    fc
      .tuple(
        fc.constantFrom<StreamPattern>('streaming-response', 'streaming-request', 'bidirectional'),
        nth,
        nth,
        messageSizes,
        terms,
      )
      .map(([pattern, a, b, size, how]) =>
        between(hosts, (p, from, to) => p.open(pattern, from, to, size, termsOf(p, from, how)).record.name)(
          `${pattern} with ${size} bytes, ${termsText(how)}`,
          a,
          b,
        ),
      ),
    fc
      .tuple(nth, nth, fc.constantFrom(8, 100, 1300))
      .map(([a, b, size]) =>
        between(hosts, (p, from, to) => p.datagram(from, to, size))(`datagram of ${size} bytes`, a, b),
      ),
  ];
}

/** On a stream that is there. */
function onSide(
  text: string,
  filter: (side: StreamSide) => boolean,
  act: (side: StreamSide) => void,
): (nth: number) => Command {
  return (n) =>
    new Act(`${text} #${n}`, ({ sides, stage }) => {
      const alive = sides.filter(
        (side) => stage.isUp(side.host) && stage.incarnation(side.host) === side.incarnation,
      );
      const side = pick(alive.filter(filter), n);
      if (side === undefined) return 'nothing';
      act(side);
      return `${side.isCaller ? 'caller' : 'callee'} of ${side.record.name}`;
    });
}

function streamActs(): fc.Arbitrary<Command>[] {
  const statuses = fc.constantFrom(256, 300);
  return [
    fc.tuple(nth, messageSizes).map(([n, size]) =>
      onSide(
        `write ${size} bytes`,
        (side) => side.canWrite,
        (side) => side.write(size),
      )(n),
    ),
    fc.tuple(nth, fc.integer({ min: 1, max: 5 })).map(([n, count]) =>
      onSide(
        `read ${count}`,
        () => true,
        (side) => side.read(count),
      )(n),
    ),
    nth.map(
      onSide(
        'end',
        (side) => side.isCaller && side.canWrite,
        (side) => side.end(),
      ),
    ),
    fc.tuple(nth, fc.boolean()).map(([n, throws]) =>
      onSide(
        throws ? 'throw' : 'finish',
        (side) => side.finish !== undefined,
        (side) => side.finish?.(throws ? new Error('thrown') : undefined),
      )(n),
    ),
    fc.tuple(nth, statuses).map(([n, status]) =>
      onSide(
        `close with ${status}`,
        () => true,
        (side) => {
          side.close(status);
        },
      )(n),
    ),
  ];
}

function otherActs(): fc.Arbitrary<Command>[] {
  return [
    nth.map(
      (n) =>
        new Act(`abort #${n}`, (players) => {
          const { reference, stage } = players;
          const alive = reference.records.filter(
            ({ from, incarnation }) => stage.isUp(from) && stage.incarnation(from) === incarnation,
          );
          const record = pick(alive, n);
          if (record === undefined) return 'nothing';
          if (record.name.startsWith('broadcast')) {
            for (const leg of reference.records) if (leg.id === record.id) leg.causes.add('aborted');
          }
          players.abort(record);
          return record.name;
        }),
    ),
    fc.tuple(nth, fc.boolean()).map(
      ([n, throws]) =>
        new Act(`${throws ? 'throw' : 'answer'} #${n}`, ({ answers, stage }) => {
          const held = pick(
            answers.filter(
              ({ host, incarnation }) => stage.isUp(host) && stage.incarnation(host) === incarnation,
            ),
            n,
          );
          if (held === undefined) return 'nothing';
          answers.splice(answers.indexOf(held), 1);
          held.settle(throws ? 'throw' : 'ok');
          return held.record.name;
        }),
    ),
    fc.tuple(nth, fc.boolean()).map(
      ([n, rejects]) =>
        new Act(`${rejects ? 'reject' : 'accept'} #${n}`, ({ decisions, stage }) => {
          const held = pick(
            decisions.filter(
              ({ host, incarnation }) => stage.isUp(host) && stage.incarnation(host) === incarnation,
            ),
            n,
          );
          if (held === undefined) return 'nothing';
          decisions.splice(decisions.indexOf(held), 1);
          held.settle(rejects ? 'reject' : 'accept');
          return held.record.name;
        }),
    ),
    fc.tuple(nth, fc.boolean()).map(
      ([n, pauses]) =>
        new Act(`${pauses ? 'pause' : 'resume'} target #${n}`, ({ targets }) => {
          const target = pick([...targets.values()], n);
          if (target === undefined) return 'nothing';
          if (pauses) target.pause();
          else target.resume();
          return '';
        }),
    ),
  ];
}

function bufferActs(hosts: number): fc.Arbitrary<Command>[] {
  const onBuffer = (text: string, act: (players: Players, buffer: HeldBuffer) => void) => (n: number) =>
    new Act(`${text} #${n}`, (players) => {
      const buffer = pick(players.buffers.list, n);
      if (buffer === undefined) return 'nothing';
      act(players, buffer);
      return `of host ${buffer.host}`;
    });
  return [
    fc.tuple(nth, sizes).map(([a, size]) => {
      const host = a % hosts;
      return new Act(`buffer of ${size} bytes at ${host}`, (players) => {
        if (players.isOpen(host)) players.buffers.allocate(host, size);
      });
    }),
    nth.map(onBuffer('clone buffer', ({ buffers }, buffer) => buffers.clone(buffer))),
    nth.map(onBuffer('release buffer', ({ buffers }, buffer) => buffers.release(buffer))),
  ];
}

function faultActs(hosts: number): fc.Arbitrary<Command>[] {
  const ratio = fc.constantFrom(5, 20, 50).map((numerator) => ({ numerator, denominator: 100 }));
  return [
    fc.tuple(nth, nth, fc.constantFrom('both', 'to')).map(([a, b, direction]) => {
      const from = a % hosts;
      const to = otherThan(from, b, hosts);
      return new Act(`cut ${from} ${direction} ${to}`, (players) => {
        const [one, other] = [from, to].map((host) => players.stage.network.host(host)) as [
          NetworkHost,
          NetworkHost,
        ];
        players.begin([from, to], (atNs) => ({
          kind: 'partition',
          atNs,
          between: [[one], [other]],
          direction: direction as 'both' | 'to',
        }));
      });
    }),
    fc.tuple(nth, ratio, fc.constantFrom('loss', 'duplicate', 'reorder')).map(([a, rate, kind]) => {
      const host = a % hosts;
      return new Act(`${kind} of ${rate.numerator} % at ${host}`, (players) => {
        const [link] = players.stage.network.host(host).links;
        const on = link === undefined ? [] : [link.up, link.down];
        const all = Array.from({ length: hosts }, (_, i) => i);
        players.begin(all, (atNs) =>
          kind === 'reorder'
            ? { kind, atNs, on, rate, delayNs: 100_000 }
            : { kind: kind as 'loss' | 'duplicate', atNs, on, rate },
        );
      });
    }),
    fc.constant(new Act('heal', (players) => players.heal())),
    nth.map(
      (a) =>
        new Act(`close ${a % hosts}`, (players) => {
          if (players.isOpen(a % hosts)) players.close(a % hosts);
        }),
    ),
    nth.map((a) => new Act(`crash ${a % hosts}`, (players) => players.crash(a % hosts))),
    nth.map((a) => new Act(`restart ${a % hosts}`, (players) => players.restart(a % hosts))),
  ];
}

const WAITS_NS = [1000, 4000, 4000, 10_000, 10_000, 30_000, 100_000, 1_000_000, 15_000_000, 60_000_000];

/** Sequences of at most `maxCommands` over so many hosts. */
export function sequences(hosts: number, maxCommands: number): fc.Arbitrary<Iterable<Command>> {
  const waits = fc.constantFrom(...WAITS_NS).map((ns) => new Wait(ns));
  const kinds = [
    ...starts(hosts),
    ...streamActs(),
    ...streamActs().slice(0, 2),
    ...otherActs(),
    ...bufferActs(hosts),
    waits,
    waits,
    waits,
    waits,
  ];
  kinds.push(...faultActs(hosts));
  return fc.commands(kinds, { maxCommands, size: 'max' });
}
