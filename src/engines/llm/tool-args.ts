// Reads the arguments of a tool call as a model wrote them.

/** @returns the object, or {} with a sentence about what was wrong; empty text is an empty object */
export function parseToolArgs(text: string): { args: Record<string, unknown>; argsError?: string } {
  if (text.trim() === '') return { args: {} };
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { args: { ...value } };
    return { args: {}, argsError: 'The arguments are not a JSON object.' };
  } catch (error) {
    return { args: {}, argsError: `The arguments are not valid JSON: ${(error as Error).message}` };
  }
}
