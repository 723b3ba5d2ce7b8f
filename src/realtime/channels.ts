// Names of the channels that sockets join: one per room, one per person.

export const roomChannel = (roomId: string): string => `room:${roomId}`;
export const personChannel = (userId: string): string => `person:${userId}`;
