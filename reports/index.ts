export { renderHtml } from './page/page.ts';
export { writeReport } from './write.ts';
