// Compiled by `tsc --strict`, never run: right uses compile, wrong ones do not.
import doorward = require('doorward')
import { type Basis, type Effect, type Missing, type Obligation, type Request, Policy, PolicyError, RequestError } from 'doorward'

const policy: Policy = Policy.fromToml('doorward = 1')
Policy.load('a.toml', new URL('file:///b.toml'))
Policy.discover()
Policy.discover(new URL('file:///home'))
Policy.fromSources([{ name: 'a', layer: 'project', text: '', trusted: true }])
Policy.fromSources(new Set([{ name: 'a', layer: 'auto' as const, text: '' }]))

const request: Request = {
  actor: { id: 'ana', kind: 'human', roles: ['admin'], tenant: undefined, department: 7 },
  action: 'Bash',
  resource: { type: 'proposal', id: '7', status: 'approved' },
  input: { command: 'git push' },
  facts: { now: 1790000000, usage: { 'api:ana/1m': { n: 3 } }, approvals: [{ by: 'ben', roles: ['reviewer'], age_s: 60 }] },
}
interface Input {
  command: string
}
const input: Input = { command: 'ls' }

const decision = policy.decide(request)
policy.decide({ action: 'Bash', input })
const effect: Effect = decision.effect
const allowed: boolean = decision.allowed
const rule: string | undefined = decision.basis.rule
const field: string | undefined = decision.near[0]?.missing[0]?.field
const have: number | undefined = decision.near[0]?.missing[0]?.have
const leaf: Effect | undefined = decision.leaves[0]?.effect
const text: string = policy.decideJson(Buffer.from('{}')) + policy.decideJson('{}') + policy.decideJson(new Uint8Array(2))
const many: doorward.Decision[] = policy.decideMany([request])
const close: number | undefined = decision.toJSON().close_calls?.length
const ran: number = policy.runTests().ran
void [effect, allowed, rule, field, have, leaf, text, many, close, ran]

function say(basis: Basis): string {
  return basis.rule === undefined ? basis.gap : `${basis.rule} ${basis.layer} ${basis.origin}`
}
function tell(missing: Missing): string {
  switch (missing.kind) {
    case 'approvals':
      return `${missing.have} of ${missing.need} ${missing.ignored?.[0]?.why}`
    case 'usage':
    case 'time':
      return `in ${missing.retry_after_s} s`
    case 'text':
      return `${missing.expected} at ${missing.at}`
    case 'value':
    case 'role':
    case 'auth':
    case 'session':
    case 'delegated':
      return missing.field
  }
}
function act(obligation: Obligation): string | number {
  switch (obligation.kind) {
    case 'charge':
      return obligation.cost
    case 'request_approval':
      return obligation.need
    case 'reauth':
      return obligation.max_age_s ?? obligation.method ?? ''
    case 'notify':
      return obligation.to
  }
}
void [say, tell, act]

try {
  policy.decide(request)
} catch (error) {
  if (error instanceof PolicyError) error.diagnostics[0]?.hint?.length
  if (error instanceof RequestError && error.code === 'duplicate-key') error.offset?.toFixed()
}

// @ts-expect-error a policy is compiled, not made
new Policy()
// @ts-expect-error a decision is answered, not made
new doorward.Decision()
// @ts-expect-error no such layer
Policy.fromSources([{ name: 'a', layer: 'system', text: '' }])
// @ts-expect-error the text is missing
Policy.fromSources([{ name: 'a', layer: 'user' }])
// @ts-expect-error paths, not a list of them
Policy.load(['a.toml'])
// @ts-expect-error a request has an action
policy.decide({ input: {} })
// @ts-expect-error no part of a request has this name
policy.decide({ action: 'Bash', inputs: {} })
// @ts-expect-error roles are a list
policy.decide({ action: 'Bash', actor: { roles: 'admin' } })
// @ts-expect-error text goes to decideJson
policy.decide('{}')
// @ts-expect-error an object goes to decide
policy.decideJson({ action: 'Bash' })
// @ts-expect-error a list of requests
policy.decideMany({ action: 'Bash' })
// @ts-expect-error a decision does not change
decision.effect = 'allow'
// @ts-expect-error nor does what it says
decision.matched.push({ rule: 'a', effect: 'allow' })
// @ts-expect-error no such effect
decision.effect === 'permit'
// @ts-expect-error the decision's own names are camelCase
decision.close_calls
// @ts-expect-error a gap has no rule
say({ gap: 'Bash', rule: 'a', layer: 'user', origin: 'policy:1' })
// @ts-expect-error no such code
new RequestError('no', { code: 'broken' })
