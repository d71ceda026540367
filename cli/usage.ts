import type { CommandSpec } from './command.ts';
import type { Option, OptionTable } from './option.ts';
import { SUMMARIES } from './summaries.ts';

const WIDTH = 100;

/** `usage: dcquic run FILE [--seed N] …`, wrapped. */
export function usageLine(spec: Pick<CommandSpec<OptionTable>, 'name' | 'operands' | 'options'>): string {
  const words = Object.entries(spec.options).map(([name, option]) => inUsage(name, option));
  const start = `usage: dcquic ${spec.name}`;
  return wrap([start, ...spec.operands, ...words], '', ' '.repeat(start.length + 1));
}

function inUsage(name: string, option: Option): string {
  if (option.kind === 'switch') return `[--${name}]`;
  const whole = `--${name} ${option.placeholder}`;
  if (option.kind === 'required') return whole;
  return option.kind === 'repeated' ? `[${whole}]…` : `[${whole}]`;
}

/** Everything `--help` says of one command. */
export function helpText(spec: Omit<CommandSpec<OptionTable>, 'run'>): string {
  const sections = [`dcquic ${spec.name}: ${SUMMARIES[spec.name]}`, usageLine(spec)];
  for (const paragraph of spec.details) sections.push(wrap(paragraph.split(' '), '', ''));
  const rows = Object.entries(spec.options).map(([name, option]): [string, string] => {
    const left = option.kind === 'switch' ? `--${name}` : `--${name} ${option.placeholder}`;
    const suffix =
      option.kind === 'defaulted'
        ? ` (default ${option.fallback})`
        : option.kind === 'repeated'
          ? ' (repeatable)'
          : '';
    return [left, `${option.help}${suffix}`];
  });
  rows.push(['--help', 'show this']);
  sections.push(`options:\n${columns(rows)}`);
  if (spec.examples.length > 0)
    sections.push(`examples:\n${spec.examples.map((line) => `  ${line}`).join('\n')}`);
  return `${sections.join('\n\n')}\n`;
}

/** Two columns, indented, the right one wrapped. */
export function columns(rows: readonly (readonly [string, string])[]): string {
  const leftWidth = Math.max(...rows.map(([left]) => left.length)) + 2;
  const indent = ' '.repeat(leftWidth + 2);
  return rows
    .map(([left, right]) => wrap(right.split(' '), `  ${left.padEnd(leftWidth)}`, indent))
    .join('\n');
}

/** Words in lines of at most WIDTH characters. */
export function wrap(words: readonly string[], first: string, rest: string): string {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of words) {
    if (!isEmpty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = rest;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line].join('\n');
}
