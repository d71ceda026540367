import { join } from 'node:path';
import { loadScenario } from '../../scenarios/language/index.ts';
import { runScenario, type Extension, type RunOutcome } from '../../scenarios/run/index.ts';
import { PacketCapture, type CaptureOptions, type CaptureTotals } from '../pcap/index.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** Loses, repeats, reorders and corrupts. */
export const FAULTS: string = join(ROOT, 'tools', 'golden', 'faults-4.yaml');
export const INCAST: string = join(ROOT, 'tools', 'golden', 'incast-8.yaml');
export const SMALL: string = join(ROOT, 'scenarios', 'library', 'small.yaml');

/** For an incast that the port has no room for: its senders decide alone, as dcQUIC's would not. */
export const SMALL_BUFFER: readonly string[] = [
  'endpoint.control=sender-burst',
  'topology.switch.port=20KB',
  'topology.switch.ecn=10KB',
  'workload[0].request=1KB',
  'workload[0].count=20',
  'expect=[]',
];

export interface CapturedRun {
  readonly outcome: RunOutcome;
  readonly bytes: Buffer;
  readonly pieces: number[];
  readonly totals: CaptureTotals;
}

/** Runs a scenario file with a capture in memory. */
export async function capturedRun(
  file: string,
  set: readonly string[] = [],
  options: CaptureOptions = {},
  others: readonly Extension[] = [],
): Promise<CapturedRun> {
  const pieces: Buffer[] = [];
  let capture: PacketCapture | undefined;
  const extension: Extension = {
    path: 'capture',
    extend: ({ network }) => {
      capture = new PacketCapture(network, (bytes) => pieces.push(Buffer.from(bytes)), options);
    },
  };
  const outcome = await plainRun(file, set, [extension, ...others]);
  if (capture === undefined) throw new Error('the run did not call its extension');
  const totals = capture.finish();
  return { outcome, bytes: Buffer.concat(pieces), pieces: pieces.map(({ length }) => length), totals };
}

export function plainRun(
  file: string,
  set: readonly string[] = [],
  extensions: readonly Extension[] = [],
): Promise<RunOutcome> {
  const loaded = loadScenario(file, { set });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return runScenario(loaded.scenario, { extensions });
}
