import { readdirSync } from 'node:fs';
import type { BitsPerSecond, Bytes } from '../../../protocol/core/units.ts';
import type { EndpointOptions } from '../../../protocol/endpoint/options.ts';
import type { TransportEventSubscriber } from '../../events.ts';
import { readKernel, type ReadKernel } from '../../workers/cpu-list.ts';

const BPS_PER_MBPS = 1e6;

/** What a NIC can do, as far as the kernel says; undefined where it does not. What sockets at it can do (GSO, GRO, ECN) shows when they are opened. */
export interface NicFacts {
  readonly name: string;
  /** Of the link, now. Many virtual NICs have none. */
  readonly rateBps: BitsPerSecond | undefined;
  readonly mtuBytes: Bytes | undefined;
  /** Of the hardware: flows with different ports may come in by different ones, on different cores. */
  readonly receiveQueues: number | undefined;
  readonly sendQueues: number | undefined;
}

/** Names in a folder of the kernel; none where it is not. */
export type ListKernel = (path: string) => readonly string[];

const listKernel: ListKernel = (path) => {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
};

/** Looks at files alone: nothing is opened, and nobody needs a right for it. REQ MNIC-1, NIC-10 */
export function lookAtNic(
  name: string,
  read: ReadKernel = readKernel,
  list: ListKernel = listKernel,
): NicFacts {
  const at = `/sys/class/net/${name}`;
  const mbps = positive(read(`${at}/speed`));
  const queues = list(`${at}/queues`);
  const count = (kind: string): number | undefined =>
    queues.filter((queue) => queue.startsWith(kind)).length || undefined;
  return {
    name,
    rateBps: mbps === undefined ? undefined : mbps * BPS_PER_MBPS,
    mtuBytes: positive(read(`${at}/mtu`)),
    receiveQueues: count('rx-'),
    sendQueues: count('tx-'),
  };
}

/**
 * What an endpoint at these NICs need not be told: the rate of the slowest of those whose rate is known, as what goes by one may have to go by any of them. The MTU is not taken from a
 * NIC: both ends of a path have the same (MUST WIRE-4). REQ MNIC-1, NIC-7
 */
export function optionsOf(nics: readonly NicFacts[]): Partial<EndpointOptions> {
  const rates = nics.flatMap(({ rateBps }) => rateBps ?? []);
  return rates.length === 0 ? {} : { rateBps: Math.min(...rates) };
}

/** Tells of each NIC whose packets are too short for the endpoint's. REQ MNIC-1, OPS-5 */
export function tellOfShort(
  nics: readonly NicFacts[],
  wantedBytes: Bytes,
  onEvent: TransportEventSubscriber,
): void {
  for (const { name, mtuBytes } of nics)
    if (mtuBytes !== undefined && mtuBytes < wantedBytes)
      onEvent({ type: 'nic-mtu-small', nic: name, mtuBytes, wantedBytes });
}

/** The kernel writes -1 where it does not know. */
function positive(text: string | undefined): number | undefined {
  const value = Number(text ?? Number.NaN);
  return value > 0 ? value : undefined;
}
