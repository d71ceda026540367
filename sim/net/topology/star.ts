import { buildNetwork } from './build.ts';
import { inPlanes, type Blueprint } from './blueprint.ts';
import { checkHosts, checkNetwork, checkPlanes, type NetworkConfig } from './config.ts';
import type { NetworkEnvironment } from '../fabric.ts';
import type { Network } from '../network.ts';

export interface StarShape {
  readonly hosts: number;
  readonly nics?: number;
  /** Switches, with NIC k of each host at switch k modulo `planes`; default 1. */
  readonly planes?: number;
}

export interface StarConfig extends NetworkConfig, StarShape {}

/** Throws NetworkConfigError, as the others do. */
export function starBlueprint({ hosts, nics, planes }: StarShape): Blueprint {
  const homes = Array.from({ length: checkHosts(hosts) }, () => 0);
  return inPlanes({ switches: ['switch'], homes, trunks: [] }, checkPlanes(planes, nics), nics ?? 1);
}

/**
 * Builds hosts around one switch, named `switch`. Throws NetworkConfigError.
 *
 * A packet of w wire bytes that meets no other takes 2 × (w × 8 / rate + delay) + processing, each departure rounded
 * up to a nanosecond. REQ SIM-3
 */
export function starNetwork(environment: NetworkEnvironment, config: StarConfig): Network {
  const checked = checkNetwork(config);
  return buildNetwork(environment, starBlueprint(config), checked);
}
