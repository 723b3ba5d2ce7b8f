// Our own tools as an answer calls them: the same functions that other agents have through our MCP server, in one room, with citations.
import { ownTools } from '../../mcp/own-tools/load-own-tools.ts';
import { isRoomTool, type RoomOfCall, type RoomTool, type Told } from '../../mcp/own-tools/own-tool.ts';
import { requireMember } from '../../rooms/access.ts';
import { pagePassage } from '../find-passages.ts';
import { joinOverPages } from '../page-joins.ts';
import { createPassageShelf, passageLine, type ShownPassage } from '../passages.ts';
import { stepWords } from '../step-words.ts';
import type { AssistantTool, ToolContext, ToolOutcome } from './tool.ts';

/** Of what a result may hold, so that none of its lines is ever cut. */
const RESULT_SHARE = 0.95;

/** In the order of their names. */
export async function ownRoomTools(has: { documents: boolean; memories?: boolean }): Promise<AssistantTool[]> {
  const tools = (await ownTools()).filter(isRoomTool);
  return tools
    .filter(({ inRoom }) => has.documents || !inRoom.isAboutDocuments)
    .filter(({ inRoom }) => has.memories || !inRoom.isAboutMemories)
    .map(toAssistantTool);
}

export function toAssistantTool({ name, scope, inRoom, output, input, run }: RoomTool): AssistantTool {
  const tool: AssistantTool<Record<string, unknown>> = {
    name,
    description: inRoom.description,
    kind: inRoom.kind,
    input: inRoom.input,
    needsApproval: () => scope === 'write' && !inRoom.isHarmless,
    ...(inRoom.isAboutDocuments ? { citesPassages: true } : {}),
    async run(context, wanted) {
      const { app, actor, signal } = context;
      await requireMember(app.db, actor, context.room.id, 'read');
      const { id, timeZone } = context.room;
      const room = { id, timeZone, questionId: context.questionId, mostUnits: app.limits.toolResultUnits };
      const given = input.parse(inRoom.call(wanted, room));
      const result = output.parse(await run({ app, actor, signal, room }, given));
      return show(context, room, inRoom.tell(result, room));
    },
  };
  return tool as AssistantTool;
}

async function show(context: ToolContext, room: RoomOfCall, told: Told): Promise<ToolOutcome> {
  const { app, actor, documents, language } = context;
  const shelf = documents?.shelf ?? createPassageShelf();
  const { searched, read, text, summary, found } = told;
  const lines = text === undefined ? [] : [text];
  if (searched) {
    const joined = await joinOverPages(app, actor.tenantId, searched.passages);
    const shown = withinUnits(shelf.put(joined), Math.floor(room.mostUnits * RESULT_SHARE));
    const pages = new Set(shown.map(({ documentId, page }) => `${documentId} ${page}`)).size;
    const counts = { documents: searched.documents, passages: shown.length, pages };
    return {
      text: [...shown.map(passageLine), ...lines].join('\n'),
      summary: stepWords(language).found(counts, searched.keywordsOnly),
      covered: { documents: searched.documents, pages },
    };
  }
  if (read) {
    const shown = read.pages.map((page) => shelf.put([pagePassage(read.document, page)])[0]!);
    return {
      text: [...shown.map(passageLine), ...lines].join('\n'),
      summary: stepWords(language).read(read.pages.length, read.ofPages, read.document.name),
      covered: { documents: 1, pages: read.pages.length, ofPages: read.ofPages },
    };
  }
  return {
    text: lines.join('\n'),
    ...(summary === undefined ? {} : { summary }),
    ...(found === undefined ? {} : { found }),
  };
}

function withinUnits(passages: ShownPassage[], units: number): ShownPassage[] {
  let left = units;
  return passages.filter((passage) => {
    const cost = passageLine(passage).length + 1;
    if (cost > left) return false;
    left -= cost;
    return true;
  });
}
