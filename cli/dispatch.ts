import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../scenarios/distributions/package-root.ts';
import { nearest } from '../scenarios/language/suggest.ts';
import type { Command } from './command.ts';
import type { ExitCode } from './exit-codes.ts';
import { COMMAND_NAMES, SUMMARIES, type CommandName } from './summaries.ts';
import { complain, print } from './terminal.ts';
import { columns } from './usage.ts';

/** Loaded when called, so that `--help` does not wait for the simulator. */
const COMMANDS: Readonly<Record<CommandName, () => Promise<{ command: Command }>>> = {
  run: () => import('./commands/run.ts'),
  replay: () => import('./commands/replay.ts'),
  sweep: () => import('./commands/sweep.ts'),
  explore: () => import('./commands/explore.ts'),
  shrink: () => import('./commands/shrink.ts'),
  report: () => import('./commands/report.ts'),
  serve: () => import('./commands/serve.ts'),
  call: () => import('./commands/call.ts'),
  bench: () => import('./commands/bench.ts'),
  doctor: () => import('./commands/doctor.ts'),
};

/** Runs the command that `args` name. */
export async function dispatch(args: readonly string[]): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === undefined) {
    complain(overview());
    return 1;
  }
  if (name === '--version' || name === '-v') {
    print(version());
    return 0;
  }
  if (name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
    print(overview());
    return 0;
  }
  if (name === 'help') return dispatch([...rest, '--help']);
  const known = COMMAND_NAMES.find((one) => one === name);
  if (known === undefined) {
    complain(unknownCommand(name));
    return 1;
  }
  const { command } = await COMMANDS[known]();
  return command.main(rest);
}

function unknownCommand(name: string): string {
  const noun = name.startsWith('-') ? 'option' : 'command';
  const guess = nearest(name, COMMAND_NAMES);
  const remedy =
    guess === undefined ? `the commands are ${COMMAND_NAMES.join(', ')}` : `did you mean ${guess}?`;
  return `dcquic: unknown ${noun} ${name}; ${remedy}\nusage: dcquic COMMAND [ARGUMENTS], or dcquic --help`;
}

function overview(): string {
  return `dcquic ${version()}: a receiver-driven datacenter transport, and the simulator it is proven in

usage: dcquic COMMAND [ARGUMENTS]

commands:
${columns(Object.entries(SUMMARIES))}

options:
${columns([
  ['COMMAND --help', 'what a command takes, with examples'],
  ['--version', 'the version'],
])}

exit codes: 0 ok · 1 bad usage or bad file · 2 an expectation or an exchange failed · 3 an invariant was violated ·
            4 not live · 5 not deterministic · 130 interrupted
`;
}

function version(): string {
  const manifest = readFileSync(join(packageRoot(), 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
