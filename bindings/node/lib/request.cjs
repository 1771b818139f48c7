'use strict'

const { types } = require('node:util')

const { RequestError } = require('./errors.cjs')
const native = require('./native.cjs')

/**
 * Returns what JSON.stringify makes of `request`, or throws a RequestError for what it would drop or change
 * without a word: a number that is not finite, a Map, a Set, a Promise.
 */
function writeRequest(request) {
  let text
  try {
    text = JSON.stringify(request)
    // All that must not pass leaves `null` or `{}` in the text. Without them the careful way, twice as slow, is not needed.
    if (text !== undefined && (text.includes('null') || text.includes('{}'))) {
      text = JSON.stringify(request, careful())
    }
  } catch (error) {
    throw explain(error, request)
  }
  if (text === undefined) throw refused({ code: 'unsupported-type', what: `the request: ${named(request)}` })
  return text
}

/** Returns the RequestError for why JSON.stringify threw, or what it threw when that came from the caller's own code. */
function explain(error, request) {
  if (error instanceof Found) return refused(error.found)
  if (error instanceof RangeError && /call stack/i.test(error.message)) return refused({ code: 'too-deep', cause: error })
  if (error instanceof RangeError && /string length/i.test(error.message)) return refused({ code: 'too-large', cause: error })
  if (!(error instanceof TypeError)) return error
  try {
    JSON.stringify(request, careful())
  } catch (again) {
    if (again instanceof Found) return refused({ ...again.found, cause: error })
  }
  return error
}

/** What a careful look found; never leaves this file. */
class Found {
  constructor(code, what) {
    this.found = { code, what }
  }
}

/** Returns a replacer that changes nothing and throws Found at the first value that JSON cannot say. */
function careful() {
  const holders = []
  const keys = []
  const above = new Set()
  return function (key, value) {
    while (holders.length > 0 && holders.at(-1) !== this) {
      above.delete(holders.pop())
      keys.pop()
    }
    const refuse = (what) => {
      const place = [...keys.slice(1), key].join('.')
      throw new Found('unsupported-type', `${place === '' ? 'the request' : `\`${place}\``}: ${what}`)
    }
    if (types.isNumberObject(value)) value = Number(value)
    if (typeof value === 'number' && !Number.isFinite(value)) throw new Found('not-finite')
    if (typeof value === 'bigint' || types.isBigIntObject(value)) refuse('a BigInt')
    if (value === null || typeof value !== 'object') return value
    if (types.isMap(value)) refuse('a Map')
    if (types.isSet(value)) refuse('a Set')
    if (types.isPromise(value)) refuse('a Promise')
    if (above.has(value)) refuse('an object that holds itself')
    holders.push(value)
    keys.push(key)
    above.add(value)
    return value
  }
}

function named(value) {
  return value === undefined ? 'undefined' : `a ${typeof value === 'object' ? 'value without JSON' : typeof value}`
}

/** Refuses a text that is not Unicode: on its way to UTF-8 it would silently become another text. */
function requireUnicode(text) {
  if (text.isWellFormed()) return
  const unit = text.search(/\p{Surrogate}/u)
  throw refused({ code: 'lone-surrogate', offset: Buffer.byteLength(text.slice(0, unit)) })
}

/** Returns the RequestError with the core's own words for `code`. */
function refused({ code, what, offset, cause }) {
  return requestError(native.refusal(code, what, offset), cause)
}

/** Returns the RequestError for what the native half returned. */
function requestError({ code, message, offset }, cause) {
  return new RequestError(message, { code, offset: offset ?? undefined, cause })
}

module.exports = { requestError, requireUnicode, writeRequest }
