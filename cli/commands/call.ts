import { bytes, counted, rate, time } from '../../reports/figures.ts';
import type { UnaryResponse } from '../../protocol/index.ts';
import { sealedSize } from '../../protocol/records/layout.ts';
import { type Command, defineCommand } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { Interrupt } from '../interrupt.ts';
import { sha256 } from '../net/digest.ts';
import { checkAnswer } from '../net/exchange.ts';
import { failureText } from '../net/failure.ts';
import { readBody } from '../net/file-body.ts';
import { type Connection, connectTo } from '../net/open-pool.ts';
import { MTU_OPTION, RECORD_OPTION, TIMEOUT_OPTION } from '../net/options.ts';
import { chooseSecret, SECRET_OPTIONS } from '../net/secret.ts';
import { OPERATION_HEADER, OPERATIONS, type Operation } from '../net/service.ts';
import { transportEventText } from '../net/transport-event.ts';
import { flag, optional, required, text, type Values } from '../option.ts';
import { Progress } from '../progress.ts';
import { complain, print, printJson } from '../terminal.ts';
import { oneOf, peerAddress } from '../values.ts';

const OPTIONS = {
  peer: required('ADDR:PORT', 'the server', peerAddress),
  file: optional('F', 'the file to send, up to 2 GiB; without it a short greeting is sent', text),
  op: optional('OP', 'echo, sink or digest; sink is the default with --file, else echo', oneOf(OPERATIONS)),
  timeout: TIMEOUT_OPTION,
  ...SECRET_OPTIONS,
  mtu: MTU_OPTION,
  record: RECORD_OPTION,
  json: flag('print one JSON object, and nothing else on stdout'),
};

const GREETING = 'hello from dcquic call';
const PROGRESS_EVERY_MS = 100;

export const command: Command = defineCommand({
  name: 'call',
  operands: [],
  options: OPTIONS,
  details: [
    'Sends one message to dcquic serve and checks by its SHA-256 that the server got, or gave back, every byte. Exit code 2 if the exchange failed, 3 if the bytes were not the same.',
  ],
  examples: ['dcquic call --peer 127.0.0.1:4433', 'dcquic call --peer 127.0.0.1:4433 --file big.iso'],
  run: async (options) => call(options),
});

interface CallResult {
  op: Operation;
  bytes: number;
  responseBytes: number;
  sha256: string;
  latencyNs: number;
  /** Of the request and the response. */
  bitsPerSecond: number;
  notifyRetries: number;
  /** Sealed bytes sent or asked for again. */
  resentBytes: number;
  repulledBytes: number;
}

async function call(options: Values<typeof OPTIONS>): Promise<ExitCode> {
  const operation = options.op ?? (options.file === undefined ? 'echo' : 'sink');
  const chosen = chooseSecret(options, options.peer);
  const body = options.file === undefined ? Buffer.from(GREETING) : readBody(options.file);
  const request = { body, sha256: await sha256(body) };
  const connection = await connectTo(options.peer, {
    chosen,
    mtuBytes: options.mtu,
    record: options.record,
    peerTimeoutNs: options.timeout,
    onEvent: (event) => complain(`dcquic call: ${transportEventText(event)}`),
  });
  const interrupt = new Interrupt(() => void connection.pool.close());
  const stopProgress = showProgress(connection, body.length);
  try {
    const { pool, peer } = connection;
    const response = await pool.pool.unaryRpc(peer, body, { headers: { [OPERATION_HEADER]: operation } });
    stopProgress();
    const wrong = await checkAnswer(operation, request, response);
    if (wrong !== undefined)
      return fail(options.json, 'wrong-data', `WRONG DATA: ${wrong}`, ExitCode.INVARIANT);
    const result = resultOf(connection, operation, request, response);
    if (options.json) printJson(result);
    else print(describe(options.peer, result));
    return ExitCode.OK;
  } catch (error) {
    stopProgress();
    if (interrupt.isRequested) return fail(options.json, 'interrupted', 'stopped', ExitCode.INTERRUPTED);
    const context = { answered: connection.hasAnswered(), timeoutNs: options.timeout };
    const message = failureText(error, options.peer, context);
    return fail(options.json, (error as { reason: string }).reason, message, ExitCode.FAILED);
  } finally {
    interrupt.release();
    await connection.pool.close();
  }
}

function fail(json: boolean, reason: string, message: string, code: ExitCode): ExitCode {
  if (json) printJson({ error: { reason, message } });
  complain(`dcquic call: ${message}`);
  return code;
}

/** Returns what ends it. */
function showProgress({ pool }: Connection, requestBytes: number): () => void {
  const progress = new Progress(process.stderr);
  const timer = setInterval(() => {
    progress.update((elapsedMs) => {
      const { dataBytesOut, payloadBytesFirst } = pool.stats().endpoint;
      const back = payloadBytesFirst > 0 ? `, ${bytes(payloadBytesFirst)} came back` : '';
      return `${bytes(Math.min(dataBytesOut, requestBytes))} of ${bytes(requestBytes)} sent${back}, ${time(elapsedMs * 1e6)}`;
    });
  }, PROGRESS_EVERY_MS);
  return () => {
    clearInterval(timer);
    progress.clear();
  };
}

function resultOf(
  { pool }: Connection,
  op: Operation,
  request: { body: Uint8Array; sha256: string },
  { metrics, body }: UnaryResponse,
): CallResult {
  const { latencyNs, notifyRetries, repulledBytes, requestBytes } = metrics;
  const { dataBytesOut } = pool.stats().endpoint;
  return {
    op,
    bytes: request.body.length,
    responseBytes: body.length,
    sha256: request.sha256,
    latencyNs,
    bitsPerSecond: Math.round(((request.body.length + body.length) * 8e9) / latencyNs),
    notifyRetries,
    resentBytes: dataBytesOut === 0 ? 0 : Math.max(0, dataBytesOut - sealedSize(requestBytes)),
    repulledBytes,
  };
}

function describe(peer: string, result: CallResult): string {
  const back = result.responseBytes > 0 ? ` and ${bytes(result.responseBytes)} back` : '';
  return [
    `${bytes(result.bytes)} to ${peer}${back} in ${time(result.latencyNs)}: ${rate(result.bitsPerSecond)}`,
    `  sha256    ${result.sha256}, the same on both sides`,
    `  again     ${bytes(result.resentBytes)} sent, ${bytes(result.repulledBytes)} asked for, ${counted(result.notifyRetries, 'notification')}`,
  ].join('\n');
}
