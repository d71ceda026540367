import { markdownTable, page } from '../wire/markdown.ts';
import { MACHINES } from './machines.ts';
import type { Machine } from './machines.ts';

export const STATE_PAGE = 'spec/state-machines.md';

/** spec/state-machines.md: the tables that the code runs, as diagrams and as tables. */
export function statePage(): string {
  return page(
    '<!-- Generated from the tables in protocol/ by npm run generate. Do not edit. -->',
    '# State machines',
    'The tables that the implementation runs. An event that a state has no entry for leaves it as it is. What states and events mean stands in the file that is named.',
    ...MACHINES.flatMap(section),
  );
}

function section(machine: Machine): (string | string[])[] {
  const { title, file, states, events, table } = machine;
  const rows = states.map((state) => [`**${state}**`, ...events.map((event) => table[state]?.[event] ?? '')]);
  return [`## ${title}`, `[${file}](../${file})`, diagram(machine), markdownTable(['', ...events], rows)];
}

/** Mermaid. Events that lead from one state to the same other share an arrow. */
function diagram({ states, table }: Machine): string[] {
  const lines = ['```mermaid', 'stateDiagram-v2', `  [*] --> ${states[0] ?? ''}`];
  for (const from of states) {
    const arrows = new Map<string, string[]>();
    for (const [event, to] of Object.entries(table[from] ?? {})) {
      if (to !== undefined) arrows.set(to, [...(arrows.get(to) ?? []), event]);
    }
    for (const [to, events] of arrows) lines.push(`  ${from} --> ${to}: ${events.join(', ')}`);
    if (arrows.size === 0) lines.push(`  ${from} --> [*]`);
  }
  return [...lines, '```'];
}
