// A room whose assistant may use the tools of servers, with two people in it and an administrator elsewhere.
import type { Room } from '../../src/protocol/models.ts';
import type { FakeTool } from './fake-tool-server.ts';
import {
  addMember,
  type Client,
  createRoom,
  eventually,
  newClientId,
  type Person,
  type ProductOptions,
  signUp,
  startProduct,
  type TestProduct,
} from './product.ts';

export interface ToolRoom {
  product: TestProduct;
  room: Room;
  admin: Person;
  /** Leads the room and asks. */
  ratna: Person;
  budi: Person;
  asker: Client;
  other: Client;
  /** Asks the assistant. @returns the id of the turn */
  ask(text?: string, by?: Client): Promise<string>;
  /** Waits until a tool server is there. */
  ready(server?: string): Promise<void>;
}

/** Servers that are configured are waited for. */
export async function openToolRoom(options: ProductOptions): Promise<ToolRoom> {
  const product = await startProduct(options);
  const admin = await signUp(product, 'Admin Instalasi');
  const [ratna, budi] = [await signUp(product, 'Ratna Wulandari'), await signUp(product, 'Budi Santoso')];
  const room = await createRoom(ratna);
  await addMember(ratna, room, budi);
  const [asker, other] = [await ratna.connect(), await budi.connect()];
  for (const client of [asker, other]) await client.ask('room:join', { roomId: room.id });
  const { links } = product.app.toolServers;
  const ready = async (server = 'default') => {
    await eventually(() => links.get(server)?.status().state === 'connected', `${server} being there`);
  };
  for (const name of links.keys()) await ready(name);
  return {
    product,
    room,
    admin,
    ratna,
    budi,
    asker,
    other,
    ready,
    async ask(text = '@ProjectWise tolong', by = asker) {
      const { message } = await by.ask('message:send', { roomId: room.id, clientId: newClientId(), text });
      const { turn } = await by.until('turn:queued', (payload) => payload.turn.questionId === message.id);
      return turn.id;
    },
  };
}

/** The steps of a turn as this client was told of them, the last state of each. */
export function stepsOf(client: Client, turnId: string) {
  const steps = new Map(
    client.facts.flatMap((fact) =>
      fact.name === 'turn:step' && fact.payload.turnId === turnId ? [[fact.payload.step.id, fact.payload.step]] : [],
    ),
  );
  return [...steps.values()];
}

/** The step of a turn that waits for a decision. */
export const waitingStep = async (client: Client, turnId: string) =>
  (await client.until('turn:step', (payload) => payload.turnId === turnId && payload.step.status === 'waiting')).step;

export const ended = (client: Client, turnId: string) =>
  client.until('turn:ended', (payload) => payload.turnId === turnId);

export const writingTool = (name: string, more: Partial<FakeTool> = {}): FakeTool => ({
  name,
  description: `Writes with ${name}.`,
  inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  ...more,
});
