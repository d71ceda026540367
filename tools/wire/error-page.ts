import type { ErrorCode, WireTable } from './table.ts';
import { PAGE_HEADER, markdownTable, page } from './markdown.ts';

/** spec/error-codes.md */
export function errorPage(table: WireTable): string {
  return page(
    PAGE_HEADER,
    '# Error codes',
    'The codes that travel. A receiver keeps a code it does not know and reports it as a number.',
    '## Transfer errors',
    'In `FLOW_RESET.code`: why one side gave a transfer up.',
    codes(table.transferErrors),
    '## Exchange status',
    'In `TRANSFER_NOTIFY.status` of a response: how the handler ended.',
    codes(table.exchangeStatuses),
  );
}

function codes(errors: readonly ErrorCode[]): string[] {
  return markdownTable(
    ['Code', 'Name', 'Meaning'],
    errors.map((error) => [String(error.code), `\`${error.name}\``, error.doc]),
  );
}
