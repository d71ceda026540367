import { counted, percent, time } from '../../reports/figures.ts';
import type { NicResult, RunResult } from '../../scenarios/result.ts';

/** Label, figure and note of each line about hosts with several NICs: how much of them was used, and how it went when one failed. */
export function nicLines({ nics }: RunResult): readonly [string, string, string][] {
  if (nics === undefined) return [];
  return [
    ['line rate', percent(nics.lineRate), 'payload of what full packets could carry, in the middle half'],
    ...nics.each
      .filter(({ downs }) => downs > 0)
      .map((nic): [string, string, string] => ['NIC failure', failure(nic), '']),
  ];
}

function failure({ host, nic, downs, failoverNs, returnNs }: NicResult): string {
  const back = returnNs > 0 ? `; all back on it ${time(returnNs)} after its return` : '';
  return `host[${host}].nic[${nic}], ${counted(downs, 'time')}: all its workers by other ways after ${time(failoverNs)}${back}`;
}
