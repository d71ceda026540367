import { readArguments, wantsHelp } from './args.ts';
import { CommandError } from './command-error.ts';
import type { ExitCode } from './exit-codes.ts';
import type { OptionTable, Values } from './option.ts';
import type { CommandName } from './summaries.ts';
import { complain, print } from './terminal.ts';
import { helpText, usageLine } from './usage.ts';

/** One command, as it is written down. */
export interface CommandSpec<O extends OptionTable> {
  readonly name: CommandName;
  /** What it takes besides options, e.g. `['FILE']`. */
  readonly operands: readonly string[];
  readonly options: O;
  /** Paragraphs for `--help`. */
  readonly details: readonly string[];
  readonly examples: readonly string[];
  /** Throws CommandError for what the user can act on. */
  run(values: Values<O>, operands: readonly string[]): Promise<ExitCode>;
}

/** One command, as it is called. */
export interface Command {
  readonly help: string;
  /** Reads the arguments and runs. What is wrong with them is one line and the usage on stderr, and exit code 1. */
  main(args: readonly string[]): Promise<ExitCode>;
}

export function defineCommand<O extends OptionTable>(spec: CommandSpec<O>): Command {
  return {
    help: helpText(spec),
    main: async (args) => {
      if (wantsHelp(args)) {
        print(helpText(spec));
        return 0;
      }
      const read = readArguments(args, spec.options, spec.operands);
      if (!read.ok) {
        complain(`dcquic ${spec.name}: ${read.message}; ${read.remedy}`);
        complain(usageLine(spec));
        return 1;
      }
      try {
        return await spec.run(read.value.values, read.value.operands);
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        complain(`dcquic ${spec.name}: ${error.message}`);
        return error.exitCode;
      }
    },
  };
}
