// REST of the conversation: sending with or without a stream, chat sessions, and the routes kept from the Python version.

import { RULES } from '../assistant/prompt.ts';
import { explainAnswer } from '../assistant/why.ts';
import type { Actor, App } from '../context.ts';
import type { EventStream, RouteHandlers } from '../http/route-handler.ts';
import { AppError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import type { RoomFact } from '../protocol/events.ts';
import type { Message } from '../protocol/models.ts';
import type { Connections } from '../realtime/connections.ts';
import { toWireError } from '../realtime/handle.ts';
import { requireMember } from '../rooms/access.ts';
import { pageMessages } from '../rooms/message-store.ts';
import { endError, type FollowedSend, sendAndFollow } from './follow-turn.ts';
import { sendMessage } from './send-message.ts';
import {
  createChatSession,
  deleteChatSession,
  getChatSession,
  listChatSessions,
  renameChatSession,
  requireDefaultRoom,
  requirePersonal,
} from './sessions.ts';

type ChatRoutes = Pick<
  RouteHandlers,
  | 'sendMessage'
  | 'listChatSessions'
  | 'createChatSession'
  | 'getChatSession'
  | 'updateChatSession'
  | 'deleteChatSession'
  | 'sendSessionMessage'
  | 'chatConfig'
  | 'chatMessage'
  | 'chatMem'
  | 'history'
>;

export function chatHandlers(app: App, connections: Pick<Connections, 'takeSend'>): ChatRoutes {
  return {
    async sendMessage({ actor, params, body, http }) {
      await requireMember(app.db, actor, params.roomId, 'write');
      connections.takeSend(actor.userId);
      const input = { ...body, roomId: params.roomId };
      if (!http.acceptsEventStream) return { message: (await sendMessage(app, actor, input)).message };
      const sent = await sendAndFollow(app, actor, input);
      return http.eventStream((stream) => pipeFacts(app, sent, stream));
    },

    listChatSessions: async ({ actor }) => ({ items: await listChatSessions(app, actor) }),
    createChatSession: ({ actor, body }) => createChatSession(app, actor, body),
    getChatSession: ({ actor, params }) => getChatSession(app, actor, params.sessionId),
    updateChatSession: ({ actor, params, body }) => renameChatSession(app, actor, params.sessionId, body.title),
    async deleteChatSession({ actor, params }) {
      await deleteChatSession(app, actor, params.sessionId);
      return null;
    },
    async sendSessionMessage({ actor, params, body, http }) {
      await requirePersonal(app, actor, params.sessionId, 'write');
      connections.takeSend(actor.userId);
      const clientId = body.clientId ?? newId();
      const { text, documentIds } = body;
      const input = { roomId: params.sessionId, text, documentIds, clientId, assistant: 'ask' as const };
      const sent = await sendAndFollow(app, actor, input);
      return http.eventStream((stream) => pipeSession(app, sent, stream));
    },
    async chatConfig() {
      const { id, model } = app.model;
      return {
        models: [{ id: model, engine: id, active: true }],
        activePrompt: { name: 'default', text: RULES },
      };
    },

    async chatMessage({ actor, body }) {
      requireSelf(actor, body.user_id);
      return { user_id: actor.userId, echo: body.message };
    },
    async chatMem({ actor, body }) {
      requireSelf(actor, body.user_id);
      connections.takeSend(actor.userId);
      const room = await requireDefaultRoom(app, actor);
      const input = { roomId: room.id, text: body.message, clientId: newId(), assistant: 'ask' as const };
      const answer = await wholeAnswer(await sendAndFollow(app, actor, input));
      return {
        user_id: actor.userId,
        user_message: body.message,
        assistant_reply: answer.text,
        relevant_memories: await memoriesOf(app, actor, answer),
      };
    },
    async history({ actor, params, query }) {
      requireSelf(actor, params.user_id);
      const room = await requireDefaultRoom(app, actor);
      const { messages } = await pageMessages(app.db, actor.tenantId, room.id, { limit: query.limit });
      const history = messages
        .filter((message) => message.text !== '' && message.author.kind !== 'system')
        .map((message) => ({
          role: message.author.kind === 'assistant' ? ('assistant' as const) : ('user' as const),
          content: message.text,
          created_at: message.createdAt,
        }));
      return { user_id: actor.userId, history };
    },
  };
}

/** The kept routes name the caller; they never reach anybody else. */
function requireSelf(actor: Actor, userId: string): void {
  if (userId !== 'me' && userId !== actor.userId) {
    throw new AppError('forbidden', 'user_id must be your own id, or "me".');
  }
}

async function pipeFacts(app: Pick<App, 'log'>, sent: FollowedSend, stream: EventStream): Promise<void> {
  stream.send('message:created', { roomId: sent.message.roomId, seq: sent.message.seq, message: sent.message });
  await pipe(app, sent, stream, (fact) => stream.send(fact.name, fact.payload));
}

async function pipeSession(app: Pick<App, 'log' | 'turns'>, sent: FollowedSend, stream: EventStream): Promise<void> {
  stream.send('user_message', { message: sent.message });
  let told = 0;
  let search: { turnId: string; query: string } | undefined;
  /** What a search has found is known as soon as anything comes after it. */
  const tellSearch = () => {
    if (!search) return;
    const shown = app.turns.shownPassages(search.turnId);
    stream.send('rag_search', { query: search.query, results: shown.slice(told) });
    told = shown.length;
    search = undefined;
  };
  await pipe(app, sent, stream, (fact) => {
    tellSearch();
    if (fact.name === 'turn:delta') {
      const { text, offset } = fact.payload;
      stream.send('chunk', { text, offset });
    } else if (fact.name === 'turn:step' && fact.payload.step.kind === 'search') {
      const { step, turnId } = fact.payload;
      const query = step.name === 'search_documents' ? sent.message.text : (step.summary ?? step.name);
      if (step.status !== 'running') search = { turnId, query };
    } else if (fact.name === 'turn:ended') {
      const { message, reason, error } = fact.payload;
      if (error) stream.send('error', error);
      if (message) stream.send('done', { message, reason });
      else if (!error) stream.send('error', { code: 'stopped', message: 'The question was taken out of the queue.' });
    }
  });
}

/** Those that the answer was given and that are still there. */
async function memoriesOf(app: App, actor: Actor, answer: Message) {
  const { parts } = await explainAnswer(app, actor, answer.id);
  return parts
    .filter(({ kind }) => kind === 'memories')
    .flatMap(({ items }) => items)
    .flatMap(({ ref, text, saidAt }) =>
      text === undefined ? [] : [{ id: ref, memory: text, created_at: saidAt ?? '' }],
    );
}

/** Until the turn ended or the client went away; going away stops nothing. */
async function pipe(
  app: Pick<App, 'log'>,
  sent: FollowedSend,
  stream: EventStream,
  forward: (fact: RoomFact) => void,
): Promise<void> {
  const onAbort = () => {
    // Who went away does not hear it; the others are told why their stream ends before the answer does.
    stream.send('error', toWireError(app, endError('stopping')));
    void sent.facts.return(undefined);
  };
  stream.signal.addEventListener('abort', onAbort, { once: true });
  try {
    for await (const fact of sent.facts) {
      if (stream.signal.aborted) return;
      forward(fact);
    }
  } catch (error) {
    stream.send('error', toWireError(app, error));
  } finally {
    stream.signal.removeEventListener('abort', onAbort);
  }
}

async function wholeAnswer(sent: FollowedSend): Promise<Message> {
  for await (const fact of sent.facts) {
    if (fact.name !== 'turn:ended') continue;
    const { message, error } = fact.payload;
    if (error) throw new AppError(error.code, error.message, error.details as AppError['details']);
    if (message) return message;
  }
  throw new AppError('unavailable', 'The assistant gave no answer.', { reason: 'turn_failed' });
}
