/**
 * A statement with a name is parsed and planned once on a connection instead of each time: over the two dozen of an
 * incident's page that was four fifths of the database's work. The server keeps them as long as the connection, so they
 * are bounded, and what hardly comes again gets no name.
 */

/** On each connection. */
const MOST_NAMES = 250;
const NAMED_FROM_USE = 3;
/** Longer ones are lists of values, of another length each time. */
const MOST_CHARACTERS = 6000;
/** Texts whose uses are counted; beyond that counting begins anew. */
const MOST_COUNTED = 2000;

const STATEMENT = /^[\s(]*(?:select|insert|update|delete|with)\b/i;
/**
 * How much of a table fits depends on the value, and the server's guess for any value is far off: of words, ranges and
 * fragments, and of what lies between two values of one column (it takes that for one row in two hundred).
 */
const DEPENDS_ON_VALUES = [
  /@@/,
  /(?:<<|>>|&&|~|\bi?like\b)[=*]?\s*(?:\w*\s*\(\s*)*\$\d/i,
  /\$\d+(?:::[\w[\]]+)?\s*(?:<<|>>|&&)/,
  /\bbetween\s+\$\d+(?:::\w+)?\s+and\s+\$\d/i,
];
const BOUND = /([\w."]+)\s*[<>]=?\s*\(?\$\d/g;
/** They look like comparisons, and reach into JSON. */
const ARROWS = /->>?/g;

const FOUND_BY_VALUE = /(?<![<>!])=\s*\$\d/;

/** Whether how much is read hangs on bounds: two of one column, or several where nothing is found by its value. */
function dependsOnBounds(text: string): boolean {
  const columns = [...text.matchAll(BOUND)].map(([, column]) => column);
  return new Set(columns).size < columns.length || (columns.length > 1 && !FOUND_BY_VALUE.test(text));
}

function deservesName(text: string): boolean {
  if (text.length > MOST_CHARACTERS || !STATEMENT.test(text)) return false;
  const bare = text.replace(ARROWS, ' ');
  return !DEPENDS_ON_VALUES.some((pattern) => pattern.test(bare)) && !dependsOnBounds(bare);
}

/** Names for the statements of one pool; undefined where a statement is better planned each time. */
export function statementNames(): (text: string) => string | undefined {
  const names = new Map<string, string>();
  const uses = new Map<string, number>();
  return (text) => {
    const known = names.get(text);
    if (known || names.size === MOST_NAMES) return known;
    const used = (uses.get(text) ?? 0) + 1;
    if (used === NAMED_FROM_USE && deservesName(text)) {
      uses.delete(text);
      names.set(text, `desk_${names.size + 1}`);
      return names.get(text);
    }
    if (uses.size === MOST_COUNTED) uses.clear();
    uses.set(text, used);
    return undefined;
  };
}
