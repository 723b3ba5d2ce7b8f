// Parts of an Office Open XML file and the relationships between them.
import { type Archive, openArchive } from './archive.ts';
import { type FormatInput, ReadProblem } from './format.ts';
import { childrenOf, readXml, readXmlTree, type XmlEvent, type XmlNode } from './xml.ts';

export interface Relation {
  /** The last word of its type: `slide`, `hyperlink`. */
  type: string;
  /** Name of a part of this package; undefined for what lies outside, which is never opened. */
  part?: string;
}

export interface OfficePackage {
  /** The document, workbook or presentation itself. */
  mainPart: string;
  has(part: string): boolean;
  /** Empty when the part has none. */
  relationsOf(part: string): Promise<Map<string, Relation>>;
  /** The first part that `part` is related to in this way. */
  findRelated(part: string, type: string): Promise<string | undefined>;
  tree(part: string): Promise<XmlNode>;
  /** Undefined when there is no such part. */
  findTree(part: string | undefined): Promise<XmlNode | undefined>;
  stream(part: string, containers: ReadonlySet<string>): AsyncGenerator<XmlEvent>;
  open(part: string): AsyncGenerator<Uint8Array>;
}

export async function openOfficePackage({ bytes, request }: FormatInput): Promise<OfficePackage> {
  const archive = openArchive(bytes, request.bounds.unpackedBytes);
  const known = new Map<string, Promise<Map<string, Relation>>>();
  const relationsOf = (part: string): Promise<Map<string, Relation>> => {
    const relations = known.get(part) ?? readRelations(archive, part);
    known.set(part, relations);
    return relations;
  };
  const findRelated = async (part: string, type: string): Promise<string | undefined> =>
    [...(await relationsOf(part)).values()].find((relation) => relation.type === type && relation.part !== undefined)
      ?.part;
  const tree = (part: string): Promise<XmlNode> => readXmlTree(archive.open(part));

  const mainPart = await findRelated('', 'officeDocument');
  if (mainPart === undefined) throw new ReadProblem('file_corrupt', 'The file does not say where its content is.');
  return {
    mainPart,
    has: archive.has,
    relationsOf,
    findRelated,
    tree,
    findTree: async (part) => (part !== undefined && archive.has(part) ? tree(part) : undefined),
    stream: (part, containers) => readXml(archive.open(part), containers),
    open: archive.open,
  };
}

/** @param part name of a part, or nothing for the package itself */
async function readRelations(archive: Archive, part: string): Promise<Map<string, Relation>> {
  const slash = part.lastIndexOf('/');
  const folder = part.slice(0, slash + 1);
  const name = `${folder}_rels/${part.slice(slash + 1)}.rels`;
  if (!archive.has(name)) return new Map();
  const { children } = await readXmlTree(archive.open(name));
  return new Map(
    childrenOf({ name: '', attributes: {}, children }, 'rel:Relationship').map(({ attributes }): [string, Relation] => {
      const type = attributes.Type?.split('/').at(-1) ?? '';
      const isOutside = attributes.TargetMode === 'External';
      return [attributes.Id ?? '', isOutside ? { type } : { type, part: resolvePart(folder, attributes.Target ?? '') }];
    }),
  );
}

/** Never leaves the package: there is nothing above its top. */
function resolvePart(folder: string, target: string): string {
  const steps = target.startsWith('/') ? [] : folder.split('/').filter((step) => step !== '');
  for (const step of target.replaceAll('\\', '/').split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  return steps.join('/');
}
