import { buildNetwork } from './build.ts';
import { inPlanes, type Blueprint, type PlanePlan, type TrunkPlan } from './blueprint.ts';
import { checkLink, checkNetwork, checkPlanes, type CoreConfig, type NetworkConfig } from './config.ts';
import { NetworkConfigError, configInteger } from '../config-error.ts';
import type { NetworkEnvironment } from '../fabric.ts';
import type { Network } from '../network.ts';

export interface FatTreeShape {
  /** Ports of each switch, even: k³ / 4 hosts. */
  readonly k: number;
  /** Links between switches. */
  readonly core: CoreConfig;
  readonly nics?: number;
  /** Copies of the whole, with NIC k of each host at copy k modulo `planes`; default 1. */
  readonly planes?: number;
}

export interface FatTreeConfig extends NetworkConfig, Omit<FatTreeShape, 'core'> {
  /** Default: like the links of hosts. */
  readonly core?: CoreConfig;
}

const K_MAX = 32;

/** Hosts of a fat tree of `k`-port switches. */
export function fatTreeHosts(k: number): number {
  return (k * k * k) / 4;
}

/**
 * The fat tree of Al-Fares et al. (SIGCOMM 2008): k pods of k/2 edge switches (`pod0-edge1`), with k/2 hosts each, and
 * k/2 aggregation switches (`pod0-agg1`), and (k/2)² core switches (`core2`).
 */
export function fatTreeBlueprint(shape: FatTreeShape): Blueprint {
  const k = configInteger('k', shape.k, 2, K_MAX);
  if (k % 2 !== 0) throw new NetworkConfigError('k', `${k} is not even`);
  const plane = fatTreePlane(k, checkLink('core', shape.core));
  return inPlanes(plane, checkPlanes(shape.planes, shape.nics), shape.nics ?? 1);
}

/** Throws NetworkConfigError. */
export function fatTreeNetwork(environment: NetworkEnvironment, config: FatTreeConfig): Network {
  const checked = checkNetwork(config);
  return buildNetwork(
    environment,
    fatTreeBlueprint({ ...config, core: config.core ?? config.link }),
    checked,
  );
}

/** Switches by pod, edges before aggregations, then the cores. */
function fatTreePlane(k: number, core: CoreConfig): PlanePlan {
  const half = k / 2;
  const switches: string[] = [];
  const trunks: TrunkPlan[] = [];
  const homes: number[] = [];
  for (let pod = 0; pod < k; pod++) {
    const firstEdge = pod * k;
    const firstAgg = firstEdge + half;
    for (let i = 0; i < half; i++) switches.push(`pod${pod}-edge${i}`);
    for (let i = 0; i < half; i++) switches.push(`pod${pod}-agg${i}`);
    for (let edge = 0; edge < half; edge++) {
      for (let host = 0; host < half; host++) homes.push(firstEdge + edge);
      for (let agg = 0; agg < half; agg++) trunks.push({ a: firstEdge + edge, b: firstAgg + agg, ...core });
    }
    for (let agg = 0; agg < half; agg++) {
      for (let i = 0; i < half; i++) trunks.push({ a: firstAgg + agg, b: k * k + agg * half + i, ...core });
    }
  }
  for (let i = 0; i < half * half; i++) switches.push(`core${i}`);
  return { switches, homes, trunks };
}
