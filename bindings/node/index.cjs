'use strict'

const { Decision } = require('./lib/decision.cjs')
const { PolicyError, RequestError } = require('./lib/errors.cjs')
const { Policy, digest } = require('./lib/policy.cjs')

module.exports = { Decision, Policy, PolicyError, RequestError, digest }
