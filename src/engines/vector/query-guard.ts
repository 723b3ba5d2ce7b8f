// What no index may be asked: everything, by leaving something out.
import { AppError } from '../../lib/errors.ts';
import type { IndexedDocument, PassageQuery } from './vector-index.ts';

/** @throws AppError invalid when tenant or scopes are missing */
export function requirePlace(tenantId: string, scopes: readonly string[]): void {
  if (tenantId === '' || scopes.length === 0 || scopes.some((scope) => scope === '')) {
    throw new AppError('invalid', 'A search needs a tenant and at least one scope.');
  }
}

/** @throws AppError invalid */
export function requireDocument({ tenantId, documentId, scope, space }: IndexedDocument): void {
  requirePlace(tenantId, [scope]);
  if (documentId === '' || space === '') throw new AppError('invalid', 'A document needs an id and a space.');
}

/** Whether the query can only find nothing. */
export const findsNothing = ({ documentIds, limit }: PassageQuery): boolean => limit < 1 || documentIds?.length === 0;

export const searchUnavailable = (problem: string, cause?: unknown): AppError =>
  new AppError(
    'unavailable',
    `The search index is not available: ${problem}`,
    { reason: 'search_unavailable' },
    { cause },
  );
