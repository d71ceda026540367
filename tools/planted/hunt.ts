import { fork } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PlantedBug } from './bug.ts';
import { graft } from './graft.ts';
import type { HuntMessage, HuntOrder } from './hunter.ts';
import type { Shrunk } from './quarry.ts';
import type { Failure } from './verdict.ts';

/** A run that takes longer than this does not end: with the bug, something goes round for ever. */
const HANG_MS = 60_000;
/** Shrinking runs many of them. */
const SHRINK_MS = 300_000;
/** A bug may eat all memory: it is to end its hunter, not the machine. */
const HEAP_MEGABYTES_MAX = 1500;

export interface HuntLimits {
  /** Seeds 1 to this. */
  seeds: number;
  cpuSeconds: number;
  /** Look at this seed alone. */
  seed?: number;
  shrinks: boolean;
}

/** What came of hunting one bug. */
export interface Hunt {
  bug: PlantedBug;
  /** Seeds that were run; the last of them found the bug, if it was found. */
  seeds: number;
  cpuSeconds: number;
  failure: Failure | undefined;
  shrunk: Shrunk | undefined;
  falseAlarms: { seed: number; failure: Failure }[];
}

/** Plants a bug and looks for it. */
export async function hunt(
  root: string,
  bug: PlantedBug,
  limits: HuntLimits,
  onSeed: (seed: number) => void,
): Promise<Hunt> {
  const parent = join(root, 'dist', '.planted');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, `${bug.name}-`));
  try {
    graft(root, bug, folder);
    return await new Hunting(bug, folder, limits, onSeed).run();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

class Hunting {
  readonly #order: HuntOrder;
  readonly #result: Hunt;
  readonly #onSeed: (seed: number) => void;

  constructor(bug: PlantedBug, folder: string, limits: HuntLimits, onSeed: (seed: number) => void) {
    this.#order = {
      file: bug.file,
      program: bug.program,
      folder,
      firstSeed: limits.seed ?? 1,
      lastSeed: limits.seed ?? limits.seeds,
      cpuSecondsMax: limits.cpuSeconds,
      how: 'planted',
      shrinks: limits.shrinks,
    };
    this.#result = { bug, seeds: 0, cpuSeconds: 0, failure: undefined, shrunk: undefined, falseAlarms: [] };
    this.#onSeed = onSeed;
  }

  async run(): Promise<Hunt> {
    const result = this.#result;
    let spentSeconds = 0;
    for (let firstSeed = this.#order.firstSeed; ;) {
      const broken = await this.#attempt({ ...this.#order, firstSeed }, spentSeconds);
      if (broken === undefined || result.failure !== undefined) return result;
      const { seed } = broken;
      if (!(await this.#isSound(seed))) {
        result.falseAlarms.push({ seed, failure: broken.failure });
        spentSeconds = result.cpuSeconds;
        firstSeed = seed + 1;
        continue;
      }
      result.failure = broken.failure;
      return result;
    }
  }

  /** Runs seeds in a process of their own. Undefined, or the seed that the process did not survive. */
  async #attempt(
    order: HuntOrder,
    spentSeconds: number,
  ): Promise<{ seed: number; failure: Failure } | undefined> {
    const result = this.#result;
    let began = false;
    const { failure } = await watched(order, (message) => {
      began = true;
      if ('seed' in message) result.seeds = message.seed - this.#order.firstSeed + 1;
      if ('cpuSeconds' in message) result.cpuSeconds = spentSeconds + message.cpuSeconds;
      if (message.type === 'seed') this.#onSeed(message.seed);
      else if (message.type === 'false alarm') result.falseAlarms.push(message);
      else if (message.type === 'found') result.failure = message.failure;
      else if (message.type === 'shrunk') result.shrunk = message.shrunk;
    });
    if (!began)
      throw new Error(`the code does not load with the bug ${result.bug.name}: ${failure?.message}`);
    return failure === undefined ? undefined : { seed: this.#order.firstSeed + result.seeds - 1, failure };
  }

  async #isSound(seed: number): Promise<boolean> {
    let ended = false;
    await watched({ ...this.#order, firstSeed: seed, lastSeed: seed, how: 'sound' }, (message) => {
      if (message.type === 'end') ended = true;
      if (message.type === 'false alarm') ended = false;
    });
    return ended;
  }
}

/** Starts a hunter and listens, until it ends; `failure`: it had to be ended, or it ended by itself. */
function watched(
  order: HuntOrder,
  listen: (message: HuntMessage) => void,
): Promise<{ failure: Failure | undefined }> {
  return new Promise((resolve, reject) => {
    const child = fork(hunterPath(), {
      execArgv: [`--max-old-space-size=${HEAP_MEGABYTES_MAX}`],
      silent: true,
    });
    let failure: Failure | undefined;
    let broken: string | undefined;
    let output = '';
    child.stderr?.on('data', (text: Buffer) => (output += String(text)));
    child.stdout?.resume();
    const hang = (): void => {
      failure = { checker: 'hang', message: 'the run does not end' };
      child.kill('SIGKILL');
    };
    let timer = setTimeout(hang, HANG_MS);
    child.on('message', (message: HuntMessage) => {
      clearTimeout(timer);
      timer = setTimeout(hang, message.type === 'found' ? SHRINK_MS : HANG_MS);
      if (message.type === 'broken') broken = message.message;
      else listen(message);
    });
    child.on('exit', (code) => {
      clearTimeout(timer);
      if (code !== 0) failure ??= { checker: 'crash', message: output.trim().slice(0, 500) };
      if (broken === undefined) resolve({ failure });
      else reject(new Error(`the hunt in ${order.file} broke off: ${broken}`));
    });
    child.send(order);
  });
}

/** Beside this file, built like this file. */
function hunterPath(): string {
  const path = fileURLToPath(import.meta.url);
  return join(path, '..', `hunter${extname(path)}`);
}
