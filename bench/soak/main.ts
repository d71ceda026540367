/**
 * `npm run soak`: whether anything is lost or left behind when peers die, for long.
 *
 *   npm run soak                  both of the following
 *   npm run soak -- real          five minutes of processes over loopback, of which all but one are killed (-9) and started again at random
 *   npm run soak -- simulated     an hour of virtual time in which hosts crash and come back
 *   --seconds 300 · --virtual 3600 · --seed 1
 *   --json                        one JSON object
 *
 * Exit code 0; 2 if something was wrong, 130 after Ctrl-C (with the figures so far).
 */
import { parseArgs } from 'node:util';
import { realLines, simulatedLines } from './lines.ts';
import { soakReal, type RealSoakFigures } from './real.ts';
import { soakSimulated, type SimulatedSoakFigures } from './simulated.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '300' },
    virtual: { type: 'string', default: '3600' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const [part = 'all'] = positionals;
const isTerminal = process.stderr.isTTY === true;
const PROGRESS_EVERY_MS = 10_000;
let toldAt = 0;
let isCancelled = false;
process.once('SIGINT', () => (isCancelled = true));

/** On a terminal one line that changes, else a line now and then. */
function progress(text: string): void {
  const now = performance.now();
  if (isTerminal) process.stderr.write(`\r\x1b[K${text}`);
  else if (now - toldAt >= PROGRESS_EVERY_MS) {
    toldAt = now;
    process.stderr.write(`${text}\n`);
  }
}

function say(lines: readonly string[]): void {
  if (isTerminal) process.stderr.write('\r\x1b[K');
  if (!values.json) console.log(lines.join('\n'));
}

if (!['all', 'real', 'simulated'].includes(part)) {
  console.error(`soak: unknown part ${part}; parts: real, simulated, or none for both`);
  process.exit(1);
}
const figures: { real?: RealSoakFigures; simulated?: SimulatedSoakFigures } = {};
if (part !== 'real') {
  figures.simulated = await soakSimulated({
    virtualSeconds: Number(values.virtual),
    seed: Number(values.seed),
    samples: 60,
    isCancelled: () => isCancelled,
    onProgress: (seconds, crashes, calls) =>
      progress(`simulated: ${seconds.toFixed(0)} s, ${crashes} crashes, ${calls} calls`),
  });
  say(simulatedLines(figures.simulated));
}
if (part !== 'simulated' && !isCancelled) {
  figures.real = await soakReal({
    seconds: Number(values.seconds),
    isCancelled: () => isCancelled,
    onProgress: (seconds, kills, calls) =>
      progress(`real: ${seconds.toFixed(0)} s, ${kills} kills, ${calls} calls by the survivor`),
  });
  say(realLines(figures.real));
}
if (values.json) console.log(JSON.stringify(figures));
const problems = [...(figures.simulated?.problems ?? []), ...(figures.real?.problems ?? [])];
if (problems.length > 0) process.exitCode = 2;
else if (isCancelled) process.exitCode = 130;
