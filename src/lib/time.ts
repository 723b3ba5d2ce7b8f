// Times as the wire has them.

export const toIso = (epochMs: number): string => new Date(epochMs).toISOString();
