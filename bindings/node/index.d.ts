/** What a rule asks for, and what a decision answers. `pass` means that the host's own check decides. */
export type Effect = 'allow' | 'deny' | 'ask' | 'pass'

/** Where a policy file stands. A `project` file can only tighten unless it is trusted. */
export type Layer = 'managed' | 'user' | 'project' | 'auto'

/** What a leaf would do. */
export type Op = 'proc.exec' | 'file.read' | 'file.write' | 'file.delete' | 'net.fetch'

/** A value as JSON has it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/**
 * The parts of a request. The fields named here are checked by the compiler; each part may hold more of its own.
 *
 * What is decided is what `JSON.stringify` makes of it, so a field that is `undefined` is absent.
 */
export interface Request {
  /** The name of the action, such as `Bash` or `proposal.apply`. */
  readonly action: string
  /** Who acts. */
  readonly actor?: {
    readonly id?: string | undefined
    readonly kind?: 'human' | 'agent' | 'service' | undefined
    readonly roles?: readonly string[] | undefined
    readonly tenant?: string | undefined
    readonly on_behalf_of?: readonly string[] | undefined
    readonly auth?: { readonly age_s?: number | undefined; readonly method?: string | undefined } | undefined
    readonly session?: {
      readonly id?: string | undefined
      readonly age_s?: number | undefined
      readonly idle_s?: number | undefined
      readonly revoked?: boolean | undefined
    } | undefined
    readonly [field: string]: unknown
  } | undefined
  /** What is acted on. */
  readonly resource?:
    | { readonly type?: string | undefined; readonly id?: string | undefined; readonly [field: string]: unknown }
    | undefined
  /** The tool's or call's own input. */
  readonly input?: object | undefined
  /** What the host looked up. Times are whole seconds since 1970 UTC, ages are seconds. */
  readonly facts?: {
    readonly now?: number | undefined
    readonly cwd?: string | undefined
    readonly home?: string | undefined
    readonly project?: string | undefined
    readonly approvals?: readonly Approval[] | undefined
    readonly usage?:
      | { readonly [counterAndPeriod: string]: { readonly n: number; readonly reset_s?: number | undefined } }
      | undefined
    readonly [fact: string]: unknown
  } | undefined
}

/** One approval among `facts.approvals`. */
export interface Approval {
  readonly by: string
  readonly roles?: readonly string[] | undefined
  readonly age_s?: number | undefined
  readonly digest?: string | undefined
  readonly [field: string]: unknown
}

/** One policy file's text, for {@link Policy.fromSources}. */
export interface Source {
  /** The name that diagnostics and origins show, such as the file's path. */
  readonly name: string
  readonly layer: Layer
  /** The policy, as TOML. */
  readonly text: string
  /** Lets a `project` file do more than tighten. Other layers need no trust. */
  readonly trusted?: boolean | undefined
}

/** Where a problem of a policy is and what to do about it. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning'
  /** The stable name of the kind of problem, such as `unknown-key`; a lint's begins with `lint-`. */
  readonly code: string
  readonly message: string
  /** The file as it was named when loaded. */
  readonly file: string
  /** From 1; 0 when the problem has no place in the text. */
  readonly line: number
  /** In characters, from 1; 0 when the problem has no place in the text. */
  readonly column: number
  readonly hint?: string
}

/** A rule decided. */
export interface RuleBasis {
  readonly rule: string
  readonly layer: Layer
  /** The file and the line of the rule, such as `policy:11`. */
  readonly origin: string
  readonly why?: string
  readonly remedy?: string
  readonly gap?: undefined
}

/** No rule matched and the default decided: a gap, named by its action. */
export interface GapBasis {
  readonly gap: string
  readonly rule?: undefined
  readonly layer?: undefined
  readonly origin?: undefined
  readonly why?: undefined
  readonly remedy?: undefined
}

/** Why the effect won: a rule, or a gap because no rule matched. */
export type Basis = RuleBasis | GapBasis

/** A rule that fired. */
export interface Match {
  readonly rule: string
  /** What the rule fired as. */
  readonly effect: Effect
  /** `false` when it fired only through something unknown; absent when it fired for certain. */
  readonly certain?: false
}

/** The smallest concrete change that makes a condition true. */
export interface Fix {
  /** The field of the request, such as `input.command`. */
  readonly set: string
  readonly to: Json
}

/** An approval that did not count. */
export interface IgnoredApproval {
  /** Empty when nobody is named. */
  readonly by: string
  readonly why: 'self' | 'role' | 'duplicate' | 'stale' | 'other_digest' | 'unnamed'
}

interface MissingBase {
  /** The condition's key as written in the rule, such as `resource.status` or `command`. */
  readonly field: string
  /** What the rule wants there, as written. */
  readonly want: Json
  /** What can be changed, if something can. */
  readonly fix?: Fix
}

/** A pattern on a text, a command, a path, a directory or a URL. */
export interface MissingText extends MissingBase {
  readonly kind: 'text'
  readonly seen?: Json
  /** Byte offset into the request's own field at which the closest pattern fails. */
  readonly at?: number
  /** The rest of the word that was expected there. */
  readonly expected?: string
  /** Whole percentage, rounded down. */
  readonly closeness?: number
}

/** Equality, a set, a number or presence. */
export interface MissingValue extends MissingBase {
  readonly kind: 'value'
  readonly seen?: Json
}

/** A role that the actor does not hold. */
export interface MissingRole extends MissingBase {
  readonly kind: 'role'
  readonly seen?: Json
}

/** Approvals that are not there yet. */
export interface MissingApprovals extends MissingBase {
  readonly kind: 'approvals'
  /** How many count. */
  readonly have: number
  /** How many are needed. */
  readonly need: number
  readonly ignored?: readonly IgnoredApproval[]
}

/** A sign-in or a session that is not fresh enough. */
export interface MissingFreshness extends MissingBase {
  readonly kind: 'auth' | 'session'
  /** The age in seconds. */
  readonly seen?: Json
}

/** A counter on the wrong side of its bound. */
export interface MissingUsage extends MissingBase {
  readonly kind: 'usage'
  /** What the counter would be with this request. */
  readonly have?: number
  /** The bound. */
  readonly need?: number
  readonly left?: number
  readonly retry_after_s?: number
}

/** A time outside of the rule's hours, or a rule that has expired. */
export interface MissingTime extends MissingBase {
  readonly kind: 'time'
  /** The time, in seconds since 1970 UTC. */
  readonly seen?: Json
  readonly retry_after_s?: number
}

/** A grant that nobody gave. */
export interface MissingDelegation extends MissingBase {
  readonly kind: 'delegated'
}

type AnyMissing =
  | MissingText
  | MissingValue
  | MissingRole
  | MissingApprovals
  | MissingFreshness
  | MissingUsage
  | MissingTime
  | MissingDelegation

type KeyOf<T> = T extends unknown ? keyof T : never
/** Gives every member of a union the keys of all, so that each can be read before `kind` is known. */
type Open<T, All = T> = T extends unknown ? T & { readonly [K in Exclude<KeyOf<All>, keyof T>]?: undefined } : never

/** One condition that stood in the way; `kind` says which keys it has. Keys are those of the canonical JSON. */
export type Missing = Open<AnyMissing>

/** What would still block the request if the near miss were mended. */
export type Blocker =
  | { readonly rule: string; readonly gap?: undefined; readonly leaf?: number }
  | { readonly gap: string; readonly rule?: undefined; readonly leaf?: number }

/** A rule that would have changed the decision, and what was missing. Verified by deciding again. */
export interface NearMiss {
  readonly rule: string
  readonly effect: Effect
  /** Which of the decision's leaves it is about, from 0. */
  readonly leaf?: number
  /** `pending`: only requirements are unmet. `near`: a condition nearly held. `exempt`: what would switch the deciding rule off. */
  readonly status: 'pending' | 'near' | 'exempt'
  readonly missing: readonly Missing[]
  /** Whether mending everything makes the request allowed. A close call has none. */
  readonly flips?: 'yes' | 'maybe' | 'no'
  readonly blocked_by?: readonly Blocker[]
}

/** One thing that the request would do, judged on its own. One that only tightens, and on which nothing fired, has no effect and no basis. */
export type Leaf = {
  /** Absent on the leaf that stands for the request itself. */
  readonly op?: Op
  /** The command, path or URL as judged, or the action's name. */
  readonly text: string
  /** The directory it runs in, when that is not `facts.cwd`. */
  readonly cwd?: string
  /** The wrapper programs around it, from outside in. */
  readonly via?: readonly string[]
} & ({ readonly effect: Effect; readonly basis: Basis } | { readonly effect?: undefined; readonly basis?: undefined })

/** What a rule in shadow mode would have done. */
export interface Shadow {
  readonly rule: string
  readonly effect: Effect
}

/** Count this request against a counter. */
export interface Charge {
  readonly kind: 'charge'
  readonly counter: string
  readonly per: string
  readonly cost: number
}

/** Ask people to approve. */
export interface RequestApproval {
  readonly kind: 'request_approval'
  readonly rule: string
  /** How many are still missing. */
  readonly need: number
  readonly role?: string
}

/** Ask the actor to sign in again. */
export interface Reauth {
  readonly kind: 'reauth'
  readonly max_age_s?: number
  readonly method?: string
}

/** Tell somebody. */
export interface Notify {
  readonly kind: 'notify'
  readonly to: string
}

/** What the caller must do before acting on the decision. */
export type Obligation = Charge | RequestApproval | Reauth | Notify

/** The canonical JSON of a decision as an object: its keys in order, absent when empty. */
export interface DecisionData {
  readonly effect: Effect
  readonly basis: Basis
  readonly policy: string
  readonly matched?: readonly Match[]
  readonly near?: readonly NearMiss[]
  readonly close_calls?: readonly NearMiss[]
  readonly can_wait?: true
  readonly unknown?: readonly string[]
  readonly leaves?: readonly Leaf[]
  readonly shadow?: readonly Shadow[]
  readonly obligations?: readonly Obligation[]
}

/**
 * The answer to one request.
 *
 * `effect` and `allowed` are cheap. Everything else is read once, on first use, and frozen. Inside it the keys are
 * those of the canonical JSON, such as `blocked_by` and `retry_after_s`.
 */
export class Decision {
  private constructor()
  readonly effect: Effect
  /** `true` only for `allow`. */
  readonly allowed: boolean
  /** Why this effect won. */
  readonly basis: Basis
  /** The id of the policy that decided. */
  readonly policy: string
  /** Every rule that fired, once, by name. */
  readonly matched: readonly Match[]
  /** Rules that would have made the decision better, and what each was missing. At most 3, the most useful first. */
  readonly near: readonly NearMiss[]
  /** Stricter rules that nearly fired on an allowed request. */
  readonly closeCalls: readonly NearMiss[]
  /** Whether only waiting or other people stand in the way: approvals, sign-in, session, usage or time. */
  readonly canWait: boolean
  /** The fields that a condition needed and could not know. */
  readonly unknown: readonly string[]
  /** What the request would do, in source order. Empty when it is one thing only. */
  readonly leaves: readonly Leaf[]
  /** What rules in shadow mode would have done. */
  readonly shadow: readonly Shadow[]
  /** What the caller must do before acting on the decision. */
  readonly obligations: readonly Obligation[]
  /** Returns the canonical JSON: the same bytes from Rust, Python, Node and the command line. */
  toJson(): string
  /** Returns the decision as an object, for `JSON.stringify`. */
  toJSON(): DecisionData
}

type FileUrl = typeof globalThis extends { URL: { prototype: infer T } } ? T : never

/**
 * A compiled policy: made once, decided many times.
 *
 * It cannot be sent to another thread; each worker makes its own.
 */
export class Policy {
  private constructor()
  /**
   * Compiles one policy text, of layer `user`, named `policy`.
   *
   * @throws {PolicyError} with every problem at once.
   */
  static fromToml(text: string): Policy
  /**
   * Compiles files, and the `*.toml` files of directories, into one policy of layer `user`.
   *
   * @throws {PolicyError} with every problem of every file, one that cannot be read included.
   */
  static load(...paths: readonly (string | FileUrl)[]): Policy
  /**
   * Compiles what is in force in a directory: the managed, user, auto-promoted and project files found from there.
   *
   * @param cwd The directory; the process's own when left out.
   * @throws {PolicyError} with the code `no-policy-found` when there is none.
   */
  static discover(cwd?: string | FileUrl): Policy
  /**
   * Compiles texts that the caller has at hand into one policy.
   *
   * @throws {PolicyError} with every problem of every source.
   */
  static fromSources(sources: Iterable<Source>): Policy
  /** `dw1-` and 32 hex digits: equal for policies that decide alike. */
  readonly id: string
  readonly ruleCount: number
  /** What the policy's author should look at. */
  readonly warnings: readonly Diagnostic[]
  /**
   * Decides one request: what `JSON.stringify` makes of it.
   *
   * @throws {RequestError} for what is not a request. Never an allow. A Map, a Set, a Promise and a number that is not
   * finite, which `JSON.stringify` would turn into `{}` and `null`, are refused too.
   */
  decide(request: Request): Decision
  /**
   * Decides requests one after the other, in order.
   *
   * @throws {RequestError} at the first that is not a request.
   */
  decideMany(requests: Iterable<Request>): Decision[]
  /**
   * Decides a request given as JSON text, or as its UTF-8 bytes, and returns the decision's canonical JSON.
   *
   * @throws {RequestError} for what is not a request.
   */
  decideJson(request: string | Uint8Array): string
  /**
   * Returns the absolute paths that deciding a request looks at, sorted: what links should be resolved of.
   *
   * @throws {RequestError} for what is not a request.
   */
  paths(request: Request): string[]
  /**
   * Returns where the paths of a request lead on this machine, for the request's `facts.resolved`. The request's facts
   * should hold `cwd`, `home` and `project`. Links are read, no file is opened.
   *
   * @throws {RequestError} for what is not a request.
   */
  resolve(request: Request): Record<string, string | string[]>
  /** Runs the policy's `[[test]]` entries. */
  runTests(): { readonly ran: number; readonly failures: readonly Diagnostic[] }
}

/**
 * Returns the SHA-256 in hex that an approval with `bound = [fields..]` must carry for this request; `null` when a value in
 * it is a float, which languages write differently, or a name is no field of a request.
 *
 * @throws {RequestError} for what is not a request.
 */
export const digest: (request: Request, fields: Iterable<string>) => string | null

/** A policy that does not load. Nothing of it is used. */
export class PolicyError extends Error {
  constructor(message: string, options?: { diagnostics?: readonly Diagnostic[]; cause?: unknown })
  readonly name: 'PolicyError'
  /** Every problem of every file, in order of file, line and column. */
  readonly diagnostics: readonly Diagnostic[]
}

/** The stable names of the ways in which a request can be malformed. */
export type RequestErrorCode =
  | 'syntax'
  | 'truncated'
  | 'trailing-data'
  | 'invalid-utf8'
  | 'duplicate-key'
  | 'lone-surrogate'
  | 'number-out-of-range'
  | 'not-finite'
  | 'too-deep'
  | 'too-large'
  | 'not-an-object'
  | 'unsupported-type'

/** A request that cannot be read. It is never decided, so it is never an allow. */
export class RequestError extends Error {
  constructor(message: string, options: { code: RequestErrorCode; offset?: number | undefined; cause?: unknown })
  readonly name: 'RequestError'
  readonly code: RequestErrorCode
  /** Where in the request's text, in bytes of its UTF-8 from 0; `undefined` when there is no place. */
  readonly offset: number | undefined
}
