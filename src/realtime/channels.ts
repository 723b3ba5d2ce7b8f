// Names of the channels that sockets join: one per room, one per person, one per tenant.

export const roomChannel = (roomId: string): string => `room:${roomId}`;
export const personChannel = (userId: string): string => `person:${userId}`;
export const tenantChannel = (tenantId: string): string => `tenant:${tenantId}`;
