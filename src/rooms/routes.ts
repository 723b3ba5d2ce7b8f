// REST of rooms: one line from each declared route to its operation.
import type { App } from '../context.ts';
import type { RouteHandlers } from '../http/route-handler.ts';
import { acceptInvite, createInvite, listInvites, previewInvite, revokeInvite } from './invites.ts';
import { addMember, listMembers, removeMember, setNotify, updateMember } from './members.ts';
import { getMessage, listMentions, listMessages, searchEverywhere, searchMessages } from './messages.ts';
import { listPins } from './pins.ts';
import { createRoom, deleteRoom, getRoom, listRooms, updateRoom } from './rooms.ts';

type RoomRoutes = Pick<
  RouteHandlers,
  | 'listRooms'
  | 'createRoom'
  | 'getRoom'
  | 'updateRoom'
  | 'deleteRoom'
  | 'listMembers'
  | 'addMember'
  | 'updateMember'
  | 'removeMember'
  | 'listInvites'
  | 'createInvite'
  | 'revokeInvite'
  | 'previewInvite'
  | 'acceptInvite'
  | 'listMessages'
  | 'searchMessages'
  | 'getMessage'
  | 'listPins'
  | 'listMentions'
  | 'searchEverywhere'
  | 'setNotify'
>;

export function roomHandlers(app: App): RoomRoutes {
  return {
    listRooms: async ({ actor, query }) => ({ items: await listRooms(app, actor, query) }),
    createRoom: ({ actor, body }) => createRoom(app, actor, body),
    getRoom: ({ actor, params }) => getRoom(app, actor, params.roomId),
    updateRoom: ({ actor, params, body }) => updateRoom(app, actor, params.roomId, body),
    async deleteRoom({ actor, params }) {
      await deleteRoom(app, actor, params.roomId);
      return null;
    },

    listMembers: async ({ actor, params }) => ({
      items: (await listMembers(app, actor, params.roomId)).map((member) => ({
        ...member,
        presence: app.presence.stateOf(member.userId),
      })),
    }),
    addMember: ({ actor, params, body }) => addMember(app, actor, { ...body, roomId: params.roomId }),
    updateMember: ({ actor, params, body }) => updateMember(app, actor, { ...params, role: body.role }),
    async removeMember({ actor, params }) {
      await removeMember(app, actor, params);
      return null;
    },

    listInvites: async ({ actor, params }) => ({ items: await listInvites(app, actor, params.roomId) }),
    createInvite: ({ actor, params, body, http }) =>
      createInvite(app, actor, { ...body, roomId: params.roomId, origin: http.origin }),
    async revokeInvite({ actor, params }) {
      await revokeInvite(app, actor, params);
      return null;
    },
    previewInvite: ({ params }) => previewInvite(app, params.code),
    acceptInvite: ({ actor, params }) => acceptInvite(app, actor, params.code),

    listMessages: ({ actor, params, query }) => listMessages(app, actor, { ...query, roomId: params.roomId }),
    getMessage: ({ actor, params }) => getMessage(app, actor, params),
    listPins: async ({ actor, params }) => ({ items: await listPins(app, actor, params.roomId) }),
    searchEverywhere: async ({ actor, query }) => ({ items: await searchEverywhere(app, actor, query) }),
    listMentions: ({ actor, query }) => listMentions(app, actor, query),
    setNotify: ({ actor, params, body }) => setNotify(app, actor, { ...body, roomId: params.roomId }),
    searchMessages: ({ actor, params, query }) => searchMessages(app, actor, { ...query, roomId: params.roomId }),
  };
}
