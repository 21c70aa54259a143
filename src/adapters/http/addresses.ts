import dns, { type LookupAddress, type LookupOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { ConnectFault } from './faults.ts'

/**
 * Why this IP address may not be connected to, or null where it is a public one (contract, section 5, Addresses). Only
 * global unicast is public: loopback, private, link-local, multicast, unspecified, carrier-grade NAT and reserved ranges
 * are not. IPv4 inside IPv6 (mapped, compatible, NAT64) is judged by the IPv4 address.
 */
export const refusalOfAddress = (address: string): string | null => {
  if (!ipaddr.isValid(address)) return `${address} is no IP address`
  const ip = ipaddr.process(address)
  if (ip.kind() === 'ipv4') return ip.range() === 'unicast' ? null : `${address} is ${NAMES[ip.range()] ?? `a ${ip.range()} address`}`
  const bytes = ip.toByteArray()
  const range = ip.range()
  const embeds = (range === 'rfc6052' && !isLocalNat64(bytes)) || (range === 'unicast' && bytes.slice(0, 12).every((each) => each === 0))
  if (embeds) return refusalOfAddress(bytes.slice(12).join('.')) === null ? null : `${address} holds a private IPv4 address`
  return range === 'unicast' ? null : `${address} is ${NAMES[range] ?? `a ${range} address`}`
}

/** The same for a URL's host name as WHATWG spells it (`[::1]`, `127.0.0.1`); a name that is no address is judged when it is resolved. */
export const refusalOfHost = (hostname: string): string | null => {
  const address = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  if (ipaddr.isValid(address)) return refusalOfAddress(address)
  // Loopback by RFC 6761, whoever resolves it: a proxy may do so where no lookup of ours sees it.
  return /(^|\.)localhost\.?$/i.test(address) ? `${address} is a loopback name` : null
}

/**
 * A lookup for `net.connect` that refuses a name with any private address. The socket connects to the addresses that
 * were judged here and to no others, so that a second answer of a rebinding name server is never asked for.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => lookUp(hostname, options, callback, refusalOfAddress)

/** For who may go to a private one. */
export const anyLookup: LookupFunction = (hostname, options, callback) => lookUp(hostname, options, callback, () => null)

const lookUp = (hostname: string, options: Parameters<LookupFunction>[1], callback: Parameters<LookupFunction>[2], refusalOf: (address: string) => string | null): void => {
  addressesOf(hostname, options, (error, addresses) => {
    if (error) return callback(error, '', 0)
    for (const { address } of addresses) {
      const refusal = refusalOf(address)
      if (refusal) return callback(new ConnectFault('blocked', `${hostname} resolves to a private address: ${refusal}`), '', 0)
    }
    const first = addresses[0]
    if (options.all) callback(null, [...addresses])
    else if (first) callback(null, first.address, first.family)
    else callback(new ConnectFault('dns', `${hostname} has no address`), '', 0)
  })
}

/** `64:ff9b:1::/48`: translation for local use (RFC 8215). */
const isLocalNat64 = (bytes: readonly number[]): boolean => [0, 0x64, 0xff, 0x9b, 0, 1].every((each, at) => bytes[at] === each)

const NAMES: Readonly<Record<string, string>> = {
  loopback: 'a loopback address', private: 'a private address', uniqueLocal: 'a private address', linkLocal: 'a link-local address',
  multicast: 'a multicast address', unspecified: 'the unspecified address', carrierGradeNat: 'a carrier-grade NAT address',
  broadcast: 'the broadcast address', reserved: 'a reserved address',
}

type Answered = (error: Error | null, addresses: readonly LookupAddress[]) => void
const asked = new Map<string, Answered[]>()

/**
 * All addresses of a name. However many connections want them, the system is asked once at a time: it takes ten seconds and
 * more to give up a name server that says nothing, and no more than two questions are answered at once (libuv), so that the
 * connections of one buyer whose name server is gone would keep every other buyer's name waiting.
 */
const addressesOf = (hostname: string, { family, hints }: LookupOptions, answered: Answered): void => {
  const question = `${hostname} ${family ?? ''} ${hints ?? ''}`
  const others = asked.get(question)
  if (others) return void others.push(answered)
  const all = [answered]
  asked.set(question, all)
  dns.lookup(hostname, { ...(family === undefined ? {} : { family }), ...(hints === undefined ? {} : { hints }), all: true }, (error, addresses) => {
    asked.delete(question)
    for (const each of all) each(error, addresses)
  })
}
