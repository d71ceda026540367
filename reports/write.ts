import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunReport } from '../scenarios/result.ts';
import { renderHtml } from './page/page.ts';

/**
 * Writes `report.html` and the data it was made of, `report-data.json`, into `dir`, which is made if missing.
 * @returns the path of the HTML file
 * @throws what the file system throws
 */
export function writeReport(dir: string, report: RunReport): string {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, 'report.html');
  writeFileSync(join(dir, 'report-data.json'), `${JSON.stringify(report)}\n`);
  writeFileSync(path, renderHtml(report));
  return path;
}
