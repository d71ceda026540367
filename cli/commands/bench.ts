import { bytes, count as countText, counted, plain, rate, time } from '../../reports/figures.ts';
import { sealedSize } from '../../protocol/records/layout.ts';
import { type Command, defineCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { ExitCode } from '../exit-codes.ts';
import { Interrupt } from '../interrupt.ts';
import { failureText } from '../net/failure.ts';
import { Load, type LoadResult, type Pattern, PATTERNS } from '../net/load.ts';
import { type Connection, connectTo } from '../net/open-pool.ts';
import { MTU_OPTION, TIMEOUT_OPTION } from '../net/options.ts';
import { chooseSecret, SECRET_OPTIONS } from '../net/secret.ts';
import { transportEventText } from '../net/transport-event.ts';
import { defaulted, flag, required, type Values } from '../option.ts';
import { Progress } from '../progress.ts';
import { complain, print, printJson } from '../terminal.ts';
import { oneOf, peerAddress, size, wholeNumber } from '../values.ts';

/** Requests and answers of all lanes are in memory at once. */
const MEMORY_BYTES_MAX = 4 * 2 ** 30;

const OPTIONS = {
  peer: required('ADDR:PORT', 'the server', peerAddress),
  pattern: required(
    'unary|bulk',
    'unary: every request comes back; bulk: only its size and SHA-256 do',
    oneOf(PATTERNS),
  ),
  size: required('N', 'bytes of each request, or with a unit, such as 64KiB', size(0, 2 ** 31)),
  count: required('N', 'exchanges', wholeNumber(1, 100_000_000)),
  concurrency: defaulted('N', 'exchanges at a time', '1', wholeNumber(1, 1_000_000)),
  timeout: TIMEOUT_OPTION,
  ...SECRET_OPTIONS,
  mtu: MTU_OPTION,
  json: flag('print one JSON object, and nothing else on stdout'),
};

export const command: Command = defineCommand({
  name: 'bench',
  operands: [],
  options: OPTIONS,
  details: [
    'Exchanges with dcquic serve, so many at a time, and every answer is checked. Exit code 2 if an exchange failed, 3 if an answer was wrong. Compare with other software on the same machine: npm run bench.',
  ],
  examples: [
    'dcquic bench --peer 127.0.0.1:4433 --pattern unary --size 1KB --count 100000 --concurrency 64',
    'dcquic bench --peer 127.0.0.1:4433 --pattern bulk --size 64MB --count 20',
  ],
  run: async (options) => bench(options),
});

interface BenchResult {
  pattern: Pattern;
  size: number;
  count: number;
  concurrency: number;
  completed: number;
  failed: LoadResult['failed'];
  wrong: number;
  wallNs: number;
  exchangesPerSecond: number;
  /** Request and response payload. */
  megabitsPerSecond: number;
  latencyNs: { min: number; p50: number; p90: number; p99: number; max: number };
  /** Sealed bytes sent or asked for again. */
  retransmittedBytes: number;
  notifyRetries: number;
}

async function bench(options: Values<typeof OPTIONS>): Promise<ExitCode> {
  const { count, concurrency, size: sizeBytes, pattern } = options;
  if (sizeBytes * Math.min(concurrency, count) > MEMORY_BYTES_MAX) {
    throw new CommandError('size × concurrency is more than 4 GiB of memory; lower one of them');
  }
  const chosen = chooseSecret(options, options.peer);
  const connection = await connectTo(options.peer, {
    chosen,
    mtuBytes: options.mtu,
    peerTimeoutNs: options.timeout,
    onEvent: (event) => complain(`dcquic bench: ${transportEventText(event)}`),
  });
  const interrupt = new Interrupt(() => void connection.pool.close());
  const progress = new Progress(process.stderr);
  const isCancelled = (): boolean => interrupt.isRequested;
  const onEnded = (ended: number): void =>
    progress.update((elapsedMs) => {
      return `${countText(ended)} of ${counted(count, 'exchange')}, ${countText((ended / elapsedMs) * 1000)}/s`;
    });
  try {
    const load = new Load(connection, { pattern, sizeBytes, count, concurrency, isCancelled, onEnded });
    const figures = await load.run();
    progress.clear();
    const result = resultOf(options, connection, figures);
    if (options.json) printJson(result);
    else print(describe(result));
    if (interrupt.isRequested) return ExitCode.INTERRUPTED;
    return verdict(options, connection, figures);
  } finally {
    interrupt.release();
    await connection.pool.close();
  }
}

function verdict(
  options: Values<typeof OPTIONS>,
  connection: Connection,
  { wrong, firstWrong, lastError }: LoadResult,
): ExitCode {
  if (wrong > 0) {
    complain(`dcquic bench: WRONG DATA in ${counted(wrong, 'answer')}: ${firstWrong}`);
    return ExitCode.INVARIANT;
  }
  if (lastError === undefined) return ExitCode.OK;
  const context = { answered: connection.hasAnswered(), timeoutNs: options.timeout };
  complain(`dcquic bench: ${failureText(lastError, options.peer, context)}`);
  return ExitCode.FAILED;
}

function resultOf(options: Values<typeof OPTIONS>, { pool }: Connection, figures: LoadResult): BenchResult {
  const { pattern, size: sizeBytes, count, concurrency } = options;
  const { completed, failed, wrong, wallNs, latenciesNs, notifyRetries, repulledBytes, requestBytes } =
    figures;
  const seconds = wallNs / 1e9;
  const { dataBytesOut } = pool.stats().endpoint;
  // What travels in its notification is not sealed as data.
  const isInline = dataBytesOut === 0;
  const each = completed === 0 ? 0 : sealedSize(requestBytes / completed);
  const payloadBytes = completed * sizeBytes * (pattern === 'unary' ? 2 : 1);
  const quantile = (q: number): number => latenciesNs[Math.max(0, Math.ceil(q * completed) - 1)] ?? 0;
  return {
    pattern,
    size: sizeBytes,
    count,
    concurrency,
    completed,
    failed,
    wrong,
    wallNs,
    exchangesPerSecond: seconds === 0 ? 0 : Math.round((completed / seconds) * 100) / 100,
    megabitsPerSecond: seconds === 0 ? 0 : Math.round((payloadBytes * 8) / seconds / 1e4) / 100,
    latencyNs: {
      min: quantile(0),
      p50: quantile(0.5),
      p90: quantile(0.9),
      p99: quantile(0.99),
      max: quantile(1),
    },
    retransmittedBytes: (isInline ? 0 : Math.max(0, dataBytesOut - each * completed)) + repulledBytes,
    notifyRetries,
  };
}

function describe(result: BenchResult): string {
  const { completed, count, latencyNs, failed } = result;
  const failures = Object.entries(failed).map(([reason, times]) => `, ${times} ${reason}`);
  return [
    `${result.pattern}, ${bytes(result.size)}, ${counted(result.concurrency, 'exchange')} at a time`,
    `  completed   ${countText(completed)} of ${countText(count)}${failures.join('')} in ${time(result.wallNs)}`,
    `  rate        ${perSecond(result.exchangesPerSecond)} exchanges/s, ${rate(result.megabitsPerSecond * 1e6)} of payload`,
    `  latency     min ${time(latencyNs.min)}, p50 ${time(latencyNs.p50)}, p90 ${time(latencyNs.p90)}, p99 ${time(latencyNs.p99)}, max ${time(latencyNs.max)}`,
    `  again       ${bytes(result.retransmittedBytes)} sent or asked for, ${counted(result.notifyRetries, 'notification')}`,
    `  checked     ${result.wrong === 0 ? 'every answer is right' : `${plain(result.wrong)} answers are WRONG`}`,
  ].join('\n');
}

function perSecond(rateHz: number): string {
  return rateHz < 100 ? plain(rateHz) : countText(rateHz);
}
