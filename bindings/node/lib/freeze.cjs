'use strict'

/** Returns what a JSON text says, frozen in depth. */
function parseFrozen(text) {
  return freeze(JSON.parse(text))
}

function freeze(value) {
  if (value === null || typeof value !== 'object') return value
  for (const key of Object.keys(value)) freeze(value[key])
  return Object.freeze(value)
}

module.exports = { parseFrozen }
