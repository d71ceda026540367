import { beforeEach, expect, test } from 'vitest';
import { ExchangeLedger, Violations } from '../../check/index.ts';

let violations: Violations;
let ledger: ExchangeLedger;
beforeEach(() => {
  violations = new Violations({ now: 0 });
  ledger = new ExchangeLedger(violations);
  ledger.onOffered(0, 1, false);
  ledger.onHandled(0, 0);
});

test('one handler, one end, is no violation', () => {
  ledger.onCompleted(0);
  expect([violations.count, ledger.active, ledger.completed]).toEqual([0, 0, 1]);
});

/** MUST EXCH-1, EXCH-9 */
test.each([
  ['in one incarnation', 0, 'ran twice'],
  ['in two incarnations', 1, 'ran before and after a restart'],
])(
  'a handler that runs twice %s is a violation, also if the exchange fails',
  (_how, incarnation, message) => {
    ledger.onHandled(0, incarnation);
    ledger.onFailed(0);
    expect(violations.list.map((violation) => violation.message)).toEqual([
      `the handler of exchange 0 ${message}`,
    ]);
  },
);
