import { describe, expect, test } from 'vitest';
import { DEPLOYMENTS, deploymentOptions } from '../endpoint/deployments.ts';
import type { Deployment } from '../endpoint/deployments.ts';
import { DEFAULT_OPTIONS, OPTION_RANGES, OptionError, resolveOptions } from '../endpoint/options.ts';
import type { EndpointOptions } from '../endpoint/options.ts';

/** Both sides of a path go by the same value. */
const SHARED: readonly (keyof EndpointOptions)[] = [
  'notifyWindow',
  'mtuBytes',
  'ackDelayNs',
  'datagramHeaderBytes',
];
const NAMES = Object.keys(OPTION_RANGES) as (keyof EndpointOptions)[];

/** REQ CONF-2, CONF-4, CONF-7. */
describe.each(Object.keys(DEPLOYMENTS) as Deployment[])('the deployment %s', (deployment) => {
  test('has options that work, and what both sides share is that of the others', () => {
    const options = resolveOptions(deploymentOptions(deployment));
    expect(Object.keys(options).toSorted()).toEqual(NAMES.toSorted());
    for (const name of SHARED) expect(options[name]).toBe(DEFAULT_OPTIONS[name]);
    // A message of the largest size that is taken has room.
    expect(options.receiveBytesMax).toBeGreaterThanOrEqual(options.messageBytesMax);
  });
});

test('options that were resolved are shared by all endpoints that are given them, others are not', () => {
  const given = { mtuBytes: 9000 };
  const options = resolveOptions(given);
  expect(resolveOptions(options)).toBe(options);
  expect(resolveOptions(given)).not.toBe(options);
  expect(resolveOptions({ ...options })).toEqual(options);
  expect(resolveOptions({ ...options })).not.toBe(options);
});

/** REQ CONF-6. */
describe('an option', () => {
  test.each(NAMES)('%s is checked at both ends of its range, and an error names it and the range', (name) => {
    const [min, max] = OPTION_RANGES[name];
    for (const value of [min - 1, max + 1, Number.NaN, '7' as unknown as number]) {
      expect(() => resolveOptions({ [name]: value })).toThrow(OptionError);
      expect(() => resolveOptions({ [name]: value })).toThrow(new RegExp(`${name} is .* between ${min} and`));
    }
    const room = {
      ...(name === 'aheadMax' ? { notifyWindow: 65_536 } : {}),
      tokensMax: 2 ** 24,
      earlyBytesMax: 2 ** 20,
    };
    expect(resolveOptions({ ...room, [name]: max })[name]).toBe(max);
    expect(resolveOptions({ aheadMax: 0, [name]: min })[name]).toBe(min);
  });

  test.each([
    ['aheadMax', 'notifyWindow', 'half of notifyWindow', 32],
    ['tokensInitial', 'tokensMax', 'tokensMax', 64],
    ['endedTokensMax', 'tokensMax', 'half of tokensMax', 32],
  ] as const)('%s keeps to the bound that %s sets', (name, bound, text, most) => {
    expect(resolveOptions({ [bound]: 64 })[name]).toBe(most);
    expect(resolveOptions({ [bound]: 64, [name]: most })[name]).toBe(most);
    expect(() => resolveOptions({ [bound]: 64, [name]: most + 1 })).toThrow(
      `${name} is ${most + 1}; it must be at most ${text}, ${most}`,
    );
  });

  test('earlyBytesInitial is at most earlyBytesMax', () => {
    expect(() => resolveOptions({ earlyBytesMax: 64, earlyBytesInitial: 65 })).toThrow(
      'earlyBytesInitial is 65; it must be at most earlyBytesMax, 64',
    );
  });

  test('that counts is a whole number', () => {
    expect(() => resolveOptions({ notifyWindow: 1.5 })).toThrow(
      'notifyWindow is 1.5; it must be a whole number',
    );
    expect(() => resolveOptions({ bufferBytesMax: 0.5 })).toThrow('a whole number between 0 and');
    expect(resolveOptions({ budgetRatio: 1.25 }).budgetRatio).toBe(1.25);
  });

  test('or a deployment that does not exist is refused, and the error lists those that do', () => {
    expect(() => resolveOptions({ buffers: 1 } as object)).toThrow(
      /no endpoint option buffers; there are .*bufferBytesMax/,
    );
    for (const name of ['moon', 'toString'])
      expect(() => deploymentOptions(name as Deployment)).toThrow(
        `there is no deployment ${name}; there are workstation, service, datacenter`,
      );
  });
});
