'use strict'

const { readFileSync } = require('node:fs')

/** Returns the file name of the addon for the Node that runs this, such as `doorward.linux-x64-gnu.node`. */
function addonName() {
  const libc = process.platform === 'linux' ? (usesMusl() ? '-musl' : '-gnu') : ''
  return `doorward.${process.platform}-${process.arch}${libc}.node`
}

function usesMusl() {
  try {
    // The loader's own script says which C library the system has; the report below takes milliseconds.
    return readFileSync('/usr/bin/ldd', 'latin1').includes('musl')
  } catch {
    const report = process.report.getReport()
    return report.header.glibcVersionRuntime === undefined
  }
}

module.exports = { addonName }
