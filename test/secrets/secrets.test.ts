import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { BadKey, keysInFile, newKey, readKeys, writeKeys } from '../../src/secrets/key-file.ts';
import { CannotOpenSecret, isSealedWith, open, seal } from '../../src/secrets/seal.ts';
import { openSecrets } from '../../src/secrets/secrets.ts';

t.test('what was sealed opens with its key, for its purpose, unchanged', async (t) => {
  const [key, other] = [newKey(), newKey()];
  const sealed = seal(key, 'mailboxes.secret', 'hunter2 ä');
  t.notOk(sealed.includes('hunter2'));
  t.notSame(seal(key, 'mailboxes.secret', 'hunter2 ä'), sealed, 'never the same twice');
  t.equal(open([other, key], 'mailboxes.secret', sealed), 'hunter2 ä');
  t.ok(isSealedWith(key, sealed));
  t.throws(() => open([key], 'sending_accounts.secret', sealed), CannotOpenSecret);
  t.throws(() => open([other], 'mailboxes.secret', sealed), /Bring back the key file/);
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    t.throws(() => open([key], 'mailboxes.secret', changed), CannotOpenSecret);
  }
  t.throws(() => open([key], 'mailboxes.secret', Buffer.alloc(0)), CannotOpenSecret);
  t.throws(() => open([key], 'mailboxes.secret', sealed.subarray(0, 20)), CannotOpenSecret);
});

t.test('the key file is made once, for its owner only, and read again', async (t) => {
  const dataDir = join(t.testdir(), 'data');
  const config = { dataDir, secretKey: undefined, secretKeyFile: undefined };
  const sealed = openSecrets(config).seal('mailboxes.secret', 'hunter2');
  const file = join(dataDir, 'secret.key');
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.equal(openSecrets(config).open('mailboxes.secret', sealed), 'hunter2');
  const before = keysInFile(file);
  const key = newKey();
  writeKeys(file, [key, ...before]);
  t.same(keysInFile(file), [key, ...before]);
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.equal(openSecrets(config).open('mailboxes.secret', sealed), 'hunter2', 'the older key still opens');
  t.notOk(readFileSync(file, 'utf8').includes('hunter2'));
});

t.test('a key that is none is told where it stands, and not shown', async (t) => {
  const file = join(t.testdir(), 'secret.key');
  writeFileSync(file, 'not-a-key-at-all');
  t.throws(() => keysInFile(file), BadKey);
  try {
    keysInFile(file);
  } catch (error) {
    t.match((error as Error).message, file);
    t.notMatch((error as Error).message, 'not-a-key-at-all');
  }
  t.throws(() => readKeys('', 'SECRET_KEY'), /SECRET_KEY must hold keys of 32 bytes/);
});
