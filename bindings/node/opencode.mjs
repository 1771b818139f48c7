// A plugin for OpenCode: asks Doorward before each tool call. What it throws keeps the tool from running and reaches the agent.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

export const Doorward = async ({ directory }) => ({
  'tool.execute.before': async (input, output) => {
    // Loaded at the call and not with this file: OpenCode goes on without a plugin that does not load.
    const { hookObjection } = require('./lib/native.cjs')
    const objection = hookObjection(JSON.stringify({ input, output, directory }))
    if (objection !== null) throw new Error(objection)
  },
})
