// The words of the operations desk in English; they load with it. Its shape is the type both languages share.
import type { ToolCallOutcome, ToolPolicy, ToolServerProblemKind, ToolServerState } from '../../src/protocol/names.ts';
import type { ArgumentProblem } from '../lib/tool-form.ts';

const NUMBERS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten'];
const inWords = (n: number) => NUMBERS[n] ?? String(n);
const small = (n: number) => inWords(n).toLowerCase();
const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

const states: Record<ToolServerState, string> = {
  connected: 'Connected',
  connecting: 'Connecting',
  waiting: 'Waiting',
  needs_auth: 'Key refused',
  stopped: 'Stopped',
  failed: 'Failed',
};
const trouble: Record<ToolServerState, string> = {
  connected: 'is being shut down',
  connecting: 'is being connected',
  waiting: 'is being retried',
  needs_auth: 'needs a new key',
  stopped: 'is stopped',
  failed: 'cannot be used as it is set up',
};
/** What stands after the sentence of the server: what it usually means, and what to do. */
const advice: Record<ToolServerProblemKind, string> = {
  refused: 'Usually a restart, or a firewall rule.',
  unknown_host: 'Is the name spelled right, and known to the name server of this machine?',
  unreachable: 'Usually the network between here and there.',
  timeout: 'It may be overloaded, or hang.',
  cut_off: 'Usually a restart, or a proxy in between.',
  tls: 'The certificate has to be one that this machine trusts.',
  address: 'Addresses of this network are used only when the file of tool servers names them.',
  redirect: 'Write the address it redirects to into the file of tool servers.',
  key: 'Trying again would not help, so it has stopped trying. Put the new key where the file of tool servers takes it from, and start ProjectWise again.',
  session: 'It was probably restarted.',
  http: 'What answers there is perhaps no MCP server, or a proxy before it.',
  protocol: 'Is this the address of an MCP server?',
  too_large: 'It sends more than is taken.',
  command: 'Is the program installed, and is its command written as one would type it?',
  exited: 'What it said last stands in the log of ProjectWise.',
};
const problems: Partial<Record<ToolServerProblemKind, string>> = {};
const outcomes: Record<ToolCallOutcome, string> = {
  ok: 'Answered',
  tool_error: 'The tool reported an error',
  refused: 'Refused by the server',
  not_sent: 'Not reachable',
  timeout: 'No answer in time',
  unknown_outcome: 'Connection lost, outcome unknown',
  too_large: 'Answer too large',
  bad_result: 'Answer not understood',
  cancelled: 'Cancelled',
  declined: 'Not allowed',
};
const policies: Record<ToolPolicy, string> = {
  free: 'Free to use',
  ask: 'Asks in the room',
  off: 'Not offered',
};
const argumentProblems: Record<ArgumentProblem, string> = {
  missing: 'This is needed.',
  number: 'Write a number.',
  whole: 'Write a whole number.',
  json: 'This is not JSON. Text stands in "quotes".',
};

export const en = {
  title: 'Operations desk',
  sub: 'Tool servers that ProjectWise uses through MCP',
  live: 'Live, updated as it happens',
  notLive: 'Not live at the moment',
  reconnectAll: 'Reconnect all',
  addServer: 'Add a server',
  loadFailed: 'The tool servers could not be loaded.',
  onlyAdministrators: 'The operations desk is for administrators.',
  onlyAdministratorsText:
    'Here they look after the tool servers of this installation. Ask one of them when a tool does not work.',
  toTheRooms: 'To the rooms',
  skip: 'To the servers',

  allRight: (total: number) =>
    total === 1 ? 'The one server does what it should.' : `All ${small(total)} servers do what they should.`,
  someRight: (right: number, total: number) =>
    total === 1
      ? 'The one server does not do what it should.'
      : `${inWords(right)} of ${small(total)} servers ${right === 1 ? 'does what it' : 'do what they'} should.`,
  trouble: (state: ToolServerState) => trouble[state],
  others: (n: number) => `and ${count(n, 'other', 'others')} too`,
  goesOn: 'No room is blocked: answers go on without them.',

  emptyTitle: 'No tool server is set up',
  emptyText:
    'ProjectWise answers from the room and its documents. With tool servers (MCP) it can also use your own systems, in front of everybody.',
  howTo: 'Servers are set up by whoever runs ProjectWise, in its environment or in a file, never over the network.',
  howToOne: 'One server, read-only tools for every room:',
  howToMany: 'Several, in the format of desktop clients, with rooms, roles and keys from the environment:',
  howToEnd: 'Start ProjectWise again afterwards; the server appears here.',

  servers: 'Servers',
  server: 'Server',
  wanted: 'Wanted',
  now: 'Now',
  since: 'Since',
  attempts: 'Attempts',
  latency: 'Latency, last hour',
  tools: 'Tools',
  actions: 'Actions',
  state: (state: ToolServerState) => states[state],
  by: (name: string) => `by ${name}`,
  wantedBy: (name: string) => `Decided by ${name}`,
  attempt: (n: number) => `${n}, trying`,
  nextIn: (n: number) => `${n}, next in`,
  nextNow: (n: number) => `${n}, trying now`,
  triedAgain: 'tried again by itself',
  notTried: (n: number) => `${n}, stopped trying`,
  noReply: 'no reply',
  latencyNow: (name: string, ms: string) => `Latency of ${name}, ${ms} now`,
  latencyGone: (name: string) => `Latency of ${name}, no reply now`,
  roomsTold: (n: number) =>
    n === 1 ? 'One room depends on it and was told so.' : `${inWords(n)} rooms depend on it and were told so.`,
  toolsKept: 'the last ones known',
  reconnect: 'Reconnect',
  tryNow: 'Try now',
  tryAgain: 'Try again',
  connect: 'Connect',
  shutDown: 'Shut down',
  of: (action: string, name: string) => `${action}: ${name}`,
  shutDownQuestion: (name: string) => `Shut down ${name}?`,
  shutDownText: (calls: number) =>
    `${calls > 0 ? `${count(calls, 'call is', 'calls are')} under way and will be given up. ` : ''}Its tools are not offered until it is connected again; a restart of ProjectWise does not change that.`,
  advice: (kind: ToolServerProblemKind) => advice[kind],
  /** In this language the sentence of the server stands for itself. */
  problem: (kind: ToolServerProblemKind) => problems[kind],

  program: 'Program',
  speaks: 'Speaks',
  running: 'Under way',
  runningCalls: (n: number) => count(n, 'call', 'calls'),
  log: 'What happened',
  nextAttempt: 'Next attempt',
  connected: 'Connected',
  wasShutDown: 'Shut down',
  attemptFailed: 'Attempt failed:',
  lost: 'Connection lost:',
  times: (n: number) => `${n} times`,
  after: (duration: string) => `after ${duration}`,
  noLog: 'Nothing since the start.',

  toolsThere: 'Tools',
  toolsBack: 'Tools when it is back',
  noTools: 'It offers no tools.',
  leftOut: (n: number) => count(n, 'tool nothing can be done with', 'tools nothing can be done with'),
  policy: (policy: ToolPolicy) => policies[policy],
  reads: 'Only reads, by its own account',
  writes: 'Writes or reaches outside',
  noDescription: 'It does not say what it does.',
  everywhere: 'In every room',
  byFile: (policy: ToolPolicy) => `As set up: ${policies[policy].toLowerCase()}`,
  inRoom: (name: string) => `In ${name}`,
  asElsewhere: 'As in every room',
  addRoom: 'Another rule for one room',
  chooseRoom: 'Room',
  rule: 'Rule',
  setRule: 'Set',
  decidedBy: (name: string) => `Decided by ${name}`,
  allowedIn: (room: string, by: string) => `Allowed in ${room} by ${by}`,
  tryTool: 'Try it',

  calls: 'Recent calls',
  callsToday: (calls: number, failed: number) => `${calls} in 24 hours, ${failed} failed`,
  failedOnly: 'Failed only',
  noCalls: 'No calls yet. Each one is listed here, with how it ended and how long it took.',
  noFailed: 'No call failed.',
  callsFailed: 'The calls could not be loaded.',
  older: 'Older calls',
  time: 'Time',
  tool: 'Tool',
  room: 'Room',
  for: 'For',
  outcome: 'Outcome',
  took: 'Took',
  tried: 'Tried here',
  outcomes: (outcome: ToolCallOutcome) => outcomes[outcome],
  allowedOnce: 'Allowed by who asked',
  allowedRoom: 'Allowed for the room',

  tryTitle: (tool: string) => `Try ${tool}`,
  tryHelp: 'It really runs, with the arguments below; no room hears of it.',
  tryWrites: 'This tool may change something where it runs. It really runs.',
  noArguments: 'It takes no arguments.',
  asForm: 'Form',
  asJson: 'JSON',
  arguments: 'Arguments',
  argumentsJson: 'Arguments as JSON',
  needed: 'needed',
  leaveOut: 'Not given',
  yes: 'yes',
  no: 'no',
  run: 'Run',
  runningNow: 'Running',
  result: 'Result',
  images: (n: number) => count(n, 'picture is not shown here', 'pictures are not shown here'),
  notJson: (why: string) => `This is not JSON: ${why}`,
  notObject: 'Arguments are an object: {"name": "value"}.',
  argumentProblem: (problem: ArgumentProblem) => argumentProblems[problem],

  seconds: (text: string) => `${text} s`,
  milliseconds: (text: string) => `${text} ms`,
  minutes: (n: number) => `${n} min`,
  hours: (h: number, min: number) => (min > 0 ? `${h} h ${min} min` : `${h} h`),
  days: (d: number, h: number) => (h > 0 ? `${d} d ${h} h` : `${d} d`),
};

export type DeskWords = typeof en;
