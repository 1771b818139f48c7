'use strict'

/** A policy that does not load: every problem of every file, in order of file, line and column. */
class PolicyError extends Error {
  /** The problems, each with its place. */
  diagnostics

  constructor(message, { diagnostics = [], cause } = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.diagnostics = diagnostics
  }
}

/** A request that cannot be read. It is never decided, so it is never an allow. */
class RequestError extends Error {
  /** The stable name of the kind of problem. */
  code
  /** Where in the request's text, in bytes of its UTF-8 from 0; undefined when there is no place. */
  offset

  constructor(message, { code, offset, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.offset = offset
  }
}

for (const type of [PolicyError, RequestError]) {
  Object.defineProperty(type.prototype, 'name', { value: type.name, writable: true, configurable: true })
}

module.exports = { PolicyError, RequestError }
