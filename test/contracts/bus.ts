// What every bus engine must do; run over each of them.
import { describe, expect, it } from 'vitest';
import type { Bus } from '../../src/engines/bus/bus.ts';

/** @param open makes two buses that belong together, the second on a node of its own when the engine can */
export function busContract(
  name: string,
  open: () => Promise<{ buses: Bus[]; nodeIds: string[]; close(): Promise<void> }>,
): void {
  describe(`the ${name} bus`, () => {
    it('delivers what is published to every subscriber, in order', async () => {
      const { buses, close } = await open();
      const heard: string[] = [];
      const all = new Promise<void>((resolve) => {
        for (const bus of buses) {
          bus.subscribe('session:ended', ({ userId }) => {
            heard.push(userId);
            if (heard.length === buses.length * 3) resolve();
          });
        }
      });
      for (const userId of ['a', 'b', 'c']) buses[0]!.publish('session:ended', { userId });
      await all;
      expect(heard.filter((_, index) => index % buses.length === 0)).toEqual(['a', 'b', 'c']);
      await close();
    });

    it('is silent to who unsubscribed', async () => {
      const { buses, close } = await open();
      const heard: string[] = [];
      const bus = buses[0]!;
      const leave = bus.subscribe('session:ended', () => heard.push('left'));
      leave();
      const stayed = new Promise<void>((resolve) => bus.subscribe('session:ended', () => resolve()));
      bus.publish('session:ended', { userId: 'a' });
      await stayed;
      expect(heard).toEqual([]);
      await close();
    });

    it('carries a request to the node that is named and its answer back', async () => {
      const { buses, nodeIds, close } = await open();
      const answering = buses.at(-1)!;
      answering.respond('turn:snapshot', async ({ turnId }) => ({ text: `text of ${turnId}`, offset: 7 }));
      const answer = await buses[0]!.request(nodeIds.at(-1)!, 'turn:snapshot', { turnId: 't1' });
      expect(answer).toEqual({ text: 'text of t1', offset: 7 });
      await close();
    });

    it('says unavailable when nobody of that name answers, within the time given', async () => {
      const { buses, nodeIds, close } = await open();
      const asked = { turnId: 't1', byName: 'Ratna' };
      await expect(buses[0]!.request('gone', 'turn:stop', asked, { timeoutMs: 50 })).rejects.toMatchObject({
        code: 'unavailable',
      });
      buses.at(-1)!.respond('turn:stop', () => new Promise(() => {}));
      await expect(buses[0]!.request(nodeIds.at(-1)!, 'turn:stop', asked, { timeoutMs: 50 })).rejects.toMatchObject({
        code: 'unavailable',
      });
      await close();
    });

    it('hands the failure of the responder to who asked', async () => {
      const { buses, nodeIds, close } = await open();
      buses.at(-1)!.respond('turn:stop', async () => {
        throw new Error('no');
      });
      const asked = { turnId: 't1', byName: 'Ratna' };
      await expect(buses[0]!.request(nodeIds.at(-1)!, 'turn:stop', asked)).rejects.toThrow('no');
      await close();
    });
  });
}
