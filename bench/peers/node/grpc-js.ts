import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { PeerClient } from '../peer-client.ts';
import { CERT_FILE, CIPHER, HOST, KEY_FILE, SERVER_NAME, STREAMS_MAX } from '../settings.ts';

type Callback = (error: Error | null, value: Buffer) => void;

/** The part of @grpc/grpc-js that is used here; the package itself is not among those of the project. */
interface GrpcJs {
  Server: new (options: object) => {
    addService(service: object, handlers: object): void;
    bindAsync(address: string, credentials: object, done: (error: Error | null, port: number) => void): void;
  };
  ServerCredentials: { createSsl(ca: null, pairs: { cert_chain: Buffer; private_key: Buffer }[]): object };
  credentials: { createSsl(ca: Buffer): object };
  makeGenericClientConstructor(
    service: object,
    name: string,
  ): new (
    address: string,
    credentials: object,
    options: object,
  ) => {
    waitForReady(deadline: Date, done: (error?: Error) => void): void;
    echo(body: Buffer, done: Callback): void;
  };
}

const READY_MS_MAX = 10_000;
const same = (bytes: Buffer): Buffer => bytes;
/** Raw bytes as messages, which spares it protobuf. */
const ECHO = {
  echo: {
    path: '/bench.Echo/Echo',
    requestStream: false,
    responseStream: false,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  },
};

/** @param folder where it is installed */
export function serveGrpcJs(folder: string): void {
  const grpc = load(folder);
  const server = new grpc.Server({ 'grpc.max_concurrent_streams': STREAMS_MAX });
  server.addService(ECHO, {
    echo: ({ request }: { request: Buffer }, done: Callback) => done(null, request),
  });
  const pair = { cert_chain: readFileSync(CERT_FILE), private_key: readFileSync(KEY_FILE) };
  server.bindAsync(`${HOST}:0`, grpc.ServerCredentials.createSsl(null, [pair]), (error, port) => {
    if (error !== null) throw error;
    console.log(JSON.stringify({ address: `${HOST}:${port}` }));
  });
}

/** @param folder where it is installed */
export async function connectGrpcJs(host: string, port: number, folder: string): Promise<PeerClient> {
  const grpc = load(folder);
  const Client = grpc.makeGenericClientConstructor(ECHO, 'Echo');
  const options = { 'grpc.ssl_target_name_override': SERVER_NAME };
  const client = new Client(`${host}:${port}`, grpc.credentials.createSsl(readFileSync(CERT_FILE)), options);
  await new Promise<void>((ready, failed) =>
    client.waitForReady(new Date(Date.now() + READY_MS_MAX), (error) => (error ? failed(error) : ready())),
  );
  return {
    unary: (body) =>
      new Promise((done, failed) =>
        client.echo(Buffer.from(body.buffer, body.byteOffset, body.byteLength), (error, answer) =>
          error === null ? done(answer) : failed(error),
        ),
      ),
  };
}

function load(folder: string): GrpcJs {
  // It reads this when it is loaded.
  process.env['GRPC_SSL_CIPHER_SUITES'] = CIPHER;
  return createRequire(`${folder}/`)('@grpc/grpc-js') as GrpcJs;
}
