import type { CryptoSuite } from '../crypto/suite.ts';
import { CREDENTIAL_BYTES, SECRET_BYTES } from '../keys/path-secret.ts';
import type { PathSecret } from '../keys/path-secret.ts';

const START_BYTES = 4;

/** The workers at both ends of a lane. */
export interface LaneEnds {
  readonly client: number;
  readonly server: number;
}

/**
 * The lanes between two hosts: pairs of workers, each of the host with fewer of them in one lane. They begin at a place of their own for each pair
 * of hosts, `laneStart`, so that peers with few lanes are spread over the workers. REQ ROUTE-2, MNIC-3 · MUST LANE-1
 */
export function lanesBetween(clientWorkers: number, serverWorkers: number, start: number): LaneEnds[] {
  return Array.from({ length: Math.min(clientWorkers, serverWorkers) }, (_, i) => ({
    client: (start + i) % clientWorkers,
    server: (start + i) % serverWorkers,
  }));
}

/** Where the lanes of a path begin, for both sides. MUST LANE-1 */
export function laneStart(crypto: CryptoSuite, path: PathSecret): number {
  const bytes = crypto.expand(path.secret, 'dcquic lane start', new Uint8Array(0), START_BYTES);
  return bytes.reduce((start, byte) => start * 256 + byte, 0);
}

/** What the two workers of a lane share. What is sealed in one lane is nothing to any other, so no replay crosses from one worker to another. MUST LANE-2 */
export function laneSecret(crypto: CryptoSuite, path: PathSecret, { client, server }: LaneEnds): PathSecret {
  const context = Uint8Array.of(client, server);
  return {
    credential: crypto.expand(path.secret, 'dcquic lane credential', context, CREDENTIAL_BYTES),
    secret: crypto.expand(path.secret, 'dcquic lane secret', context, SECRET_BYTES),
  };
}
