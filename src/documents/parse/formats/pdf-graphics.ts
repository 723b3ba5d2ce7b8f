// Lines, edges and pictures of a PDF page: what tables are ruled with, and how much of the page is a picture.
import type { Pdfium } from './pdf-engine.ts';
import type { Box, Rule, Rules } from './pdf-shapes.ts';
import type { Turn } from './pdf-turn.ts';

const OBJECT_PATH = 2;
const OBJECT_IMAGE = 3;
const OBJECT_FORM = 5;
const SEGMENT_LINE = 0;
const SEGMENT_MOVE = 2;
/** Thicker ones are bars, not lines. */
const MOST_THICKNESS = 3;
const LEAST_LENGTH = 4;
/** A page with more is a drawing; what it holds beyond is not looked at. */
const MOST_OBJECTS = 40_000;
const MOST_SEGMENTS = 60_000;
const MOST_RULES = 6_000;
const MOST_DEPTH = 4;

type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export interface Graphics {
  rules: Rules;
  pictures: Box[];
  /** Drawn shapes of every kind. */
  shapes: number;
}

export function readGraphics(pdfium: Pdfium, page: number, turn: Turn, scratch: number): Graphics {
  const { call } = pdfium;
  const graphics: Graphics = { rules: { horizontal: [], upright: [] }, pictures: [], shapes: 0 };
  let objects = MOST_OBJECTS;
  const segments = { left: MOST_SEGMENTS };

  const visit = (object: number, matrix: Matrix | undefined, depth: number): void => {
    objects -= 1;
    const type = call.FPDFPageObj_GetType(object);
    if (type === OBJECT_PATH) {
      graphics.shapes += 1;
      readPath(pdfium, object, matrix, turn, scratch, graphics.rules, segments);
    } else if (type === OBJECT_IMAGE) {
      const box = boundsOf(pdfium, object, matrix, turn, scratch);
      if (box) graphics.pictures.push(box);
    } else if (type === OBJECT_FORM && depth < MOST_DEPTH) {
      const own = matrixOf(pdfium, object, scratch);
      const inner = matrix ? multiply(own, matrix) : own;
      const count = call.FPDFFormObj_CountObjects(object);
      for (let index = 0; index < count && objects > 0; index += 1) {
        visit(call.FPDFFormObj_GetObject(object, index), inner, depth + 1);
      }
    }
  };
  const count = call.FPDFPage_CountObjects(page);
  for (let index = 0; index < count && objects > 0; index += 1) {
    const object = call.FPDFPage_GetObject(page, index);
    if (object !== 0) visit(object, undefined, 0);
  }
  return graphics;
}

function matrixOf(pdfium: Pdfium, object: number, scratch: number): Matrix {
  if (pdfium.call.FPDFPageObj_GetMatrix(object, scratch) === 0) return [1, 0, 0, 1, 0, 0];
  const at = scratch >> 2;
  return Array.from(pdfium.HEAPF32.subarray(at, at + 6)) as unknown as Matrix;
}

const multiply = (m: Matrix, n: Matrix): Matrix => [
  m[0] * n[0] + m[1] * n[2],
  m[0] * n[1] + m[1] * n[3],
  m[2] * n[0] + m[3] * n[2],
  m[2] * n[1] + m[3] * n[3],
  m[4] * n[0] + m[5] * n[2] + n[4],
  m[4] * n[1] + m[5] * n[3] + n[5],
];

const xOf = (m: Matrix | undefined, x: number, y: number): number => (m ? m[0] * x + m[2] * y + m[4] : x);
const yOf = (m: Matrix | undefined, x: number, y: number): number => (m ? m[1] * x + m[3] * y + m[5] : y);

function boundsOf(
  pdfium: Pdfium,
  object: number,
  matrix: Matrix | undefined,
  turn: Turn,
  scratch: number,
): Box | undefined {
  if (pdfium.call.FPDFPageObj_GetBounds(object, scratch, scratch + 4, scratch + 8, scratch + 12) === 0)
    return undefined;
  const [left, bottom, right, top] = pdfium.HEAPF32.subarray(scratch >> 2, (scratch >> 2) + 4) as unknown as [
    number,
    number,
    number,
    number,
  ];
  return turn.box(
    xOf(matrix, left, bottom),
    yOf(matrix, left, bottom),
    xOf(matrix, right, top),
    yOf(matrix, right, top),
  );
}

function readPath(
  pdfium: Pdfium,
  object: number,
  matrix: Matrix | undefined,
  turn: Turn,
  scratch: number,
  rules: Rules,
  segments: { left: number },
): void {
  const { call } = pdfium;
  if (rules.horizontal.length + rules.upright.length >= MOST_RULES) return;
  call.FPDFPath_GetDrawMode(object, scratch, scratch + 4);
  const isFilled = pdfium.HEAP32[scratch >> 2] !== 0;
  const isStroked = pdfium.HEAP32[(scratch >> 2) + 1] !== 0;
  if (!isFilled && !isStroked) return;
  const count = call.FPDFPath_CountSegments(object);
  if (count > segments.left) return;
  segments.left -= count;
  // Most paths of a table are one line or one rectangle: their bounds say all.
  if (count <= 5) {
    const box = boundsOf(pdfium, object, matrix, turn, scratch);
    if (box) addBox(rules, box, isFilled && !isStroked);
    return;
  }
  const own = matrixOf(pdfium, object, scratch);
  readSegments(pdfium, object, count, matrix ? multiply(own, matrix) : own, turn, scratch, (points, isCurved) => {
    if (points.length < 4 || isCurved) return;
    if (isFilled && !isStroked) addOutline(rules, points, true);
    else addOutline(rules, points, false);
  });
}

/** Calls `end` with the corners of each part of the path, as x and y in turn. */
function readSegments(
  pdfium: Pdfium,
  object: number,
  count: number,
  matrix: Matrix,
  turn: Turn,
  scratch: number,
  end: (points: number[], isCurved: boolean) => void,
): void {
  const { call } = pdfium;
  let points: number[] = [];
  let isCurved = false;
  for (let index = 0; index < count; index += 1) {
    const segment = call.FPDFPath_GetPathSegment(object, index);
    const type = call.FPDFPathSegment_GetType(segment);
    if (type === SEGMENT_MOVE) {
      end(points, isCurved);
      points = [];
      isCurved = false;
    } else if (type !== SEGMENT_LINE) isCurved = true;
    call.FPDFPathSegment_GetPoint(segment, scratch, scratch + 4);
    const [px, py] = [pdfium.HEAPF32[scratch >> 2]!, pdfium.HEAPF32[(scratch >> 2) + 1]!];
    const [ux, uy] = [xOf(matrix, px, py), yOf(matrix, px, py)];
    points.push(turn.x(ux, uy), turn.y(ux, uy));
    if (call.FPDFPathSegment_GetClose(segment) === 1) points.push(points[0]!, points[1]!);
  }
  end(points, isCurved);
}

/** A filled shape is a line when it is thin, and otherwise an area whose edges may be those of cells; a stroked one is its edges. */
function addOutline(rules: Rules, points: readonly number[], isFilled: boolean): void {
  let [x0, y0, x1, y1] = [points[0]!, points[1]!, points[0]!, points[1]!];
  for (let at = 2; at < points.length; at += 2) {
    x0 = Math.min(x0, points[at]!);
    x1 = Math.max(x1, points[at]!);
    y0 = Math.min(y0, points[at + 1]!);
    y1 = Math.max(y1, points[at + 1]!);
  }
  if (points.length <= 10 || isFilled) {
    if (points.length <= 12) addBox(rules, { x0, y0, x1, y1 }, isFilled);
    return;
  }
  for (let at = 2; at < points.length; at += 2) {
    addLine(rules, points[at - 2]!, points[at - 1]!, points[at]!, points[at + 1]!);
  }
}

function addBox(rules: Rules, { x0, y0, x1, y1 }: Box, isFilled: boolean): void {
  const [width, height] = [x1 - x0, y1 - y0];
  if (height <= MOST_THICKNESS && width <= MOST_THICKNESS) return;
  if (height <= MOST_THICKNESS) addLine(rules, x0, (y0 + y1) / 2, x1, (y0 + y1) / 2);
  else if (width <= MOST_THICKNESS) addLine(rules, (x0 + x1) / 2, y0, (x0 + x1) / 2, y1);
  else if (!isFilled) {
    addLine(rules, x0, y0, x1, y0);
    addLine(rules, x0, y1, x1, y1);
    addLine(rules, x0, y0, x0, y1);
    addLine(rules, x1, y0, x1, y1);
  }
}

function addLine(rules: Rules, ax: number, ay: number, bx: number, by: number): void {
  const [across, down] = [Math.abs(ax - bx), Math.abs(ay - by)];
  if (down <= 0.5 && across >= LEAST_LENGTH) add(rules.horizontal, (ay + by) / 2, Math.min(ax, bx), Math.max(ax, bx));
  else if (across <= 0.5 && down >= LEAST_LENGTH) add(rules.upright, (ax + bx) / 2, Math.min(ay, by), Math.max(ay, by));
}

function add(list: Rule[], at: number, from: number, to: number): void {
  list.push({ at, from, to });
}
