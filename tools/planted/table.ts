import type { Hunt } from './hunt.ts';

/** What the suite is to come to. REQ DST-6 */
const FOUND_SHARE_MIN = 0.9;
const EVENTS_MEDIAN_MAX = 5;
const HOSTS_MEDIAN_MAX = 4;

/** False alarms that are printed; all are counted. */
const ALARMS_SHOWN_MAX = 10;

const HEAD = ['bug', 'seen by', 'seeds', 'seconds', 'fault events', 'hosts'];

/** One line for each bug, in columns. */
export function table(hunts: readonly Hunt[]): string {
  const rows = hunts.map(({ bug, failure, seeds, cpuSeconds, shrunk }) => [
    bug.name,
    failure?.checker ?? 'NOT FOUND',
    String(seeds),
    cpuSeconds.toFixed(1),
    shrunk === undefined ? '-' : String(shrunk.events),
    shrunk === undefined ? '-' : String(shrunk.hosts),
  ]);
  const widths = HEAD.map((head, i) =>
    Math.max(...[head, ...rows.map((row) => row[i] ?? '')].map((s) => s.length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** What all hunts came to. */
export class Tally {
  readonly figures: {
    total: number;
    found: number;
    eventsMedian: number;
    hostsMedian: number;
    falseAlarms: number;
  };
  readonly #alarms: string[];

  constructor(hunts: readonly Hunt[]) {
    const shrunk = hunts.flatMap((hunt) => hunt.shrunk ?? []);
    const alarms = new Map(
      hunts.flatMap(({ falseAlarms }) => falseAlarms).map(({ seed, failure }) => [seed, failure]),
    );
    this.figures = {
      total: hunts.length,
      found: hunts.filter(({ failure }) => failure !== undefined).length,
      eventsMedian: median(shrunk.map(({ events }) => events)),
      hostsMedian: median(shrunk.map(({ hosts }) => hosts)),
      falseAlarms: alarms.size,
    };
    this.#alarms = [...alarms]
      .slice(0, ALARMS_SHOWN_MAX)
      .map(([seed, { checker, message }]) => `\nSeed ${seed} fails without any bug: ${checker}: ${message}`);
  }

  get reachesGoal(): boolean {
    const { total, found, eventsMedian, hostsMedian, falseAlarms } = this.figures;
    if (falseAlarms > 0 || found < total * FOUND_SHARE_MIN) return false;
    return eventsMedian <= EVENTS_MEDIAN_MAX && hostsMedian <= HOSTS_MEDIAN_MAX;
  }

  get text(): string {
    const { total, found, eventsMedian, hostsMedian, falseAlarms } = this.figures;
    const alarms = falseAlarms === 0 ? '' : `\n${falseAlarms} FALSE ALARMS${this.#alarms.join('')}`;
    const share = `${((found / total) * 100).toFixed(1)} %`;
    return (
      `\nfound ${found} of ${total} (${share}; goal ${FOUND_SHARE_MIN * 100} %); medians of the shrunk: ` +
      `${eventsMedian} fault events (goal ${EVENTS_MEDIAN_MAX}), ${hostsMedian} hosts (goal ${HOSTS_MEDIAN_MAX})` +
      alarms
    );
  }
}

/** The upper one of the two in the middle, 0 of none. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
