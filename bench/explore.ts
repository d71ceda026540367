import { explore, type ExploreProgramOptions, type Sim } from '../sim/index.ts';

const SCHEDULES_MAX = 10_000;
/** Turns of the task that must be late, in the race of the second table. */
const TURNS = [4, 8, 16, 32] as const;
const SEARCH_MAX = 10_000;

export interface SpeedFigures {
  readonly strategy: string;
  readonly schedules: number;
  readonly classes: number;
  readonly isExhausted: boolean;
  /** Of CPU time. */
  readonly schedulesPerSecond: number;
}

/** Schedules until the race is found; undefined: not in SEARCH_MAX. */
export interface SearchFigures {
  readonly turns: number;
  readonly random: number | undefined;
  readonly pct: number | undefined;
  readonly exhaustive: number | undefined;
}

export interface ExploreFigures {
  readonly speed: readonly SpeedFigures[];
  readonly search: readonly SearchFigures[];
}

export async function measureExplore(): Promise<ExploreFigures> {
  const speed: SpeedFigures[] = [];
  const strategies: readonly [string, ExploreProgramOptions][] = [
    ['exhaustive', {}],
    ['without reduction', { reduction: false }],
    ['random', { strategy: 'random' }],
    ['pct', { strategy: 'pct' }],
  ];
  await explore({ schedulesMax: 500 }, threeTasks);
  for (const [strategy, options] of strategies) {
    const started = process.cpuUsage();
    const { schedules, classes, isExhausted } = await explore(
      { schedulesMax: SCHEDULES_MAX, ...options },
      threeTasks,
    );
    const { user, system } = process.cpuUsage(started);
    const schedulesPerSecond = (schedules * 1e6) / (user + system);
    speed.push({ strategy, schedules, classes, isExhausted, schedulesPerSecond });
  }
  const search: SearchFigures[] = [];
  for (const turns of TURNS) {
    search.push({
      turns,
      random: await found(turns, { strategy: 'random' }),
      pct: await found(turns, { strategy: 'pct', depth: 2 }),
      exhaustive: await found(turns, {}),
    });
  }
  return { speed, search };
}

/** Three tasks that meet at a variable and a mutex. */
async function threeTasks(sim: Sim): Promise<void> {
  const mutex = sim.mutex();
  const variable = sim.shared(0);
  for (let i = 0; i < 3; i++) {
    sim.spawn(async () => {
      const before = variable.value;
      await sim.yield();
      variable.value = before + 1;
      await sim.yield();
      await mutex.runExclusive(() => sim.yield());
    });
  }
  await sim.sleep(1);
}

async function found(turns: number, options: ExploreProgramOptions): Promise<number | undefined> {
  const { failures } = await explore({ schedulesMax: SEARCH_MAX, ...options }, async (sim) => {
    const counter = sim.shared(0);
    const early = sim.spawn('early', async () => {
      const before = counter.value;
      await sim.yield();
      counter.value = before + 1;
    });
    const late = sim.spawn('late', async () => {
      for (let i = 0; i < turns; i++) await sim.yield();
      counter.value += 10;
    });
    for (const task of [early, late]) await task.join();
    if (counter.value !== 11) throw new Error('an update was lost');
  });
  return failures[0]?.schedule;
}

export function exploreLines({ speed, search }: ExploreFigures): string[] {
  const number = (value: number): string => Math.round(value).toLocaleString('en-US').padStart(10);
  const times = (value: number | undefined): string =>
    (value === undefined ? `> ${SEARCH_MAX.toLocaleString('en-US')}` : String(value)).padStart(10);
  return [
    'Three tasks, a variable and a mutex: schedules, classes of equivalent ones among them, schedules per second of CPU',
    ...speed.map(
      ({ strategy, schedules, classes, isExhausted, schedulesPerSecond }) =>
        `  ${strategy.padEnd(18)}${number(schedules)}${number(classes)}${number(schedulesPerSecond)}${isExhausted ? '  exhausted' : ''}`,
    ),
    '',
    'A lost update that needs one task to be so many turns late: schedules until it is found',
    '       turns    random     pct 2  exhaustive',
    ...search.map(({ turns, random, pct, exhaustive }) => {
      return `  ${number(turns)}${times(random)}${times(pct)}${times(exhaustive).padStart(12)}`;
    }),
  ];
}
