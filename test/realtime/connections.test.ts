// What is kept of people between their connections.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Actor } from '../../src/context.ts';
import { createInProcessBus } from '../../src/engines/bus/in-process.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { type Connection, createConnections } from '../../src/realtime/connections.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const actor: Actor = {
  kind: 'person',
  userId: 'ratna',
  tenantId: 'tenant',
  sessionId: 'session',
  name: 'Ratna',
  role: 'member',
  expiresAt: Number.POSITIVE_INFINITY,
};
const newConnection = (): Connection => ({
  actor,
  close: () => undefined,
  waitingBytes: () => 0,
  cut: () => undefined,
});

it('going and coming back does not fill the budget for sends, time does', () => {
  const limits = { ...DEFAULT_LIMITS, sendsBurst: 100, sendsPerSecond: 1 };
  const connections = createConnections({ limits, bus: createInProcessBus('node-1') });
  const sendsTaken = () => {
    for (let count = 0; ; count++) {
      try {
        connections.takeSend(actor.userId);
      } catch {
        return count;
      }
    }
  };
  const first = newConnection();
  connections.admit(first);
  expect(sendsTaken()).toBe(100);
  connections.remove(first);
  vi.advanceTimersByTime(10_000);
  expect(connections.stateOf(actor.userId)).toBe('offline');
  connections.admit(newConnection());
  expect(sendsTaken()).toBe(10);
  vi.advanceTimersByTime(200_000);
  expect(sendsTaken()).toBe(100);
  connections.stop();
});

it('somebody who was refused is not remembered as connected', () => {
  const limits = { ...DEFAULT_LIMITS, socketsPerPerson: 1 };
  const connections = createConnections({ limits, bus: createInProcessBus('node-1') });
  const first = newConnection();
  connections.admit(first);
  expect(() => connections.admit(newConnection())).toThrow('Too many connections');
  connections.remove(first);
  expect(connections.people()).toEqual([]);
  connections.admit(newConnection());
  expect(connections.people()).toEqual([actor.userId]);
  connections.stop();
});
