// Which addresses a tool server may have: never link-local and metadata services, private ones only where the operator wrote so. Pure.
import { BlockList, isIP } from 'node:net';

/** Where this machine, its network and its cloud keep what nobody should be led to by a name. */
const NEVER = [
  '0.0.0.0/8', // this network; connects to this machine
  '169.254.0.0/16', // link-local, and the metadata service of most clouds
  '100.100.100.200/32', // metadata (Alibaba)
  '192.0.0.192/32', // metadata (Oracle)
  '168.63.129.16/32', // metadata (Azure)
  '224.0.0.0/4', // multicast
  '255.255.255.255/32',
  '::/128',
  'fe80::/10',
  'fd00:ec2::/32', // metadata (AWS)
  'fd20:ce::/32', // metadata (Google)
  'ff00::/8',
];
const PRIVATE = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10', // behind a carrier's NAT; Tailscale
  '192.0.0.0/24',
  '192.0.2.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '240.0.0.0/4',
  '::1/128',
  'fc00::/7',
  'fec0::/10',
  '100::/64',
  '2001:db8::/32',
];

export type AddressKind = 'public' | 'private' | 'never';
type Lists = { never: BlockList; private: BlockList };

let lists: Lists | undefined;

function getLists(): Lists {
  const listOf = (ranges: string[]): BlockList => {
    const list = new BlockList();
    for (const range of ranges) {
      const [network, prefix] = range.split('/') as [string, string];
      list.addSubnet(network, Number(prefix), network.includes(':') ? 'ipv6' : 'ipv4');
    }
    return list;
  };
  lists ??= { never: listOf(NEVER), private: listOf(PRIVATE) };
  return lists;
}

/** @param address IPv4 or IPv6, without brackets; anything else is `never` */
export function kindOfAddress(address: string): AddressKind {
  const plain = address.replace(/%.*$/, '');
  const version = isIP(plain);
  if (version === 0) return 'never';
  if (version === 6) {
    const groups = groupsOf(plain);
    const kinds = carriedAddresses(groups).map(kindOfAddress);
    // A translator of this network's own, whatever it leads to.
    if (kinds.length === 0 && isLocalTranslation(groups)) return 'private';
    if (kinds.length > 0) return (['never', 'private'] as const).find((kind) => kinds.includes(kind)) ?? 'public';
  }
  const family = version === 6 ? 'ipv6' : 'ipv4';
  if (getLists().never.check(plain, family)) return 'never';
  return getLists().private.check(plain, family) ? 'private' : 'public';
}

/** The IPv4 addresses inside a mapped, translated, tunnelled (Teredo) or 6to4 one: there it leads, or may lead. */
function carriedAddresses(groups: number[]): string[] {
  const dotted = (high: number, low: number) => [high >> 8, high & 255, low >> 8, low & 255].join('.');
  const isZero = (from: number, to: number) => groups.slice(from, to).every((group) => group === 0);
  if (isZero(0, 5) && (groups[5] === 0xffff || groups[5] === 0) && (groups[6] !== 0 || groups[7]! > 1)) {
    return [dotted(groups[6]!, groups[7]!)];
  }
  if (groups[0] === 0x64 && groups[1] === 0xff9b && isZero(2, 6)) return [dotted(groups[6]!, groups[7]!)];
  if (groups[0] === 0x2002) return [dotted(groups[1]!, groups[2]!)];
  if (isZero(0, 4) && groups[4] === 0xffff && groups[5] === 0) return [dotted(groups[6]!, groups[7]!)];
  // Teredo: its server, and its client with every bit turned.
  if (groups[0] === 0x2001 && groups[1] === 0) {
    return [dotted(groups[2]!, groups[3]!), dotted(groups[6]! ^ 0xffff, groups[7]! ^ 0xffff)];
  }
  if (!isLocalTranslation(groups)) return [];
  // Where it stands depends on the length of the prefix there (RFC 6052), which nobody tells us: 96, 48, 56 or 64 bits.
  const [, , , third, fourth, fifth, sixth, seventh] = groups as [0, 0, 0, number, number, number, number, number];
  const places = [
    dotted(sixth, seventh),
    dotted(third, ((fourth & 255) << 8) | (fifth >> 8)),
    dotted(((third & 255) << 8) | (fourth & 255), fifth),
    dotted(((fourth & 255) << 8) | (fifth >> 8), ((fifth & 255) << 8) | (sixth >> 8)),
  ];
  return places.filter((place) => !place.startsWith('0.'));
}

/** NAT64 for local use, RFC 8215. */
const isLocalTranslation = (groups: number[]): boolean => groups[0] === 0x64 && groups[1] === 0xff9b && groups[2] === 1;

/** Eight numbers of 16 bits. */
function groupsOf(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const hex = (high: string, low: string) => ((Number(high) << 8) | Number(low)).toString(16);
  const text = dotted ? `${dotted[1]}${hex(dotted[2]!, dotted[3]!)}:${hex(dotted[4]!, dotted[5]!)}` : address;
  const [head = '', tail] = text.split('::');
  const numbers = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const before = numbers(head);
  if (tail === undefined) return before;
  const after = numbers(tail);
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

export interface AddressPolicy {
  /** The host in the operator's own configuration: an address that stands there is meant. */
  writtenHost: string;
  /** `allowPrivate` of the operator's file. */
  allowsPrivate: boolean;
}

/**
 * @param host as asked for, without brackets @param address what it is or was resolved to
 * @returns why it may not be reached, in a sentence; undefined when it may
 */
export function refusalOf(host: string, address: string, policy: AddressPolicy): string | undefined {
  const kind = kindOfAddress(address);
  const which = host === address ? address : `${host} (${address})`;
  if (kind === 'never') return `${which} is an address that tool servers may never have.`;
  if (kind === 'public' || policy.allowsPrivate) return undefined;
  // A name may come to lead anywhere; an address, or this machine's own name, leads where it says.
  const isWritten = host === policy.writtenHost && (isIP(host) !== 0 || host === 'localhost');
  if (isWritten) return undefined;
  return `${which} is a private address; "allowPrivate": true in the entry of MCP_SERVERS_FILE allows that.`;
}
