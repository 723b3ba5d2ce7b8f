// The reference for sends: the statements of a send on our own tables, prepared once, one transaction each, and nothing else.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { openDatabase } from '../../database/open.ts';
import { newId } from '../../src/lib/ids.ts';
import { serveCalls } from './child.ts';
import { clockMs } from './probes.ts';

const ROOM = crypto.randomUUID();
const USER = crypto.randomUUID();
const TEXT = 'Masa garansi perangkat adalah 36 bulan sejak serah terima.';

let folder: string | undefined;
let send: (clientId: string) => void = () => {};
let sent = 0;

const functions = {
  async open(): Promise<void> {
    folder = mkdtempSync(join(tmpdir(), 'projectwise-bench-'));
    const file = join(folder, 'raw.sqlite');
    await (await openDatabase({ engine: 'sqlite', file, durability: 'normal' })).destroy();
    const db = new Sqlite(file);
    for (const pragma of ['synchronous = NORMAL', 'foreign_keys = ON', 'temp_store = MEMORY', 'secure_delete = FAST']) {
      db.pragma(pragma);
    }
    send = prepareSend(db);
  },
  /** @returns how long it took, in milliseconds */
  send(count: number): number {
    const startedAt = clockMs();
    for (let index = 0; index < count; index++) send(`client-${sent++}`);
    return clockMs() - startedAt;
  },
};
export type RawSends = typeof functions;

function prepareSend(db: Sqlite.Database): (clientId: string) => void {
  const now = Date.now();
  const { id: tenant } = db.prepare('SELECT id FROM tenants').get() as { id: string };
  insert(db, 'users', {
    id: USER,
    tenant_id: tenant,
    email: 'ratna@example.test',
    full_name: 'Ratna Wulandari',
    handle: 'ratna',
    password_hash: '',
    role: 'member',
    language: 'id',
    created_at: now,
  });
  insert(db, 'rooms', {
    id: ROOM,
    tenant_id: tenant,
    kind: 'group',
    name: 'Ruang tender',
    slug: 'ruang-tender',
    assistant_trigger: 'mention',
    brief: '',
    summary: '',
    summary_seq: 0,
    summary_version: 0,
    language: 'id',
    time_zone: 'Asia/Jakarta',
    last_seq: 0,
    memory_mode: 'ask',
    memory_seq: 0,
    auto_title: 0,
    is_default: 0,
    created_by: USER,
    created_at: now,
    last_activity_at: now,
  });
  const member = { room_id: ROOM, user_id: USER, tenant_id: tenant, role: 'lead', read_seq: 0, joined_at: now };
  insert(db, 'room_members', member);

  const findMember = db.prepare(
    'SELECT r.*, m.role AS member_role, m.read_seq AS member_read_seq FROM room_members m JOIN rooms r ON r.id = m.room_id WHERE m.room_id = ? AND m.user_id = ? AND m.tenant_id = ? AND r.tenant_id = ?',
  );
  const findKnown = db.prepare(
    'SELECT * FROM messages WHERE tenant_id = ? AND room_id = ? AND author_id = ? AND client_id = ?',
  );
  const takeSeq = db.prepare(
    'UPDATE rooms SET last_seq = last_seq + 1, last_activity_at = ? WHERE id = ? AND tenant_id = ?',
  );
  const readSeq = db.prepare('SELECT last_seq FROM rooms WHERE id = ? AND tenant_id = ?');
  const addMessage = db.prepare(
    `INSERT INTO messages (id, tenant_id, room_id, seq, changed_seq, client_id, author_kind, author_id, author_name, text, status, mentions, created_at)
     VALUES (?, ?, ?, ?, ?, ?, 'person', ?, 'Ratna Wulandari', ?, 'sent', '[]', ?)`,
  );
  return db.transaction((clientId: string) => {
    findMember.get(ROOM, USER, tenant, tenant);
    if (findKnown.get(tenant, ROOM, USER, clientId)) return;
    const at = Date.now();
    takeSeq.run(at, ROOM, tenant);
    const { last_seq: seq } = readSeq.get(ROOM, tenant) as { last_seq: number };
    // The trigger of the table writes the full text.
    addMessage.run(newId(), tenant, ROOM, seq, seq, clientId, USER, TEXT, at);
  });
}

function insert(db: Sqlite.Database, table: string, row: Record<string, string | number>): void {
  const names = Object.keys(row);
  db.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`).run(
    ...Object.values(row),
  );
}

serveCalls(functions, () => folder && rmSync(folder, { recursive: true, force: true }));
