import { buildNetwork } from './build.ts';
import { checkHosts, checkLink, checkNetwork, type CoreConfig, type NetworkConfig } from './config.ts';
import { NetworkConfigError } from '../config-error.ts';
import type { Blueprint, TrunkPlan } from './blueprint.ts';
import type { NetworkEnvironment } from '../fabric.ts';
import type { Network } from '../network.ts';

export interface GraphShape {
  readonly hosts: number;
  readonly nics?: number;
  /** Names, each once. */
  readonly switches: readonly string[];
  /** By host, then by NIC: the name of the switch it is at. */
  readonly attach: readonly (readonly string[])[];
  /** Several between the same two switches are equal paths. */
  readonly trunks: readonly (CoreConfig & { readonly between: readonly [string, string] })[];
}

export interface GraphConfig extends NetworkConfig, GraphShape {}

/** Any switches and links, all shortest paths by number of links. */
export function graphBlueprint({ hosts, nics = 1, switches, attach, trunks }: GraphShape): Blueprint {
  checkHosts(hosts);
  const indices = new Map(switches.map((name, i) => [name, i]));
  if (indices.size !== switches.length) throw new NetworkConfigError('switches', 'a name appears twice');
  const indexOf = (field: string, name: string | undefined): number => {
    const index = name === undefined ? undefined : indices.get(name);
    if (index === undefined) throw new NetworkConfigError(field, `there is no switch ${name}`);
    return index;
  };
  const homes: number[] = [];
  for (let host = 0; host < hosts; host++) {
    for (let nic = 0; nic < nics; nic++) {
      homes.push(indexOf(`attach[${host}][${nic}]`, attach[host]?.[nic]));
    }
  }
  const plans: TrunkPlan[] = trunks.map(({ between: [a, b], ...core }, i) => {
    const field = `trunks[${i}]`;
    if (a === b) throw new NetworkConfigError(field, `links ${a} to itself`);
    return { a: indexOf(field, a), b: indexOf(field, b), ...checkLink(field, core) };
  });
  return { hosts, switches, homes, trunks: plans };
}

/** Throws NetworkConfigError. */
export function graphNetwork(environment: NetworkEnvironment, config: GraphConfig): Network {
  const checked = checkNetwork(config);
  return buildNetwork(environment, graphBlueprint(config), checked);
}
