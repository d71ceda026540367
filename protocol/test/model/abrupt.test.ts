import { describe, expect, test } from 'vitest';
import { Players } from './players.ts';
import { Reference } from './reference.ts';
import type { Plan, StreamPattern } from './reference.ts';
import { conclude, settle } from './settle.ts';
import { watchSteps } from './steps.ts';

const DEEP = process.env['DEEP'] === '1';
const NOW: Plan = { verdict: 'accept', answer: 'now' };
const CALLER = 0;
const CALLEE = 1;

/** An exchange of host 0 with host 1, as nobody disturbs it; `deadlineNs` is the caller's. */
interface Shape {
  name: string;
  hosts?: number;
  accepting?: boolean;
  /** Not in the short suite. */
  isDeep?: boolean;
  begin(players: Players, deadline: { deadlineNs?: number }): void;
}

function unary(bytes: number, plan: Plan): Shape['begin'] {
  return (players, deadline) => {
    players.unary(CALLER, CALLEE, bytes, { plan, ...deadline });
    // In two steps, the second a while after the first.
    at(players, 20_000, () => players.decisions.pop()?.settle('accept'));
    at(players, 40_000, () => players.answers.pop()?.settle('ok'));
  };
}

function stream(pattern: StreamPattern, plan: Plan): Shape['begin'] {
  return (players, deadline) => {
    const side = players.open(pattern, CALLER, CALLEE, 100, { plan, ...deadline });
    void side.drain();
    if (pattern !== 'streaming-response') {
      for (const bytes of [100, 3000, 20]) side.write(bytes);
    }
    if (pattern === 'bidirectional') side.end();
    at(players, 20_000, () => {
      const callee = players.sides.find(({ isCaller }) => !isCaller);
      if (callee?.isServing !== true) return;
      if (pattern === 'streaming-request') side.end();
      void callee.drain();
      for (const bytes of pattern === 'streaming-request' ? [] : [200, 2000]) callee.write(bytes);
      at(players, 20_000, () => callee.finish?.());
    });
  };
}

function at({ stage }: Players, ns: number, act: () => void): void {
  const onEvent = (): void => {
    stage.kernel.touchPromise();
    act();
  };
  stage.kernel.schedule(stage.now + ns, { onEvent });
}

const SHAPES: Shape[] = [
  { name: 'a small unary call', begin: unary(20, NOW) },
  { name: 'a pulled unary call', isDeep: true, begin: unary(3000, { ...NOW, answer: 'held' }) },
  {
    name: 'a unary call that waits to be accepted',
    accepting: true,
    begin: unary(3000, { verdict: 'queue', answer: 'held' }),
  },
  {
    name: 'a bulk transfer',
    accepting: true,
    begin: (players, deadline) => void players.bulk(CALLER, CALLEE, 3000, { plan: NOW, ...deadline }),
  },
  {
    name: 'a broadcast',
    hosts: DEEP ? 3 : 2,
    begin: (players, deadline) => void players.broadcast(CALLER, 3000, { plan: NOW, ...deadline }),
  },
  { name: 'a streamed response', begin: stream('streaming-response', NOW) },
  { name: 'a stream of requests', begin: stream('streaming-request', { ...NOW, answer: 'held' }) },
  { name: 'a stream in both directions', begin: stream('bidirectional', { ...NOW, answer: 'held' }) },
];

/** What ends it, at the step that is asked for. A deadline passes at that step by itself. */
const ENDINGS: Record<string, (players: Players) => void> = {
  'its caller aborts': (players) => {
    for (const record of players.reference.records) players.abort(record);
  },
  'its deadline passes': () => {},
  'its caller closes the pool': (players) => players.close(CALLER),
  'its callee closes the pool': (players) => players.close(CALLEE),
  'its caller dies': (players) => players.crash(CALLER),
  'its callee dies': (players) => players.crash(CALLEE),
  'its caller restarts': (players) => {
    players.crash(CALLER);
    players.restart(CALLER);
  },
  'its callee restarts': (players) => {
    players.crash(CALLEE);
    players.restart(CALLEE);
  },
  'its path is cut for long': (players) => {
    const [one, other] = [CALLER, CALLEE].map((host) => players.stage.network.host(host));
    players.begin([CALLER, CALLEE], (atNs) => ({
      kind: 'partition',
      atNs,
      between: [[one!], [other!]],
      direction: 'both',
    }));
    at(players, 60_000_000, () => players.heal());
  },
};

/** Endings of streams alone. */
const STREAM_ENDINGS: typeof ENDINGS = {
  'its caller closes it': (players) => close(players, true),
  'its callee closes it': (players) => close(players, false),
  'its handler throws': ({ sides }) => sides.find(({ isCaller }) => !isCaller)?.finish?.(new Error('thrown')),
};

function close({ sides }: Players, byCaller: boolean): void {
  for (const side of sides) if (side.isCaller === byCaller) side.close(300);
}

interface Run {
  /** When each step was. */
  times: number[];
  players: Players;
}

/** Runs `shape`, with `end` at step `step` if that comes, and, if `loses`, without the first packet after it. */
async function run(
  shape: Shape,
  end?: { step: number; act: (players: Players) => void; deadline: { deadlineNs?: number }; loses: boolean },
): Promise<Run> {
  const { hosts = 2, accepting = false } = shape;
  const reference = new Reference(hosts);
  const players = new Players({ hosts, accepting, options: { notifyWindow: 1 } }, reference);
  const { stage } = players;
  const times: number[] = [];
  let losesNext = false;
  stage.network.addMonitor({
    onPacket: (point) => {
      if (!losesNext || point !== 'egress') return 'pass';
      losesNext = false;
      return 'drop';
    },
  });
  watchSteps(stage, (step) => {
    times.push(stage.now);
    if (end === undefined || step !== end.step) return;
    losesNext = end.loses;
    if (end.loses) reference.disturb([CALLER, CALLEE], true);
    stage.soon(() => end.act(players));
  });
  await stage.act(() => shape.begin(players, end?.deadline ?? {}));
  await stage.advance(10_000_000);
  return { times, players };
}

/** REQ XFER-5, XFER-6, STREAM-6, FLOW-3, BUF-9, HEALTH-2 · MUST EXCH-1, EXCH-5, EXCH-6, EXCH-7, STRM-10, CREDIT-2: at every step, not at some. */
describe.each(
  SHAPES.filter(({ isDeep }) => DEEP || isDeep !== true).map((shape) => [shape.name, shape] as const),
)('%s', (name, shape) => {
  const endings = { ...ENDINGS, ...(name.includes('stream') ? STREAM_ENDINGS : {}) };
  test.each(Object.keys(endings))('%s, at each step of the protocol', async (ending) => {
    const undisturbed = await run(shape);
    const times = [...undisturbed.times];
    await settle(undisturbed.players);
    expect(times.length).toBeGreaterThan(6);
    for (const loses of DEEP ? [false, true] : [false]) {
      for (let step = 0; step < times.length; step += 1) {
        const isDeadline = ending === 'its deadline passes';
        const deadline = isDeadline ? { deadlineNs: Math.max(times[step]!, 1) } : {};
        const { players } = await run(shape, { step, act: endings[ending]!, deadline, loses });
        const where = `${ending}, step ${step}${loses ? ', a packet lost' : ''}`;
        try {
          if (DEEP && !ending.includes('pool')) await settle(players);
          else await conclude(players);
        } catch (error) {
          throw new Error(`${where}: ${(error as Error).message}`);
        }
      }
    }
  });
});
