import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { readAddress } from '../../../src/adapters/ledger/postgres/address.ts'
import { Again, troubleOf } from '../../../src/adapters/ledger/postgres/trouble.ts'
import { UserError } from '../../../src/base/diagnostic.ts'
import { maskedAddress } from '../../../src/base/secrets.ts'
import { StoreError } from '../../../src/ports.ts'

describe('a store that cannot be used is told in words, never as a bug', () => {
  const coded = (message: string, code?: string): Error => Object.assign(new Error(message), code === undefined ? {} : { code })
  it.each([
    ['a server without TLS', coded('The server does not support SSL connections'), 'unreachable', 'leave sslmode out'],
    ['a certificate of its own', coded('self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT'), 'unreachable', 'sslrootcert=FILE'],
    ['a certificate for another name', coded('Hostname/IP does not match', 'ERR_TLS_CERT_ALTNAME_INVALID'), 'unreachable', 'sslrootcert=FILE'],
    ['no password for a server that asks for one', coded('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'), 'unreachable', 'user and password'],
    ['no connection left', coded('sorry, too many clients already', '53300'), 'unreachable', 'max_connections'],
    ['no connection left in a pooler', coded('query_wait_timeout', '08P01'), 'unreachable', 'of the pooler'],
    ['a statement that took too long', coded('canceling statement due to statement timeout', '57014'), 'unreachable', 'statement_timeout'],
    ['a lock that never came', coded('canceling statement due to lock timeout', '55P03'), 'unreachable', 'pg_stat_activity'],
    ['rows that others change each time', new Again(), 'unreachable', 'synchronous replica'],
    ['a session that idled too long', coded('terminating connection due to idle-session timeout', '57P05'), 'unreachable', 'goes on'],
    ['a host that no way leads to', coded('connect ENETUNREACH 2001:db8::1:5432', 'ENETUNREACH'), 'unreachable', 'may be reached'],
    ['a socket that is not there', Object.assign(coded('connect ENOENT /run/postgresql/.s.PGSQL.5432', 'ENOENT'), { syscall: 'connect' }), 'unreachable', 'PostgreSQL runs'],
    ['a server that wants TLS', coded('no pg_hba.conf entry for host "10.0.0.7", user "u", database "leads", no encryption', '28000'), 'unreachable', 'sslmode=verify-full'],
    ['a server that does not know this host', coded('no pg_hba.conf entry for host "10.0.0.7", user "u", database "leads", SSL encryption', '28000'), 'unreachable', 'pg_hba.conf'],
    ['a copy that is being kept', coded('cannot assign TransactionIds during recovery', 'XX000'), 'read-only', 'primary'],
    ['a disk that fails under it', coded('could not read file "base/5/1259": Input/output error', '58030'), 'unreachable', 'log of PostgreSQL'],
    ['no memory left', coded('out of memory', '53200'), 'unreachable', 'log of PostgreSQL'],
    ['a user that may not write', coded('permission denied for sequence log_block', '42501'), 'read-only', 'USAGE on the schema and on its sequences'],
    ['a server that is too old', coded('function pg_current_xact_id() does not exist', '42883'), 'unsupported', 'PostgreSQL 13'],
  ])('%s', (_, error, kind, help) => {
    const told = troubleOf(error, 'postgres://host/leads')
    expect(told).toBeInstanceOf(StoreError)
    expect(told).toMatchObject({ kind, message: expect.stringContaining(error.message), help: expect.stringContaining(help) })
  })

  it('a bug of ours stays one', () => {
    const bug = coded('function our_own() does not exist', '42883')
    expect(troubleOf(bug, '')).toBe(bug)
  })

  it('a file that is missing is no server that is', () => {
    const missing = Object.assign(coded("ENOENT: no such file or directory, open 'ca.pem'", 'ENOENT'), { syscall: 'open', path: 'ca.pem' })
    expect(troubleOf(missing, '')).toBe(missing)
  })

  it('hosts that hand out sslmode=require: as node-postgres takes it today, without its warning of what may come', () => {
    for (const mode of ['prefer', 'require', 'verify-ca']) expect(readAddress(`postgres://host/leads?sslmode=${mode}`).url).toContain('sslmode=verify-full')
    for (const mode of ['disable', 'no-verify', 'verify-full', 'require&uselibpqcompat=true']) expect(readAddress(`postgres://host/leads?sslmode=${mode}`).url).toContain(`sslmode=${mode}`)
  })

  it.each(['shema', 'Schema', 'scheme', 'qeue'])('%s=… is no word of PostgreSQL, and would be another store', (word) => {
    expect(() => readAddress(`postgres://host/leads?${word}=y2027`)).toThrow(/is not known/)
  })

  it('words of PostgreSQL and of its hosts are left to it', () => {
    for (const word of ['channel_binding', 'connect_timeout', 'options', 'pgbouncer', 'sslcert', 'host', 'user', 'target_session_attrs']) expect(readAddress(`postgres://host/leads?${word}=x`).url).toContain(`${word}=x`)
  })

  it('a socket with a user and a password, as clouds hand it out', () => {
    const { url, shown, secrets } = readAddress('postgres://user:hush@/leads?host=/cloudsql/a:b:c')
    expect([new pg.Client({ connectionString: url }).host, shown, secrets]).toEqual(['/cloudsql/a:b:c', 'postgres://user:••••@/cloudsql/a:b:c/leads', ['hush', 'hush']])
  })

  it('several hosts', () => {
    expect(() => readAddress('postgres://u:p@one:5432,two:5432/leads')).toThrow('several hosts')
  })

  it('a % in a password that is not written as %25', () => {
    expect(() => readAddress('postgres://finalmile:50%off@host/leads')).toThrow(UserError)
    expect(readAddress('postgres://finalmile:50%25off@host/leads').secrets).toContain('50%off')
  })
})

describe('passwords in addresses that are no addresses are not shown', () => {
  it.each(['postgres:/u:hush@h/x', 'postgres:u:hush@h/x', 'u:hush@h/x', '//u:hush@h/x', 'postgres//u:hush@h:5432/x', 'postgres://u:hush@more@h/x', 'http://h/x?password=hush', 'host=h password=hush user=u', 'pg-sql://u:hush@h/x'])('%s', (address) => {
    expect(maskedAddress(address)).not.toContain('hush')
    expect(maskedAddress(address)).toContain('••••')
  })

  it('and others are, as they are', () => {
    for (const address of ['mysql://host/leads', 'sqlite', 'leads.db', 'C:/leads/store.db']) expect(maskedAddress(address)).toBe(address)
  })
})
