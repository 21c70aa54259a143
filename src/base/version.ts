/** As in package.json; a test holds the two together. Buyers see it in `User-Agent`. */
export const VERSION = '0.1.0'
