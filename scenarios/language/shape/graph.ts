import { type Parsed, describe, refuse, accept } from '../problem.ts';
import type { LinkSettings, SwitchSettings } from '../scenario.ts';
import { type HostSelector, HOST_PATTERN, parseHosts } from '../selector.ts';
import { type Field, field, integer, list, name, record } from './field.ts';
import { linkDelay, linkRate } from './link.ts';

/** One end of a cable: hosts, or a switch by its name. */
export type CableEnd = { hosts: HostSelector } | { switch: string };

/** Cables between two switches, or from NICs of hosts to a switch. */
export interface CableDraft {
  between: CableEnd[];
  rate?: number | undefined;
  delay?: number | undefined;
  count: number;
  nic: number;
}

/** A graph as written: read, but not yet checked. */
export interface GraphDraft {
  kind: 'graph';
  hosts: number;
  nics: number;
  link: LinkSettings;
  switch: SwitchSettings;
  switches: string[];
  links: CableDraft[];
}

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
const CABLES_MAX = 64;
const NICS_MAX = 16;

const end: Field<CableEnd> = field(
  {
    anyOf: [
      { type: 'string', pattern: HOST_PATTERN },
      { type: 'string', pattern: NAME.source },
    ],
    description: 'Hosts, or the name of a switch.',
    examples: ['host[0..3]', 'a'],
  },
  'host[0..3] or the name of a switch',
  (input): Parsed<CableEnd> => {
    const hosts = parseHosts(input);
    if (hosts.ok) return accept({ hosts: hosts.value });
    if (hosts.message.startsWith('the range')) return hosts;
    if (typeof input === 'string' && NAME.test(input)) return accept({ switch: input });
    const remedy = 'write host[3], host[0..3], all or the name of a switch';
    return refuse(`expected an end of a cable, found ${describe(input)}`, remedy);
  },
);

const cable: Field<CableDraft> = record('link', {
  between: list(end),
  rate: linkRate('Rate between two switches; absent: that of the host links.', '400Gbps').optional(),
  delay: linkDelay.optional(),
  count: integer('Parallel cables between two switches.', 1, CABLES_MAX, 1).prefault(1),
  nic: integer('NIC of the hosts that the cable is at.', 0, NICS_MAX - 1, 0).prefault(0),
});

export const graphSwitches: Field<string[]> = list(name('Name of a switch.', 'a'));
export const graphLinks: Field<CableDraft[]> = list(cable);
