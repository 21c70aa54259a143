/** Only Handlebars' parser is loaded: the whole package costs a start 25 ms, this 5, and its compiler is not needed. */
declare module 'handlebars/dist/cjs/handlebars/compiler/base.js' {
  export const parse: (text: string) => unknown
}
