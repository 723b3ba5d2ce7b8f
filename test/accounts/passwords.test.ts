// Hashing of passwords, and names and handles of people.
import { expect, test } from 'vitest';
import { makeHandle } from '../../src/accounts/names.ts';
import { createPasswords } from '../../src/accounts/passwords.ts';
import { hasRoomRight } from '../../src/accounts/permissions.ts';
import { refusalOf } from '../support/world.ts';

const cheap = { memoryKib: 8, passes: 1, parallelism: 1 };

test('a password is recognised by its hash, another one is not, and two hashes of one differ', async () => {
  const passwords = createPasswords(cheap);
  const [first, second] = await Promise.all([passwords.hash('kata sandi saya'), passwords.hash('kata sandi saya')]);
  expect(first).not.toBe(second);
  expect(await passwords.verify('kata sandi saya', first)).toBe(true);
  expect(await passwords.verify('kata sandi saya ', first)).toBe(false);
  expect(await passwords.verify('kata sandi saya', undefined)).toBe(false);
  expect(await passwords.verify('kata sandi saya', 'not a hash')).toBe(false);
  expect(await passwords.verify('', first)).toBe(false);
});

test('a password with letters of any script works however they were composed', async () => {
  const passwords = createPasswords(cheap);
  expect(await passwords.verify('cafe\u0301 世界', await passwords.hash('caf\u00e9 世界'))).toBe(true);
});

test('only a hash of today’s cost is up to date', async () => {
  const hash = await createPasswords(cheap).hash('kata sandi saya');
  expect(createPasswords(cheap).isOutdated(hash)).toBe(false);
  expect(createPasswords({ ...cheap, passes: 2 }).isOutdated(hash)).toBe(true);
  expect(await createPasswords({ ...cheap, passes: 2 }).verify('kata sandi saya', hash)).toBe(true);
});

test('a crowd waits in a bounded line: beyond it people are told to come back', async () => {
  const passwords = createPasswords(cheap);
  const crowd = await Promise.allSettled(Array.from({ length: 300 }, () => passwords.hash('x')));
  const refused = crowd.filter((result) => result.status === 'rejected');
  expect(refused).toHaveLength(98);
  expect(await refusalOf(Promise.reject((refused[0] as PromiseRejectedResult).reason))).toBe('busy');
  expect(await passwords.hash('x')).toContain('$argon2id$');
});

test.each([
  ['Ratna Wulandari', [], 'ratna'],
  ['Ratna Wulandari', ['ratna'], 'ratna.wulandari'],
  ['Ratna Wulandari', ['ratna', 'ratna.wulandari', 'ratna2'], 'ratna3'],
  ['Dr. Ir. Siti Nurhaliza, M.T.', [], 'siti'],
  ['José Ñuñez', [], 'jose'],
  ['Admin', [], 'admin2'],
  ['Everyone', [], 'everyone2'],
  ['世界', [], 'member'],
  ['世界', ['member'], 'member2'],
  ['D.', [], 'd'],
  ['a'.repeat(120), [], 'a'.repeat(24)],
])('%s, with %o taken, gets the handle %s', (name, taken, handle) => {
  expect(makeHandle(name, (candidate) => taken.includes(candidate as never))).toBe(handle);
});

test('a viewer reads, a member writes, a lead leads', () => {
  const rights = (['lead', 'member', 'viewer'] as const).map((role) =>
    (['read', 'write', 'lead'] as const).filter((right) => hasRoomRight(role, right)),
  );
  expect(rights).toEqual([['read', 'write', 'lead'], ['read', 'write'], ['read']]);
});
