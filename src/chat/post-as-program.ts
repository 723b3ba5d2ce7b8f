// Saying something in a room as a program of a person: marked so, and never answered by the assistant.
import type { Actor } from '../context.ts';
import type { Message } from '../protocol/models.ts';
import { type SendApp, sendMessage } from './send-message.ts';

/** How a program is called that came with its person's own token and not with a named key. */
const UNNAMED = { name: 'MCP', scopes: ['read', 'write'] } as const;

/** @throws AppError as `sendMessage` does */
export async function postAsProgram(
  app: SendApp,
  actor: Actor,
  input: { roomId: string; text: string; clientId: string; replyToId?: string },
): Promise<Message> {
  const program: Actor = { ...actor, apiKey: actor.apiKey ?? UNNAMED };
  const { message } = await sendMessage(app, program, { ...input, assistant: 'skip' });
  return message;
}
