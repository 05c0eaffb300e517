import { didYouMean } from '../../nearest.ts';
import type { Need } from '../facts.ts';
import { IMPLIED, own, type Standing, type Vocabulary } from '../variables.ts';

/** Names that a block sets for what stands inside it. */
export const EVIDENCE: Record<string, string[]> = {
  claim: ['@words', '@date'],
  holding: ['@names', '@one', '@date'],
  pending: ['@names', '@one', '@date'],
};
/** Present inside its block, and never empty. */
const NEVER_EMPTY = ['@words', '@names'];

/** What is known at a place of a template. */
export type Scope = {
  /** Names that are not empty here: an `if` around asked for them. */
  guards: string[];
  /** Names that blocks around have set. */
  evidence: string[];
  /** Inside `each`: the columns of its rows; `text`: the list is one of texts. */
  row: Record<string, Standing> | 'text' | null;
};
export const TOP: Scope = { guards: [], evidence: [], row: null };

type How = 'output' | 'condition';
type Report = (at: number, words: string) => void;

/** Says of each name whether it may stand where it stands, and remembers what the letter needs for it. */
export class Names {
  readonly needs = new Set<Need>();
  private readonly vocabulary: Vocabulary;
  /** The needs that the front matter names; undefined: whatever is used counts as named. */
  private readonly named: readonly string[] | undefined;
  private readonly report: Report;

  constructor(vocabulary: Vocabulary, named: readonly string[] | undefined, report: Report) {
    this.vocabulary = vocabulary;
    this.named = named;
    this.report = report;
  }

  /** Whether a value may stand here, and under which name it is found; undefined when it may not. */
  use(name: string, at: number, scope: Scope, how: How): string | undefined {
    if (name.startsWith('@')) return this.useOfBlock(name, at, scope, how);
    if (scope.row) {
      const inRow = this.useOfRow(name, at, scope, how);
      if (inRow !== null) return inRow;
    }
    const standing = own(this.vocabulary.variables, name);
    if (standing === undefined) {
      const columns = scope.row && scope.row !== 'text' ? Object.keys(scope.row) : [];
      const known = [...Object.keys(this.vocabulary.variables), ...columns];
      this.report(at, `there is no variable ${name}${didYouMean(name, known)}`);
      return undefined;
    }
    const isGuarded = scope.guards.some(
      (guard) => name === guard || name === `${guard}.at` || IMPLIED[name] === guard,
    );
    if (how === 'condition' || standing === 'always') return name;
    if (standing === 'condition') this.report(at, `${name} is for conditions only`);
    else if (standing === 'guarded' && !isGuarded) this.mayBeEmpty(name, at);
    else if (standing !== 'guarded' && !isGuarded) {
      this.need(standing, name, at);
    }
    return name;
  }

  private need(need: Need, name: string, at: number): void {
    this.needs.add(need);
    if (this.named && !this.named.includes(need))
      this.report(at, `${name} is used, so needs must name ${need}`);
  }

  private mayBeEmpty(name: string, at: number): void {
    this.report(at, `${name} may be empty; put it inside {{#if ${name}}}`);
  }

  private useOfBlock(name: string, at: number, scope: Scope, how: How) {
    if (!scope.evidence.includes(name)) {
      const known = Object.values(EVIDENCE).flat();
      this.report(
        at,
        known.includes(name)
          ? `${name} stands outside the block that sets it`
          : `there is no variable ${name}${didYouMean(name, scope.evidence)}`,
      );
      return undefined;
    }
    if (name === '@one' && how === 'output') this.report(at, '@one is for conditions only');
    else if (how === 'output' && !NEVER_EMPTY.includes(name) && !scope.guards.includes(name))
      this.mayBeEmpty(name, at);
    return name;
  }

  /** Null: the name is not one of the row's. */
  private useOfRow(name: string, at: number, { row, guards }: Scope, how: How) {
    if (row === 'text') return name === 'this' ? name : null;
    const column = name.startsWith('this.') ? name.slice(5) : name;
    const standing = own(row ?? {}, column);
    if (standing === undefined) {
      if (name === column) return null;
      this.report(
        at,
        `the rows of this list have no column ${column}${didYouMean(column, Object.keys(row ?? {}))}`,
      );
      return undefined;
    }
    const whole = `this.${column}`;
    if (how === 'condition' || standing === 'always' || guards.includes(whole)) return whole;
    if (standing === 'condition') this.report(at, `${name} is for conditions only`);
    else if (standing === 'guarded') this.mayBeEmpty(name, at);
    else this.need(standing, name, at);
    return whole;
  }

  shapeOf(name: string): 'moment' | 'list' | 'table' | 'text' {
    if (own(this.vocabulary.tables, name)) return 'table';
    return own(this.vocabulary.shapes, name) ?? 'text';
  }

  /** The columns of a table's rows; `text`: of a list of texts. */
  rowOf(name: string): Scope['row'] {
    return own(this.vocabulary.tables, name) ?? 'text';
  }
}
