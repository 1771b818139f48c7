import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, test } from 'node:test'
import { inspect } from 'node:util'

import { Decision, Policy } from 'doorward'

import { GIT, bash } from './policies.mjs'

// A decision with every key, written as the core writes it; a policy that yields all of them at once would hide what is tested here.
const FULL = {
  effect: 'deny',
  basis: { gap: 'proposal.apply' },
  policy: 'dw1-00000000000000000000000000000000',
  matched: [{ rule: 'keys-stay-private', effect: 'ask', certain: false }],
  near: [
    {
      rule: 'apply-proposal',
      effect: 'allow',
      status: 'pending',
      missing: [
        {
          field: 'approvals',
          kind: 'approvals',
          want: { min: 2, role: 'reviewer' },
          have: 1,
          need: 2,
          ignored: [{ by: 'viktor', why: 'self' }],
        },
        { field: 'usage', kind: 'usage', want: {}, have: 31, need: 30, retry_after_s: 12 },
      ],
      flips: 'yes',
      blocked_by: [{ gap: 'Bash', leaf: 1 }],
    },
  ],
  close_calls: [{ rule: 'api-rate', effect: 'deny', status: 'near', missing: [] }],
  can_wait: true,
  unknown: ['facts.usage'],
  leaves: [{ op: 'proc.exec', text: 'cd web' }],
  shadow: [{ rule: 'later', effect: 'deny' }],
  obligations: [{ kind: 'reauth', max_age_s: 300 }],
}
const { decisionFrom } = createRequire(import.meta.url)('../lib/decision.cjs')

describe('a decision', () => {
  const policy = Policy.fromToml(GIT)

  test('says its effect, why, and by which policy', () => {
    const decision = policy.decide(bash('git status'))
    assert.ok(decision instanceof Decision)
    assert.equal(decision.effect, 'allow')
    assert.equal(decision.allowed, true)
    assert.equal(decision.basis.rule, 'git-reads')
    assert.equal(decision.basis.why, 'Looking at history never changes anything')
    assert.equal(decision.policy, policy.id)
    assert.deepEqual(decision.matched, [{ rule: 'git-reads', effect: 'allow' }])
  })

  test('is allowed only for allow', () => {
    const effects = ['allow', 'deny', 'ask', 'pass']
    const decisions = effects.map((effect) => decisionFrom(JSON.stringify({ ...FULL, effect })))
    assert.deepEqual(decisions.map((decision) => decision.effect), effects)
    assert.deepEqual(decisions.map((decision) => decision.allowed), [true, false, false, false])
  })

  test('lists its leaves when there are several', () => {
    const decision = policy.decide(bash('git status && git push'))
    assert.equal(decision.effect, 'deny')
    assert.deepEqual(decision.leaves.map(({ text, effect }) => [text, effect]), [['git status', 'allow'], ['git push', 'deny']])
    assert.deepEqual(policy.decide(bash('git status')).leaves, [])
  })

  test('is empty where it has nothing to say', () => {
    const { matched, near, closeCalls, canWait, unknown, leaves, shadow, obligations } = decisionFrom('{"effect":"ask","basis":{"gap":"Bash"},"policy":"dw1-0"}')
    assert.deepEqual([matched, near, closeCalls, unknown, leaves, shadow, obligations], [[], [], [], [], [], [], []])
    assert.equal(canWait, false)
  })

  test('gives its own keys in camel case and nested keys as JSON has them', () => {
    const decision = decisionFrom(JSON.stringify(FULL))
    assert.equal(decision.near[0].missing[0].field, 'approvals')
    assert.equal(decision.near[0].missing[1].retry_after_s, 12)
    assert.deepEqual(decision.near[0].blocked_by, [{ gap: 'Bash', leaf: 1 }])
    assert.deepEqual(decision.closeCalls, FULL.close_calls)
    assert.equal(decision.canWait, true)
    for (const key of ['basis', 'policy', 'matched', 'near', 'unknown', 'leaves', 'shadow', 'obligations']) assert.deepEqual(decision[key], FULL[key])
  })

  test('is read once and cannot be changed', () => {
    const decision = decisionFrom(JSON.stringify(FULL))
    assert.equal(decision.near, decision.near)
    assert.throws(() => decision.near.push(1), TypeError)
    assert.throws(() => (decision.near[0].missing[0].want.min = 1), TypeError)
    assert.throws(() => (decision.effect = 'allow'), TypeError)
    assert.throws(() => (decision.basis.gap = 'Bash'), TypeError)
  })

  test('becomes the canonical JSON again', () => {
    for (const decision of [decisionFrom(JSON.stringify(FULL)), policy.decide(bash('git status && git push "a\u0001é"'))]) {
      assert.equal(JSON.stringify(decision), decision.toJson())
      assert.equal(JSON.stringify({ decision }), `{"decision":${decision.toJson()}}`)
    }
    assert.equal(policy.decide(bash('git log')).toJson(), policy.decideJson(JSON.stringify(bash('git log'))))
  })

  test('shows itself in full', () => {
    const shown = inspect(decisionFrom(JSON.stringify(FULL)))
    assert.match(shown, /^Decision \{/)
    for (const words of ["effect: 'deny'", 'closeCalls: [', 'canWait: true', 'retry_after_s: 12', "by: 'viktor'"]) assert.ok(shown.includes(words), words)
    assert.ok(!shown.includes('close_calls'))
    assert.equal(inspect({ a: { b: { c: policy.decide(bash('ls')) } } }).includes('[Decision]'), true)
  })
})
