// One passage that was found before, by its id: as long as its document has not been read again since, it says what it said.
import type { App } from '../context.ts';

/** `<document>.<reading>.<ordinal>`, as index-document.ts gives them out. */
const PASSAGE_ID = /^(.+)\.(\d+)\.(\d+)$/;

/** @returns absent when it is no longer there, or cannot be looked up at the moment */
export async function findPassage(
  app: Pick<App, 'vectors' | 'log'>,
  tenantId: string,
  passageId: string,
): Promise<{ heading: string; text: string } | undefined> {
  const [, documentId, , ordinal] = PASSAGE_ID.exec(passageId) ?? [];
  if (documentId === undefined) return undefined;
  try {
    const [found] = await app.vectors.list(tenantId, documentId, { from: Number(ordinal), limit: 1 });
    return found?.id === passageId ? { heading: found.heading, text: found.text } : undefined;
  } catch (error) {
    app.log.debug('A passage could not be looked up', { passageId, error });
    return undefined;
  }
}
