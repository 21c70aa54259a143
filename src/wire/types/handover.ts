import type { Tell } from '../../base/diagnostic.ts'
import type { Verdict } from '../../core/verdict.ts'
import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import { failureOfClass } from '../judge/classify.ts'
import { tidy } from '../parse/words.ts'
import type { HandoverReply } from '../request.ts'

/**
 * What a mail server's or a folder's word means. Handing over is no sale of the buyer's making: there is never a lead id
 * and never a price in it, so that only a price which the user wrote at the recipient or the pattern is earned.
 */
export const verdictOfHandover = (reply: HandoverReply): Verdict => {
  if (reply.kind === 'handed-over') {
    const words = tidy(reply.words)
    return { kind: 'accepted', reason: reply.rehearsal ? `test mode: ${REHEARSED[reply.to]}` : `${DONE[reply.to]}${words === null ? '' : ` (${words})`}`, said: null, buyerLeadId: null, price: null }
  }
  const reason = tidy(reply.message) ?? ''
  const told = { reason, said: null, retryAfterMs: null }
  switch (reply.why) {
    case 'credentials': return failureOfClass('auth', 401, told)
    case 'later': return failureOfClass('server_error', 503, told)
    case 'never': return failureOfClass('invalid_data', 422, told)
    // One mailbox of the buyer's has the lead and another refused it: selling it on, or again, may sell it twice.
    case 'partly': return { kind: 'unconfirmed', class: 'unreadable', reason, said: null }
  }
}

/** What a file says in vain of a server that only takes things. `is`: `a file`; `ends`: how it goes where there is no answer. */
export const tellOfNoAnswer = ({ parsing, responseCodes, ping, place }: EndpointDefinition, tell: Tell, is: string, ends: string): void => {
  if (ping) tell(place, 'no-ping', `${is} cannot be asked for a bid`, 'leave Ping out, or use a Custom Integration')
  if (parsing.success || parsing.leadId || parsing.price || responseCodes.length > 0) {
    tell(parsing.places['success'] ?? responseCodes[0]?.place ?? place, 'no-answer', `${is} has no answer: ${ends}, and no lead id or price comes back`, 'leave Response Parsing out; Price says what a lead earns', 'warning')
  }
}

const DONE = { email: 'handed to the mail server', sftp: 'put on the SFTP server', file: 'written' } as const
const REHEARSED = { email: 'the e-mail was made and not sent', sftp: 'the file was made and not sent', file: 'the file was made and not written' } as const
