import { addressOf, hostOf, isIpv6, splitHostPort } from '../../transports/udp/index.ts';
import { PresharedSecret, TransportError } from '../../transports/index.ts';
import { CommandError } from '../command-error.ts';
import { optional, text, type Optional } from '../option.ts';

/** 32 bytes that everybody knows; they read `dcquic development secret public`. Only for one machine talking to itself. */
const DEVELOPMENT_SECRET = '64637175696320646576656c6f706d656e7420736563726574207075626c6963';

/** The options of every command that talks. */
export interface SecretOptions {
  readonly secret: Optional<string>;
  readonly 'secret-file': Optional<string>;
}

export const SECRET_OPTIONS: SecretOptions = {
  secret: optional('HEX', 'the pre-shared secret, 64 hexadecimal digits; other users may see it in ps', text),
  'secret-file': optional(
    'FILE',
    'a file with the pre-shared secret: 64 hexadecimal digits or 32 bytes',
    text,
  ),
};

const REMEDY =
  'make one with `openssl rand -hex 32 > dcquic.secret`, and give --secret-file dcquic.secret on both sides';

export interface ChosenSecret {
  secret: PresharedSecret;
  isDevelopment: boolean;
}

/** The secret that both sides must have. `where`: the address bound or called. Throws CommandError. */
export function chooseSecret(
  given: { secret: string | undefined; 'secret-file': string | undefined },
  where: string,
): ChosenSecret {
  const { secret: hex, 'secret-file': file } = given;
  if (hex !== undefined && file !== undefined)
    throw new CommandError('give --secret or --secret-file, not both');
  try {
    if (hex !== undefined) return { secret: PresharedSecret.fromHex(hex), isDevelopment: false };
    if (file !== undefined) return { secret: PresharedSecret.fromFile(file), isDevelopment: false };
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    throw new CommandError(`${error.message}; ${REMEDY}`, 1, { cause: error });
  }
  if (!isLoopback(where)) {
    throw new CommandError(
      `${where} is not a loopback address, and the development secret is public; ${REMEDY}`,
    );
  }
  return { secret: PresharedSecret.fromHex(DEVELOPMENT_SECRET), isDevelopment: true };
}

/** Names other than `localhost` are not looked up: they may mean another machine tomorrow. */
function isLoopback(hostPort: string): boolean {
  const { host, port } = splitHostPort(hostPort);
  if (host === 'localhost') return true;
  const address = addressOf(host, port);
  if (address === undefined) return false;
  return isIpv6(address) ? hostOf(address) === '::1' : hostOf(address).startsWith('127.');
}
