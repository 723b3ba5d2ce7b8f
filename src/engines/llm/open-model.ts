// Chooses the language model engine: the scheme of the URL names it.
import type { LanguageModel } from './language-model.ts';

export interface LanguageModelSettings {
  /** `offline:…` or `http(s)://…`. */
  url: string;
  apiKey: string | undefined;
  model: string | undefined;
  temperature?: number | undefined;
  maxTokens?: number | undefined;
  /** Longest silence of the model server. */
  timeoutMs: number;
}

const DEFAULT_OPENAI_MODEL = 'gpt-5.4-mini';
const ACCEPTED =
  'It takes offline: for the built-in responder, https://api.openai.com for OpenAI, or the http:// or https:// address of a server that speaks the OpenAI protocol, such as http://127.0.0.1:11434/v1.';

/** Opens nothing on the network. @throws Error with a sentence that says what is accepted */
export async function openLanguageModel({ url, ...settings }: LanguageModelSettings): Promise<LanguageModel> {
  if (/^offline:/i.test(url)) {
    const { createOfflineModel, parseOfflineUrl } = await import('./offline.ts');
    return createOfflineModel(parseOfflineUrl(url));
  }
  const address = URL.parse(url);
  if (!address) throw new Error(`LLM_URL is not an address. ${ACCEPTED}`);
  if (address.protocol !== 'http:' && address.protocol !== 'https:') {
    throw new Error(`LLM_URL begins with ${address.protocol}, for which there is no engine. ${ACCEPTED}`);
  }
  if (address.username || address.password) {
    throw new Error('LLM_URL must not carry a user name or password; the key belongs into LLM_API_KEY.');
  }
  const { apiKey, model, temperature, maxTokens, timeoutMs } = settings;
  const options = { baseUrl: baseUrlOf(address), apiKey, temperature, maxTokens, timeoutMs };
  if (address.hostname === 'api.openai.com') {
    if (!apiKey) throw new Error('OpenAI needs a key: set LLM_API_KEY.');
    const { createOpenAiResponsesModel } = await import('./openai-responses.ts');
    return await createOpenAiResponsesModel({ ...options, model: model || DEFAULT_OPENAI_MODEL });
  }
  const { createOpenAiChatModel } = await import('./openai-chat.ts');
  return await createOpenAiChatModel({ ...options, model: model || undefined });
}

/** People paste the address of the server; the protocol lives under `/v1`. */
function baseUrlOf(address: URL): string {
  if (address.pathname === '/' || address.pathname === '') address.pathname = '/v1';
  return address.href.replace(/\/+$/, '');
}
