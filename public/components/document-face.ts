// How a document looks in a list: its icon, and its state in words.
import type { Document } from '../../src/protocol/document-models.ts';
import type { PageUnit } from '../../src/protocol/names.ts';
import { ApiError } from '../lib/api-error.ts';
import { formatNumber, words } from '../lib/i18n.ts';
import { describeError } from '../state/sentences.ts';
import type { IconName } from './icon.tsx';

export function fileIcon(contentType: string, name: string): IconName {
  const type = `${contentType} ${name.slice(name.lastIndexOf('.')).toLowerCase()}`;
  if (/^image\/|\.(png|jpe?g)$/.test(type)) return 'image';
  if (/spreadsheet|excel|csv|tab-separated|\.(xlsx?|csv|tsv|ods)$/.test(type)) return 'sheet';
  if (/presentation|powerpoint|\.pptx?$/.test(type)) return 'slides';
  return 'file';
}

export function documentIcon(document: Document): IconName {
  if (document.status === 'failed') return 'warn';
  if (document.warnings.some(({ code }) => code === 'needs_ocr')) return 'scan';
  return fileIcon(document.contentType, document.name);
}

export const isReading = ({ status }: Document): boolean => status === 'uploaded' || status === 'processing';

/** "212 p.", "3 sheets"; while it is read "132/480 p." */
export function extentOf({ status, pages, progress }: Document): string {
  const { count, progress: ofTotal } = words.value.documents;
  const { done, total, unit } = progress;
  if (status === 'processing' && total > 0) return count[unit](ofTotal(formatNumber(done), formatNumber(total)));
  if (status === 'processing' && done > 0) return count[unit](formatNumber(done));
  return pages > 0 ? count[unit](formatNumber(pages)) : '';
}

/** What it is and its one state, in words. */
export function describeDocument(document: Document): string {
  const { documents } = words.value;
  const kind = documents.kinds[document.kind];
  switch (document.status) {
    case 'uploaded':
      return documents.waiting;
    case 'processing':
      return documents.reading;
    case 'cancelled':
      return documents.cancelled;
    case 'failed':
      return describeFailure(document);
    case 'processed': {
      const isWhole = document.warnings.every(
        ({ code }) => code === 'recognised_poorly' || code === 'encoding_guessed',
      );
      const about = [document.customer, document.project, document.category, document.product, document.year];
      const said = about.filter((one) => one !== undefined && one !== '').slice(0, 2);
      return [`${kind}, ${isWhole ? documents.read : documents.readPartly}`, ...said].join(' · ');
    }
  }
}

export function describeFailure({ error }: Document): string {
  const known = error?.reason && (words.value.errors.reasons as Record<string, string>)[error.reason];
  if (known) return known;
  if (!error) return words.value.documents.failed;
  return describeError(new ApiError({ code: error.code, message: error.message }));
}

/** "Page 3 of 6", "Sheet 2". */
export function placeOf(unit: PageUnit, page: number, total: number): string {
  return words.value.viewer.place[unit](formatNumber(page), total > 0 ? formatNumber(total) : '');
}
