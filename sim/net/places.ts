/** The parts of a network as an explorer sees them: events at different ones can be swapped. REQ DST-4 */
import { childId } from '../kernel/identity.ts';
import type { Touchable } from '../kernel/choice.ts';

const HOSTS = childId(0, 1);
const PORTS = childId(0, 2);
const LINES = childId(0, 3);

/** A host with its NICs. */
export function hostPlace(host: number): Touchable {
  return { id: childId(HOSTS, host), label: `host[${host}]` };
}

/** A port of a switch, by the number of its line. The shared buffer of the switch counts as unlimited here. */
export function portPlace(line: number, name: string): Touchable {
  return { id: childId(PORTS, line), label: name };
}

/** Of the arrivals at the end of a line. */
export function lineId(line: number): number {
  return childId(LINES, line);
}
