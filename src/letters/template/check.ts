import { didYouMean } from '../../nearest.ts';
import type { Need } from '../facts.ts';
import { VOCABULARY, type Vocabulary } from '../variables.ts';
import { type Form, type Test, WRITERS, type Writer } from './forms.ts';
import { NamedClaims } from './named-claims.ts';
import { EVIDENCE, Names, type Scope, TOP } from './names.ts';
import { type Block, type Node, parseTemplate } from './parse.ts';
import { MAX_PROBLEMS, placeIn, type TemplateProblem } from './problem.ts';
import type { Argument } from './words.ts';

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

const BLOCKS = ['if', 'unless', 'each', 'claim', 'holds', 'holding', 'pending', 'any'];
const WITH_ELSE = ['if', 'unless', 'each', 'holds'];
/** Forms of a template with its parts: a bound on what one letter costs. */
const MAX_FORMS = 5000;
const MAX_PARTS_DEEP = 3;

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
    claims: [...checker.claims.used],
    needs: [...checker.names.needs],
    problems: problems.sort((a, b) => a.line - b.line || a.column - b.column).slice(0, MAX_PROBLEMS),
  };
}

class Checker {
  readonly names: Names;
  readonly claims: NamedClaims;
  private readonly parts: ReadonlyMap<string, string>;
  private readonly problems: TemplateProblem[];
  private place: (at: number) => { line: number; column: number } = () => ({ line: 1, column: 1 });
  private count = 0;
  private partsDeep = 0;
  /** While a part is checked: its name and where it is used, which is where its problems are told. */
  private part: { name: string; at: { line: number; column: number } } | null = null;

  constructor({ needs, parts = new Map(), vocabulary = VOCABULARY }: Options, problems: TemplateProblem[]) {
    const report = (at: number, words: string) => this.report(at, words);
    this.names = new Names(vocabulary, needs, report);
    this.claims = new NamedClaims(report);
    this.parts = parts;
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
      this.report(first.at, `there is no helper ${as}${didYouMean(as, WRITERS)}`);
      return [];
    }
    if (variable.is !== 'name') {
      this.report(variable.at, `${as} is followed by the name of a variable`);
      return [];
    }
    const name = this.names.use(variable.name, variable.at, scope, 'output');
    if (name === undefined) return [];
    this.fits(name, as as Writer, variable.at);
    return [{ is: 'value', name, as: as as Writer }];
  }

  private fits(name: string, as: Writer, at: number): void {
    const shape = this.names.shapeOf(name);
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
        name.includes('.')
          ? `there is no part ${name}${didYouMean(name, [...this.parts.keys()])}`
          : 'a part is named with its language, as in {{> signature.en}}',
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
      if (name) this.report(at, `there is no block {{#${name}}}${didYouMean(name, BLOCKS)}`);
      return [];
    }
    if (node.otherwise && !WITH_ELSE.includes(name)) this.report(at, `{{#${name}}} has no {{else}}`);
    if (name === 'if' || name === 'unless') return this.condition(node, scope);
    if (name === 'each') return this.each(node, scope);
    const inside = { ...scope, evidence: [...scope.evidence, ...(EVIDENCE[name] ?? [])] };
    const body = this.forms(node.body, inside);
    const otherwise = this.forms(node.otherwise ?? [], scope);
    if (name === 'holding' || name === 'pending') {
      const words = this.claims.wordings(node);
      return [{ is: 'together', how: name === 'holding' ? 'fact' : 'intent', words, body }];
    }
    const keys = this.claims.keys(node);
    if (name === 'any') return [{ is: 'any', keys, body }];
    const [key = ''] = keys;
    if (keys.length > 1) this.report(at, `{{#${name}}} names one claim`);
    return [name === 'claim' ? { is: 'claim', key, body } : { is: 'holds', key, body, otherwise }];
  }

  private test(argument: Argument | undefined, at: number, scope: Scope): Test | undefined {
    if (argument?.is === 'name') {
      const name = this.names.use(argument.name, argument.at, scope, 'condition');
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
          : `there is no helper ${argument.name}${didYouMean(argument.name, ['several'])}`,
      );
      return undefined;
    }
    const name = this.names.use(of.name, of.at, scope, 'condition');
    if (name !== undefined && this.names.shapeOf(name) !== 'list') this.report(of.at, `${name} is no list`);
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
    const name = this.names.use(first.name, first.at, scope, 'condition');
    const shape = name === undefined ? 'list' : this.names.shapeOf(name);
    if (name !== undefined && shape !== 'list' && shape !== 'table')
      this.report(first.at, `${name} is no list`);
    const row = this.names.rowOf(first.name);
    const body = this.forms(node.body, { ...scope, row });
    const otherwise = this.forms(node.otherwise ?? [], scope);
    return name === undefined ? [] : [{ is: 'each', name, body, otherwise }];
  }
}
