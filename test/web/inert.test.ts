import Fastify from 'fastify';
import t from 'tap';
import { sendInert } from '../../src/web/inert.ts';

t.test('a long name that is cut in the middle of a sign is carried all the same', async (t) => {
  const app = Fastify();
  t.teardown(() => app.close());
  app.get('/', (_request, reply) => sendInert(reply, `${'a'.repeat(199)}😀.txt`, Buffer.from('x')));
  const answer = await app.inject('/');
  t.equal(answer.statusCode, 200);
  t.match(answer.headers['content-disposition'], /filename\*=UTF-8''a{199}%EF%BF%BD$/);
});
