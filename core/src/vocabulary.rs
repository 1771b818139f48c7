//! Every key of the policy format, once: what the loader accepts, what it suggests for a slip, and what the reference
//! page and the JSON Schema say all come from this table.

use alloc::vec::Vec;

/// One key of one table of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// The table the key stands in, such as `rule` or `approvals`.
    pub table: &'static str,
    /// The key.
    pub key: &'static str,
    /// The shape of its value, as the reference page shows it.
    pub shape: &'static str,
    /// What it means, in one sentence.
    pub about: &'static str,
}

macro_rules! words {
    ($($table:literal { $($key:literal: $shape:literal, $about:literal;)* })*) => {
        /// The whole vocabulary, by table, in the order in which a page shows it.
        pub const WORDS: &[Word] =
            &[$($(Word { table: $table, key: $key, shape: $shape, about: $about },)*)*];
    };
}

words! {
    "policy" {
        "doorward": "integer", "The version of the format: 1.";
        "rule": "rules", "One rule: an effect, and the conditions under which it holds.";
        "defaults": "defaults", "What happens when no rule matches an action, by its name; `\"*\"` stands for any, and a trailing `*` for a beginning.";
        "roles": "roles", "Each role and the roles that it implies.";
        "sets": "sets", "Named lists of values, for `in_set` and `from`.";
        "actions": "actions", "Declares actions and fields that the catalogue does not know; `\"*\"` declares fields of every action.";
        "test": "tests", "A request and the decision it must get from the whole policy.";
    }
    "rule" {
        "name": "text", "Identifies the rule in decisions and logs: lower case, at most 80 bytes, unique.";
        "effect": "effect", "`deny`, `ask`, `allow`, or `pass`: the host's own check decides.";
        "why": "text", "The reason, shown to whoever is told of the decision.";
        "remedy": "text", "What to do instead, shown with a deny or ask.";
        "when": "conditions", "What the rule is about; all conditions must hold.";
        "require": "conditions", "What must then hold for an allow; each is reported by itself.";
        "unless": "conditions", "The exception: exactly one condition, or one `any_of`.";
        "examples": "examples", "Requests that the rule must and must not match; checked when the policy loads.";
        "expires": "date", "The last day, or the moment, at which the rule holds; needs `facts.now`.";
        "tags": "list of text", "Free words for people and tools.";
        "provenance": "provenance", "Who or what made the rule.";
        "was": "text or list of text", "Former names, so that history stays with the rule.";
        "mode": "mode", "`enforce`, or `shadow`: judged and reported, changes nothing.";
        "on_unknown": "on_unknown", "`skip` takes a missing value as false for this rule, which can silence a deny.";
        "near": "bool", "`false` keeps the rule out of near misses, except for administrators.";
        "public": "bool", "`true` lets agents see the patterns of a deny or ask rule.";
        "notify": "text or list of text", "Whom the host should tell when the rule fires.";
    }
    "condition" {
        "action": "test", "The action's name.";
        "actor": "fields", "A field of the actor; `actor.role` holds for a role held directly or by implication.";
        "resource": "fields", "A field of the resource.";
        "input": "fields", "A field of the action's input.";
        "facts": "fields", "A fact that the host states.";
        "op": "op", "What is done: `proc.exec`, `file.read`, `file.write`, `file.delete`, `net.fetch`.";
        "command": "command", "The command that runs, whichever action runs it.";
        "path": "path", "The path that is read, written or deleted; a text stands for that path and everything below it.";
        "cwd": "path", "The directory in which it happens.";
        "url": "url", "The URL that is fetched.";
        "approvals": "approvals", "Approvals that people gave.";
        "auth": "auth", "How, and how long ago, the actor signed in.";
        "session": "session", "The session's age and idleness; a revoked session never holds.";
        "usage": "usage", "A counter and its bound.";
        "time": "time", "A window of the day and the week.";
        "delegated": "delegated", "A chain of grants that reaches the actor.";
        "any_of": "list of conditions", "Holds when all conditions of at least one table do.";
    }
    "operator" {
        "is": "literal", "Equal.";
        "in": "list of literals", "Equal to one of these.";
        "in_set": "text", "Equal to a member of this set.";
        "not": "test", "The opposite of a literal, a list or a table of operators.";
        "present": "bool", "Whether the field is there; never unknown.";
        "same_as": "field", "Equal to another field; unknown when either is absent or empty.";
        "prefix": "text", "The text begins with this.";
        "suffix": "text", "The text ends with this.";
        "contains": "text", "The text contains this.";
        "glob": "text", "The whole text fits; `*` is any characters, and on a path it stops at `/` while `**` crosses it.";
        "regex": "text", "The whole text fits; `.` takes newline, classes are ASCII.";
        "min": "integer", "At least.";
        "max": "integer", "At most.";
        "over": "integer", "More than.";
        "below": "integer", "Less than.";
        "has": "text", "One element of a list of text.";
    }
    "command" {
        "run": "text or list of text", "The command begins with these words.";
        "exact": "text or list of text", "The command is these words and no more.";
        "any_flag": "text or list of text", "At least one of these options is given.";
        "all_flags": "text or list of text", "All of these options are given.";
        "no_flag": "text or list of text", "None of these options is given.";
    }
    "path" {
        "under": "text or list of text", "This path and everything below it.";
        "glob": "text or list of text", "The whole path fits, from its anchor on.";
        "is": "text or list of text", "This path itself.";
        "in_set": "text", "Under one of the paths of this set.";
        "not": "path", "The opposite of a path, a list or a table.";
        "fold": "bool", "Ignores the case of ASCII letters.";
    }
    "url" {
        "host": "text or list of text", "The host; `*.x.org` is any depth below `x.org`, not that itself.";
        "scheme": "text or list of text", "The scheme, such as `https`.";
        "port": "integer or list of integers", "The port, the scheme's own when the URL names none.";
        "path": "text or list of text", "This path and everything below it.";
        "class": "text or list of text", "`public`, `private` or `loopback`.";
        "cidr": "text or list of text", "An address in this range, such as `10.0.0.0/8`.";
    }
    "approvals" {
        "min": "integer", "How many must count; 1 if not given.";
        "role": "text or list of text", "Counts if the approver holds it, directly or by implication.";
        "from": "text", "Counts if the approver is in this set.";
        "except": "list of fields", "Fields that name people whose approval does not count.";
        "max_age": "duration", "Counts if it is not older.";
        "bound": "bool or list of fields", "Counts if it carries `resource.digest`, or the digest of these fields.";
    }
    "auth" {
        "max_age": "duration", "The sign-in is not older.";
        "method": "text or list of text", "It was made this way.";
    }
    "session" {
        "max_age": "duration", "The session is not older.";
        "max_idle": "duration", "It was used not longer ago.";
        "max_count": "integer", "The actor has at most so many (`actor.session.count`).";
    }
    "usage" {
        "counter": "text", "The counter's name; `{actor.id}` stands for that field.";
        "over": "integer", "In `when`: holds when the count with this request is more.";
        "max": "integer", "In `require`: holds when the count with this request is at most that.";
        "per": "duration", "The window that the counter is kept for.";
        "cost": "integer or field", "What this request counts for; 1 if not given.";
    }
    "time" {
        "from": "clock", "Begins at this time, `00:00` if not given.";
        "to": "clock", "Ends before this time, `24:00` if not given; earlier than `from` spans midnight.";
        "days": "list of days", "`mon tue wed thu fri sat sun`; a window over midnight belongs to the day it began.";
        "offset": "offset", "The offset from UTC, such as `+01:00`; UTC if not given.";
    }
    "delegated" {
        "from": "field", "The field that names who may pass the right on.";
        "depth": "integer", "How many grants a chain may have; 1 if not given.";
    }
    "examples" {
        "match": "list of requests", "Commands, paths, URLs or requests that the rule must match.";
        "no_match": "list of requests", "Those that it must not match.";
    }
    "provenance" {
        "by": "text", "Who made the rule, such as `llm`.";
        "model": "text", "The model that proposed it.";
        "score": "text", "The score it was given.";
        "tier": "text", "The tier it was put in.";
        "reasoning": "text", "Why it was proposed.";
        "session": "text", "The session it came from.";
        "record": "text", "The audit record it came from.";
        "at": "date", "When it was made.";
        "approved_by": "text", "Who approved it.";
    }
    "action" {
        "fields": "table of types", "Each field and its type: `text integer bool list table command path url patch tree`, with `?` when it may be absent.";
        "does": "table of fields", "What the action does to which field: `run read write delete fetch`.";
    }
    "test" {
        "name": "text", "What the test states.";
        "request": "request", "The request.";
        "expect": "expect", "The parts of the decision to compare.";
    }
    "expect" {
        "effect": "effect", "The effect.";
        "rule": "text", "The rule that is the basis.";
        "gap": "text", "The action whose default is the basis.";
        "matched": "list of text", "The rules that fired.";
        "unknown": "list of text", "The fields that were unknown.";
        "shadow": "list of text", "The shadow rules that would have fired.";
        "near": "list of text", "The rules that nearly matched.";
        "close_calls": "list of text", "The stricter rules that nearly matched.";
    }
}

/// Returns the words of one table, in the order in which a page shows them.
pub fn words_of(table: &str) -> impl Iterator<Item = &'static Word> {
    WORDS.iter().filter(move |word| word.table == table)
}

/// Returns the keys of one table.
pub(crate) fn keys_of(table: &str) -> Vec<&'static str> {
    words_of(table).map(|word| word.key).collect()
}
