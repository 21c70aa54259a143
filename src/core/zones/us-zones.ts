import { phoneDigits } from '../../base/phone.ts'
import { stateCodeOf } from '../../base/us-states.ts'

const E = 'America/New_York'
const C = 'America/Chicago'
const M = 'America/Denver'
const P = 'America/Los_Angeles'

/**
 * Zones of the US states as of November 2026 (49 CFR 71 and the IANA database). States with several are listed with all:
 * without a postal code nobody knows which.
 */
export const STATE_ZONES: Readonly<Record<string, readonly string[]>> = {
  AL: [C], AK: ['America/Anchorage', 'America/Adak'], AZ: ['America/Phoenix', M], AR: [C], CA: [P], CO: [M], CT: [E], DE: [E], DC: [E], FL: [E, C],
  GA: [E], HI: ['Pacific/Honolulu'], ID: ['America/Boise', P], IL: [C], IN: ['America/Indiana/Indianapolis', C], IA: [C], KS: [C, M], KY: [E, C], LA: [C],
  ME: [E], MD: [E], MA: [E], MI: ['America/Detroit', C], MN: [C], MS: [C], MO: [C], MT: [M], NE: [C, M], NV: [P], NH: [E], NJ: [E], NM: [M], NY: [E], NC: [E],
  ND: [C, M], OH: [E], OK: [C], OR: [P, 'America/Boise'], PA: [E], RI: [E], SC: [E], SD: [C, M], TN: [C, E], TX: [C, M], UT: [M], VT: [E], VA: [E], WA: [P],
  WV: [E], WI: [C], WY: [M], PR: ['America/Puerto_Rico'], VI: ['America/St_Thomas'], GU: ['Pacific/Guam'],
}

/** By a state's code or its name. */
export const zonesOfState = (state: string): readonly string[] => STATE_ZONES[stateCodeOf(state) ?? ''] ?? []

/** By the first three digits of a ZIP code; those that span a border name both sides. */
export const zonesOfPostalCode = (code: string): readonly string[] => {
  const range = rangeOf(code)
  return range ? (range.zones ?? zonesOfState(range.state)) : []
}

export const stateOfPostalCode = (code: string): string | null => rangeOf(code)?.state ?? null

/** `z:02134` in Meta's files. */
const rangeOf = (code: string) => {
  const digits = /^(?:z:)?(\d{5})(-?\d{4})?$/.exec(code.trim())?.[1]
  if (digits === undefined) return undefined
  const prefix = Number(digits.slice(0, 3))
  return POSTAL_PREFIXES.find((each) => each.from <= prefix && prefix <= each.to)
}

/** By the area code of a North American number, with or without the leading 1. */
export const zonesOfAreaCode = (phone: string): readonly string[] => {
  const state = stateOfAreaCode(phone)
  return state === null ? [] : zonesOfState(state)
}

export const stateOfAreaCode = (phone: string): string | null => {
  const digits = phoneDigits(phone)
  return digits.length === 10 ? (AREA_CODES[digits.slice(0, 3)] ?? null) : null
}

/** State by area code (NANPA, in service as of November 2026, overlays included); a number may have moved: it is the last thing asked. */
const BY_STATE: Readonly<Record<string, string>> = {
  AL: '205 251 256 334 483 659 938', AK: '907', AZ: '480 520 602 623 928', AR: '327 479 501 870',
  CA: '209 213 279 310 323 341 350 357 369 408 415 424 442 510 530 559 562 619 626 628 650 657 661 669 707 714 738 747 760 805 818 820 831 837 840 858 909 916 925 949 951',
  CO: '303 719 720 748 970 983', CT: '203 475 860 959', DE: '302', DC: '202 771',
  FL: '239 305 321 324 352 386 407 448 561 645 656 689 727 728 754 772 786 813 850 863 904 941 954',
  GA: '229 404 470 478 678 706 762 770 912 943', HI: '808', ID: '208 986', IL: '217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 861 872',
  IN: '219 260 317 463 574 765 812 930', IA: '319 515 563 641 712', KS: '316 620 785 913', KY: '270 364 502 606 859', LA: '225 318 337 457 504 985',
  ME: '207', MD: '227 240 301 410 443 667', MA: '339 351 413 508 617 774 781 857 978', MI: '231 248 269 313 517 586 616 679 734 810 906 947 989',
  MN: '218 320 507 612 651 763 924 952', MS: '228 471 601 662 769', MO: '235 314 417 557 573 636 660 816 975', MT: '406', NE: '308 402 531', NV: '702 725 775',
  NH: '603', NJ: '201 551 609 640 732 848 856 862 908 973', NM: '505 575', NY: '212 315 329 332 347 363 516 518 585 607 624 631 646 680 716 718 838 845 914 917 929 934',
  NC: '252 336 472 704 743 828 910 919 980 984', ND: '701', OH: '216 220 234 283 326 330 380 419 436 440 513 567 614 740 937', OK: '405 539 572 580 918',
  OR: '458 503 541 971', PA: '215 223 267 272 412 445 484 570 582 610 717 724 814 835 878', RI: '401', SC: '803 821 839 843 854 864', SD: '605',
  TN: '423 615 629 729 731 865 901 931', TX: '210 214 254 281 325 346 361 409 430 432 469 512 621 682 713 726 737 806 817 830 832 903 915 936 940 945 956 972 979',
  UT: '385 435 801', VT: '802', VA: '276 434 540 571 686 703 757 804 826 948', WA: '206 253 360 425 509 564', WV: '304 681', WI: '262 274 353 414 534 608 715 920', WY: '307',
  PR: '787 939', VI: '340', GU: '671',
}

const AREA_CODES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(BY_STATE).flatMap(([state, codes]) => codes.split(' ').map((code) => [code, state] as const)),
)

/** Three-digit ZIP prefixes by state (USPS Publication 65, state ranges); `zones` where a part of a state is known to lie in one. As of November 2026. */
const POSTAL_PREFIXES: readonly { readonly from: number; readonly to: number; readonly state: string; readonly zones?: readonly string[] }[] = [
  { from: 6, to: 7, state: 'PR' }, { from: 8, to: 8, state: 'VI' }, { from: 9, to: 9, state: 'PR' },
  { from: 10, to: 27, state: 'MA' }, { from: 28, to: 29, state: 'RI' }, { from: 30, to: 38, state: 'NH' }, { from: 39, to: 49, state: 'ME' },
  { from: 50, to: 54, state: 'VT' }, { from: 55, to: 55, state: 'MA' }, { from: 56, to: 59, state: 'VT' }, { from: 60, to: 69, state: 'CT' }, { from: 70, to: 89, state: 'NJ' },
  { from: 100, to: 149, state: 'NY' }, { from: 150, to: 196, state: 'PA' }, { from: 197, to: 199, state: 'DE' }, { from: 200, to: 205, state: 'DC' },
  { from: 206, to: 219, state: 'MD' }, { from: 220, to: 246, state: 'VA' }, { from: 247, to: 268, state: 'WV' }, { from: 270, to: 289, state: 'NC' }, { from: 290, to: 299, state: 'SC' },
  { from: 300, to: 319, state: 'GA' }, { from: 398, to: 399, state: 'GA' },
  { from: 320, to: 323, state: 'FL', zones: [E] }, { from: 324, to: 324, state: 'FL' }, { from: 325, to: 325, state: 'FL', zones: [C] }, { from: 326, to: 349, state: 'FL', zones: [E] },
  { from: 350, to: 369, state: 'AL' },
  { from: 370, to: 372, state: 'TN', zones: [C] }, { from: 373, to: 374, state: 'TN' }, { from: 375, to: 375, state: 'TN', zones: [C] }, { from: 376, to: 376, state: 'TN', zones: [E] }, { from: 377, to: 377, state: 'TN' }, { from: 378, to: 379, state: 'TN', zones: [E] },
  { from: 380, to: 385, state: 'TN', zones: [C] }, { from: 386, to: 397, state: 'MS' },
  { from: 400, to: 400, state: 'KY', zones: [E] }, { from: 401, to: 401, state: 'KY' }, { from: 402, to: 418, state: 'KY', zones: [E] }, { from: 420, to: 424, state: 'KY', zones: [C] }, { from: 425, to: 427, state: 'KY' },
  { from: 430, to: 459, state: 'OH' },
  { from: 460, to: 462, state: 'IN', zones: ['America/Indiana/Indianapolis'] }, { from: 463, to: 464, state: 'IN', zones: [C] }, { from: 465, to: 475, state: 'IN' },
  { from: 476, to: 477, state: 'IN', zones: [C] }, { from: 478, to: 479, state: 'IN' },
  { from: 480, to: 497, state: 'MI', zones: ['America/Detroit'] }, { from: 498, to: 499, state: 'MI' },
  { from: 500, to: 528, state: 'IA' }, { from: 530, to: 549, state: 'WI' }, { from: 550, to: 567, state: 'MN' },
  { from: 570, to: 574, state: 'SD' }, { from: 575, to: 576, state: 'SD' }, { from: 577, to: 577, state: 'SD', zones: [M] },
  { from: 580, to: 584, state: 'ND', zones: [C] }, { from: 585, to: 588, state: 'ND' }, { from: 590, to: 599, state: 'MT' },
  { from: 600, to: 629, state: 'IL' }, { from: 630, to: 658, state: 'MO' }, { from: 660, to: 676, state: 'KS', zones: [C] }, { from: 677, to: 679, state: 'KS' },
  { from: 680, to: 689, state: 'NE', zones: [C] }, { from: 690, to: 693, state: 'NE' },
  { from: 700, to: 714, state: 'LA' }, { from: 716, to: 729, state: 'AR' }, { from: 730, to: 732, state: 'OK' }, { from: 733, to: 733, state: 'TX', zones: [C] }, { from: 734, to: 749, state: 'OK' },
  { from: 750, to: 796, state: 'TX', zones: [C] }, { from: 797, to: 797, state: 'TX', zones: [C] }, { from: 798, to: 798, state: 'TX' }, { from: 799, to: 799, state: 'TX', zones: [M] },
  { from: 800, to: 816, state: 'CO' }, { from: 820, to: 831, state: 'WY' },
  { from: 832, to: 834, state: 'ID', zones: ['America/Boise'] }, { from: 835, to: 835, state: 'ID' }, { from: 836, to: 837, state: 'ID', zones: ['America/Boise'] }, { from: 838, to: 838, state: 'ID', zones: [P] },
  { from: 840, to: 847, state: 'UT' }, { from: 850, to: 853, state: 'AZ', zones: ['America/Phoenix'] }, { from: 855, to: 857, state: 'AZ', zones: ['America/Phoenix'] }, { from: 859, to: 860, state: 'AZ' }, { from: 863, to: 864, state: 'AZ', zones: ['America/Phoenix'] }, { from: 865, to: 865, state: 'AZ' },
  { from: 870, to: 884, state: 'NM' }, { from: 885, to: 885, state: 'TX', zones: [M] }, { from: 889, to: 897, state: 'NV' }, { from: 898, to: 898, state: 'NV', zones: [P, M] },
  { from: 900, to: 961, state: 'CA' }, { from: 967, to: 968, state: 'HI' }, { from: 969, to: 969, state: 'GU' },
  { from: 970, to: 978, state: 'OR', zones: [P] }, { from: 979, to: 979, state: 'OR' }, { from: 980, to: 994, state: 'WA' }, { from: 995, to: 999, state: 'AK' },
]
