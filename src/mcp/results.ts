// What a model is given of a call: its words as a person would see them, few pictures of bounded size, and a note for everything else. Pure.
import { clip } from '../lib/clip.ts';
import { visibleText } from '../lib/visible-text.ts';
import type { CallEnd, RawToolResult } from './call-tool.ts';

export interface ToolAnswer {
  text: string;
  /** Base64. */
  images: { mimeType: string; data: string }[];
  isError: boolean;
}

const MOST_BLOCKS = 200;
const MOST_IMAGES = 4;
const MAX_IMAGE_UNITS = 2_000_000;
const IMAGE_TYPES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** What went wrong, told to the model in a way that it can act on. */
const FAILURES: Record<Exclude<CallEnd['outcome'], 'ok' | 'tool_error'>, string> = {
  refused: 'The call was refused.',
  not_sent: 'The tool could not be reached, and did not run. Answer without it and say so.',
  timeout: 'The tool did not answer in time. It may still have run; do not call it again without being asked to.',
  unknown_outcome: 'The connection to the tool was lost. It may or may not have run; say so, and do not call it again.',
  too_large: 'The tool answered with more than can be taken. Ask it for less.',
  bad_result: 'The tool answered with something that cannot be understood.',
  cancelled: 'The call was cancelled.',
  declined: 'The person who asked did not allow this call. Do not try it again; say what you wanted to do.',
};

/** @param units of text at most */
export function toAnswer(end: CallEnd, units: number): ToolAnswer {
  if (!('result' in end)) return { text: `${FAILURES[end.outcome]} ${end.message}`, images: [], isError: true };
  const answer: ToolAnswer = { text: '', images: [], isError: end.outcome === 'tool_error' };
  const texts = end.result.content.slice(0, MOST_BLOCKS).map((block) => describe(block, answer.images, units));
  const left = end.result.content.length - MOST_BLOCKS;
  if (left > 0) texts.push(`[${left} more parts are not shown]`);
  if (texts.length === 0) texts.push(describeStructured(end.result, units));
  answer.text = clip(texts.join('\n'), units);
  return answer;
}

/** Servers that give both say the same in both. */
function describeStructured({ structuredContent }: RawToolResult, units: number): string {
  if (structuredContent === undefined) return '(the tool returned nothing)';
  return visibleText(clip(JSON.stringify(structuredContent) ?? '', units));
}

function describe(raw: unknown, images: ToolAnswer['images'], units: number): string {
  const block = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>;
  const { type, text, data, uri, name } = block;
  const mimeType = typeof block.mimeType === 'string' ? visibleText(block.mimeType).slice(0, 100) : '';
  // Cut first: nothing is looked at that is not shown.
  if (type === 'text' && typeof text === 'string') return visibleText(clip(text, units));
  if (type === 'image' && typeof data === 'string') return takeImage(mimeType, data, images);
  if (type === 'resource_link' && typeof uri === 'string') {
    return `[link to the resource ${line(uri)}${typeof name === 'string' ? `, ${line(name)}` : ''}]`;
  }
  const resource = block.resource as Record<string, unknown> | undefined;
  if (type === 'resource' && typeof resource?.text === 'string') {
    return `[resource ${line(resource.uri)}]\n${visibleText(clip(resource.text, units))}`;
  }
  if (type === 'resource') return `[resource ${line(resource?.uri)} ${line(resource?.mimeType)}, not shown]`;
  return `[${line(type) || 'something'} ${mimeType}, not shown]`;
}

function takeImage(mimeType: string, data: string, images: ToolAnswer['images']): string {
  const isTaken =
    images.length < MOST_IMAGES && IMAGE_TYPES.has(mimeType) && data.length <= MAX_IMAGE_UNITS && BASE64.test(data);
  if (!isTaken) return `[image ${mimeType}, not shown]`;
  images.push({ mimeType, data });
  return `[image ${images.length}, ${mimeType}]`;
}

const line = (value: unknown): string =>
  typeof value === 'string' ? visibleText(value).replace(/\s+/g, ' ').slice(0, 300) : '';

/** The first words of an answer, for the line that people see. */
export const firstLine = (text: string): string =>
  (/\S.*/.exec(text)?.[0] ?? '').replace(/\s+/g, ' ').slice(0, 80).toWellFormed().trim();
