import type { Tally } from './load.ts';
import type { RealSoakFigures } from './real.ts';
import type { Trend } from './samples.ts';
import type { SimulatedSoakFigures } from './simulated.ts';

const row = (name: string, text: string): string => `  ${name.padEnd(22)}${text}`;

const tallyText = ({ calls, bytes, wrong, failed }: Tally): string => {
  const ends = Object.entries(failed).map(([reason, times]) => `${times} ${reason}`);
  return `${calls} calls, ${(bytes / 1e6).toFixed(0)} MB, ${wrong} wrong answers, failed: ${ends.join(', ') || 'none'}`;
};

const trendText = ({ before, after }: Trend): string => `${before.toFixed(1)}, then ${after.toFixed(1)}`;

const problemLines = (problems: readonly string[]): string[] =>
  problems.length === 0 ? ['  all is as it should be'] : problems.map((problem) => `  NOT SO: ${problem}`);

export function realLines(figures: RealSoakFigures): string[] {
  return [
    `${figures.seconds.toFixed(0)} s of processes over loopback, ${figures.kills} killed (-9) and started again; medians of the second third and the last`,
    row('calls of the survivor', tallyText(figures.survivor)),
    row('calls to it', tallyText(figures.mortals)),
    row('its RSS, MiB', trendText(figures.rssMiB)),
    row('  by sixths', figures.rssCourseMiB.map((mib) => mib.toFixed(0)).join(', ')),
    row('its heap, MiB', trendText(figures.heapMiB)),
    row('its descriptors', trendText(figures.descriptors)),
    row('its threads', trendText(figures.threads)),
    row('its registrations', trendText(figures.registrations)),
    row('exchanges at the end', String(figures.exchangesAtEnd)),
    ...problemLines(figures.problems),
  ];
}

export function simulatedLines(figures: SimulatedSoakFigures): string[] {
  const { virtualSeconds, crashes, calls, failed, wrong, packets, heapMiB, leaks } = figures;
  return [
    `${virtualSeconds.toFixed(0)} s of virtual time, ${crashes} crashes and restarts; medians of the second third and the last`,
    row('calls', `${calls} answered, ${failed} ended by a crash, ${wrong} wrong answers`),
    row('packets', String(packets)),
    row('heap, MiB', trendText(heapMiB)),
    row('left at the end', leaks.join(', ') || 'nothing'),
    ...problemLines(figures.problems),
  ];
}
