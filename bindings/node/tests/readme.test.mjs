// The repository's README: its JavaScript is run and prints what it shows.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const own = fileURLToPath(new URL('..', import.meta.url))
const root = fileURLToPath(new URL('../../..', import.meta.url))

test('the JavaScript in the repository\'s README prints what it shows', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const [, source, shown] = /^```js\n(.*?)^```\n+```text\n(.*?)^```/ms.exec(readme)
  // Inside the package, so that `doorward` is the package itself.
  const scratch = mkdtempSync(join(own, '.readme-'))
  try {
    writeFileSync(join(scratch, 'readme.mjs'), source)
    const printed = execFileSync(process.execPath, [join(scratch, 'readme.mjs')], { cwd: root, encoding: 'utf8' })
    assert.equal(printed, shown)
  } finally {
    rmSync(scratch, { recursive: true })
  }
})
