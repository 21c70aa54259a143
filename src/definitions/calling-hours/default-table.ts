/**
 * When people may be called, as published in late 2025; sources differ between each other, and this is no legal advice.
 * A user's own `calling-hours.yaml` replaces it state by state; `finalmile reference` prints it, to start from.
 */
export const DEFAULT_CALLING_HOURS = `Source: 47 CFR 64.1200(c)(1) for Elsewhere; state telemarketing statutes as published in late 2025, the stricter reading where sources differ; not legal advice
As Of: 2025-11-30
Hours:
  Elsewhere: 8am-9pm
  AL: Mon-Sat 8am-8pm
  CT: 9am-8pm
  FL: 8am-8pm
  KY: 10am-9pm
  LA: Mon-Sat 8am-8pm
  MA: 8am-8pm
  MD: 8am-8pm
  MI: 9am-9pm
  MN: 9am-9pm
  MS: Mon-Sat 8am-8pm
  NM: 9am-9pm
  NV: 9am-8pm
  OK: 8am-8pm
  PA: Mon-Sat 8am-9pm, Sun 1:30pm-9pm
  RI: Mon-Fri 9am-6pm
  TX: Mon-Sat 9am-9pm, Sun 12pm-9pm
  WA: 8am-8pm
  WY: 8am-8pm
`
