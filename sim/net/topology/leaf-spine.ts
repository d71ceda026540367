import { buildNetwork } from './build.ts';
import { inPlanes, type TrunkPlan } from './blueprint.ts';
import {
  checkHosts,
  checkLink,
  checkNetwork,
  checkPlanes,
  type CoreConfig,
  type NetworkConfig,
} from './config.ts';
import { configInteger } from '../config-error.ts';
import type { NetworkEnvironment } from '../fabric.ts';
import type { Network } from '../network.ts';

export interface LeafSpineConfig extends NetworkConfig {
  readonly leaves: number;
  readonly hostsPerLeaf: number;
  readonly spines: number;
  /** From each leaf to each spine. */
  readonly core: CoreConfig;
  /** Copies of the whole, with NIC k of each host at copy k modulo `planes`; default 1. */
  readonly planes?: number;
}

const SWITCHES_MAX = 4096;

/**
 * Leaves `leaf0` … with hosts in order, each linked to every one of the spines `spine0` …: two links between hosts of
 * one leaf, four between others. Throws NetworkConfigError.
 */
export function leafSpineNetwork(environment: NetworkEnvironment, config: LeafSpineConfig): Network {
  const checked = checkNetwork(config);
  const leaves = configInteger('leaves', config.leaves, 1, SWITCHES_MAX);
  const spines = configInteger('spines', config.spines, 1, SWITCHES_MAX);
  const perLeaf = checkHosts(configInteger('hostsPerLeaf', config.hostsPerLeaf, 1, SWITCHES_MAX));
  const core = checkLink('core', config.core);
  const trunks: TrunkPlan[] = [];
  for (let leaf = 0; leaf < leaves; leaf++) {
    for (let spine = 0; spine < spines; spine++) trunks.push({ a: leaf, b: leaves + spine, ...core });
  }
  const plane = {
    switches: [...numbered('leaf', leaves), ...numbered('spine', spines)],
    homes: Array.from({ length: checkHosts(leaves * perLeaf) }, (_, host) => Math.floor(host / perLeaf)),
    trunks,
  };
  const planes = checkPlanes(config.planes, checked.nics);
  return buildNetwork(environment, inPlanes(plane, planes, checked.nics), checked);
}

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${name}${i}`);
}
