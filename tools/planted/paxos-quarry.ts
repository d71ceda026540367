import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { paxos } from '../../scenarios/programs/paxos/paxos.ts';
import type { PaxosConfig } from '../../scenarios/programs/paxos/paxos.ts';
import type { Quarry, Shrunk } from './quarry.ts';
import type { Failure } from './verdict.ts';

/** Of one run, and of those that shrinking tries. */
const TRANSACTIONS = 100;
const FEWER = [5, 10, 20, 40] as const;
const HOSTS = 5;

/** Hunts bugs of causality: the replicas of scenarios/programs/paxos depend on all of it. */
export class PaxosQuarry implements Quarry<PaxosConfig> {
  readonly #planted: typeof paxos;

  private constructor(planted: typeof paxos) {
    this.#planted = planted;
  }

  /** @param folder of the copy with the bug. */
  static async load(folder: string): Promise<PaxosQuarry> {
    const module = (await import(pathToFileURL(join(folder, 'scenarios/programs/paxos/paxos.js')).href)) as {
      paxos: typeof paxos;
    };
    return new PaxosQuarry(module.paxos);
  }

  caseOf(seed: number): PaxosConfig {
    return { transactions: TRANSACTIONS, seed };
  }

  async failure(config: PaxosConfig, how: 'planted' | 'sound'): Promise<Failure | undefined> {
    try {
      const { violations } = await (how === 'planted' ? this.#planted : paxos)(config);
      const [first] = violations;
      return first === undefined ? undefined : { checker: first.checker, message: first.message };
    } catch (error) {
      return { checker: 'crash', message: String(error) };
    }
  }

  /** The fewest transactions. */
  async shrink(found: PaxosConfig, fails: (input: PaxosConfig) => Promise<boolean>): Promise<Shrunk> {
    let least = found;
    for (const transactions of FEWER) {
      const fewer = { ...found, transactions };
      if (!(await fails(fewer))) continue;
      least = fewer;
      break;
    }
    const { faults } = await paxos(least);
    return {
      events: faults,
      hosts: HOSTS,
      text: `npm run paxos -- --transactions ${least.transactions} --seed ${least.seed}`,
    };
  }
}
