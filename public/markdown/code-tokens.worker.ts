// Reads code into tokens with highlight.js, away from the page: a text that makes it slow makes nobody wait.
import type { LanguageFn } from 'highlight.js';
import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import cpp from 'highlight.js/lib/languages/cpp';
import csharp from 'highlight.js/lib/languages/csharp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import dockerfile from 'highlight.js/lib/languages/dockerfile';
import go from 'highlight.js/lib/languages/go';
import ini from 'highlight.js/lib/languages/ini';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import kotlin from 'highlight.js/lib/languages/kotlin';
import nginx from 'highlight.js/lib/languages/nginx';
import php from 'highlight.js/lib/languages/php';
import powershell from 'highlight.js/lib/languages/powershell';
import python from 'highlight.js/lib/languages/python';
import ruby from 'highlight.js/lib/languages/ruby';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { createLowlight } from 'lowlight';

/** From, until, and the place of its name in the list of colours. */
export type Token = readonly [start: number, end: number, name: number];

export interface TokenRequest {
  id: number;
  language: string;
  text: string;
}

export interface TokenResponse {
  id: number;
  tokens: readonly Token[];
}

const LANGUAGES: Record<string, LanguageFn> = {
  ...{ bash, c, cpp, csharp, css, diff, dockerfile, go, ini, java, javascript, json, kotlin, nginx, php, powershell },
  ...{ python, ruby, rust, sql, typescript, xml, yaml },
};

const KEYWORD = 0;
const STRING = 1;
const NUMBER = 2;
const COMMENT = 3;
const TITLE = 4;
const NAME = 5;
const META = 6;
const ADDED = 7;
const REMOVED = 8;

const COLOURS: Record<string, number> = {
  keyword: KEYWORD,
  'selector-tag': KEYWORD,
  section: TITLE,
  title: TITLE,
  string: STRING,
  regexp: STRING,
  char: STRING,
  subst: NAME,
  number: NUMBER,
  literal: NUMBER,
  symbol: NUMBER,
  comment: COMMENT,
  doctag: COMMENT,
  quote: COMMENT,
  name: TITLE,
  type: NAME,
  built_in: NAME,
  attr: NAME,
  attribute: NAME,
  property: NAME,
  variable: NAME,
  'selector-class': NAME,
  'selector-id': NAME,
  meta: META,
  tag: META,
  addition: ADDED,
  deletion: REMOVED,
};

const lowlight = createLowlight(LANGUAGES);
type HighlightedNode = ReturnType<typeof lowlight.highlight>['children'][number];

function tokensOf(language: string, text: string): Token[] {
  if (!lowlight.registered(language)) return [];
  const tokens: Token[] = [];
  let at = 0;
  const walk = (nodes: readonly HighlightedNode[], colour: number | undefined) => {
    for (const node of nodes) {
      if (node.type === 'text') {
        if (colour !== undefined) tokens.push([at, at + node.value.length, colour]);
        at += node.value.length;
      } else if (node.type === 'element') {
        const names = node.properties.className;
        const scope = Array.isArray(names) ? String(names[0]).replace('hljs-', '') : '';
        walk(node.children as HighlightedNode[], COLOURS[scope] ?? colour);
      }
    }
  };
  walk(lowlight.highlight(language, text).children, undefined);
  return tokens;
}

self.onmessage = ({ data }: MessageEvent<TokenRequest>) => {
  self.postMessage({ id: data.id, tokens: tokensOf(data.language.toLowerCase(), data.text) } satisfies TokenResponse);
};
