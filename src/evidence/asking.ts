import type { Ask, DnsAnswer } from '../dns/answer.ts';

/** What a look may ask at most, however a record leads from one name to the next. */
const MAX_QUESTIONS = 300;
/** What is kept of one answer; longer records say nothing that a person would read. */
const MAX_RECORDS = 30;
const MAX_RECORD_LENGTH = 4096;

export type Asking = {
  ask: Ask;
  /** Question → answer, as it came but for its length. */
  raw: Record<string, unknown>;
};

/** Asks each question once, within limits, and keeps the answers. */
export function asking(ask: Ask): Asking {
  const answers = new Map<string, Promise<DnsAnswer>>();
  const raw: Record<string, unknown> = {};
  const once = async (question: string, name: string, type: Parameters<Ask>[1]): Promise<DnsAnswer> => {
    const answer = await ask(name, type);
    raw[question] = kept(answer);
    return answer;
  };
  return {
    raw,
    ask: async (name, type) => {
      const question = `${name.toLowerCase()} ${type}`;
      const known = answers.get(question);
      if (known) return known;
      if (answers.size >= MAX_QUESTIONS)
        return { status: 'failed', why: `not asked: this look had asked ${MAX_QUESTIONS} questions already` };
      const answer = once(question, name, type);
      answers.set(question, answer);
      return answer;
    },
  };
}

function kept(answer: DnsAnswer): DnsAnswer {
  if (answer.status !== 'found') return answer;
  const records = answer.records.slice(0, MAX_RECORDS).map((record) => record.slice(0, MAX_RECORD_LENGTH));
  return { ...answer, records };
}
