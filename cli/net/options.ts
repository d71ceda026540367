import { defaulted, optional, text, type Defaulted, type Optional } from '../option.ts';
import { duration, wholeNumber } from '../values.ts';

export const MTU_OPTION: Defaulted<number> = defaulted(
  'N',
  'bytes of the largest IP packet on the path; 65535 on loopback is faster',
  '1500',
  wholeNumber(576, 65_535),
);

export const TIMEOUT_OPTION: Defaulted<number> = defaulted(
  'DURATION',
  'silence of the server after which the call ends',
  '5s',
  duration(1_000_000, 3600e9, '1ms to 3600s'),
);

export const RECORD_OPTION: Optional<string> = optional(
  'FILE',
  'write down all that is done to the endpoint, for dcquic replay; FILE holds secrets and messages',
  text,
);
