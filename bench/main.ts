/**
 * `npm run bench`: what this machine does, in one run: simulated packets per second, and unary calls on loopback next to
 * node:http2.
 *
 *   npm run bench                         both
 *   npm run bench -- simulated|loopback   one of them
 *   npm run bench -- --profile            the first costs of the simulation
 *   npm run bench -- dgram|net|kernel     the parts below: node:dgram, the simulated network, the event queue alone
 *   npm run bench -- peers [NAME…]        unary calls and bulk next to http2, grpc-js, tls, net, dgram, quinn, s2n-quic, tonic; NAMEs choose cases and contestants
 *   npm run bench -- native [CASE…]       dcquic next to the plain GSO limit and to itself without GSO, GRO, recvmmsg, FFI, with small buffers, on one core
 *   npm run bench -- fabric               unary calls next to fi_pingpong and bulk by reads, over each provider of libfabric that is there
 *   npm run bench -- timers               the timing wheel of the endpoints next to a heap, at a million timers
 *   npm run bench -- sweep                `dcquic sweep` with two workers against one and on one core
 *   npm run bench -- scale                cost per packet from 16 to 432 hosts; 100,000 messages on 144 hosts
 *   npm run bench -- transfers            a thousand to a million transfers at once in one pair: memory and time of each
 *   npm run bench -- explore              schedules per second, and until a race is found
 *   npm run bench -- bach                 Bach's own benches on `dcquic/sim`, next to Bach itself where there is cargo
 *   npm run bench -- broadcast            64 MB to 50 peers in the simulator, 3 of which fail: seals, outcomes, buffers
 *   npm run bench -- slow-reader          memory of two processes for 60 s, of which one writes faster than the other reads
 *   --json                                one JSON object
 *   --scale 0.1                           of loopback, sweep, scale, bach, broadcast and slow-reader: a tenth of the calls, seeds, packets, items, bytes or time
 */
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { LoopbackFigures } from './loopback.ts';
import type { ProfileCosts } from './profile.ts';
import type { SimulatedFigures } from './simulated.ts';

const COSTS_SHOWN = 3;

/** Results of one invocation, as `--json` prints them. */
interface Report {
  machine: { node: string; cores: number; model: string };
  simulated?: SimulatedFigures;
  loopback?: LoopbackFigures[];
  profile?: ProfileCosts;
}

const { values, positionals } = readArgs();
const say = (line: string): void => {
  if (!values.json) console.log(line);
};
const perSecond = (rate: number): string => `${Math.round(rate).toLocaleString('en-US')}/s`;
const [part = 'all', ...rest] = positionals;

switch (part) {
  case 'all':
  case 'simulated':
  case 'loopback':
    await report();
    break;
  case 'peers': {
    const { caseLines } = await import('./peers/goals.ts');
    const { measurePeers } = await import('./peers.ts');
    const scale = Number(values.scale) > 0 ? Number(values.scale) : 1;
    const figures = await measurePeers({
      scale,
      names: rest,
      onCase: (one) => caseLines(one).forEach(say),
    });
    for (const line of values.json ? [JSON.stringify(figures)] : figures.missing) console.log(line);
    break;
  }
  case 'native': {
    const { caseLines } = await import('./peers/goals.ts');
    const { measurePeers } = await import('./peers.ts');
    const { FALLBACKS } = await import('./peers/contestants.ts');
    const scale = Number(values.scale) > 0 ? Number(values.scale) : 1;
    const names = [...FALLBACKS, ...rest];
    const figures = await measurePeers({ scale, names, onCase: (one) => caseLines(one).forEach(say) });
    if (values.json) console.log(JSON.stringify(figures));
    break;
  }
  case 'dgram': {
    const { measureDgram } = await import('./dgram.ts');
    console.log(JSON.stringify(await measureDgram(), undefined, values.json ? undefined : 2));
    break;
  }
  case 'net': {
    const { benchNetwork } = await import('./net.ts');
    for (const line of await benchNetwork()) console.log(line);
    break;
  }
  case 'kernel': {
    const { measureKernel, kernelLines } = await import('./kernel.ts');
    const figures = await measureKernel();
    for (const line of values.json ? [JSON.stringify(figures)] : kernelLines(figures)) console.log(line);
    break;
  }
  case 'fabric': {
    const { fabricLines, measureFabric } = await import('./fabric.ts');
    const figures = await measureFabric(Number(values.scale) > 0 ? Number(values.scale) : 1);
    for (const line of values.json ? [JSON.stringify(figures)] : fabricLines(figures)) console.log(line);
    break;
  }
  case 'timers': {
    const { measureTimers, timerLines } = await import('./timers.ts');
    const figures = measureTimers();
    for (const line of values.json ? [JSON.stringify(figures)] : timerLines(figures)) console.log(line);
    break;
  }
  case 'sweep': {
    const { measureSweeps, sweepLines } = await import('./sweep.ts');
    const all: object[] = [];
    for await (const figures of measureSweeps(Number(values.scale) > 0 ? Number(values.scale) : 1)) {
      all.push(figures);
      if (!values.json) for (const line of sweepLines(figures)) console.log(line);
    }
    if (values.json) console.log(JSON.stringify({ sweeps: all }));
    break;
  }
  case 'explore': {
    const { exploreLines, measureExplore } = await import('./explore.ts');
    const figures = await measureExplore();
    for (const line of values.json ? [JSON.stringify(figures)] : exploreLines(figures)) console.log(line);
    break;
  }
  case 'bach': {
    const { bachLines, measureBach } = await import('./bach.ts');
    const figures = await measureBach({ scale: Number(values.scale) > 0 ? Number(values.scale) : 1 });
    for (const line of values.json ? [JSON.stringify(figures)] : bachLines(figures)) console.log(line);
    break;
  }
  case 'broadcast': {
    const { broadcastLines, measureBroadcast } = await import('./broadcast.ts');
    const scale = Number(values.scale) > 0 ? Number(values.scale) : 1;
    const figures = await measureBroadcast({ peers: 50, bytes: Math.ceil(64_000_000 * scale) });
    for (const line of values.json ? [JSON.stringify(figures)] : broadcastLines(figures)) console.log(line);
    break;
  }
  case 'slow-reader': {
    const { measureSlowReader, slowReaderLines } = await import('./slow-reader.ts');
    const figures = await measureSlowReader(60 * (Number(values.scale) > 0 ? Number(values.scale) : 1));
    for (const line of values.json ? [JSON.stringify(figures)] : slowReaderLines(figures)) console.log(line);
    break;
  }
  case 'transfers': {
    const { TRANSFERS_HEAD, growthLines, measureTransfers, transfersLine } = await import('./transfers.ts');
    say(TRANSFERS_HEAD);
    const scale = Number(values.scale) > 0 ? Number(values.scale) : 1;
    const figures = await measureTransfers(scale, (row) => say(transfersLine(row)));
    for (const line of values.json ? [JSON.stringify(figures)] : growthLines(figures)) console.log(line);
    break;
  }
  case 'scale': {
    const { measureScale, messagesLines, SCALE_HEAD, scaleLine } = await import('./scale.ts');
    say(SCALE_HEAD);
    const scale = Number(values.scale) > 0 ? Number(values.scale) : 1;
    const figures = await measureScale(scale, (row) => say(scaleLine(row)));
    for (const line of values.json ? [JSON.stringify(figures)] : messagesLines(figures)) console.log(line);
    break;
  }
  // What the parts above start as processes of their own.
  case 'scale-run': {
    const { runOnce } = await import('./scale.ts');
    console.log(JSON.stringify(await runOnce(rest[0] ?? '', Number(values.scale))));
    break;
  }
  case 'slow-reader-reader': {
    const { readSlowly } = await import('./slow-reader.ts');
    await readSlowly(Number(rest[0]));
    break;
  }
  case 'slow-reader-writer': {
    const { writeFast } = await import('./slow-reader.ts');
    await writeFast(Number(rest[0]), rest[1] ?? '');
    break;
  }
  case 'peers-server': {
    const { serveNodePeer } = await import('./peers/node/programs.ts');
    const [name = '', folder = '', kind = ''] = rest;
    await serveNodePeer(name, folder, kind);
    break;
  }
  case 'peers-client': {
    const { connectNodePeer } = await import('./peers/node/programs.ts');
    const { answerRounds } = await import('./peers/peer-client.ts');
    const [name = '', address = '', folder = '', ...caseArguments] = rest;
    await answerRounds(await connectNodePeer(name, address, folder), caseArguments);
    break;
  }
  case 'http2-server': {
    const { serveHttp2 } = await import('./http2/server.ts');
    serveHttp2();
    break;
  }
  case 'http2-client': {
    const { callHttp2 } = await import('./http2/client.ts');
    const [address = '', size = '', count = '', concurrency = ''] = rest;
    console.log(JSON.stringify(await callHttp2(address, Number(size), Number(count), Number(concurrency))));
    break;
  }
  default:
    console.error(
      `bench: unknown part ${part}; parts: simulated, loopback, peers, native, dgram, net, kernel, sweep, scale, transfers, explore, bach, broadcast, slow-reader, or none for the first two`,
    );
    process.exitCode = 1;
}

function readArgs() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        profile: { type: 'boolean', default: false },
        scale: { type: 'string', default: '1' },
      },
    });
  } catch (error) {
    console.error(`bench: ${(error as Error).message}\nThe options: npm run bench -- --help`);
    process.exit(1);
  }
}

async function report(): Promise<void> {
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  const result: Report = { machine: { node: process.version, cores: availableParallelism(), model } };
  say(`Node ${process.version}, ${availableParallelism()} cores (${model})`);
  if (values.profile) result.profile = await profile();
  else {
    if (part !== 'loopback') result.simulated = await simulated();
    if (part !== 'simulated') result.loopback = await loopback();
  }
  if (values.json) console.log(JSON.stringify(result));
}

async function simulated(): Promise<SimulatedFigures> {
  const { simulateOnce } = await import('./simulated.ts');
  const figures = await simulateOnce();
  const { packetsSentPerSecond, packetsDeliveredPerSecond, eventsPerSecond, packetsSent } = figures;
  const seconds = `${figures.wallMs / 1000} s, ${figures.cpuMs / 1000} s of CPU`;
  say(`\nSimulated, ${figures.scenario}: ${packetsSent.toLocaleString('en-US')} packets in ${seconds}`);
  say(`  packets sent by hosts   ${perSecond(packetsSentPerSecond)}`);
  say(`  packet deliveries       ${perSecond(packetsDeliveredPerSecond)}`);
  say(`  events                  ${perSecond(eventsPerSecond)}`);
  return figures;
}

async function loopback(): Promise<LoopbackFigures[]> {
  const { loopbackCases, measureLoopback } = await import('./loopback.ts');
  say('\nUnary echo on loopback, two processes; node:http2 without TLS');
  say('   size  at a time       dcquic  p50 µs   p99 µs        http2  p50 µs   p99 µs   ratio');
  const scale = Number(values.scale) > 0 ? Number(values.scale) : 1;
  return measureLoopback(loopbackCases(scale), (figures) => {
    const { sizeBytes, concurrency, dcquic, http2, ratio } = figures;
    const micros = (ns: number): string => (ns / 1000).toFixed(0);
    const half = ({ exchangesPerSecond, latencyNs }: typeof dcquic): string =>
      [
        perSecond(exchangesPerSecond).padStart(11),
        micros(latencyNs.p50).padStart(6),
        micros(latencyNs.p99).padStart(7),
      ].join('  ');
    const head = `${`${sizeBytes} B`.padStart(7)}  ${String(concurrency).padStart(9)}`;
    say(`${head}  ${half(dcquic)}  ${half(http2)}  ${ratio.toFixed(2).padStart(6)}`);
  });
}

async function profile(): Promise<ProfileCosts> {
  const { profileModule } = await import('./profile.ts');
  const costs = profileModule([fileURLToPath(import.meta.url), 'simulated', '--json']);
  for (const kind of ['functions', 'files'] as const) {
    say(`\nFirst costs of the simulation, by ${kind} (time in them, not in what they call)`);
    for (const { what, share } of costs[kind].slice(0, COSTS_SHOWN)) {
      say(`  ${(share * 100).toFixed(1).padStart(5)} %  ${what}`);
    }
  }
  return costs;
}
