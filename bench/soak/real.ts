import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { newTally, type Tally } from './load.ts';
import type { PeerReport, Whereabouts } from './peer-process.ts';
import { course, trend, type Trend } from './samples.ts';

const PROCESS = fileURLToPath(new URL('./peer-process.js', import.meta.url));
const MORTALS = 3;
/** Between two deaths, at most. */
const LIFE_MS_MAX = 2000;
const MIB = 2 ** 20;
/** How calls to a process that was killed end; refused: it is there again, and does not serve yet. */
const DEATHS: readonly string[] = ['peer-timeout', 'peer-restarted', 'refused'];

export interface RealSoakFigures {
  seconds: number;
  kills: number;
  /** Of the process that lives on, and of those that are killed, what they had said before. */
  survivor: Tally;
  mortals: Tally;
  rssMiB: Trend;
  /** Medians of sixths of the run. */
  rssCourseMiB: number[];
  heapMiB: Trend;
  descriptors: Trend;
  threads: Trend;
  registrations: Trend;
  /** When all calls had ended. */
  exchangesAtEnd: number;
  /** What is not as it should be. */
  problems: string[];
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** A process of the soak as its parent sees it. */
class PeerProcess {
  readonly child: Child;
  readonly whereabouts: Promise<Whereabouts>;
  readonly reports: PeerReport[] = [];
  readonly ended: Promise<unknown>;

  constructor(args: readonly string[]) {
    this.child = spawn(process.execPath, [PROCESS, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    // Its end is looked at, not the pipe to it.
    this.child.stdin.on('error', () => {});
    this.ended = once(this.child, 'exit');
    const lines = createInterface(this.child.stdout);
    this.whereabouts = Promise.race([
      once(lines, 'line').then(([line]) => JSON.parse(line as string) as Whereabouts),
      this.ended.then(() => {
        throw new Error('a process of the soak ended before it said where it is');
      }),
    ]);
    // Whoever kills it need not wait for that.
    this.whereabouts.catch(() => {});
    lines.on('line', (line) => {
      const said = JSON.parse(line) as PeerReport | Whereabouts;
      if ('tally' in said) this.reports.push(said);
    });
  }

  tell(line: string): void {
    this.child.stdin.write(`${line}\n`);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

export interface RealSoakOptions {
  seconds: number;
  isCancelled: () => boolean;
  onProgress: (seconds: number, kills: number, calls: number) => void;
}

/** Processes over loopback of which all but one are killed and started again at random: what the one that lives on loses by that. REQ BUF-9, HEALTH-8 */
export async function soakReal({
  seconds,
  isCancelled,
  onProgress,
}: RealSoakOptions): Promise<RealSoakFigures> {
  const survivor = new PeerProcess(['--cores', '2']);
  const mortals: PeerProcess[] = [];
  const dead = newTally();
  let kills = 0;
  try {
    const at = await survivor.whereabouts;
    const begin = async (bind?: string): Promise<PeerProcess> => {
      const mortal = new PeerProcess(bind === undefined ? [] : ['--bind', bind]);
      await mortal.whereabouts;
      mortal.tell(JSON.stringify(at));
      return mortal;
    };
    for (let i = 0; i < MORTALS; i += 1) mortals.push(await begin());
    for (const { whereabouts } of mortals) {
      survivor.tell(JSON.stringify({ ...(await whereabouts), fabric: undefined }));
    }
    const start = performance.now();
    const passed = (): number => (performance.now() - start) / 1000;
    while (passed() < seconds && !isCancelled()) {
      await sleep(LIFE_MS_MAX * Math.random());
      const i = Math.floor(MORTALS * Math.random());
      const victim = mortals[i] as PeerProcess;
      const [bind] = (await victim.whereabouts).workers;
      await victim.kill();
      count(dead, victim);
      kills += 1;
      mortals[i] = await begin(bind);
      onProgress(passed(), kills, survivor.reports.at(-1)?.tally.calls ?? 0);
      if (survivor.child.exitCode !== null) break;
    }
    // Those that serve end last.
    for (const mortal of mortals) mortal.tell('stop');
    survivor.tell('stop');
    await Promise.race([
      Promise.all([survivor, ...mortals].map(lastReport)),
      sleep(30_000, undefined, { ref: false }),
    ]);
    for (const mortal of mortals) count(dead, mortal);
    return figuresOf(survivor, dead, kills, passed());
  } finally {
    await Promise.all([survivor, ...mortals].map((one) => one.kill()));
  }
}

async function lastReport(one: PeerProcess): Promise<void> {
  while (one.reports.at(-1)?.isLast !== true && one.child.exitCode === null) await sleep(100);
}

function count(total: Tally, { reports }: PeerProcess): void {
  const tally = reports.at(-1)?.tally ?? newTally();
  total.calls += tally.calls;
  total.bytes += tally.bytes;
  total.wrong += tally.wrong;
  for (const [reason, times] of Object.entries(tally.failed)) {
    total.failed[reason] = (total.failed[reason] ?? 0) + times;
  }
}

function figuresOf(survivor: PeerProcess, mortals: Tally, kills: number, seconds: number): RealSoakFigures {
  const { reports, child } = survivor;
  const last = reports.at(-1);
  const under = reports.filter(({ isLast }) => !isLast);
  const of = (value: (report: PeerReport) => number): Trend => trend(under, value);
  const figures: RealSoakFigures = {
    seconds,
    kills,
    survivor: last?.tally ?? newTally(),
    mortals,
    rssMiB: of((one) => one.sample.rssBytes / MIB),
    rssCourseMiB: course(under, (one) => one.sample.rssBytes / MIB),
    heapMiB: of((one) => one.sample.heapBytes / MIB),
    descriptors: of((one) => one.sample.descriptors),
    threads: of((one) => one.sample.threads),
    registrations: of((one) => one.registrations),
    exchangesAtEnd: last?.exchanges ?? -1,
    problems: [],
  };
  if (child.exitCode !== null || child.signalCode !== null) figures.problems.push('the survivor has ended');
  return { ...figures, problems: [...figures.problems, ...problemsOf(figures, last?.isLast === true)] };
}

/** A process that leaks something at each of its peers' deaths has grown by more than this. */
function problemsOf(figures: RealSoakFigures, isOver: boolean): string[] {
  const { survivor, mortals, exchangesAtEnd } = figures;
  const problems: string[] = [];
  const check = (isSo: boolean, what: string): void => void (isSo || problems.push(what));
  check(isOver, 'calls had not ended 30 s after the last kill');
  check(survivor.wrong + mortals.wrong === 0, 'answers were not what was sent');
  check(survivor.calls > 0 && mortals.calls > 0, 'nothing was called');
  const odd = Object.keys(survivor.failed).filter((reason) => !DEATHS.includes(reason));
  check(odd.length === 0, `calls to those that were killed ended with ${odd.join(', ')}`);
  const all = Object.keys(mortals.failed);
  check(all.length === 0, `calls to the survivor failed with ${all.join(', ')}`);
  check(exchangesAtEnd === 0, `${exchangesAtEnd} exchanges were open at the end`);
  const grows = (name: string, { before, after }: Trend, by: number): void =>
    check(after <= before + by, `${name} grew from ${before.toFixed(1)} to ${after.toFixed(1)}`);
  grows('RSS in MiB', figures.rssMiB, Math.max(figures.rssMiB.before * 0.1, 8));
  grows('heap in MiB', figures.heapMiB, Math.max(figures.heapMiB.before * 0.1, 2));
  grows('descriptors', figures.descriptors, 4);
  grows('threads', figures.threads, 0);
  grows('registrations', figures.registrations, 4);
  return problems;
}
