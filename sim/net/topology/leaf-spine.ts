import { buildNetwork } from './build.ts';
import { inPlanes, type Blueprint, type TrunkPlan } from './blueprint.ts';
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

export interface LeafSpineShape {
  readonly nics?: number;
  readonly leaves: number;
  readonly hostsPerLeaf: number;
  readonly spines: number;
  /** From each leaf to each spine. */
  readonly core: CoreConfig;
  /** Copies of the whole, with NIC k of each host at copy k modulo `planes`; default 1. */
  readonly planes?: number;
}

export interface LeafSpineConfig extends NetworkConfig, LeafSpineShape {}

const SWITCHES_MAX = 4096;

/**
 * Leaves `leaf0` … with hosts in order, each linked to every one of the spines `spine0` …: two links between hosts of
 * one leaf, four between others.
 */
export function leafSpineBlueprint(shape: LeafSpineShape): Blueprint {
  const leaves = configInteger('leaves', shape.leaves, 1, SWITCHES_MAX);
  const spines = configInteger('spines', shape.spines, 1, SWITCHES_MAX);
  const perLeaf = configInteger('hostsPerLeaf', shape.hostsPerLeaf, 1, SWITCHES_MAX);
  const core = checkLink('core', shape.core);
  const trunks: TrunkPlan[] = [];
  for (let leaf = 0; leaf < leaves; leaf++) {
    for (let spine = 0; spine < spines; spine++) trunks.push({ a: leaf, b: leaves + spine, ...core });
  }
  const plane = {
    switches: [...numbered('leaf', leaves), ...numbered('spine', spines)],
    homes: Array.from({ length: checkHosts(leaves * perLeaf) }, (_, host) => Math.floor(host / perLeaf)),
    trunks,
  };
  return inPlanes(plane, checkPlanes(shape.planes, shape.nics), shape.nics ?? 1);
}

/** Throws NetworkConfigError. */
export function leafSpineNetwork(environment: NetworkEnvironment, config: LeafSpineConfig): Network {
  const checked = checkNetwork(config);
  return buildNetwork(environment, leafSpineBlueprint(config), checked);
}

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${name}${i}`);
}
