/** The commands, with one line of what each does. */
export const SUMMARIES = {
  run: 'one run of a scenario file, in the simulator',
  replay: 'repeats a saved run and compares every event',
  sweep: 'many seeds of a scenario, on all cores: which of them fail',
  explore: 'one small scenario in every order of its events, or in many',
  shrink: 'the smallest scenario that fails as a saved run did',
  report: 'the HTML report of a saved run',
  serve: 'a server on real UDP sockets: echo and sink',
  call: 'one exchange with a server',
  bench: 'many exchanges with a server: rate and latency',
  doctor: 'what this machine offers, and what it lacks',
} as const;
export type CommandName = keyof typeof SUMMARIES;
export const COMMAND_NAMES: readonly CommandName[] = Object.keys(SUMMARIES) as CommandName[];
