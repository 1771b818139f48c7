import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'

import { Policy, PolicyError, RequestError } from 'doorward'

import { GIT, bash } from './policies.mjs'

const policy = Policy.fromToml(GIT)

/** The RequestError that `run` throws. */
function refusal(run) {
  try {
    run()
  } catch (error) {
    assert.ok(error instanceof RequestError && !(error instanceof PolicyError), `${error}`)
    assert.equal(error.name, 'RequestError')
    assert.ok(error.message.length > 0)
    assert.ok(error.offset === undefined || Number.isInteger(error.offset))
    assert.match(error.stack, /request\.test\.mjs/)
    return error
  }
  assert.fail('it was decided')
}

const nested = (depth) => {
  let value = {}
  for (let level = 1; level < depth; level++) value = { a: value }
  return value
}
const nestedText = (depth) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)

describe('a request given as a value', () => {
  test('is what JSON.stringify makes of it', () => {
    const plain = policy.decide(bash('git status')).toJson()
    const input = { command: { toJSON: () => 'git status' }, note: undefined, run() {}, [Symbol('x')]: 1 }
    assert.equal(policy.decide({ ...bash(''), input }).toJson(), plain)
    class Call {
      action = 'Bash'
      #secret = 'git push'
      get command() {
        return this.#secret
      }
    }
    assert.equal(policy.decide(Object.assign(new Call(), { input: { command: 'git status' }, facts: bash('').facts })).toJson(), plain)
    assert.equal(policy.decide({ ...bash('git status'), input: Object.assign(Object.create(null), { command: new String('git status') }) }).toJson(), plain)
  })

  test('is refused when it is not an object', () => {
    for (const value of [null, true, 7, 'git status', [], [bash('git status')]]) {
      assert.equal(refusal(() => policy.decide(value)).code, 'not-an-object')
    }
  })

  test('is refused when JSON cannot say it', () => {
    const cycle = bash('git status')
    cycle.facts.self = { inside: [cycle] }
    const cases = [
      [undefined, 'the request: undefined'],
      [() => {}, 'the request: a function'],
      [Symbol('x'), 'the request: a symbol'],
      [{ toJSON: () => undefined }, 'the request: a value without JSON'],
      [7n, 'the request: a BigInt'],
      [{ action: 'Bash', input: { n: [1, 7n] } }, '`input.n.1`: a BigInt'],
      [{ action: 'Bash', input: { n: Object(7n) } }, '`input.n`: a BigInt'],
      [cycle, '`facts.self.inside.0`: an object that holds itself'],
      [{ action: 'Bash', input: new Map([['command', 'git push']]) }, '`input`: a Map'],
      [{ action: 'Bash', facts: { files: new Set(['a']) } }, '`facts.files`: a Set'],
      [{ action: 'Bash', facts: Promise.resolve({}) }, '`facts`: a Promise'],
      [new Map(), 'the request: a Map'],
    ]
    for (const [value, words] of cases) {
      const error = refusal(() => policy.decide(value))
      assert.equal(error.code, 'unsupported-type')
      assert.ok(error.message.includes(words), error.message)
    }
  })

  test('keeps null, empty and repeated objects', () => {
    const shared = {}
    const request = { ...bash('git status'), resource: { a: null, b: [null, undefined], c: {}, d: shared, e: shared, f: [{}, {}] } }
    assert.equal(policy.decide(request).effect, 'allow')
  })

  test('is refused with a number that is not finite', () => {
    for (const number of [NaN, Infinity, -Infinity, new Number(NaN)]) {
      assert.equal(refusal(() => policy.decide(bash('git status', { now: number }))).code, 'not-finite')
      assert.equal(refusal(() => policy.decide(bash('git status', { deep: [{ toJSON: () => number }] }))).code, 'not-finite')
    }
  })

  test('is refused with half of a surrogate pair', () => {
    for (const text of ['\ud800', 'a\udc00b', '\udc00\ud800']) {
      assert.equal(refusal(() => policy.decide(bash(text))).code, 'lone-surrogate')
      assert.equal(refusal(() => policy.decide(bash('git status', { [text]: 1 }))).code, 'lone-surrogate')
    }
    assert.equal(policy.decide(bash('git status \u{1f600}')).effect, 'allow')
  })

  test('is refused with an integer that floats cannot count', () => {
    assert.equal(refusal(() => policy.decide(bash('git status', { n: 2 ** 53 }))).code, 'number-out-of-range')
    assert.equal(policy.decide(bash('git status', { n: [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0.5, -0] })).effect, 'allow')
  })

  test('is refused when it is too deep or too large, however much', () => {
    for (const depth of [65, 1000, 100_000]) assert.equal(refusal(() => policy.decide(nested(depth))).code, 'too-deep')
    assert.equal(refusal(() => policy.decide(bash('x'.repeat(17 << 20)))).code, 'too-large')
    // What JSON.stringify throws when the text is longer than a string can be, without the gigabyte that takes.
    const endless = { toJSON: () => 'x'.repeat(2 ** 30) }
    assert.equal(refusal(() => policy.decide(bash('', { endless }))).code, 'too-large')
  })

  test('passes on what the caller\'s own code throws', () => {
    const mine = new TypeError('the database is closed')
    const request = { action: 'Bash', get input() { throw mine } }
    assert.throws(() => policy.decide(request), (error) => error === mine)
  })
})

describe('a request given as text', () => {
  const text = JSON.stringify(bash('git status -sb'))
  const plain = policy.decide(bash('git status -sb')).toJson()

  test('is read from a string, a Buffer, a Uint8Array and a part of one', () => {
    assert.equal(policy.decideJson(text), plain)
    assert.equal(policy.decideJson(Buffer.from(text)), plain)
    assert.equal(policy.decideJson(new TextEncoder().encode(text)), plain)
    const padded = new TextEncoder().encode(`xx${text}xx`)
    assert.equal(policy.decideJson(padded.subarray(2, -2)), plain)
    const shared = new Uint8Array(new SharedArrayBuffer(text.length))
    shared.set(Buffer.from(text))
    assert.equal(policy.decideJson(shared), plain)
  })

  test('is refused in its own words for each kind of problem', () => {
    const cases = [
      ['{"action" "Bash"}', 'syntax', 10],
      ['{"action":"Ba', 'truncated'],
      ['', 'truncated'],
      ['{"action":"Bash"} {}', 'trailing-data', 18],
      [Buffer.from('{"action":"\xff"}', 'latin1'), 'invalid-utf8', 11],
      ['{"action":"Bash","action":"Read"}', 'duplicate-key'],
      ['{"action":"\\ud800"}', 'lone-surrogate'],
      ['{"action":"é\ud800"}', 'lone-surrogate', 13],
      ['{"action":"Bash","facts":{"n":9007199254740992}}', 'number-out-of-range'],
      ['{"action":"Bash","facts":{"n":1e999}}', 'not-finite'],
      ['{"action":"Bash","facts":{"n":NaN}}', 'not-finite'],
      [nestedText(65), 'too-deep'],
      [nestedText(1_000_000), 'too-deep'],
      ['['.repeat(1_000_000), 'too-deep'],
      [' '.repeat(17 << 20) + text, 'too-large'],
      [new Uint8Array(17 << 20), 'too-large'],
      ['[]', 'not-an-object'],
      ['null', 'not-an-object'],
    ]
    for (const [request, code, offset] of cases) {
      const error = refusal(() => policy.decideJson(request))
      assert.equal(error.code, code, String(request).slice(0, 60))
      if (offset !== undefined) assert.equal(error.offset, offset, String(request).slice(0, 60))
    }
  })

  test('is refused with every code that the types name', () => {
    // Each is provoked above, or here; the list itself comes from index.d.ts.
    const provoke = {
      syntax: () => policy.decideJson('{]'),
      truncated: () => policy.decideJson('{'),
      'trailing-data': () => policy.decideJson('{}{}'),
      'invalid-utf8': () => policy.decideJson(Buffer.from([0x7b, 0x22, 0xff])),
      'duplicate-key': () => policy.decideJson('{"a":1,"a":1}'),
      'lone-surrogate': () => policy.decideJson('{"a":"\\udfff"}'),
      'number-out-of-range': () => policy.decideJson('{"a":-9007199254740992}'),
      'not-finite': () => policy.decide({ action: 'Bash', facts: { now: NaN } }),
      'too-deep': () => policy.decideJson(nestedText(65)),
      'too-large': () => policy.decideJson(new Uint8Array((16 << 20) + 1)),
      'not-an-object': () => policy.decideJson('7'),
      'unsupported-type': () => policy.decide(undefined),
    }
    const types = readFileSync(new URL('../index.d.ts', import.meta.url), 'utf8')
    const union = types.match(/export type RequestErrorCode =([^/]*)\n\n/)[1]
    assert.deepEqual([...union.matchAll(/'([a-z0-9-]+)'/g)].map((match) => match[1]), Object.keys(provoke))
    for (const [code, run] of Object.entries(provoke)) assert.equal(refusal(run).code, code)
  })

  test('is not mistaken for a wrong argument', () => {
    for (const value of [undefined, null, 7, {}, [], new Uint16Array(2), new ArrayBuffer(2), new DataView(new ArrayBuffer(2))]) {
      assert.throws(() => policy.decideJson(value), TypeError)
    }
  })
})

describe('many requests', () => {
  test('are decided in order, from any iterable', () => {
    const requests = ['git status', 'git push', 'ls'].map((command) => bash(command))
    const effects = (decisions) => decisions.map((decision) => decision.effect)
    assert.deepEqual(effects(policy.decideMany(requests)), ['allow', 'deny', 'ask'])
    assert.deepEqual(effects(policy.decideMany(new Set(requests))), ['allow', 'deny', 'ask'])
    assert.deepEqual(policy.decideMany([]), [])
  })

  test('are refused at the first that is no request', () => {
    assert.equal(refusal(() => policy.decideMany([bash('git status'), undefined, 7])).code, 'unsupported-type')
    assert.throws(() => policy.decideMany(bash('git status')), TypeError)
  })
})
