// What is kept of tool servers when two write it at the same moment.
import { afterAll, expect, test } from 'vitest';
import {
  listApprovals,
  listPolicies,
  listServerRows,
  saveApproval,
  saveServerRow,
  setPolicy,
} from '../../src/mcp/mcp-store.ts';
import { createRoom, signUp, startProduct, stopProducts } from '../support/product.ts';

afterAll(stopProducts);

test('two who write of the same server, tool or room at once both succeed, and one row is there', async () => {
  const product = await startProduct();
  const { db } = product.app;
  const person = await signUp(product);
  const room = await createRoom(person);
  const tenantId = person.user.tenantId;
  await Promise.all([
    saveServerRow(db, 'pricing', { catalogue: '{}', catalogue_at: 1 }),
    saveServerRow(db, 'pricing', { desired: 'stopped', changed_at: 2, changed_by_name: 'Ratna' }),
  ]);
  expect(await listServerRows(db)).toMatchObject([
    { name: 'pricing', desired: 'stopped', changed_by_name: 'Ratna', catalogue: '{}' },
  ]);

  const of = { tenant_id: tenantId, server: 'pricing', tool: 'save', room_id: room.id };
  const by = { decided_by_name: 'Ratna', decided_at: 1 };
  await Promise.all([setPolicy(db, { ...of, ...by, policy: 'ask' }), setPolicy(db, { ...of, ...by, policy: 'free' })]);
  expect(await listPolicies(db, tenantId)).toHaveLength(1);
  await Promise.all(['a', 'b'].map((definition) => saveApproval(db, { ...of, ...by, definition })));
  expect(await listApprovals(db, tenantId)).toHaveLength(1);
});
