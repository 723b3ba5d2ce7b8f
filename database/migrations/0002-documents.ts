// Documents: what was uploaded, what was read in it, and which messages brought it along.
import { type ColumnDataType, type Expression, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { dialectOf } from '../dialect.ts';

const ID = 'varchar(36)';
const WORD = 'varchar(32)';
const LINE = 'varchar(255)';
const TIME = 'bigint';

export const documents: Migration = {
  async up(db: Kysely<Record<string, never>>) {
    const long: ColumnDataType | Expression<unknown> = dialectOf(db) === 'mysql' ? sql`longtext` : 'text';
    await db.schema
      .createTable('documents')
      .ifNotExists()
      .addColumn('id', ID, (c) => c.primaryKey())
      .addColumn('tenant_id', ID, (c) => c.notNull().references('tenants.id'))
      .addColumn('room_id', ID, (c) => c.references('rooms.id').onDelete('cascade'))
      .addColumn('external_key', LINE)
      .addColumn('external_place', ID)
      .addColumn('name', LINE, (c) => c.notNull())
      .addColumn('kind', WORD, (c) => c.notNull())
      .addColumn('content_type', LINE, (c) => c.notNull())
      .addColumn('bytes', TIME, (c) => c.notNull())
      .addColumn('sha256', 'varchar(64)', (c) => c.notNull())
      .addColumn('file_key', LINE)
      .addColumn('customer', LINE)
      .addColumn('project', LINE)
      .addColumn('year', 'integer')
      .addColumn('category', LINE)
      .addColumn('product', LINE)
      .addColumn('status', WORD, (c) => c.notNull())
      .addColumn('progress_done', 'integer', (c) => c.notNull())
      .addColumn('progress_total', 'integer', (c) => c.notNull())
      .addColumn('progress_unit', WORD, (c) => c.notNull())
      .addColumn('pages', 'integer', (c) => c.notNull())
      .addColumn('warnings', long, (c) => c.notNull())
      .addColumn('error', 'text')
      .addColumn('duplicate_of', 'text')
      .addColumn('reading', 'integer', (c) => c.notNull())
      .addColumn('uploaded_by', ID, (c) => c.notNull())
      .addColumn('uploaded_by_name', LINE, (c) => c.notNull())
      .addColumn('created_at', TIME, (c) => c.notNull())
      .addColumn('updated_at', TIME, (c) => c.notNull())
      .addUniqueConstraint('documents_external_key', ['tenant_id', 'external_place', 'external_key'])
      .execute();
    await createIndex(db, 'documents', 'documents_room', ['tenant_id', 'room_id', 'id']);
    await createIndex(db, 'documents', 'documents_content', ['tenant_id', 'sha256']);

    await db.schema
      .createTable('document_pages')
      .ifNotExists()
      .addColumn('tenant_id', ID, (c) => c.notNull())
      .addColumn('document_id', ID, (c) => c.notNull().references('documents.id').onDelete('cascade'))
      .addColumn('number', 'integer', (c) => c.notNull())
      .addColumn('label', LINE)
      .addColumn('text', long, (c) => c.notNull())
      .addColumn('blocks', long, (c) => c.notNull())
      .addColumn('source', WORD, (c) => c.notNull())
      .addColumn('words', long)
      .addPrimaryKeyConstraint('document_pages_key', ['document_id', 'number'])
      .execute();

    await db.schema
      .createTable('message_documents')
      .ifNotExists()
      .addColumn('tenant_id', ID, (c) => c.notNull())
      .addColumn('message_id', ID, (c) => c.notNull().references('messages.id').onDelete('cascade'))
      .addColumn('document_id', ID, (c) => c.notNull().references('documents.id').onDelete('cascade'))
      .addColumn('room_id', ID, (c) => c.notNull())
      .addColumn('position', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('message_documents_key', ['message_id', 'document_id'])
      .execute();
    await createIndex(db, 'message_documents', 'message_documents_document', ['document_id']);
  },
};

const createIndex = (
  db: Kysely<Record<string, never>>,
  table: string,
  name: string,
  columns: string[],
): Promise<void> => db.schema.createIndex(name).ifNotExists().on(table).columns(columns).execute();
