import { OptionError } from './options.ts';
import type { EndpointOptions } from './options.ts';

/**
 * Where an endpoint runs. workstation: a developer's machine, beside other programs · service: a process on an ordinary server, the defaults · datacenter: a machine that is there for the
 * transport, with 100 Gbit/s. What both sides of a path have in common is the same in all of them, so that they can talk to each other. REQ CONF-7
 */
export type Deployment = 'workstation' | 'service' | 'datacenter';

export const DEPLOYMENTS: Readonly<Record<Deployment, Readonly<Partial<EndpointOptions>>>> = {
  workstation: {
    rateBps: 1_000_000_000,
    initialRttNs: 500_000,
    messageBytesMax: 1 << 28,
    receiveBytesMax: 1 << 28,
    sinkBytesMax: 1 << 20,
    bufferBytesMax: 1 << 26,
    buffersMax: 4096,
    aheadBytesMax: 1 << 24,
    streamBytesMax: 1 << 18,
    exchangesMax: 1 << 14,
    queueDepthMax: 1 << 13,
    tokensMax: 1 << 15,
    tokensInitial: 0,
    endedTokensMax: 1024,
    peersMax: 256,
  },
  service: {},
  datacenter: {
    rateBps: 100_000_000_000,
    initialRttNs: 20_000,
    earlyBytesMax: 65_536,
    messageBytesMax: 2 ** 32,
    receiveBytesMax: 2 ** 34,
    sinkBytesMax: 1 << 26,
    bufferBytesMax: 2 ** 32,
    buffersMax: 1 << 20,
    aheadBytesMax: 1 << 28,
    streamBytesMax: 1 << 22,
    exchangesMax: 1 << 22,
    queueDepthMax: 1 << 21,
    tokensMax: (1 << 22) + (1 << 18),
    tokensInitial: 1 << 16,
    endedTokensMax: 1 << 16,
    peersMax: 1 << 18,
  },
};

/** What of the defaults is otherwise in a deployment. Throws OptionError for a name that is none. */
export function deploymentOptions(deployment: Deployment): Partial<EndpointOptions> {
  const own = Object.hasOwn(DEPLOYMENTS, deployment) ? DEPLOYMENTS[deployment] : undefined;
  if (own === undefined) {
    const names = Object.keys(DEPLOYMENTS).join(', ');
    throw new OptionError(`there is no deployment ${String(deployment)}; there are ${names}`);
  }
  return own;
}
