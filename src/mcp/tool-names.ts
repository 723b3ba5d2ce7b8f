// Names that every model takes: the server's name and the tool's, in letters, digits, _ and -, never longer than 64. Pure.
import { createHash } from 'node:crypto';

const MOST_UNITS = 64;
const MARK_UNITS = 8;

const safe = (name: string): string => name.replace(/[^A-Za-z0-9_-]/g, '_');

/**
 * Never the name of another tool: what would collide or is too long carries a mark made of both names, never a counter.
 * @param taken names that are given already
 */
export function modelNameOf(server: string, tool: string, taken: { has(name: string): boolean }): string {
  const plain = `${safe(server)}__${safe(tool)}`.replace(/^(?![A-Za-z_])/, '_');
  if (plain.length <= MOST_UNITS && !taken.has(plain)) return plain;
  const mark = createHash('sha256').update(`${server}\0${tool}`).digest('hex').slice(0, MARK_UNITS);
  return `${plain.slice(0, MOST_UNITS - MARK_UNITS - 1)}_${mark}`;
}
