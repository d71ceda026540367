import { isQuiet, reportLeaks } from '../../../sim/check/leaks.ts';
import { Violations } from '../../../sim/check/violations.ts';
import { judge } from './commands.ts';
import type { Players } from './players.ts';
import { STAGE_OPTIONS } from './stage.ts';
import type { Plan } from './reference.ts';

/** Once nothing disturbs any more, everything is known, over and given back within this. */
export const BOUND_NS = 10 * STAGE_OPTIONS.peerTimeoutNs;

const AT_ONCE: Plan = { verdict: 'accept', answer: 'now' };

/** All trouble is over: what was begun ends in time, both sides know how, nothing is left, and what comes next is as if nothing had been. */
export async function settle(players: Players): Promise<void> {
  await conclude(players);
  await players.stage.act(() => {
    for (let host = 0; host < players.stage.size; host += 1) {
      if (players.isOpen(host)) continue;
      players.crash(host);
      players.restart(host);
    }
  });
  await expectAsNew(players);
}

/** The same without a look at what comes next. */
export async function conclude(players: Players): Promise<void> {
  const { stage, reference } = players;
  await stage.act(() => {
    players.heal();
    for (let host = 0; host < stage.size; host += 1) players.restart(host);
  });
  await stage.advance(BOUND_NS);
  judge(reference);
  expectNobodyInVain(players);
  expectNobodyForgotten(players);
  await release(players);
  await stage.advance(BOUND_NS);
  await stage.act(() => {
    for (const side of players.sides) if (isAlive(players, side)) void side.drain();
  });
  expectAllKnown(players);
  players.buffers.expectNone();
  judge(reference);
  expectNothingLeft(players);
}

function isAlive({ stage }: Players, at: { host: number; incarnation: number }): boolean {
  return stage.isUp(at.host) && stage.incarnation(at.host) === at.incarnation;
}

/** Nobody works any more for a caller who does not wait, or is gone. */
function expectNobodyInVain(players: Players): void {
  const { reference, stage, answers, decisions, sides } = players;
  const wants = (record: (typeof reference.records)[number]): boolean => {
    if (stage.incarnation(record.from) !== record.incarnation) return false;
    if (record.kind === 'call') return record.end === undefined;
    return record.down.end === undefined && !record.causes.has('aborted') && stage.now <= record.deadlineAt;
  };
  for (const held of [...answers, ...decisions]) {
    if (isAlive(players, held) && !wants(held.record) && !held.signal.aborted)
      reference.differ(`host ${held.host} still works on ${held.record.name}`);
  }
  for (const side of sides) {
    const { isCaller, record, finish, api } = side;
    if (isCaller || finish === undefined || !isAlive(players, side) || wants(record)) continue;
    if (api.signal?.aborted !== true) reference.differ(`host ${side.host} still serves ${record.name}`);
  }
}

/** Nobody waits any more for a handler that is done, or gone. */
function expectNobodyForgotten(players: Players): void {
  const { reference, stage, answers, sides } = players;
  for (const record of reference.records) {
    if (stage.incarnation(record.from) !== record.incarnation || record.runs.length === 0) continue;
    // Who opened a stream learns its end when he reads.
    const isTold = record.kind === 'call' || record.pattern === 'streaming-request';
    const end = record.kind === 'call' ? record.end : record.down.end;
    if (!isTold || end !== undefined) continue;
    const isServed =
      answers.some((held) => held.record === record && isAlive(players, held)) ||
      sides.some((side) => side.record === record && side.isServing && isAlive(players, side));
    if (!isServed) reference.differ(`the caller of ${record.name} waits for nobody`);
  }
}

/** Everybody does what he has put off. */
async function release(players: Players): Promise<void> {
  const { stage, answers, decisions, sides, targets } = players;
  await stage.act(() => {
    players.isHasty = true;
    players.buffers.releaseAll();
    for (const held of decisions.splice(0)) if (isAlive(players, held)) held.settle('accept');
    for (const target of targets.values()) target.resume();
  });
  await stage.advance(BOUND_NS);
  await stage.act(() => {
    for (const held of answers.splice(0)) if (isAlive(players, held)) held.settle('ok');
    for (const side of sides) {
      if (!isAlive(players, side)) continue;
      if (side.isCaller && !side.outgoing.ended) {
        side.end();
      }
      void side.drain();
    }
  });
  await stage.advance(BOUND_NS);
  await stage.act(() => {
    for (const side of sides) if (isAlive(players, side)) side.finish?.();
  });
}

/** MUST EXCH-5: whoever asked knows what became of it; who was not disturbed was served exactly once. */
function expectAllKnown({ reference, stage }: Players): void {
  for (const record of reference.records) {
    if (stage.incarnation(record.from) !== record.incarnation) continue;
    const end = record.kind === 'call' ? record.end : record.down.end;
    if (end === 'dependency-failed') continue;
    if (end === undefined) reference.differ(`the caller of ${record.name} knows nothing`);
    const isFree = record.causes.size === 0 && record.deadlineAt === Number.POSITIVE_INFINITY;
    if (!isFree || record.excused || reference.isDisturbed(record)) continue;
    if (end !== 'ok' && end !== 'done') reference.differ(`${record.name} should have succeeded: ${end}`);
    if (record.runs.length !== 1) reference.differ(`${record.name} was handled ${record.runs.length} times`);
  }
}

function expectNothingLeft({ reference, stage }: Players): void {
  const { world, network, kernel, crypto } = stage;
  for (let host = 0; host < stage.size; host += 1)
    if (stage.pool(host).isBusy()) reference.differ(`the pool of host ${host} is busy`);
  if (crypto.audit.reuses.length > 0) reference.differ('a nonce was used twice');
  if (!isQuiet(world, network)) {
    const violations = new Violations(kernel);
    reportLeaks(world, network, violations);
    for (const { message } of violations.list) reference.differ(message);
  }
  judge(reference);
}

/** The second round at the latest finds nothing of the past: all credit is there, all at once. */
async function expectAsNew(players: Players): Promise<void> {
  const { stage, reference } = players;
  const window = Math.min(stage.world.host(0).endpoint.options.notifyWindow, 4);
  for (let round = 0; round < 2; round += 1) {
    players.isHasty = false;
    const begun = reference.records.length;
    await stage.act(() => {
      for (let from = 0; from < stage.size; from += 1)
        for (let to = 0; to < stage.size; to += 1)
          for (let i = 0; from !== to && i < window; i += 1)
            players.unary(from, to, i === 0 ? 3000 : 20, { plan: { ...AT_ONCE, answer: 'held' } });
    });
    await stage.advance(1_000_000);
    const records = reference.records.slice(begun);
    if (round === 1) {
      for (const { name, runs } of records)
        if (runs.length !== 1) reference.differ(`${name} waits for credit`);
    }
    await stage.act(() => {
      players.isHasty = true;
      for (const held of players.answers.splice(0)) held.settle('ok');
    });
    await stage.advance(BOUND_NS);
    for (const record of records)
      if (record.kind === 'call' && (record.end === undefined || (round === 1 && record.end !== 'ok')))
        reference.differ(`${record.name}, after all is over, ended with ${record.end}`);
    judge(reference);
  }
  expectNothingLeft(players);
}
