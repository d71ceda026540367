/** How many tests passed, failed and were skipped. */

/** @typedef {{ passed: number, failed: number, skipped: number }} Tally */

/** @param {Tally} a @param {Tally} b @returns {Tally} */
export function addTally(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/**
 * Counts vitest's JSON report. A file that failed without a failed test (it does not load, a hook threw) is one failure,
 * and so is a bad exit code that no test explains (an unhandled rejection, a crash).
 *
 * @param {{ testResults: { status: string, assertionResults: { status: string }[] }[] } | undefined} report
 * @param {number | null} exitCode
 * @returns {Tally}
 */
export function countVitest(report, exitCode) {
  const tally = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report?.testResults ?? []) {
    const failedBefore = tally.failed;
    for (const { status } of file.assertionResults) {
      if (status === 'passed') tally.passed += 1;
      else if (status === 'failed') tally.failed += 1;
      else tally.skipped += 1;
    }
    if (file.status === 'failed' && tally.failed === failedBefore) tally.failed += 1;
  }
  if (exitCode !== 0 && tally.failed === 0) tally.failed = 1;
  return tally;
}
