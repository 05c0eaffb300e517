import { MAX_PROBLEMS, placeIn, type TemplateProblem } from './problem.ts';
import { scan, type Token } from './scan.ts';
import { readWords, type Words } from './words.ts';

/** A tag as it was written, before anything is known of what it means. */
export type Node = { is: 'text'; text: string } | ({ is: 'output' | 'part'; at: number } & Words) | Block;
export type Block = { is: 'block'; name: string; at: number; body: Node[]; otherwise: Node[] | null } & Words;
export type Parsed = { nodes: Node[]; problems: TemplateProblem[] };

/** Characters of a template: several times the longest that is built in. Nothing longer is even looked at. */
export const MAX_TEMPLATE = 20_000;
/** Blocks inside blocks: more than anybody can read. */
export const MAX_DEPTH = 16;
export const MAX_TAGS = 1000;

const TOO_LONG = `A template has at most ${MAX_TEMPLATE.toLocaleString('en')} characters.`;

type Tag = Extract<Token, { is: 'tag' }>;
/** `chained`: begun by `{{else if}}`, so it ends with the block it belongs to. */
type Open = { block: Block; chained: boolean };

/**
 * Reads a template's text as a tree, in time that grows with its length only. Nothing of it is carried out, and
 * nothing is looked up. What is wrong is told with its place; the tree then is of no use.
 */
export function parseTemplate(source: string): Parsed {
  if (source.length > MAX_TEMPLATE) return { nodes: [], problems: [{ line: 1, column: 1, words: TOO_LONG }] };
  const place = placeIn(source);
  const problems: TemplateProblem[] = [];
  const report = (at: number, words: string) => {
    if (problems.length < MAX_PROBLEMS) problems.push({ ...place(at), words });
  };
  const nodes = new Reader(report, (at) => place(at).line).read(scan(source, report));
  return { nodes, problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
}

class Reader {
  private readonly root: Node[] = [];
  private readonly open: Open[] = [];
  private readonly report: (at: number, words: string) => void;
  private readonly lineOf: (at: number) => number;

  constructor(report: Reader['report'], lineOf: Reader['lineOf']) {
    this.report = report;
    this.lineOf = lineOf;
  }

  read(tokens: Token[]): Node[] {
    let tags = 0;
    for (const token of tokens) {
      if (token.is === 'text') this.add(token);
      else if (++tags > MAX_TAGS || this.open.length > MAX_DEPTH) {
        this.report(
          token.at,
          tags > MAX_TAGS
            ? `A template has at most ${MAX_TAGS} tags.`
            : `Blocks stand in each other at most ${MAX_DEPTH} deep.`,
        );
        return this.root;
      } else this.tag(token);
    }
    for (const { block, chained } of this.open)
      if (!chained)
        this.report(block.at, `{{#${block.name}}} is never closed: {{/${block.name}}} is missing.`);
    return this.root;
  }

  private add(node: Node): void {
    const block = this.open.at(-1)?.block;
    (block ? (block.otherwise ?? block.body) : this.root).push(node);
  }

  private tag(tag: Tag): void {
    if (tag.sigil === 'comment') return;
    const words = readWords(tag.inside, tag.from, this.report);
    if (!words) return;
    if (tag.sigil === 'close') this.close(tag.at, nameIn(words));
    else if (tag.sigil === 'open') this.begin(tag.at, words, false);
    else if (tag.sigil === 'output' && nameIn(words) === 'else') this.otherwise(tag.at, words);
    else this.add({ is: tag.sigil, at: tag.at, ...words });
  }

  private begin(at: number, words: Words, chained: boolean): void {
    const name = nameIn(words);
    if (!name) this.report(at, 'A block begins with its name, as in {{#if blockCode}}.');
    const block: Block = {
      is: 'block',
      name: name ?? '',
      at,
      arguments: words.arguments.slice(1),
      pairs: words.pairs,
      body: [],
      otherwise: null,
    };
    this.add(block);
    this.open.push({ block, chained });
  }

  private otherwise(at: number, words: Words): void {
    const block = this.open.at(-1)?.block;
    if (!block) this.report(at, '{{else}} stands outside every block.');
    else if (block.otherwise) this.report(at, `This {{else}} is the second one of its {{#${block.name}}}.`);
    else {
      block.otherwise = [];
      const rest = words.arguments.slice(1);
      if (rest.length > 0) this.begin(at, { arguments: rest, pairs: words.pairs }, true);
    }
  }

  private close(at: number, name: string | undefined): void {
    const begun = this.open.findLastIndex((one) => !one.chained && one.block.name === name);
    const innermost = this.open.findLast((one) => !one.chained)?.block;
    if (begun === -1) {
      this.report(
        at,
        innermost
          ? `{{/${name ?? ''}}} closes nothing: {{#${innermost.name}}} of line ${this.lineOf(innermost.at)} is the block that is open.`
          : `{{/${name ?? ''}}} closes nothing: no block is open.`,
      );
      return;
    }
    for (const { block, chained } of this.open.splice(begun).slice(1))
      if (!chained)
        this.report(
          block.at,
          `{{#${block.name}}} is not closed before {{/${name ?? ''}}} of line ${this.lineOf(at)}: {{/${block.name}}} is missing.`,
        );
  }
}

function nameIn({ arguments: [first] }: Words): string | undefined {
  return first?.is === 'name' ? first.name : undefined;
}
