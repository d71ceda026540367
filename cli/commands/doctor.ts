import { type Command, defineCommand } from '../command.ts';
import { cryptoChecks } from '../doctor/crypto.ts';
import { examine, type Finding } from '../doctor/finding.ts';
import { machineChecks } from '../doctor/machine.ts';
import { networkChecks } from '../doctor/network.ts';
import { ExitCode } from '../exit-codes.ts';
import { flag } from '../option.ts';
import { paint, print, printJson } from '../terminal.ts';
import { wrap } from '../usage.ts';

const TITLE_WIDTH = 20;
const MARKS: Readonly<Record<Finding['level'], string>> = {
  good: paint('good', '✓'),
  note: paint('faint', '·'),
  costs: paint('bad', '!'),
};

export const command: Command = defineCommand({
  name: 'doctor',
  operands: [],
  options: { json: flag('print one JSON object { findings: [{ id, title, level, found, cost, remedy }] }') },
  details: [
    'Looks at what the transport uses or could use. Nothing here is needed: what is missing costs speed, and each line says how much and what to do. It changes nothing and never fails.',
  ],
  examples: ['dcquic doctor'],
  run: async ({ json }) => {
    const findings = await examine([...machineChecks, ...networkChecks, ...cryptoChecks]);
    if (json) printJson({ findings });
    else print(findings.map(lines).join('\n'));
    return ExitCode.OK;
  },
});

function lines({ title, level, found, cost, remedy }: Finding): string {
  const indent = ' '.repeat(TITLE_WIDTH + 4);
  const faint = (label: string, text: string): string => {
    const first = `${indent}${label}: `;
    return paint('faint', wrap(text.split(' '), first, ' '.repeat(first.length)));
  };
  return [
    wrap(found.split(' '), `  ${MARKS[level]} ${title.padEnd(TITLE_WIDTH)}`, indent),
    ...(cost === undefined ? [] : [faint('cost', cost)]),
    ...(remedy === undefined ? [] : [faint('remedy', remedy)]),
  ].join('\n');
}
