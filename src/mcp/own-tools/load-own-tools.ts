// Finds the tools of this folder: every file that exports `tool`, in the order of their names, which never changes between calls.
import { readdir } from 'node:fs/promises';
import type { OwnTool, RoomTool } from './own-tool.ts';

const FOLDER = new URL('./', import.meta.url);
/** These are about tools, and are none. */
const NO_TOOLS = ['load-own-tools.ts', 'own-tool.ts'];

let ours: Promise<readonly (OwnTool | RoomTool)[]> | undefined;

/** Ours, read from the disk once. */
export function ownTools(): Promise<readonly (OwnTool | RoomTool)[]> {
  ours ??= loadOwnTools();
  return ours;
}

/** @param folder of the tools; its address ends in a slash @throws Error when a file exports no tool, or two have one name */
export async function loadOwnTools(folder: URL = FOLDER): Promise<readonly (OwnTool | RoomTool)[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts') && !NO_TOOLS.includes(file));
  const tools = await Promise.all(
    files.map(async (file) => {
      const { tool } = (await import(new URL(file, folder).href)) as { tool?: OwnTool | RoomTool };
      if (!tool) throw new Error(`src/mcp/own-tools/${file} must export a tool named \`tool\`.`);
      return tool;
    }),
  );
  tools.sort((a, b) => (a.name < b.name ? -1 : 1));
  const double = tools.find((tool, index) => tools[index + 1]?.name === tool.name);
  if (double) throw new Error(`Two tools are named ${double.name}.`);
  return tools;
}
