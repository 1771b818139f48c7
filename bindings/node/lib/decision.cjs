'use strict'

const { inspect } = require('node:util')

const { parseFrozen } = require('./freeze.cjs')

// The canonical JSON begins with this key; reading it there makes `effect` cheap.
const BEFORE_EFFECT = '{"effect":"'
const NONE = Object.freeze([])
const KEY = Symbol('only a policy decides')

/** The answer to one request. Holds the canonical JSON and reads it once, when something beyond the effect is asked for. */
class Decision {
  #text
  #data

  constructor(key, text) {
    if (key !== KEY) throw new TypeError('a Decision comes from policy.decide()')
    this.#text = text
  }

  get #read() {
    return (this.#data ??= parseFrozen(this.#text))
  }

  get effect() {
    return this.#text.slice(BEFORE_EFFECT.length, this.#text.indexOf('"', BEFORE_EFFECT.length))
  }

  get allowed() {
    return this.effect === 'allow'
  }

  get basis() {
    return this.#read.basis
  }

  get policy() {
    return this.#read.policy
  }

  get matched() {
    return this.#read.matched ?? NONE
  }

  get near() {
    return this.#read.near ?? NONE
  }

  get closeCalls() {
    return this.#read.close_calls ?? NONE
  }

  get canWait() {
    return this.#read.can_wait ?? false
  }

  get unknown() {
    return this.#read.unknown ?? NONE
  }

  get leaves() {
    return this.#read.leaves ?? NONE
  }

  get shadow() {
    return this.#read.shadow ?? NONE
  }

  get obligations() {
    return this.#read.obligations ?? NONE
  }

  toJson() {
    return this.#text
  }

  toJSON() {
    return this.#read
  }

  [inspect.custom](depth, options) {
    if (depth < 0) return options.stylize('[Decision]', 'special')
    const { close_calls: closeCalls, can_wait: canWait, ...rest } = this.#read
    const shown = { ...rest, ...(closeCalls && { closeCalls }), ...(canWait && { canWait }) }
    // In full: what was missing stands five levels deep.
    return `Decision ${inspect(shown, { ...options, depth: null })}`
  }
}

/** Returns the decision that the canonical JSON `text` says. */
function decisionFrom(text) {
  return new Decision(KEY, text)
}

module.exports = { Decision, decisionFrom }
