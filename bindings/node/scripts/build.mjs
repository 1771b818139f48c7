// Builds the addon with cargo and copies it beside index.cjs. Usage: node scripts/build.mjs [--debug] [cargo's own options]
import { spawnSync } from 'node:child_process'
import { copyFileSync, renameSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const { addonName } = createRequire(import.meta.url)('../lib/platform.cjs')
const root = dirname(dirname(fileURLToPath(import.meta.url)))

const debug = process.argv.includes('--debug')
const passed = process.argv.slice(2).filter((argument) => argument !== '--debug')
const profile = debug ? [] : ['--release']
const cargo = spawnSync(
  process.env.CARGO ?? 'cargo',
  ['build', '-p', 'doorward-node', ...profile, '--message-format=json-render-diagnostics', ...passed],
  { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: Infinity, encoding: 'utf8' },
)
if (cargo.error) {
  console.error(`cargo did not start: ${cargo.error.message}`)
  process.exit(1)
}
if (cargo.status !== 0) process.exit(cargo.status ?? 1)

// Cargo says where it put the library, so CARGO_TARGET_DIR and the like need no guess.
const library = cargo.stdout
  .split('\n')
  .filter((line) => line.startsWith('{'))
  .map((line) => JSON.parse(line))
  .filter((message) => message.reason === 'compiler-artifact' && message.target.name === 'doorward_node')
  .flatMap((message) => message.filenames)
  .find((file) => /\.(so|dylib|dll)$/.test(file))
if (library === undefined) {
  console.error('cargo built no shared library for doorward-node')
  process.exit(1)
}

// Renamed into place: a process that has the old addon open keeps it whole.
const addon = join(root, addonName())
copyFileSync(library, `${addon}.new`)
renameSync(`${addon}.new`, addon)
console.log(`${debug ? 'debug' : 'release'} addon: ${addon}`)
