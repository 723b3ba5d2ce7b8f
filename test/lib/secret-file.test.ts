// The secret and the node id that an installation makes once and keeps.
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadOrCreateNodeId, loadOrCreateSecret } from '../../src/lib/secret-file.ts';

const newDataDir = () => join(mkdtempSync(join(tmpdir(), 'projectwise-')), 'data');

test('a secret is made on first start, readable by its owner only, and kept', () => {
  const dataDir = newDataDir();
  const secret = loadOrCreateSecret(dataDir);
  expect(Buffer.byteLength(secret)).toBeGreaterThanOrEqual(32);
  expect(statSync(join(dataDir, 'secret')).mode & 0o777).toBe(0o600);
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  expect(loadOrCreateSecret(dataDir)).toBe(secret);
  expect(readFileSync(join(dataDir, 'secret'), 'utf8')).toBe(secret);
});

test('two installations have different secrets and node ids', () => {
  const [one, other] = [newDataDir(), newDataDir()];
  expect(loadOrCreateSecret(one)).not.toBe(loadOrCreateSecret(other));
  expect(loadOrCreateNodeId(one)).not.toBe(loadOrCreateNodeId(other));
});

test('a secret somebody put there is used as it is, an empty file is refused', () => {
  const dataDir = newDataDir();
  loadOrCreateNodeId(dataDir);
  writeFileSync(join(dataDir, 'secret'), 'chosen by the operator\n');
  expect(loadOrCreateSecret(dataDir)).toBe('chosen by the operator');
  writeFileSync(join(dataDir, 'secret'), '');
  expect(() => loadOrCreateSecret(dataDir)).toThrow(/is empty/);
});
