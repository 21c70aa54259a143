/** Only undici's Client is loaded: the whole package (fetch, WebSocket, caches) costs a start 50 ms more. */
declare module 'undici/lib/dispatcher/client.js' {
  export { Client as default } from 'undici'
}
