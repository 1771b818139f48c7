/** What OpenCode tells a plugin about where it runs. */
export interface PluginInput {
  /** The directory that the session began in. */
  readonly directory: string
  readonly [field: string]: unknown
}

/** What the plugin does. */
export interface Hooks {
  /** Throws the reason when the call must not proceed. */
  'tool.execute.before'(
    input: { readonly tool: string; readonly sessionID: string; readonly callID: string },
    output: { args: unknown },
  ): Promise<void>
}

/** The plugin: `export { Doorward } from 'doorward/opencode'` in a file of OpenCode's folder `plugins`. */
export declare const Doorward: (input: PluginInput) => Promise<Hooks>
