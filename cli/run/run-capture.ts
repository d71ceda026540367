import { EVERYWHERE, FileSink, locationsAt, PacketCapture } from '../../reports/pcap/index.ts';
import { count, counted } from '../../reports/figures.ts';
import type { Extension, Simulation } from '../../scenarios/run/index.ts';
import { nearest } from '../../scenarios/language/suggest.ts';
import { CommandError, systemReason } from '../command-error.ts';
import type { Recording } from './recording.ts';

export interface CaptureRequest {
  /** The file, or a named pipe. */
  readonly file: string;
  /** Empty: everywhere. */
  readonly at: readonly string[];
  readonly packetsMax: number;
  /** What this is a capture of. */
  readonly comment: string;
}

/**
 * The packets of one run in a pcapng file. It grows during the run and is whole after close(), also of a run that broke off.
 */
export class RunCapture {
  readonly #request: CaptureRequest;
  #sink: FileSink | undefined;
  #capture: PacketCapture | undefined;
  #recording: Recording | undefined;

  constructor(request: CaptureRequest) {
    this.#request = request;
  }

  /** Opens the file; throws CommandError. To be the first extension, since others may take packets away. */
  readonly extension: Extension = {
    path: 'capture',
    extend: (simulation) => {
      const { at, file, comment, packetsMax } = this.#request;
      checkPlaces(at, simulation);
      this.#attempt(() => (this.#sink = new FileSink(file)));
      const options = { at: at.length === 0 ? [EVERYWHERE] : at, packetsMax, comment };
      const write = (bytes: Uint8Array): void => this.#attempt(() => this.#sink?.write(bytes));
      this.#capture = new PacketCapture(simulation.network, write, options);
    },
  };

  /** Throws CommandError. */
  close(): void {
    const capture = this.#capture;
    this.#capture = undefined;
    if (capture === undefined) return;
    const { packets, notWritten } = capture.finish();
    this.#attempt(() => this.#sink?.close());
    const isFull = notWritten > 0;
    const rest = `: full, ${count(notWritten)} more were not written; raise --pcap-max, or narrow --pcap-at`;
    const figure = `${this.#request.file}, ${counted(packets, 'packet')}${isFull ? rest : ''}`;
    this.#recording = { label: 'pcap', figure, isFull };
  }

  /** What to say of it, after close(). */
  get recording(): Recording | undefined {
    return this.#recording;
  }

  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      // Nothing more can be written.
      this.#capture = undefined;
      const { file } = this.#request;
      throw new CommandError(`cannot write to ${file}: ${systemReason(error)}`, 1, { cause: error });
    }
  }
}

function checkPlaces(places: readonly string[], { network }: Simulation): void {
  const { locations } = network.fabric;
  for (const place of places) {
    if (locationsAt(place, locations).length > 0) continue;
    const guess = nearest(place, [EVERYWHERE, ...locations]);
    const remedy = guess === undefined ? `for example all or ${locations[0]}` : `did you mean ${guess}?`;
    throw new CommandError(`--pcap-at ${place}: no such place in this network; ${remedy}`);
  }
}
