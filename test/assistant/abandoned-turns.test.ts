// turns whose owner is gone are interrupted by whoever sees it, with the text so far, and the room goes on.
import { afterAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/lib/ids.ts';
import type { Room } from '../../src/protocol/models.ts';
import {
  createRoom,
  eventually,
  newClientId,
  type Person,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../support/product.ts';

afterAll(stopProducts);

/** A turn as a node leaves it behind that dies while answering. */
async function leaveBehind(
  product: TestProduct,
  person: Person,
  room: Room,
  owner: { nodeId: string; leaseUntil: number },
) {
  const { roomLog } = product.app;
  const question = await person.call<{ message: { id: string } }>('POST', `/api/v1/rooms/${room.id}/messages`, {
    clientId: newClientId(),
    text: 'pertanyaan',
  });
  const ids = { turnId: newId(), messageId: newId() };
  await roomLog.append(person.user.tenantId, room.id, async ({ trx, nextSeq }) => {
    const seq = await nextSeq();
    const common = { tenant_id: person.user.tenantId, room_id: room.id, created_at: Date.now(), retry_of: null };
    const asked = { question_id: question.message.id, asked_by: person.user.id, asked_by_name: person.user.fullName };
    await trx
      .insertInto('turns')
      .values({
        ...common,
        ...asked,
        id: ids.turnId,
        message_id: ids.messageId,
        state: 'running',
        reason: null,
        queued_seq: seq,
        model: 'test',
        node_id: owner.nodeId,
        lease_until: owner.leaseUntil,
        started_at: Date.now(),
        ended_at: null,
      })
      .execute();
    await trx
      .insertInto('messages')
      .values({
        ...common,
        ...asked,
        id: ids.messageId,
        seq,
        changed_seq: seq,
        client_id: null,
        author_kind: 'assistant',
        author_id: 'assistant',
        author_name: 'ProjectWise',
        text: 'Kata yang sudah ',
        status: 'streaming',
        mentions: '[]',
        reply_to_id: null,
        turn_id: ids.turnId,
        steps: null,
        sources: null,
        model: 'test',
        usage: null,
        system_note: null,
        tokens: null,
        edited_at: null,
      })
      .execute();
  });
  return ids;
}

describe('an abandoned turn', () => {
  it('of another node is interrupted when its lease is over, and queued questions go on', async () => {
    const product = await startProduct({ limits: { turnLeaseMs: 200 } });
    const ratna = await signUp(product, 'Ratna');
    const room = await createRoom(ratna);
    const client = await ratna.connect();
    await client.ask('room:join', { roomId: room.id });
    const left = await leaveBehind(product, ratna, room, { nodeId: 'another', leaseUntil: Date.now() + 3_600_000 });
    const send = { roomId: room.id, clientId: newClientId(), text: '@ProjectWise halo' };
    const { message } = await client.ask('message:send', send);
    expect(client.facts.some((fact) => fact.name === 'turn:started')).toBe(false);
    const leaseOver = { lease_until: Date.now() - 1 };
    await product.app.db.updateTable('turns').set(leaseOver).where('id', '=', left.turnId).execute();
    const ended = await client.until('turn:ended', (payload) => payload.turnId === left.turnId);
    expect(ended).toMatchObject({
      reason: 'interrupted',
      error: { details: { reason: 'server_restarted' } },
      message: { text: 'Kata yang sudah ', status: 'interrupted', system: { key: 'turn.server_restarted' } },
    });
    await client.until('turn:started', (payload) => payload.turn.questionId === message.id);
  });

  it('of another node that still holds its lease is left alone', async () => {
    const product = await startProduct({ limits: { turnLeaseMs: 100 } });
    const ratna = await signUp(product, 'Ratna');
    const room = await createRoom(ratna);
    const client = await ratna.connect();
    await client.ask('room:join', { roomId: room.id });
    await leaveBehind(product, ratna, room, { nodeId: 'another', leaseUntil: Date.now() + 60_000 });
    const other = await createRoom(ratna);
    const stale = await leaveBehind(product, ratna, other, { nodeId: 'another', leaseUntil: Date.now() - 1 });
    await eventually(async () => {
      const turns = product.app.db.selectFrom('turns').selectAll();
      return (await turns.where('id', '=', stale.turnId).executeTakeFirst())?.state === 'ended';
    }, 'the end of the stale turn');
    expect(client.facts.some((fact) => fact.name === 'turn:ended' && fact.payload.roomId === room.id)).toBe(false);
  });

  it('of a former life of this node is interrupted at once when it starts again', async () => {
    const first = await startProduct();
    const ratna = await signUp(first, 'Ratna');
    const room = await createRoom(ratna);
    const left = await leaveBehind(first, ratna, room, { nodeId: first.app.nodeId, leaseUntil: Date.now() + 60_000 });
    await first.stop();
    const second = await startProduct({ dataDir: first.config.dataDir });
    const row = await second.app.db
      .selectFrom('turns')
      .selectAll()
      .where('id', '=', left.turnId)
      .executeTakeFirstOrThrow();
    expect(row).toMatchObject({ state: 'ended', reason: 'interrupted' });
  });
});
