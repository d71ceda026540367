import { Fabric, type NetworkEnvironment } from '../fabric.ts';
import { Network, type Link, type NetworkHost, type Trunk } from '../network.ts';
import { Nic } from '../nic.ts';
import { PortGroup, RoutingTable } from '../routing.ts';
import { SwitchPort } from '../switch-port.ts';
import { Switch } from '../switch.ts';
import { distancesTo, type Neighbour } from './shortest-paths.ts';
import type { Blueprint, TrunkPlan } from './blueprint.ts';
import type { CheckedNetwork } from './config.ts';

/** Builds what a blueprint says: switches first, then host by host, then the links between switches. */
export function buildNetwork(
  environment: NetworkEnvironment,
  blueprint: Blueprint,
  config: CheckedNetwork,
): Network {
  const { homes } = blueprint;
  const fabric = new Fabric(environment, { ...config, hosts: blueprint.hosts });
  const routing = new RoutingTable(fabric.packets, homes, blueprint.switches.length, config.spray);
  const switches = blueprint.switches.map((name, index) => {
    return new Switch(fabric, routing, index, name, config.bufferBytes);
  });
  const hosts: NetworkHost[] = [];
  for (let host = 0; host < blueprint.hosts; host++) {
    const links = Array.from({ length: config.nics }, (_, nic) => {
      const node = switches[homes[host * config.nics + nic] as number] as Switch;
      return plugIn(fabric, routing, node, host, nic, config);
    });
    hosts.push({ index: host, nics: links.map(({ nic }) => nic), links });
  }
  const neighbours: Neighbour[][] = switches.map(() => []);
  const names = new Map<string, number>();
  const trunks = blueprint.trunks.map((plan) => layTrunk(fabric, switches, neighbours, names, plan, config));
  addWays(fabric, routing, switches, neighbours, homes);
  return new Network(fabric, hosts, switches, trunks);
}

/** A NIC, its port at the switch and the link between them. */
function plugIn(
  fabric: Fabric,
  routing: RoutingTable,
  node: Switch,
  host: number,
  nic: number,
  config: CheckedNetwork,
): Link & { nic: Nic } {
  const name = config.nics === 1 ? `host[${host}]` : `host[${host}].nic[${nic}]`;
  const up = { ...config.link, name: `link/${name}/up` };
  const down = { ...up, name: `link/${name}/down`, delayNs: up.delayNs + config.processingNs };
  const hostSide = new Nic(fabric, node, up, { ...config.nic, name, host, nic });
  const port = new SwitchPort(fabric, `${node.name}.port(${name})`, node, hostSide, down);
  node.ports.push(port);
  routing.addNic(port);
  return { up: hostSide.uplink, down: port.line, nic: hostSide };
}

function layTrunk(
  fabric: Fabric,
  switches: readonly Switch[],
  neighbours: readonly Neighbour[][],
  names: Map<string, number>,
  plan: TrunkPlan,
  config: CheckedNetwork,
): Trunk {
  const from = switches[plan.a] as Switch;
  const to = switches[plan.b] as Switch;
  const pair = `${from.name}-${to.name}`;
  const ordinal = names.get(pair) ?? 0;
  names.set(pair, ordinal + 1);
  const suffix = ordinal === 0 ? '' : `#${ordinal}`;
  const side = (near: Switch, far: Switch): SwitchPort => {
    const link = { ...config.link, ...plan, name: `link/${near.name}-${far.name}${suffix}` };
    const name = `${near.name}.port(${far.name}${suffix})`;
    const port = new SwitchPort(fabric, name, near, far, link);
    near.ports.push(port);
    (neighbours[near.index] as Neighbour[]).push({ port, to: far.index });
    return port;
  };
  const there = side(from, to).line;
  const back = side(to, from).line;
  return { name: `${pair}${suffix}`, from, to, there, back };
}

/** From every switch to every other that has NICs: the ports that begin a shortest path, in the order of their making. */
function addWays(
  fabric: Fabric,
  routing: RoutingTable,
  switches: readonly Switch[],
  neighbours: readonly (readonly Neighbour[])[],
  homes: readonly number[],
): void {
  const groups = switches.map(() => new Map<string, number>());
  for (const home of new Set(homes)) {
    const distances = distancesTo(home, neighbours);
    for (const { index: at, name } of switches) {
      const next = (distances[at] as number) - 1;
      const ways = (neighbours[at] as readonly Neighbour[]).filter(({ to }) => distances[to] === next);
      if (at === home || distances[at] === Number.POSITIVE_INFINITY) continue;
      // Destinations that are reached alike take turns together.
      const known = groups[at] as Map<string, number>;
      const key = ways.map(({ port }) => port.where).join();
      let group = known.get(key);
      if (group === undefined) {
        const seed = fabric.rng.fork(`switch/${name}/${known.size}`).nextU32();
        const ports = ways.map(({ port }) => port);
        group = routing.addGroup(new PortGroup(ports, seed));
        known.set(key, group);
      }
      routing.addWay(at, home, group);
    }
  }
}
