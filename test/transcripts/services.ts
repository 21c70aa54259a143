import { Webhook } from 'standardwebhooks'
import { startBuyer, type Script } from '../world/buyer.ts'
import { startTokenBuyer } from '../world/token-buyer.ts'
import type { Stage } from './servers.ts'
import { exchangeOf, play, tableOf, type Scene } from './transcript.ts'

const envelope = (inner: string): string => `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${inner}</s:Body></s:Envelope>`
const fault = (code: string, text: string): string => envelope(`<s:Fault><faultcode>${code}</faultcode><faultstring>${text}</faultstring></s:Fault>`)
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

export const services = async (stage: Stage): Promise<Readonly<Record<string, string>>> => {
  const soap = async (status: number, body: string, more = ''): Promise<string> => {
    const { url } = await stage.open(startBuyer({ script: { do: 'answer', status, body, headers: { 'content-type': 'text/xml; charset=utf-8' } }, idempotent: false }))
    return `Settings:\n  Endpoint: ${url}/LeadService.asmx\n  Format: SOAP\n  Root: SubmitLead\n  Namespace: urn:partner\n  SOAP Action: urn:partner:SubmitLead\n${more}Field Mapping:\n  FirstName: {{lead.first_name}}\nResponse Parsing:\n  Success: //Accepted = "true"\n  Lead ID: //LeadId\n  Message: //Reason\nPrice: $17.00\n`
  }
  const done = envelope('<SubmitLeadResponse xmlns="urn:partner"><Accepted>true</Accepted><LeadId>551</LeadId></SubmitLeadResponse>')
  const soaps: readonly Scene[] = [
    { title: 'accepts', files: { r: await soap(200, done) } },
    { title: 'accepts 1.2 with a WS-Security digest', files: { r: await soap(200, done, '  SOAP Version: 1.2\n  Security: WS-Security Digest\n  Username: us\n  Password: secret\n') } },
    { title: 'says no', files: { r: await soap(200, envelope('<SubmitLeadResponse xmlns="urn:partner"><Accepted>false</Accepted><Reason>Full for today</Reason></SubmitLeadResponse>')) } },
    { title: 'Fault of the Client, with 200', files: { r: await soap(200, fault('s:Client', 'Email is missing')) } },
    { title: 'Fault of the Server, with 500', files: { r: await soap(500, fault('s:Server', 'Database is busy')) } },
    { title: 'Fault of the credentials', files: { r: await soap(500, fault('wsse:FailedAuthentication', 'Who are you?')) } },
  ]
  const hook = async (script: Script): Promise<string> => `Type: webhook.post\nURL: ${(await stage.open(startBuyer({ script, keyHeader: 'webhook-id', idempotent: false }))).url}/hooks\nAuth: {Type: Standard Webhooks, Secret: ${SECRET}}\nField Mapping:\n  id: {{lead.id}}\n`
  const verified: Script = ({ body, headers }) => {
    // The library wants the present time; the run's clock stands in 2026, so that its timestamp is the time to verify at.
    const signature = new Webhook(SECRET).sign(headers['webhook-id'] ?? '', new Date(Number(headers['webhook-timestamp']) * 1000), body)
    return signature === headers['webhook-signature'] ? { do: 'answer', status: 204 } : { do: 'unauthorized' }
  }
  const hooks: readonly Scene[] = [
    { title: 'verifies the signature with the library of the standard', files: { r: await hook(verified) } },
    { title: '410: switched off', files: { r: await hook({ do: 'answer', status: 410 }) } },
    { title: '502 once', files: { r: await hook([{ do: 'answer', status: 502 }, { do: 'answer', status: 200, body: '{}' }]) } },
  ]
  const oauth = async (...args: Parameters<typeof startTokenBuyer>) => {
    const server = await stage.open(startTokenBuyer(...args))
    return `Endpoint: ${server.url}/leads\nAuth: {Type: OAuth2, Token URL: "${server.url}/token", Client ID: us, Client Secret: hush}\nField Mapping:\n  id: {{lead.id}}\nResponse Parsing: {Success: status = "accepted", Lead ID: leadId}\nPrice: $5.00\n`
  }
  const tokens: readonly Scene[] = [
    { title: 'gives a token and takes it', files: { r: await oauth() } },
    { title: 'refuses the first token with 401 once', files: { r: await oauth([{}], (n) => (n === 1 ? { status: 401, body: { message: 'expired' } } : null)) } },
    { title: 'refuses every token', files: { r: await oauth([{}], () => ({ status: 401, body: { message: 'expired' } })) } },
    { title: 'its token host does not know us (400)', files: { r: await oauth([{ status: 400, body: { error: 'invalid_client' } }]) } },
    { title: 'its token host is down (503)', files: { r: await oauth([{ status: 503 }]) } },
  ]
  return {
    'soap success': exchangeOf(await play({ title: '', files: { r: await soap(200, done) } })),
    'soap classes': await tableOf(soaps),
    'webhook success': exchangeOf(await play({ title: '', files: { r: await hook(verified) } })),
    'webhook classes': await tableOf(hooks),
    'token classes': await tableOf(tokens),
  }
}
