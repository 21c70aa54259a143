/** The code of a US state, territory or Canadian province, from its code or name in any case; null for anything else. */
export const stateCodeOf = (value: string): string | null => {
  const text = value.trim()
  return STATES.has(text.toUpperCase()) ? text.toUpperCase() : CODES.get(text.toLowerCase().replace(/\s+/g, ' ')) ?? null
}

/** Whether a text is the code or name of one of the United States, territories among them. */
export const isUsState = (value: string): boolean => US_STATES.has(stateCodeOf(value) ?? '')

export const stateNameOf = (code: string): string | null => STATES.get(code) ?? null

const AMERICAN = 'AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,DE Delaware,DC District of Columbia,FL Florida,GA Georgia,HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,KS Kansas,KY Kentucky,LA Louisiana,ME Maine,MD Maryland,MA Massachusetts,MI Michigan,MN Minnesota,MS Mississippi,MO Missouri,MT Montana,NE Nebraska,NV Nevada,NH New Hampshire,NJ New Jersey,NM New Mexico,NY New York,NC North Carolina,ND North Dakota,OH Ohio,OK Oklahoma,OR Oregon,PA Pennsylvania,RI Rhode Island,SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,UT Utah,VT Vermont,VA Virginia,WA Washington,WV West Virginia,WI Wisconsin,WY Wyoming,'
  + 'AS American Samoa,GU Guam,MP Northern Mariana Islands,PR Puerto Rico,VI U.S. Virgin Islands'
const CANADIAN = 'AB Alberta,BC British Columbia,MB Manitoba,NB New Brunswick,NL Newfoundland and Labrador,NS Nova Scotia,NT Northwest Territories,NU Nunavut,ON Ontario,PE Prince Edward Island,QC Quebec,SK Saskatchewan,YT Yukon'
const named = (list: string): ReadonlyMap<string, string> => new Map(list.split(',').map((each) => [each.slice(0, 2), each.slice(3)]))
const US_STATES = named(AMERICAN)
const STATES = new Map([...US_STATES, ...named(CANADIAN)])
const CODES = new Map([...STATES].map(([code, name]) => [name.toLowerCase(), code]))
for (const [name, code] of [['virgin islands', 'VI'], ['washington dc', 'DC'], ['washington, d.c.', 'DC'], ['québec', 'QC']] as const) CODES.set(name, code)
