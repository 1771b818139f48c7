import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { Worker } from 'node:worker_threads'

import { Policy } from 'doorward'

import { GIT, bash } from './policies.mjs'

const HERE = import.meta.url
const SETUP = `
  import { Policy } from 'doorward'
  import { GIT, bash } from './policies.mjs'
  const policy = Policy.fromToml(GIT)
  globalThis.kept = [policy, policy.decide(bash('git status'))]
`

/** Runs a module beside this file in a process of its own. */
function run(code) {
  return spawnSync(process.execPath, ['--input-type=module', '-e', SETUP + code], { cwd: new URL('.', HERE), encoding: 'utf8', timeout: 60_000 })
}

function worker(code) {
  const source = `
    import { createRequire } from 'node:module'
    import { parentPort } from 'node:worker_threads'
    const require = createRequire(${JSON.stringify(HERE)})
    const { Policy, RequestError } = require('doorward')
    const { GIT, bash } = await import(${JSON.stringify(new URL('./policies.mjs', HERE).href)})
    ${code}`
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`))
}

describe('a policy in a worker', () => {
  test('decides as in the main thread, in several at once', async () => {
    const commands = ['git status', 'git push', 'ls', 'git status && git push']
    const expected = commands.map((command) => Policy.fromToml(GIT).decide(bash(command)).toJson())
    const workers = [1, 2, 3].map(() =>
      worker(`
        const policy = Policy.fromToml(GIT)
        const answers = ${JSON.stringify(commands)}.map((command) => policy.decide(bash(command)).toJson())
        for (let i = 0; i < 2000; i++) policy.decide(bash('git status ' + i))
        parentPort.postMessage(answers)`),
    )
    for (const [answers] of await Promise.all(workers.map((each) => once(each, 'message')))) assert.deepEqual(answers, expected)
    // The addon stays loaded here after the workers have gone.
    assert.equal(Policy.fromToml(GIT).decide(bash('git status')).effect, 'allow')
  })

  test('refuses what is too deep on a worker\'s small stack', async () => {
    const deep = worker(`
      try { Policy.fromToml(GIT).decideJson('{"a":'.repeat(100000)) } catch (error) { parentPort.postMessage([error instanceof RequestError, error.code]) }`)
    assert.deepEqual((await once(deep, 'message'))[0], [true, 'too-deep'])
  })

  test('may be stopped at any time', async () => {
    const busy = worker(`
      const policy = Policy.fromToml(GIT)
      parentPort.postMessage('started')
      for (;;) policy.decideMany(Array.from({ length: 100 }, (_, i) => bash('git status ' + i)))`)
    await once(busy, 'message')
    assert.equal(await busy.terminate(), 1)
    assert.equal(Policy.fromToml(GIT).decide(bash('git status')).effect, 'allow')
  })
})

describe('a process that decides', () => {
  test('ends by itself', () => {
    const { status, stderr } = run('')
    assert.deepEqual([status, stderr], [0, ''])
  })

  test('ends when told to, in the middle of its work', () => {
    const { status, stderr } = run(`process.on('exit', () => policy.decide(bash('git push'))); policy.decideMany([bash('ls'), { get action() { process.exit(7) } }])`)
    assert.deepEqual([status, stderr], [7, ''])
  })

  test('ends by an error that names the refusal', () => {
    const { status, stderr } = run(`policy.decideJson('{"action":1,"action":2}')`)
    assert.equal(status, 1)
    assert.match(stderr, /RequestError: .*\n[^]*code: 'duplicate-key'/)
  })

  test('does not grow in a loop that never yields', () => {
    const { status, stdout, stderr } = run(`
      const some = () => { for (let i = 0; i < 10000; i++) kept[1] = policy.decide(bash('git status ' + i)) }
      some()
      const before = process.memoryUsage().rss
      for (let i = 0; i < 4; i++) some()
      console.log(Math.round((process.memoryUsage().rss - before) / (1 << 20)))`)
    assert.deepEqual([status, stderr], [0, ''])
    // A native object for each of these 40,000 decisions would take about 30 MiB: Node frees them only when the loop yields.
    assert.ok(Number(stdout) < 15, `grew by ${stdout.trim()} MiB`)
  })
})
