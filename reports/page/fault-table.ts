import type { RunReport } from '../../scenarios/result.ts';
import { counted, time } from '../figures.ts';
import { markup, type Markup } from '../markup.ts';
import { shorten } from '../shorten.ts';

const ROWS_MAX = 300;

/** The faults in full; folded where the lane above already names them. */
export function faultTable(faults: RunReport['faults'], open: boolean): Markup | null {
  if (faults.length === 0) return null;
  const rows = faults
    .slice(0, ROWS_MAX)
    .map(
      ({ kind, on, fromNs, toNs }) =>
        markup`<tr><td title="${kind}"><bdi>${shorten(kind, 60)}</bdi></td><td title="${on}"><bdi>${shorten(on, 120)}</bdi></td><td class="number">${time(fromNs)}</td><td class="number">${toNs === null ? 'the end' : time(toNs)}</td></tr>`,
    );
  const more =
    faults.length > ROWS_MAX
      ? `, ${counted(faults.length - ROWS_MAX, 'more', 'more')} in report-data.json`
      : '';
  return markup`<details${open ? markup` open` : null}><summary>${counted(faults.length, 'fault')} as a table${more}</summary><div class="scroll"><table><thead><tr><th scope="col">kind</th><th scope="col">on</th><th scope="col" class="number">from</th><th scope="col" class="number">until</th></tr></thead><tbody>${rows}</tbody></table></div></details>`;
}
