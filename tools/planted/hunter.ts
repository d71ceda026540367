/** A process that hunts one bug: seeds in order, until one fails with the bug and passes without it. */
import { join } from 'node:path';
import type { PlantedBug } from './bug.ts';
import { PaxosQuarry } from './paxos-quarry.ts';
import { ProgramQuarry } from './program-quarry.ts';
import type { Quarry, Shrunk } from './quarry.ts';
import { ScenarioQuarry } from './scenario-quarry.ts';
import type { Failure } from './verdict.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

export interface HuntOrder {
  /** The file that the bug is in. */
  file: string;
  /** What it is hunted with, if the bug says so. */
  program: PlantedBug['program'];
  /** Folder of the copy with the bug. */
  folder: string;
  firstSeed: number;
  lastSeed: number;
  cpuSecondsMax: number;
  /** `sound`: says whether the first seed passes without the bug, and nothing else. */
  how: 'planted' | 'sound';
  /** Whether what is found is shrunk. */
  shrinks: boolean;
}

export type HuntMessage =
  | { type: 'seed'; seed: number; cpuSeconds: number }
  /** The seed fails without the bug, too. */
  | { type: 'false alarm'; seed: number; failure: Failure }
  | { type: 'found'; seed: number; failure: Failure; cpuSeconds: number }
  | { type: 'shrunk'; shrunk: Shrunk }
  | { type: 'end'; seed: number; cpuSeconds: number }
  /** The hunter itself is at fault. */
  | { type: 'broken'; message: string };

const say = (message: HuntMessage): void => void process.send?.(message);
const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

process.once('message', (order: HuntOrder) => {
  void run(order).then(
    () => process.disconnect(),
    (error: unknown) => {
      say({
        type: 'broken',
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
      process.disconnect();
    },
  );
});

async function run(order: HuntOrder): Promise<void> {
  if (order.program === 'paxos') await hunt(await PaxosQuarry.load(order.folder), order);
  else if (order.file.startsWith('sim/test/'))
    await hunt(await ProgramQuarry.load(ROOT, order.folder, order.file), order);
  else await hunt(await ScenarioQuarry.load(order.folder), order);
}

async function hunt<Case>(quarry: Quarry<Case>, order: HuntOrder): Promise<void> {
  let seed = order.firstSeed;
  for (; seed <= order.lastSeed && cpuSeconds() < order.cpuSecondsMax; seed += 1) {
    say({ type: 'seed', seed, cpuSeconds: cpuSeconds() });
    const input = quarry.caseOf(seed);
    const failure = await quarry.failure(input, order.how);
    if (failure === undefined) continue;
    const alarm = order.how === 'sound' ? failure : await quarry.failure(input, 'sound');
    if (alarm !== undefined) {
      say({ type: 'false alarm', seed, failure: alarm });
      continue;
    }
    say({ type: 'found', seed, failure, cpuSeconds: cpuSeconds() });
    if (!order.shrinks) return;
    const fails = async (smaller: Case): Promise<boolean> =>
      (await quarry.failure(smaller, 'planted')) !== undefined &&
      (await quarry.failure(smaller, 'sound')) === undefined;
    say({ type: 'shrunk', shrunk: await quarry.shrink(input, fails) });
    return;
  }
  say({ type: 'end', seed: seed - 1, cpuSeconds: cpuSeconds() });
}
