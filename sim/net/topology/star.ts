import { buildNetwork } from './build.ts';
import { inPlanes } from './blueprint.ts';
import { checkHosts, checkNetwork, checkPlanes, type NetworkConfig } from './config.ts';
import type { NetworkEnvironment } from '../fabric.ts';
import type { Network } from '../network.ts';

export interface StarConfig extends NetworkConfig {
  readonly hosts: number;
  /** Switches, with NIC k of each host at switch k modulo `planes`; default 1. */
  readonly planes?: number;
}

/**
 * Builds hosts around one switch, named `switch`. Throws NetworkConfigError.
 *
 * A packet of w wire bytes that meets no other takes 2 × (w × 8 / rate + delay) + processing, each departure rounded
 * up to a nanosecond. REQ SIM-3
 */
export function starNetwork(environment: NetworkEnvironment, config: StarConfig): Network {
  const checked = checkNetwork(config);
  const homes = Array.from({ length: checkHosts(config.hosts) }, () => 0);
  const plane = { switches: ['switch'], homes, trunks: [] };
  const planes = checkPlanes(config.planes, checked.nics);
  return buildNetwork(environment, inPlanes(plane, planes, checked.nics), checked);
}
