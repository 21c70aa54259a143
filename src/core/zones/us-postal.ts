const C = 'America/Chicago'
const E = 'America/New_York'
const M = 'America/Denver'
const P = 'America/Los_Angeles'

/** Three-digit ZIP prefixes by state (USPS Publication 65, state ranges); `zones` where a part of a state is known to lie in one. As of November 2026. */
export const POSTAL_PREFIXES: readonly { readonly from: number; readonly to: number; readonly state: string; readonly zones?: readonly string[] }[] = [
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
