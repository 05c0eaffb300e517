import { CLAIM_KEYS } from './claims.ts';
import type { Need } from './facts.ts';
import { type Form, type Test, WRITERS, type Writer } from './template/forms.ts';
import { type Near, nearest } from './template/nearest.ts';
import { type Block, type Node, parseTemplate } from './template/parse.ts';
import { MAX_PROBLEMS, placeIn, type TemplateProblem } from './template/problem.ts';
import type { Argument } from './template/words.ts';
import { IMPLIED, own, VOCABULARY, type Vocabulary } from './variables.ts';

/** A template that may be rendered, or what is wrong with it. */
export type Checked = {
  forms: Form[];
  /** Claims that its text uses, in their order. */
  claims: string[];
  /** Facts that it writes without asking whether they are there. */
  needs: Need[];
  problems: TemplateProblem[];
};
type Options = {
  /** The needs that its front matter names; without them, whatever is used counts as named. */
  needs?: readonly string[] | undefined;
  /** Texts of the parts that several letters share, by name. */
  parts?: ReadonlyMap<string, string>;
  vocabulary?: Vocabulary;
};

/** Names that a block sets for what stands inside it. */
const EVIDENCE: Record<string, string[]> = {
  claim: ['@words', '@date'],
  holding: ['@names', '@one', '@date'],
  pending: ['@names', '@one', '@date'],
};
/** Present inside its block, and never empty. */
const NEVER_EMPTY = ['@words', '@names'];
const BLOCKS = ['if', 'unless', 'each', 'claim', 'holds', 'holding', 'pending', 'any'];
const WITH_ELSE = ['if', 'unless', 'each', 'holds'];
/** Forms of a template with its parts: a bound on what one letter costs. */
const MAX_FORMS = 5000;
const MAX_PARTS_DEEP = 3;

type Scope = {
  guards: string[];
  evidence: string[];
  /** Inside `each`: the columns of its rows; `text`: the list is one of texts. */
  row: Record<string, 'always' | 'guarded'> | 'text' | null;
};
const TOP: Scope = { guards: [], evidence: [], row: null };

/**
 * Checks a template's text against the forms that letters may use, and gives it as these forms. A variable that nobody
 * fills would otherwise show as a hole, and a misspelt one inside `if` would pass unseen. Never throws.
 */
export function checkTemplate(source: string, options: Options = {}): Checked {
  const { nodes, problems } = parseTemplate(source);
  const checker = new Checker(options, problems);
  const place = placeIn(source);
  const forms = checker.forms(nodes, TOP, (at) => place(at));
  return {
    forms,
    claims: [...checker.claims],
    needs: [...checker.needs],
    problems: problems.sort((a, b) => a.line - b.line || a.column - b.column).slice(0, MAX_PROBLEMS),
  };
}

class Checker {
  readonly claims = new Set<string>();
  readonly needs = new Set<Need>();
  private readonly named: readonly string[] | undefined;
  private readonly parts: ReadonlyMap<string, string>;
  private readonly vocabulary: Vocabulary;
  private readonly problems: TemplateProblem[];
  private place: (at: number) => { line: number; column: number } = () => ({ line: 1, column: 1 });
  private count = 0;
  private partsDeep = 0;
  /** While a part is checked: its name and where it is used, which is where its problems are told. */
  private part: { name: string; at: { line: number; column: number } } | null = null;

  constructor({ needs, parts = new Map(), vocabulary = VOCABULARY }: Options, problems: TemplateProblem[]) {
    this.named = needs;
    this.parts = parts;
    this.vocabulary = vocabulary;
    this.problems = problems;
  }

  private report(at: number, words: string): void {
    const { part } = this;
    const told = part ? `part ${part.name}, line ${this.place(at).line}: ${words}` : words;
    this.problems.push({ ...(part?.at ?? this.place(at)), words: told });
  }

  forms(nodes: Node[], scope: Scope, place = this.place): Form[] {
    const outside = this.place;
    this.place = place;
    const forms: Form[] = [];
    for (const node of nodes) {
      if (++this.count > MAX_FORMS || this.problems.length >= MAX_PROBLEMS) break;
      if (node.is === 'text') forms.push(node);
      else if (node.is === 'block') forms.push(...this.block(node, scope));
      else if (node.is === 'part') forms.push(...this.included(node, scope));
      else forms.push(...this.output(node, scope));
    }
    if (this.count === MAX_FORMS + 1) this.report(0, 'The template with its parts is too large.');
    this.place = outside;
    return forms;
  }

  /** Whether a value may stand here, and under which name it is found; undefined when it may not. */
  private use(name: string, at: number, scope: Scope, how: 'output' | 'condition'): string | undefined {
    if (name.startsWith('@')) return this.useOfBlock(name, at, scope, how);
    if (scope.row) {
      const inRow = this.useOfRow(name, at, scope, how);
      if (inRow !== null) return inRow;
    }
    const standing = own(this.vocabulary.variables, name);
    if (standing === undefined) {
      const columns = scope.row && scope.row !== 'text' ? Object.keys(scope.row) : [];
      const near: Near = [...Object.keys(this.vocabulary.variables), ...columns];
      this.report(at, `there is no variable ${name}${nearest(name, near)}`);
      return undefined;
    }
    const isGuarded = scope.guards.some(
      (guard) => name === guard || name === `${guard}.at` || IMPLIED[name] === guard,
    );
    if (how === 'condition' || standing === 'always') return name;
    if (standing === 'condition') this.report(at, `${name} is for conditions only`);
    else if (standing === 'guarded' && !isGuarded) this.mayBeEmpty(name, at);
    else if (standing !== 'guarded' && !isGuarded) {
      this.needs.add(standing);
      if (this.named && !this.named.includes(standing))
        this.report(at, `${name} is used, so needs must name ${standing}`);
    }
    return name;
  }

  private mayBeEmpty(name: string, at: number): void {
    this.report(at, `${name} may be empty; put it inside {{#if ${name}}}`);
  }

  private useOfBlock(name: string, at: number, scope: Scope, how: 'output' | 'condition') {
    if (!scope.evidence.includes(name)) {
      const known = Object.values(EVIDENCE).flat();
      this.report(
        at,
        known.includes(name)
          ? `${name} stands outside the block that sets it`
          : `there is no variable ${name}${nearest(name, scope.evidence)}`,
      );
      return undefined;
    }
    if (name === '@one' && how === 'output') this.report(at, '@one is for conditions only');
    else if (how === 'output' && !NEVER_EMPTY.includes(name) && !scope.guards.includes(name))
      this.mayBeEmpty(name, at);
    return name;
  }

  /** Null: the name is not one of the row's. */
  private useOfRow(name: string, at: number, { row, guards }: Scope, how: 'output' | 'condition') {
    if (row === 'text') return name === 'this' ? name : null;
    const column = name.startsWith('this.') ? name.slice(5) : name;
    const standing = own(row ?? {}, column);
    if (standing === undefined) {
      if (name === column) return null;
      this.report(
        at,
        `the rows of this list have no column ${column}${nearest(column, Object.keys(row ?? {}))}`,
      );
      return undefined;
    }
    const whole = `this.${column}`;
    if (standing === 'guarded' && how === 'output' && !guards.includes(whole)) this.mayBeEmpty(name, at);
    return whole;
  }

  private shapeOf(name: string): 'moment' | 'list' | 'table' | 'text' {
    if (own(this.vocabulary.tables, name)) return 'table';
    return own(this.vocabulary.shapes, name) ?? 'text';
  }

  private output(node: Extract<Node, { is: 'output' | 'part' }>, scope: Scope): Form[] {
    const [first, second, ...rest] = node.arguments;
    if (first?.is !== 'name' || node.pairs.length > 0 || rest.length > 0) {
      this.report(
        node.at,
        'a tag names one variable, as in {{address}}, or how it is written and the variable, as in {{day soon}}',
      );
      return [];
    }
    const as = second ? first.name : 'plain';
    const variable = second ?? first;
    if (as !== 'plain' && !WRITERS.includes(as as Writer)) {
      this.report(first.at, `there is no helper ${as}${nearest(as, WRITERS)}`);
      return [];
    }
    if (variable.is !== 'name') {
      this.report(variable.at, `${as} is followed by the name of a variable`);
      return [];
    }
    const name = this.use(variable.name, variable.at, scope, 'output');
    if (name === undefined) return [];
    this.fits(name, as as Writer, variable.at);
    return [{ is: 'value', name, as: as as Writer }];
  }

  private fits(name: string, as: Writer, at: number): void {
    const shape = this.shapeOf(name);
    if (shape === 'moment' && as !== 'time' && as !== 'day')
      this.report(at, `${name} is a time: write {{time ${name}}} or {{day ${name}}}`);
    else if (shape === 'list' && as !== 'list' && as !== 'every')
      this.report(at, `${name} is a list: write {{list ${name}}} or {{every ${name}}}`);
    else if (shape === 'text' && as !== 'plain')
      this.report(
        at,
        `${name} is ${as === 'time' || as === 'day' ? 'no time' : 'no list'}: write {{${name}}}`,
      );
  }

  private included(node: Extract<Node, { is: 'output' | 'part' }>, scope: Scope): Form[] {
    const [first, ...rest] = node.arguments;
    const name = first?.is === 'name' && rest.length + node.pairs.length === 0 ? first.name : '';
    const text = this.parts.get(name);
    if (text === undefined) {
      this.report(
        node.at,
        name
          ? `there is no partial ${name}${nearest(name, [...this.parts.keys()])}`
          : 'a part is named as in {{> signature.en}}',
      );
      return [];
    }
    if (this.partsDeep >= MAX_PARTS_DEEP) {
      this.report(node.at, `part ${name} is included by itself, or too deep`);
      return [];
    }
    const outer = this.part;
    this.part = { name, at: outer?.at ?? this.place(node.at) };
    this.partsDeep++;
    const { nodes, problems } = parseTemplate(text);
    for (const { line, words } of problems)
      this.problems.push({ ...this.part.at, words: `part ${name}, line ${line}: ${words}` });
    const forms = this.forms(nodes, scope, placeIn(text));
    this.partsDeep--;
    this.part = outer;
    return forms;
  }

  private block(node: Block, scope: Scope): Form[] {
    const { name, at } = node;
    if (!BLOCKS.includes(name)) {
      if (name) this.report(at, `there is no block {{#${name}}}${nearest(name, BLOCKS)}`);
      return [];
    }
    if (node.otherwise && !WITH_ELSE.includes(name)) this.report(at, `{{#${name}}} has no {{else}}`);
    if (name === 'if' || name === 'unless') return this.condition(node, scope);
    if (name === 'each') return this.each(node, scope);
    const inside = { ...scope, evidence: [...scope.evidence, ...(EVIDENCE[name] ?? [])] };
    const body = this.forms(node.body, inside);
    const otherwise = this.forms(node.otherwise ?? [], scope);
    if (name === 'holding' || name === 'pending') {
      const words = this.wordings(node);
      return [{ is: 'together', how: name === 'holding' ? 'fact' : 'intent', words, body }];
    }
    const keys = this.keys(node);
    if (name === 'any') return [{ is: 'any', keys, body }];
    const [key = ''] = keys;
    if (keys.length > 1) this.report(at, `{{#${name}}} names one claim`);
    return [name === 'claim' ? { is: 'claim', key, body } : { is: 'holds', key, body, otherwise }];
  }

  private useClaim(key: string, at: number): void {
    if (CLAIM_KEYS.includes(key)) this.claims.add(key);
    else this.report(at, `there is no claim ${key}${nearest(key, CLAIM_KEYS)}`);
  }

  private keys({ name, at, arguments: [first, ...rest], pairs }: Block): string[] {
    if (first?.is !== 'text' || rest.length + pairs.length > 0) {
      this.report(at, `a claim is named by a text in quotes, as in {{#${name} "spf-pass"}}`);
      return [];
    }
    const keys = first.text.split(' ').filter(Boolean);
    if (keys.length === 0) this.report(first.at, 'no claim is named here');
    for (const key of keys) this.useClaim(key, first.at);
    return keys;
  }

  private wordings({ name, at, arguments: [first], pairs }: Block): [string, string][] {
    if (first || pairs.length === 0)
      this.report(first?.at ?? at, `each claim is named with its words, as in {{#${name} spf-pass="SPF"}}`);
    const seen = new Set<string>();
    for (const pair of pairs) {
      if (seen.has(pair.key)) this.report(pair.at, `claim ${pair.key} is named twice`);
      seen.add(pair.key);
      this.useClaim(pair.key, pair.at);
    }
    return pairs.map(({ key, text }) => [key, text]);
  }

  private test(argument: Argument | undefined, at: number, scope: Scope): Test | undefined {
    if (argument?.is === 'name') {
      const name = this.use(argument.name, argument.at, scope, 'condition');
      return name === undefined ? undefined : { name, several: false };
    }
    if (argument?.is !== 'call') {
      this.report(at, 'a condition names one variable, as in {{#if blockCode}}');
      return undefined;
    }
    const [of, ...rest] = argument.of;
    if (argument.name !== 'several' || !of || rest.length > 0) {
      this.report(
        argument.at,
        argument.name === 'several'
          ? '(several …) names one list'
          : `there is no helper ${argument.name}${nearest(argument.name, ['several'])}`,
      );
      return undefined;
    }
    const name = this.use(of.name, of.at, scope, 'condition');
    if (name !== undefined && this.shapeOf(name) !== 'list') this.report(of.at, `${name} is no list`);
    return name === undefined ? undefined : { name, several: true };
  }

  private condition(node: Block, scope: Scope): Form[] {
    const [first, ...rest] = node.arguments;
    if (rest.length + node.pairs.length > 0)
      this.report(node.at, 'a condition names one variable, as in {{#if blockCode}}');
    const test = this.test(first, node.at, scope);
    const inside = test && !test.several ? { ...scope, guards: [...scope.guards, test.name] } : scope;
    const isIf = node.name === 'if';
    const body = this.forms(node.body, isIf ? inside : scope);
    const otherwise = this.forms(node.otherwise ?? [], isIf ? scope : inside);
    if (!test) return [];
    return [
      isIf ? { is: 'if', test, body, otherwise } : { is: 'if', test, body: otherwise, otherwise: body },
    ];
  }

  private each(node: Block, scope: Scope): Form[] {
    const [first, ...rest] = node.arguments;
    if (first?.is !== 'name' || rest.length + node.pairs.length > 0) {
      this.report(node.at, 'each names one list, as in {{#each addresses}}');
      return [];
    }
    if (scope.row) {
      this.report(node.at, 'an each cannot stand inside another each');
      return [];
    }
    const name = this.use(first.name, first.at, scope, 'condition');
    const shape = name === undefined ? 'list' : this.shapeOf(name);
    if (name !== undefined && shape !== 'list' && shape !== 'table')
      this.report(first.at, `${name} is no list`);
    const row = own(this.vocabulary.tables, first.name) ?? 'text';
    const body = this.forms(node.body, { ...scope, row });
    const otherwise = this.forms(node.otherwise ?? [], scope);
    return name === undefined ? [] : [{ is: 'each', name, body, otherwise }];
  }
}
