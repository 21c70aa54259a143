import { isoTime } from '../../../base/time.ts'
import type { Pair } from '../../encode/pairs.ts'
import { xmlDeclaration, xmlElement } from '../../encode/xml.ts'
import type { Built } from '../../mapping/build.ts'

interface AdfLead {
  readonly id: string
  readonly at: number
  /** The mapped fields; well-known names among them find their place in ADF, the others go into the comments. */
  readonly pairs: readonly Pair[]
  readonly vendor: string
  readonly provider: string
}

/** Auto-lead Data Format 1.0, which the systems of car dealers read: a prospect for each lead. */
export const adfOf = (leads: readonly AdfLead[]): string =>
  xmlDeclaration('UTF-8').trimEnd() + '\n<?adf version="1.0"?>\n' + xmlElement(new Map([['prospect', { list: leads.map(prospect) }]]), { name: 'adf', own: false }) + '\n'

const prospect = ({ id, at, pairs, vendor, provider }: AdfLead): Built => {
  const known = new Map<string, string>()
  const rest: Pair[] = []
  for (const pair of pairs) {
    const place = PLACES.get(pair[0].toLowerCase().replace(/[^a-z0-9]/g, ''))
    if (pair[1] === '') continue
    if (place === undefined || known.has(place)) rest.push(pair)
    else known.set(place, pair[1])
  }
  const leaf = (value: string): Built => ({ leaf: value })
  const optional = (names: readonly string[]): [string, Built][] => names.flatMap((name): [string, Built][] => { const value = known.get(name); return value === undefined ? [] : [[name, leaf(value)]] })
  const text = (value: string, attributes: Readonly<Record<string, string>>): Built => new Map<string, Built>([...Object.entries(attributes).map(([key, each]) => [`@${key}`, leaf(each)] as const), ['#text', leaf(value)]])
  const several = (name: string, items: readonly Built[]): [string, Built][] => (items.length === 0 ? [] : [[name, { list: items }]])
  const parts = (['full', 'first', 'middle', 'last'] as const).flatMap((part) => { const value = known.get(part); return value === undefined ? [] : [text(value, { part })] })
  const phones = (['phone', 'phone2'] as const).flatMap((each) => { const value = known.get(each); return value === undefined ? [] : [text(value, { type: 'voice' })] })
  const street = (['street1', 'street2'] as const).flatMap((each, i) => { const value = known.get(each); return value === undefined ? [] : [text(value, { line: String(i + 1) })] })
  const address = [...several('street', street), ...optional(['city', 'regioncode', 'postalcode', 'country'])]
  const comments = [...(known.has('comments') ? [known.get('comments') ?? ''] : []), ...rest.map(([name, value]) => `${name}: ${value}`)].join('\n')
  return new Map<string, Built>([
    ['@status', leaf('new')],
    ['id', text(id, { sequence: '1', source: provider })],
    ['requestdate', leaf(isoTime(at))],
    ['vehicle', new Map<string, Built>([['@interest', leaf('buy')], ['@status', leaf(known.get('status') ?? 'new')], ...(['year', 'make', 'model'] as const).map((name) => [name, leaf(known.get(name) ?? '')] as const), ...optional(['trim', 'vin'])])],
    ['customer', new Map<string, Built>([
      ['contact', new Map<string, Built>([...several('name', parts.length > 0 ? parts : [text('', { part: 'full' })]), ...optional(['email']), ...several('phone', phones), ...(address.length === 0 ? [] : [['address', new Map(address)] as const])])],
      ...(comments === '' ? [] : [['comments', leaf(comments)] as const]),
    ])],
    ['vendor', new Map<string, Built>([['vendorname', leaf(vendor)], ['contact', new Map<string, Built>([['name', text(vendor, { part: 'full' })]])]])],
    ['provider', new Map<string, Built>([['name', text(provider, { part: 'full' })]])],
  ])
}

const NAMES: Readonly<Record<string, readonly string[]>> = {
  full: ['name', 'fullname'], first: ['firstname', 'fname', 'givenname'], middle: ['middlename'], last: ['lastname', 'lname', 'surname'],
  email: ['email', 'emailaddress', 'contactemail'], phone: ['phone', 'phone1', 'phonenumber', 'primaryphone', 'mobile'], phone2: ['phone2', 'secondaryphone', 'homephone', 'workphone'],
  street1: ['address', 'address1', 'street', 'streetaddress'], street2: ['address2'], city: ['city'], regioncode: ['state', 'statecode', 'province', 'region', 'regioncode'],
  postalcode: ['zip', 'zipcode', 'postalcode', 'postcode'], country: ['country'], comments: ['comments', 'comment', 'notes', 'message'],
  year: ['year', 'vehicleyear'], make: ['make', 'vehiclemake'], model: ['model', 'vehiclemodel'], trim: ['trim', 'vehicletrim'], vin: ['vin', 'vehiclevin'], status: ['vehiclestatus'],
}
const PLACES: ReadonlyMap<string, string> = new Map(Object.entries(NAMES).flatMap(([place, names]) => names.map((name) => [name, place] as const)))
