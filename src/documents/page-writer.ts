// Stores pages as they are read: in small transactions, with how far reading has come, and only as long as this reading is wanted.
import type { App } from '../context.ts';
import type { DocumentWarning } from '../protocol/document-models.ts';
import { announceDocument } from './announce.ts';
import { type DocumentRow, findDocument, putPages, updateDocument } from './document-store.ts';
import { pageMarkdown } from './parse/markdown.ts';
import type { ParsedPage, ReadEvent } from './parse/parsed.ts';
import { NotWanted } from './readings.ts';

/** Of one transaction: a few milliseconds. */
const BATCH_UNITS = 64_000;
const BATCH_PAGES = 20;
/** What is read quickly is gathered for so long. */
export const GATHER_MS = 200;
/** Clients are told no more often than this. */
const TELL_EVERY_MS = 250;
/** More are not kept: a reader hardly looks at so many, and they travel with every change. */
const MAX_WARNINGS = 200;

type WriterApp = Pick<App, 'db' | 'broadcast'>;
type Batch = (ParsedPage & { text: string })[];

export class PageWriter {
  readonly #app: WriterApp;
  readonly #tenantId: string;
  readonly #documentId: string;
  readonly #reading: number;
  readonly #warnings: DocumentWarning[];
  /** The last page that is stored. */
  #done: number;
  #batch: Batch = [];
  #units = 0;
  #change: Partial<DocumentRow> = {};
  #storedAt = 0;
  #toldAt = 0;
  #isUntold = false;

  constructor(app: WriterApp, row: DocumentRow) {
    this.#app = app;
    this.#tenantId = row.tenant_id;
    this.#documentId = row.id;
    this.#reading = row.reading;
    this.#warnings = JSON.parse(row.warnings);
    this.#done = row.progress_done;
  }

  get done(): number {
    return this.#done;
  }

  get warnings(): string {
    return JSON.stringify(this.#warnings);
  }

  /** Whether something waits to be stored or told. */
  get isBehind(): boolean {
    return this.#batch.length > 0 || this.#isUntold || Object.keys(this.#change).length > 0;
  }

  /** @throws NotWanted */
  async take(event: ReadEvent): Promise<void> {
    if (event.type === 'started') {
      this.#change = { ...this.#change, progress_total: event.total, progress_unit: event.unit, pages: event.total };
      return this.flush();
    }
    if (event.type === 'warning') return this.#warn(event.warning);
    // Those before it are stored already; a format that cannot begin in the middle may yield them again.
    if (event.page.number <= this.#done) return;
    const text = pageMarkdown(event.page.blocks);
    this.#batch.push({ ...event.page, text });
    this.#units += text.length;
    const isFull = this.#units >= BATCH_UNITS || this.#batch.length >= BATCH_PAGES;
    if (isFull || performance.now() - this.#storedAt >= GATHER_MS) await this.flush();
  }

  #warn(warning: DocumentWarning): void {
    const isKnown = this.#warnings.some(({ page, code }) => page === warning.page && code === warning.code);
    if (isKnown || this.#warnings.length >= MAX_WARNINGS) return;
    this.#warnings.push(warning);
    this.#change = { ...this.#change, warnings: this.warnings };
  }

  /** Stores what waits, and tells of it unless that was done a moment ago. @throws NotWanted */
  async flush(): Promise<void> {
    const batch = this.#batch;
    const last = batch.at(-1)?.number ?? this.#done;
    const change = { ...this.#change, progress_done: last };
    this.#batch = [];
    this.#units = 0;
    this.#change = {};
    await this.#app.db.transaction().execute(async (trx) => {
      if (!(await updateDocument(trx, this.#tenantId, this.#documentId, change, this.#reading))) throw new NotWanted();
      await putPages(trx, this.#tenantId, this.#documentId, batch);
    });
    this.#done = last;
    this.#storedAt = performance.now();
    this.#isUntold = true;
    if (this.#storedAt - this.#toldAt >= TELL_EVERY_MS) await this.#tell();
  }

  /** Nothing has come for a while: stores and tells what waits. @throws NotWanted */
  async catchUp(): Promise<void> {
    if (this.#batch.length > 0 || Object.keys(this.#change).length > 0) await this.flush();
    if (this.#isUntold) await this.#tell();
  }

  async #tell(): Promise<void> {
    this.#isUntold = false;
    this.#toldAt = performance.now();
    // As it is now: its name may have been changed meanwhile.
    const row = await findDocument(this.#app.db, this.#tenantId, this.#documentId);
    if (row?.reading === this.#reading) announceDocument(this.#app, row);
  }
}
