// REST of answers: what one was made from.
import type { RouteHandlers } from '../http/route-handler.ts';
import type { ResolveApp } from './resolve-context.ts';
import { explainAnswer } from './why.ts';

export function answerHandlers(app: ResolveApp): Pick<RouteHandlers, 'answerContext'> {
  return {
    answerContext: ({ actor, params }) => explainAnswer(app, actor, params.messageId),
  };
}
