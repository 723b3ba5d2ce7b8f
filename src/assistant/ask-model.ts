// One question to the model outside a room's turn.
import type { App } from '../context.ts';
import type { ModelRequest } from '../engines/llm/language-model.ts';

/** The whole answer as text. @throws ModelError */
export async function askModel(app: Pick<App, 'model'>, request: ModelRequest, signal: AbortSignal): Promise<string> {
  let text = '';
  for await (const event of app.model.stream(request, signal)) if (event.type === 'text') text += event.delta;
  return text;
}
