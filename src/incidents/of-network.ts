import { type RawBuilder, sql } from 'kysely';
import type { Network } from '../addresses/address.ts';

/** Numbers of the incidents of addresses inside a range, or around an address: for `number in …`. */
export const numbersOf = ({ cidr }: Network): RawBuilder<number> => sql`(
  select ia.incident_number from addresses a join incident_addresses ia on ia.address_id = a.id
  where a.network && ${cidr}::cidr)`;
