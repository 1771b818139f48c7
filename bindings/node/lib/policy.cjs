'use strict'

const { types, inspect } = require('node:util')
const { fileURLToPath } = require('node:url')

const { decisionFrom } = require('./decision.cjs')
const { PolicyError } = require('./errors.cjs')
const { parseFrozen } = require('./freeze.cjs')
const native = require('./native.cjs')
const { requestError, requireUnicode, writeRequest } = require('./request.cjs')

const KEY = Symbol('a policy is compiled')

/** A compiled policy: made once, decided many times. */
class Policy {
  #native
  #id
  #warnings

  constructor(key, compiled) {
    if (key !== KEY) throw new TypeError('a Policy comes from Policy.fromToml, load, discover or fromSources')
    this.#native = compiled
    this.#id = compiled.id()
  }

  static fromToml(text) {
    return policyFrom(native.Policy.fromToml(unicode(text, 'text')))
  }

  static load(...paths) {
    return policyFrom(native.Policy.load(paths.map((path) => pathText(path, 'path'))))
  }

  static discover(cwd = process.cwd()) {
    return policyFrom(native.Policy.discover(pathText(cwd, 'cwd')))
  }

  static fromSources(sources) {
    const texts = Array.from(iterable(sources, 'sources'), ({ name, layer, text, trusted = false }) => {
      if (typeof trusted !== 'boolean') throw new TypeError('trusted must be true or false')
      return { name: unicode(name, 'name'), layer: unicode(layer, 'layer'), text: unicode(text, 'text'), trusted }
    })
    let compiled
    try {
      compiled = native.Policy.fromSources(texts)
    } catch (error) {
      throw error.code === 'InvalidArg' ? new TypeError(error.message) : error
    }
    return policyFrom(compiled)
  }

  get id() {
    return this.#id
  }

  get ruleCount() {
    return this.#native.ruleCount()
  }

  get warnings() {
    return (this.#warnings ??= parseFrozen(this.#native.warnings()).diagnostics)
  }

  decide(request) {
    return decisionFrom(answer(this.#native.decideText(writeRequest(request))))
  }

  decideMany(requests) {
    return Array.from(iterable(requests, 'requests'), (request) => this.decide(request))
  }

  decideJson(request) {
    if (typeof request === 'string') {
      requireUnicode(request)
      return answer(this.#native.decideText(request))
    }
    if (!types.isUint8Array(request)) throw new TypeError('request must be a string, a Buffer or a Uint8Array')
    // Memory that another thread can write to is copied first: the text must not change while it is read.
    return answer(this.#native.decideBytes(types.isSharedArrayBuffer(request.buffer) ? Uint8Array.from(request) : request))
  }

  paths(request) {
    return listed(this.#native.pathsText(writeRequest(request)))
  }

  resolve(request) {
    const links = listed(this.#native.resolveText(writeRequest(request)))
    return Object.fromEntries(links.map(({ path, leads, several }) => [path, several ? leads : leads[0]]))
  }

  runTests() {
    const { ran, failures } = this.#native.runTests()
    return Object.freeze({ ran, failures: parseFrozen(failures).diagnostics })
  }

  [inspect.custom](depth, options) {
    if (depth < 0) return options.stylize('[Policy]', 'special')
    const { id, ruleCount, warnings } = this
    return `Policy ${inspect({ id, ruleCount, warnings }, options)}`
  }
}

/** Returns the policy that the native half compiled, or throws what it said. */
function policyFrom(outcome) {
  if (outcome instanceof native.Policy) return new Policy(KEY, outcome)
  const { message, diagnostics } = outcome
  throw new PolicyError(message, parseFrozen(diagnostics))
}

/** Returns the canonical JSON that the native half answered, or throws the RequestError it said. */
function answer(outcome) {
  if (typeof outcome === 'string') return outcome
  throw requestError(outcome)
}

/** Returns the list that the native half answered, or throws the RequestError it said. */
function listed(outcome) {
  if (Array.isArray(outcome)) return outcome
  throw requestError(outcome)
}

function unicode(text, name) {
  if (typeof text !== 'string') throw new TypeError(`${name} must be a string`)
  if (!text.isWellFormed()) throw new TypeError(`${name} must be Unicode; it holds half of a surrogate pair`)
  return text
}

function pathText(path, name) {
  if (path instanceof URL) return fileURLToPath(path)
  return unicode(path, name)
}

function iterable(value, name) {
  if (typeof value?.[Symbol.iterator] !== 'function') throw new TypeError(`${name} must be an array or another iterable`)
  return value
}

/** Returns the SHA-256 in hex that an approval with `bound = [fields..]` must carry for this request; null when there is none. */
const digest = (request, fields) => {
  const names = Array.from(iterable(fields, 'fields'), (name) => unicode(name, 'a field'))
  if (typeof fields === 'string') throw new TypeError('fields must be an array or another iterable of strings')
  const outcome = native.digestText(writeRequest(request), names)
  return outcome === null ? null : answer(outcome)
}

module.exports = { Policy, digest }
