/**
 * The lead field that a buyer's field probably is, as a template; null where it is not known: a constant of the contract, most
 * likely. `columns`: what the leads at hand have; for what they have not, the usual name stands.
 */
export const templateFor = (name: string, example: unknown, columns: readonly string[] = []): string | null => {
  const part = BIRTH_PART.exec(name)?.[1]?.toLowerCase()
  if (part !== undefined && !columns.some((each) => isSameName(each, name))) return `{{format ${leadPath(columnFor('birth_date', columns) ?? 'birth_date')} "${part === 'year' ? 'YYYY' : part === 'month' ? 'MM' : 'DD'}"}}`
  const usual = usualField(name)
  const column = columnFor(name, columns)
  if (usual === null && column === null) return null
  const field = usual === 'id' ? 'lead.id' : leadPath(column ?? usual ?? '')
  const text = typeof example === 'string' ? example : ''
  if (usual === 'phone_1' || usual === 'phone_2') {
    const mask = /^\+1\d{10}$/.test(text) ? '+1##########' : /\d/.test(text) && /^[\d\s()+.-]+$/.test(text) && !text.startsWith('+') && text.replace(/\D/g, '').length === 10 ? text.replace(/\d/g, '#') : '##########'
    return `{{format ${field} "${mask}"}}`
  }
  if (usual === 'birth_date' || usual === 'timestamp') return `{{format ${field} "${dateTokens(text) ?? 'YYYY-MM-DD'}"}}`
  if (usual === 'state') return /^[A-Z][a-z]{3,}/.test(text) ? `{{state ${field} "name"}}` : `{{${field}}}`
  if (usual === 'full_name' && column === null) return ['first_name', 'last_name'].map((each) => `{{${leadPath(columnFor(each, columns) ?? each)}}}`).join(' ')
  if (usual === 'email') return `{{lower ${field}}}`
  if (typeof example === 'number' && !IS_NAME.test(plainName(name)) && usual !== 'id' && usual !== 'ssn') return `{{number ${field}}}`
  return typeof example === 'boolean' ? `{{boolean ${field}}}` : `{{${field}}}`
}

/** `dob_month`, `BirthYear`; a `birthday` is a whole date. */
const BIRTH_PART = /^(?!birthday$)(?:dob|birth)[\s_-]*(month|day|year)$/i

/** Digits that only name something, and may begin with a zero: a number would lose it. */
const IS_NAME = /zip$|zip(code|5)$|post(al)?code|phone|mobile|routing/

/** The column that holds what a field asks for: of the same name, else of what it is usually called; null for none. */
export const columnFor = (name: string, columns: readonly string[]): string | null => {
  const usual = usualField(name)
  return columns.find((each) => isSameName(each, name)) ?? (usual === null ? null : columns.find((each) => each === usual) ?? columns.find((each) => usualField(each) === usual) ?? null)
}

/** A column in a template: `lead.city`, `lead.[First Name]`. */
export const leadPath = (column: string): string => (/^[\w.]+$/.test(column) ? `lead.${column}` : `lead.[${column}]`)

/** What a field of anybody's is usually called: `Mobile Phone` is `phone_1`; null where it is not known. */
export const usualField = (name: string): string | null => {
  const plain = plainName(name).replace(/^(mailing|billing|primary)(?=.)/, '')
  return IS_ABOUT.test(plain) ? null : FIELDS.find(([pattern]) => pattern.test(plain))?.[1] ?? null
}

/** `phone_type`, `email_opt_in`, `is_mobile` say something of a phone or an address, and are none. */
const IS_ABOUT = /(phone|mobile|cell|mail)\w*(type|verified|valid|validated|validation|optin|optout|consent|permission|status|flag|source|carrier|ext|extension|score|hash|md5|sha256|date|timestamp)$|^(is|has)\w*(phone|mobile|cell|mail)/

/** `First Name` and `first_name` are one. */
export const isSameName = (one: string, other: string): boolean => plainName(one) === plainName(other)

export const isSecretName = (name: string): boolean => /(api|access|auth|partner|account)?(key|token|secret|password|passwd|pwd)$|^authorization$|credential/.test(plainName(name))

/** `2026-11-24`, `11/24/2026`, `11/24/2026 08:00` as their tokens; null for another form. */
const dateTokens = (text: string): string | null => {
  const tokens = text.trim().replace(/^\d{4}-\d\d-\d\d/, 'YYYY-MM-DD').replace(/^\d\d\/\d\d\/\d{4}/, 'MM/DD/YYYY').replace(/^\d{8}$/, 'YYYYMMDD').replace(/\d\d:\d\d:\d\d(\.\d+)?/, 'HH:mm:ss').replace(/\d\d:\d\d/, 'HH:mm').replace(/(?:Z|[+-]\d\d:?\d\d)$/, 'Z')
  return tokens.includes('YYYY') && !/\d/.test(tokens) ? tokens.replace(/DDTHH/, 'DD[T]HH') : null
}

/** Without case and marks. */
export const plainName = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '')

/** First match counts; names as buyers write them, without case and marks. */
const FIELDS: readonly (readonly [RegExp, string])[] = [
  [/^(first|given|f)name$|^first$|^fname$/, 'first_name'], [/^(last|sur|family|l)name$|^last$|^lname$|^surname$/, 'last_name'],
  [/^(full|contact|customer|lead|applicant)?name$/, 'full_name'],
  [/e?mail(address)?$|^email/, 'email'],
  [/(secondary|alt|alternate|work|other).*phone|phone(number)?2$/, 'phone_2'], [/phone|mobile|^cell|telephone|^tel$|^number1$/, 'phone_1'],
  [/^(street|address|addr)(line)?1?$|^address(street)?$|^streetaddress$/, 'address_1'], [/^(address|addr)(line)?2$|^unit$|^apt$/, 'address_2'],
  [/^city$|^town$/, 'city'], [/^(state|province|region|st)+(code|abbr|name)?$/, 'state'], [/^((zip|postal|post)(code)?)+$|^zip5$/, 'postal_code'], [/^country(code)?$/, 'country'],
  [/^(dob|birthdate|dateofbirth|birthday)$/, 'birth_date'], [/^ssn$|^social(security)?(number)?$/, 'ssn'], [/^age$/, 'age'], [/^gender$|^sex$/, 'gender'],
  [/trustedform|xxtrustedform|^tfcert|^certurl/, 'trustedform_cert_url'], [/jornaya|universalleadid|leadidtoken/, 'leadid_token'],
  [/^(ip|ipaddress|userip|clientip|leadip)$/, 'ip_address'], [/^useragent$/, 'user_agent'], [/(landing|source|page|referr?er).*url$|^landingpage$/, 'landing_page'],
  [/^(lead|record|entry|contact|external|reference|ref|transaction|partnerlead|vendorlead|our)id$|^id$|^leadref$|^accountnumber$/, 'id'],
  [/^(timestamp|submitted(at|date|on)?|leaddate|created?(at|date|on)?|datetime)$/, 'timestamp'],
  [/^(lead)?score$/, 'score'], [/^loanamount$|^amountrequested$/, 'loan_amount'], [/^credit(rating|range|score)$/, 'credit_range'],
  [/^(is|on)?(dnc|donotcall)(flag|list|status)?$/, 'dnc'], [/tcpa.*(text|language|disclosure|statement)|consent(text|language)|disclosure/, 'tcpa_consent_text'], [/tcpa/, 'tcpa_consent'],
]
