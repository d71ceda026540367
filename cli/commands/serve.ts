import type { TransportEvent } from '../../transports/index.ts';
import type { UdpPool } from '../../transports/udp/index.ts';
import { counted } from '../../reports/figures.ts';
import { type Command, defineCommand } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { Interrupt } from '../interrupt.ts';
import { openPool } from '../net/open-pool.ts';
import { MTU_OPTION, RECORD_OPTION } from '../net/options.ts';
import { serveMetrics } from '../net/metrics-server.ts';
import { chooseSecret, SECRET_OPTIONS } from '../net/secret.ts';
import { handleRequest } from '../net/service.ts';
import { transportEventJson, transportEventText } from '../net/transport-event.ts';
import { flag, optional, required } from '../option.ts';
import { complain, print, printJson } from '../terminal.ts';
import { bindAddress } from '../values.ts';

const OPTIONS = {
  bind: required('ADDR:PORT', 'where to listen; port 0 picks one, address * means all', bindAddress),
  ...SECRET_OPTIONS,
  mtu: MTU_OPTION,
  metrics: optional('ADDR:PORT', 'serve metrics for Prometheus over HTTP, at /metrics', bindAddress),
  record: RECORD_OPTION,
  json: flag('print { "address": … } first, then each event as a JSON object on its line'),
};

export const command: Command = defineCommand({
  name: 'serve',
  operands: [],
  options: OPTIONS,
  details: [
    'Answers requests over UDP until Ctrl-C. The request header dcquic-op chooses what it does: echo (the default) sends the body back, sink answers with its size and SHA-256 as headers, digest with the 32 bytes of its SHA-256.',
    'Both sides need the same secret. On loopback addresses a public development secret is used unless one is given; elsewhere one must be.',
  ],
  examples: [
    'dcquic serve --bind 127.0.0.1:4433',
    'dcquic serve --bind 0.0.0.0:4433 --secret-file dcquic.secret',
    'dcquic serve --bind 0.0.0.0:4433 --secret-file dcquic.secret --metrics 127.0.0.1:9464',
  ],
  run: async (options) => {
    const chosen = chooseSecret(options, options.bind);
    const onEvent = (event: TransportEvent): void => {
      if (options.json) printJson(transportEventJson(event));
      else complain(`dcquic serve: ${transportEventText(event)}`);
    };
    // Events of the binding itself come before there is an address, which is to be first.
    const early: TransportEvent[] = [];
    let tell = (event: TransportEvent): void => void early.push(event);
    const pool = await openPool(options.bind, {
      chosen,
      mtuBytes: options.mtu,
      record: options.record,
      onEvent: (event) => tell(event),
    });
    const metrics =
      options.metrics === undefined
        ? undefined
        : await serveMetrics(options.metrics, () => pool.exposition());
    if (options.json) printJson({ address: pool.address, ...(metrics && { metrics: metrics.address }) });
    else print(greeting(pool.address, options.mtu, chosen.isDevelopment));
    if (metrics !== undefined && !options.json) print(`metrics at http://${metrics.address}/metrics`);
    tell = onEvent;
    early.forEach(onEvent);
    await serveUntilInterrupt(pool, options.json);
    await metrics?.close();
    return ExitCode.OK;
  },
});

function greeting(address: string, mtuBytes: number, isDevelopment: boolean): string {
  const secret = isDevelopment ? 'the public development secret' : 'the given secret';
  return `serving echo, sink and digest on ${address} with ${secret}, MTU ${mtuBytes}; Ctrl-C ends it`;
}

/** REQ EVT-1 */
async function serveUntilInterrupt(pool: UdpPool, json: boolean): Promise<void> {
  let answered = 0;
  let unanswered = 0;
  const tellPeer = (peer: number, state: string): void => {
    if (json) printJson({ event: 'peer', peer, state });
    else print(`peer ${peer} ${state}`);
  };
  pool.pool.events.subscribe(
    (event) => {
      if (event.name === 'requestServed') answered++;
      else if (event.name === 'requestDropped') unanswered++;
      else if (event.name === 'peerMet') tellPeer(event.peer, 'met');
      else if (event.name === 'peerRestarted') tellPeer(event.peer, 'restarted');
      else if (event.name === 'peerChanged') tellPeer(event.peer, event.to);
    },
    { names: ['peerMet', 'peerRestarted', 'peerChanged', 'requestServed', 'requestDropped'] },
  );
  await new Promise<void>((interrupted) => {
    const interrupt = new Interrupt(interrupted);
    pool.pool.serve(handleRequest);
    return interrupt;
  });
  await pool.close();
  if (json) printJson({ event: 'closed', answered, unanswered });
  else
    print(`closed: ${counted(answered, 'request')} answered${unanswered > 0 ? `, ${unanswered} not` : ''}`);
}
