'use strict'

const { existsSync } = require('node:fs')
const { join } = require('node:path')

const { version } = require('../package.json')
const { addonName } = require('./platform.cjs')

const BUILD = 'build it with `npm run build` in bindings/node (it needs cargo)'

module.exports = load()

function load() {
  const file = join(__dirname, '..', addonName())
  if (!existsSync(file)) {
    throw new Error(`doorward has no addon for this platform: ${file} is missing; ${BUILD}`)
  }
  let native
  try {
    native = require(file)
  } catch (cause) {
    throw new Error(`doorward could not load its addon ${file}: ${cause.message}; ${BUILD}`, { cause })
  }
  const built = typeof native.version === 'function' ? native.version() : 'unknown'
  if (built !== version) {
    throw new Error(`doorward is ${version}, but its addon ${file} was built from ${built}; ${BUILD}`)
  }
  return native
}
