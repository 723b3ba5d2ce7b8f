// Equations of Office (OMML) as LaTeX, which people, models and search read alike.
import { childOf, childrenOf, textOf, type XmlNode } from './xml.ts';

const SIGNS: Readonly<Record<string, string>> = {
  '×': '\\times ',
  '÷': '\\div ',
  '±': '\\pm ',
  '∓': '\\mp ',
  '·': '\\cdot ',
  '∙': '\\cdot ',
  '≤': '\\leq ',
  '≥': '\\geq ',
  '≠': '\\neq ',
  '≈': '\\approx ',
  '≡': '\\equiv ',
  '∞': '\\infty ',
  '√': '\\sqrt ',
  '∂': '\\partial ',
  '∇': '\\nabla ',
  '∈': '\\in ',
  '∉': '\\notin ',
  '⊂': '\\subset ',
  '∪': '\\cup ',
  '∩': '\\cap ',
  '→': '\\to ',
  '⇒': '\\Rightarrow ',
  '∑': '\\sum',
  '∏': '\\prod',
  '∫': '\\int',
  '∬': '\\iint',
  '∮': '\\oint',
  '…': '\\ldots ',
  '⋯': '\\cdots ',
  '∀': '\\forall ',
  '∃': '\\exists ',
  α: '\\alpha ',
  β: '\\beta ',
  γ: '\\gamma ',
  δ: '\\delta ',
  ε: '\\epsilon ',
  ζ: '\\zeta ',
  η: '\\eta ',
  θ: '\\theta ',
  λ: '\\lambda ',
  μ: '\\mu ',
  ν: '\\nu ',
  ξ: '\\xi ',
  π: '\\pi ',
  ρ: '\\rho ',
  σ: '\\sigma ',
  τ: '\\tau ',
  φ: '\\phi ',
  χ: '\\chi ',
  ψ: '\\psi ',
  ω: '\\omega ',
  Γ: '\\Gamma ',
  Δ: '\\Delta ',
  Θ: '\\Theta ',
  Λ: '\\Lambda ',
  Π: '\\Pi ',
  Σ: '\\Sigma ',
  Φ: '\\Phi ',
  Ω: '\\Omega ',
};
const ACCENTS: Readonly<Record<string, string>> = {
  '\u0302': 'hat',
  '\u0303': 'tilde',
  '\u0304': 'bar',
  '\u0305': 'overline',
  '\u0307': 'dot',
  '\u0308': 'ddot',
  '\u20d7': 'vec',
};

/** @param node `m:oMath`, `m:oMathPara` or what stands in them @returns without dollar signs */
export function equationText(node: XmlNode): string {
  return partsOf(node)
    .replace(/ +/g, ' ')
    .replace(/ (?=[}^_)])/g, '')
    .trim();
}

const partsOf = (node: XmlNode | undefined): string => childrenOf(node).map(partOf).join('');
const settingOf = (node: XmlNode | undefined, property: string, name: string): string | undefined =>
  childOf(childOf(node, property), name)?.attributes['m:val'];

function partOf(node: XmlNode): string {
  const at = (name: string): string => partsOf(childOf(node, name)).trim();
  switch (node.name) {
    case 'm:r':
      return [...childrenOf(node, 'm:t').map(textOf).join('')].map(signOf).join('');
    case 'm:f':
      return `\\frac{${at('m:num')}}{${at('m:den')}}`;
    case 'm:rad':
      return at('m:deg') === '' ? `\\sqrt{${at('m:e')}}` : `\\sqrt[${at('m:deg')}]{${at('m:e')}}`;
    case 'm:sSup':
      return `${at('m:e')}^{${at('m:sup')}}`;
    case 'm:sSub':
      return `${at('m:e')}_{${at('m:sub')}}`;
    case 'm:sSubSup':
      return `${at('m:e')}_{${at('m:sub')}}^{${at('m:sup')}}`;
    case 'm:sPre':
      return `{}_{${at('m:sub')}}^{${at('m:sup')}}${at('m:e')}`;
    case 'm:nary': {
      const sign = signOf(settingOf(node, 'm:naryPr', 'm:chr') ?? '∫').trim();
      const limits = `${at('m:sub') === '' ? '' : `_{${at('m:sub')}}`}${at('m:sup') === '' ? '' : `^{${at('m:sup')}}`}`;
      return `${sign}${limits} ${at('m:e')}`;
    }
    case 'm:d': {
      const separator = settingOf(node, 'm:dPr', 'm:sepChr') ?? '|';
      const inner = childrenOf(node, 'm:e').map((part) => partsOf(part).trim());
      return `${settingOf(node, 'm:dPr', 'm:begChr') ?? '('}${inner.join(separator)}${settingOf(node, 'm:dPr', 'm:endChr') ?? ')'}`;
    }
    case 'm:func':
      return `\\${at('m:fName').replace(/^\\/, '')} ${at('m:e')}`;
    case 'm:limLow':
      return `${at('m:e')}_{${at('m:lim')}}`;
    case 'm:limUpp':
      return `${at('m:e')}^{${at('m:lim')}}`;
    case 'm:acc':
      return `\\${ACCENTS[settingOf(node, 'm:accPr', 'm:chr') ?? '\u0302'] ?? 'hat'}{${at('m:e')}}`;
    case 'm:bar':
      return `\\overline{${at('m:e')}}`;
    case 'm:m':
      return matrix(
        childrenOf(node, 'm:mr').map((row) => childrenOf(row, 'm:e')),
        'matrix',
      );
    case 'm:eqArr':
      return matrix(
        childrenOf(node, 'm:e').map((line) => [line]),
        'aligned',
      );
    default:
      return /Pr$/.test(node.name) ? '' : partsOf(node);
  }
}

const matrix = (rows: XmlNode[][], kind: string): string =>
  `\\begin{${kind}} ${rows.map((row) => row.map((cell) => partsOf(cell).trim()).join(' & ')).join(' \\\\ ')} \\end{${kind}}`;

/** Letters of the mathematical alphabets are the plain ones in another dress. */
const signOf = (letter: string): string =>
  SIGNS[letter] ?? (letter >= '\u{1d400}' && letter <= '\u{1d7ff}' ? plainLetter(letter) : letter);

function plainLetter(letter: string): string {
  const plain = letter.normalize('NFKC');
  return SIGNS[plain] ?? plain;
}
