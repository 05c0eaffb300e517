const GREETING =
  /^([ \t>]*(?:hello|hi|dear|hallo|guten tag|sehr geehrte[rs]?|lieber?|bonjour|ch[eè]re?|madame|monsieur|buongiorno|gentile|hola|estimad[oa]|beste|geachte)) [^\n,:!]{1,60}([,:!]|$)/gimu;
const CLOSING =
  /^[ \t>]*(?:(?:best|kind|warm|many) )?(?:regards|wishes|sincerely(?: yours)?|yours sincerely|yours faithfully|thanks|thank you|cheers|mit freundlichen gr(?:ü|ue)(?:ß|ss)en|(?:viele|beste|freundliche) gr(?:ü|ue)(?:ß|ss)e|cordialement|bien à vous|distinti saluti|cordiali saluti|saludos(?: cordiales)?|atentamente|met vriendelijke groet(?:en)?)[ \t]*[,.!]?[ \t]*$/iu;
const INTRODUCED =
  /\b(my name is|ich heiße|je m['’]appelle|mi chiamo|me llamo) [\p{L}.'’-]+(?: \p{Lu}[\p{L}.'’-]*)?/giu;

/** A signature has few lines; what follows them is text again. */
const MOST_LINES = 4;

/**
 * Leaves out who signs a letter or an answer and who is greeted: people of the other side, whom nobody knows by name.
 */
export function maskSignatures(text: string): string {
  const kept: string[] = [];
  let left = 0;
  let told = true;
  for (const line of text.split('\n')) {
    if (left > 0 && line.replace(/^[>\s]+/, '') !== '') {
      if (!told) kept.push('[signature]');
      told = true;
      left -= 1;
      continue;
    }
    // A blank line ends a signature that has begun.
    if (left > 0 && told) left = 0;
    kept.push(line);
    if (CLOSING.test(line)) [left, told] = [MOST_LINES, false];
  }
  return kept.join('\n').replace(GREETING, '$1 [name]$2').replace(INTRODUCED, '$1 [name]');
}
