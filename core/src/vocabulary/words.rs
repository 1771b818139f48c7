//! The words themselves.

use super::Form::{
    Clock, Command, Duration, Field, FieldType, Flag, Host, Name, Offset, Path, PathGlob, Range,
    Scheme, Url, UrlPath,
};
use super::Need::{Default, Optional, Required};
use super::Shape::{
    self, Bool, Branches, Choice, Conditions, Date, Either, Exception, Fields, Form, Integer, List,
    Literal, Named, OneOrMore, Request, Table, Tables, Test, Text, Version,
};
use super::Word;

/// A text, or a list of at least one.
const TEXTS: Shape = OneOrMore(&Text);

/// The four effects.
const EFFECT: Shape = Choice(&["deny", "ask", "allow", "pass"]);

/// What can be done to a thing.
const OP: Shape = OneOrMore(&Choice(&[
    "proc.exec",
    "file.read",
    "file.write",
    "file.delete",
    "net.fetch",
]));

/// A path as a rule names it: by text, or by a table of operators.
const PLACE: Shape = Either(&OneOrMore(&Form(Path)), &Table("path"));

/// A table of `when`, `require` or `unless` that takes a list of names.
const FIELDS: Shape = OneOrMore(&Form(Field));

const ANY_INTEGER: Shape = at_least(i64::MIN);

const PORT: Shape = Integer {
    least: 1,
    most: 65_535,
};

const fn at_least(least: i64) -> Shape {
    Integer {
        least,
        most: i64::MAX,
    }
}

macro_rules! need {
    () => {
        Optional
    };
    ($need:expr) => {
        $need
    };
}

macro_rules! words {
    ($($table:literal { $($key:literal: $shape:expr, $example:literal, $about:literal $(, $need:expr)?;)* })*) => {
        /// The whole vocabulary, by table, in the order in which a page shows it.
        pub const WORDS: &[Word] = &[$($(Word {
            table: $table,
            key: $key,
            shape: $shape,
            about: $about,
            example: $example,
            need: need!($($need)?),
        },)*)*];
    };
}

words! {
    "policy" {
        "doorward": Version, "doorward = 1", "The version of the format.", Required;
        "rule": Tables("rule"), "[[rule]]", "One rule: an effect, and the conditions under which it holds.";
        "defaults": Named(&EFFECT), "[defaults]", "What happens when no rule matches an action, by its name; `\"*\"` stands for any, and a trailing `*` for a beginning.", Default("every action is denied");
        "roles": Named(&List(&Text)), "[roles]", "Each role and the roles that it implies.";
        "sets": Named(&List(&Either(&Text, &ANY_INTEGER))), "[sets]", "Named lists of texts or integers, for `in_set` and `from`.";
        "actions": Named(&Table("action")), "[actions.\"job.run\"]", "Declares actions and fields that the catalogue does not know; `\"*\"` declares fields of every action.";
        "builtin": Table("builtin"), "[builtin]", "What Doorward does about its own files, and which projects it trusts.";
        "programs": Named(&Table("program")), "[programs.mytool]", "Tells what a program does with its words, by its name with its subcommands; adds to what the core knows.";
        "test": Tables("test"), "[[test]]", "A request and the decision it must get from the whole policy.";
    }
    "builtin" {
        "own_files": Choice(&["ask", "deny", "off"]), "own_files = \"deny\"", "What happens when the policy, the cache, the audit log or a hook's registration would be written, deleted or linked; of several files the strictest counts.", Default("\"ask\" where the policy is found without being named");
        "trusted": List(&Form(Path)), "trusted = [\"~/work/shop\"]", "Directories whose `.doorward` may do everything instead of only tighten; each counts for itself, not for what is below.";
    }
    "rule" {
        "name": Form(Name), "name = \"no-force-push\"", "Identifies the rule in decisions and logs; unique over all files.", Required;
        "effect": EFFECT, "effect = \"deny\"", "What the rule asks for; `pass` leaves it to the host's own check.", Required;
        "why": Text, "why = \"History is shared\"", "The reason, shown to whoever is told of the decision.";
        "remedy": Text, "remedy = \"push to a new branch\"", "What to do instead, shown with a deny or ask.";
        "when": Conditions, "when.action = \"Bash\"", "What the rule is about; all conditions must hold. An allow needs at least one.";
        "require": Conditions, "require.auth = { max_age = \"5m\" }", "For an allow: what must then hold; each is reported by itself.";
        "unless": Exception, "unless.cwd = \"~/scratch\"", "The exception: exactly one condition, or one `any_of`.";
        "examples": Table("examples"), "examples.match = [\"git push\"]", "Requests that the rule must and must not match; checked when the policy loads.";
        "expires": Date, "expires = 2026-12-31", "The last day (UTC), or the moment, at which the rule holds; needs `facts.now`.";
        "tags": List(&Text), "tags = [\"history\"]", "Free words for people and tools.";
        "provenance": Table("provenance"), "provenance.by = \"llm\"", "Who or what made the rule.";
        "was": Either(&Form(Name), &List(&Form(Name))), "was = [\"no-push-f\"]", "Former names, so that history stays with the rule.";
        "mode": Choice(&["enforce", "shadow"]), "mode = \"shadow\"", "`shadow`: judged and reported, changes nothing.", Default("\"enforce\"");
        "on_unknown": Choice(&["skip"]), "on_unknown = \"skip\"", "`skip` takes a missing value as false for this rule, which can silence a deny; it is linted.";
        "near": Bool, "near = false", "`false` keeps the rule out of near misses, except for administrators.", Default("true");
        "public": Bool, "public = true", "`true` lets agents see the patterns of a deny or ask rule.", Default("false");
        "notify": Either(&Text, &List(&Text)), "notify = [\"ops\"]", "Whom the host should tell when the rule fires.";
    }
    "condition" {
        "action": Test, "action = \"Bash\"", "The action's name, by its name in the catalogue or by a host's name for it.";
        "actor": Fields("actor"), "actor.kind = \"agent\"", "A field of the actor; `actor.role` holds for a role held directly or by implication.";
        "resource": Fields("resource"), "resource.status = \"approved\"", "A field of the resource.";
        "input": Fields("input"), "input.field = { prefix = \"net.\" }", "A field of the action's input.";
        "facts": Fields("facts"), "facts.llm.score = { min = 80 }", "A fact that the host states.";
        "op": Either(&OP, &Table("op")), "op = [\"file.write\", \"file.delete\"]", "What is done to a thing, whichever action does it.";
        "command": Either(&OneOrMore(&Form(Command)), &Table("command")), "command = \"git push\"", "The command that runs, whichever action runs it; a text stands for its first words.";
        "path": PLACE, "path = \"~/.ssh\"", "The path that is read, written or deleted; a text stands for that path and everything below it.";
        "cwd": PLACE, "cwd = \"./web\"", "The directory in which it happens.";
        "url": Either(&OneOrMore(&Form(Url)), &Table("url")), "url = \"https://x.org/docs\"", "The URL that is fetched; a text stands for it and everything below its path.";
        "approvals": Table("approvals"), "approvals = { min = 2, role = \"reviewer\" }", "Approvals that people gave: `facts.approvals`.";
        "auth": Table("auth"), "auth = { max_age = \"5m\" }", "How, and how long ago, the actor signed in: `actor.auth`.";
        "session": Table("session"), "session = { max_idle = \"30m\" }", "The session's age and idleness: `actor.session`; a revoked session never holds.";
        "usage": Table("usage"), "usage = { counter = \"api:{actor.id}\", over = 30, per = \"1m\" }", "A counter and its bound: `facts.usage`.";
        "time": Table("time"), "time = { from = \"09:00\", to = \"17:00\" }", "A window of the day and the week, by `facts.now`.";
        "delegated": Table("delegated"), "delegated = { from = \"resource.owner\" }", "A chain of grants that reaches the actor: `facts.grants`.";
        "any_of": Branches, "any_of = [{ actor.role = \"admin\" }, { resource.owner = { same_as = \"actor.id\" } }]", "Holds when all conditions of at least one table do; it does not nest.";
    }
    "actor" {
        "role": Either(&TEXTS, &Table("role")), "role = \"reviewer\"", "A role that the actor holds, directly or by implication.";
    }
    "operator" {
        "is": Literal, "is = \"open\"", "Equal; the same as the literal alone.";
        "in": List(&Literal), "in = [\"open\", \"new\"]", "Equal to one of these; the same as the list alone.";
        "in_set": Text, "in_set = \"team\"", "Equal to a member of this set of `[sets]`.";
        "not": Test, "not = { prefix = \"tmp.\" }", "The opposite of a literal, a list or a table of operators.";
        "present": Bool, "present = true", "Whether the field is there; never unknown.";
        "same_as": Form(Field), "same_as = \"actor.id\"", "Equal to another field; unknown when either is absent, empty or of another type.";
        "prefix": Text, "prefix = \"net.\"", "The text begins with this.";
        "suffix": Text, "suffix = \".rs\"", "The text ends with this.";
        "contains": Text, "contains = \"secret\"", "The text contains this.";
        "glob": Text, "glob = \"*.draft\"", "The whole text fits; `*` is any characters. On a field declared `path` or `tree` it stops at `/`, and `**` crosses it.";
        "regex": Text, "regex = \"v[0-9]+\"", "The whole text fits; `.` takes newline, classes are ASCII.";
        "min": ANY_INTEGER, "min = 1", "At least.";
        "max": ANY_INTEGER, "max = 9", "At most.";
        "over": ANY_INTEGER, "over = 0", "More than.";
        "below": ANY_INTEGER, "below = 10", "Less than.";
        "has": Text, "has = \"urgent\"", "One element of a list of text.";
    }
    "role" {
        "is": TEXTS, "is = \"admin\"", "Holds this role.";
        "in": TEXTS, "in = [\"admin\", \"owner\"]", "Holds one of these roles.";
        "in_set": Text, "in_set = \"team\"", "Holds a role of this set.";
        "not": Either(&TEXTS, &Table("role")), "not = \"guest\"", "Holds none of these roles.";
    }
    "op" {
        "is": OP, "is = \"file.read\"", "Is this.";
        "in": OP, "in = [\"file.read\", \"file.write\"]", "Is one of these.";
        "not": Either(&OP, &Table("op")), "not = \"proc.exec\"", "Is something else.";
    }
    "command" {
        "run": OneOrMore(&Form(Command)), "run = \"git push\"", "The command begins with these words.";
        "exact": OneOrMore(&Form(Command)), "exact = \"git status\"", "The command is these words and no more.";
        "any_flag": OneOrMore(&Form(Flag)), "any_flag = [\"--force\", \"-f\"]", "At least one of these options is given.";
        "all_flags": OneOrMore(&Form(Flag)), "all_flags = [\"-r\", \"-f\"]", "All of these options are given.";
        "no_flag": OneOrMore(&Form(Flag)), "no_flag = \"--no-verify\"", "None of these options is given.";
        "any_arg": OneOrMore(&Text), "any_arg = \"*.prod\"", "At least one argument fits: an operand, or the value of an option. `*` is any characters.";
        "every_arg": OneOrMore(&Text), "every_arg = [\"src/*\", \"tests/*\"]", "Every argument fits: each operand, and each value of an option. `*` is any characters.";
        "env": OneOrMore(&Text), "env = [\"NODE_OPTIONS\"]", "In a rule that permits, variables that may be set before the command; in any other rule, one of them is set.";
        "reads": PLACE, "reads = \"~/.ssh\"", "A file that the command reads, by its operands, options or redirects; for a rule that permits, all of them.";
        "writes": PLACE, "writes = \"./dist\"", "A file that the command writes; for a rule that permits, all of them.";
        "deletes": PLACE, "deletes = \"./build\"", "A file that the command deletes; for a rule that permits, all of them.";
        "pipe_to": OneOrMore(&Form(Command)), "pipe_to = [\"sh\", \"bash\"]", "The command's output goes to one of these, directly or further down the pipeline.";
        "via": OneOrMore(&Text), "via = \"sudo\"", "One of these programs runs the command.";
    }
    "program" {
        "also": List(&Text), "also = [\"mt\"]", "Other names of the same program or subcommand.";
        "like": Text, "like = \"cp\"", "Everything that is known of another program, as a beginning.";
        "options": List(&Text), "options = [\"-o --output =write !\", \"-n =\"]", "Its options: all spellings, then `=` or `=role` for one that takes a value, `[=role]` for one that takes it in the same word only, `!` for one that an allow must name. Before the subcommand, where there are any.";
        "everywhere": List(&Text), "everywhere = [\"-C =dir\"]", "Options that may stand before and behind a subcommand.";
        "below": List(&Text), "below = [\"--dry-run\"]", "Options that stand behind any subcommand.";
        "operands": List(&Text), "operands = [\"read*\", \"write\"]", "What becomes of each operand, by its role; `*` for any number of them. Without it nothing is known of them; an empty list says that they are nothing to a rule.";
        "otherwise": Text, "otherwise = \".\"", "The operand that is meant when there is none.";
        "dashes": Text, "dashes = \"command\"", "The role of the words behind `--`, where that is another one.";
        "style": Choice(&["gnu", "exact", "single"]), "style = \"single\"", "`gnu`: clusters of letters, and names that may be cut short; `exact`: names in full; `single`: names behind one dash.", Default("\"gnu\"");
        "stops": Bool, "stops = true", "Options end at the first operand.", Default("false");
        "dashless": Bool, "dashless = true", "The first operand may be options without a dash: `tar czf x`.", Default("false");
        "neutral": Bool, "neutral = true", "It changes nothing: as long as it touches no file, no rule need allow it.", Default("false");
        "stdin": Bool, "stdin = true", "Without operands it runs what it reads from its standard input.", Default("false");
        "shell": Bool, "shell = true", "Without a command it runs the script of shell that it reads from its standard input.", Default("false");
        "transparent": Bool, "transparent = true", "It has no leaf of its own: what it runs does.", Default("false");
        "appends": Bool, "appends = true", "What it runs gets more words from elsewhere.", Default("false");
    }
    "path" {
        "under": OneOrMore(&Form(Path)), "under = \"~/.ssh\"", "This path and everything below it.";
        "glob": OneOrMore(&Form(PathGlob)), "glob = \"./src/**/*.rs\"", "The whole path fits.";
        "is": OneOrMore(&Form(Path)), "is = \"/etc/passwd\"", "This path itself.";
        "in_set": Text, "in_set = \"private-places\"", "At or under one of the paths of this set.";
        "not": PLACE, "not = \"./docs\"", "The opposite of a path, a list or a table.";
        "fold": Bool, "fold = true, under = \"./Docs\"", "Ignores the case of ASCII letters; for file systems that do.", Default("false");
    }
    "url" {
        "host": OneOrMore(&Form(Host)), "host = \"*.x.org\"", "The host; `*.x.org` is any depth below `x.org`, not that itself.";
        "scheme": OneOrMore(&Form(Scheme)), "scheme = \"https\"", "The scheme; of one joined by a plus the one that says how it travels: `git+https` is `https`.";
        "port": OneOrMore(&PORT), "port = [443, 8443]", "The port; the scheme's own when the URL names none.";
        "path": OneOrMore(&Form(UrlPath)), "path = \"/api\"", "This path and everything below it.";
        "class": OneOrMore(&Choice(&["public", "private", "loopback"])), "class = \"private\"", "What kind of network the host is on, as far as its spelling tells; names are not looked up.";
        "cidr": OneOrMore(&Form(Range)), "cidr = \"10.0.0.0/8\"", "The host is an address in this range.";
    }
    "approvals" {
        "min": at_least(1), "min = 2", "How many people must count.", Default("1");
        "role": TEXTS, "role = \"reviewer\"", "Counts if the approver holds it, directly or by implication, or is in the set of `from`.";
        "from": Text, "from = \"council\"", "Counts if the approver is in this set, or holds the `role`.";
        "except": List(&Form(Field)), "except = [\"resource.created_by\"]", "Fields that name people whose approval does not count.";
        "max_age": Form(Duration), "max_age = \"7d\"", "Counts if it is not older.";
        "bound": Either(&Bool, &List(&Form(Field))), "bound = [\"resource.diff\"]", "`true`: counts if it carries `resource.digest`; a list: the digest of these fields.", Default("false");
    }
    "auth" {
        "max_age": Form(Duration), "max_age = \"5m\"", "The sign-in is not older.";
        "method": TEXTS, "method = \"passkey\"", "It was made in one of these ways.";
    }
    "session" {
        "max_age": Form(Duration), "max_age = \"12h\"", "The session is not older.";
        "max_idle": Form(Duration), "max_idle = \"30m\"", "It was used not longer ago.";
        "max_count": at_least(0), "max_count = 3", "The actor has at most so many (`actor.session.count`).";
    }
    "usage" {
        "counter": Text, "counter = \"api:{actor.id}\", over = 30, per = \"1m\"", "The counter's name; `{actor.id}` stands for that field's value.", Required;
        "over": at_least(0), "over = 30, counter = \"api\", per = \"1m\"", "In `when` and `unless`: holds when the count with this request is more. Needed there.";
        "max": at_least(0), "max = 30, counter = \"api\", per = \"1m\"", "In `require`: holds when the count with this request is at most that. Needed there.";
        "per": Form(Duration), "per = \"1m\", counter = \"api\", over = 30", "The window that the counter is kept for.", Required;
        "cost": Either(&at_least(0), &Form(Field)), "cost = \"input.weight\", counter = \"api\", over = 30, per = \"1m\"", "What this request counts for: a number, or a field that holds one.", Default("1");
    }
    "time" {
        "from": Form(Clock), "from = \"09:00\"", "Begins at this time.", Default("\"00:00\"");
        "to": Form(Clock), "to = \"17:00\"", "Ends before this time; earlier than `from` spans midnight.", Default("\"24:00\"");
        "days": OneOrMore(&Choice(&["mon", "tue", "wed", "thu", "fri", "sat", "sun"])), "days = [\"mon\", \"fri\"]", "The days on which it begins; a window over midnight belongs to the day it began.", Default("every day");
        "offset": Form(Offset), "offset = \"+01:00\"", "The offset from UTC.", Default("\"Z\"");
    }
    "delegated" {
        "from": Form(Field), "from = \"resource.owner\"", "The field that names who may pass the right on.", Required;
        "depth": at_least(1), "depth = 2, from = \"resource.owner\"", "How many grants a chain may have.", Default("1");
    }
    "examples" {
        "match": List(&Either(&Text, &Request)), "match = [\"git push\"]", "Commands, paths, URLs or requests that the rule must match.";
        "no_match": List(&Either(&Text, &Request)), "no_match = [{ action = \"Bash\", input = { command = \"git pull\" } }]", "Those that it must not match.";
    }
    "provenance" {
        "by": Either(&Text, &Date), "by = \"llm\"", "Who made the rule.";
        "model": Either(&Text, &Date), "model = \"m-1\"", "The model that proposed it.";
        "score": Either(&Text, &Date), "score = \"GREEN\"", "The score it was given.";
        "tier": Either(&Text, &Date), "tier = \"1\"", "The tier it was put in.";
        "reasoning": Either(&Text, &Date), "reasoning = \"only runs tests\"", "Why it was proposed.";
        "session": Either(&Text, &Date), "session = \"s-1\"", "The session it came from.";
        "record": Either(&Text, &Date), "record = \"01JABC\"", "The audit record it came from.";
        "at": Either(&Text, &Date), "at = 2026-09-01", "When it was made.";
        "approved_by": Either(&Text, &Date), "approved_by = \"viktor\"", "Who approved it.";
    }
    "action" {
        "fields": Named(&Form(FieldType)), "fields = { \"input.note\" = \"text?\" }", "Each field and its type.";
        "does": Table("does"), "does = { run = \"input.command\" }, fields = { \"input.command\" = \"command\" }", "What the action does to the thing that a field names.";
    }
    "does" {
        "run": FIELDS, "run = \"input.command\"", "Runs this command.";
        "read": FIELDS, "read = \"input.path\"", "Reads this path.";
        "write": FIELDS, "write = \"input.path\"", "Writes this path.";
        "delete": FIELDS, "delete = [\"input.path\"]", "Deletes this path.";
        "fetch": FIELDS, "fetch = \"input.url\"", "Fetches this URL.";
    }
    "test" {
        "name": Text, "name = \"pushing asks\"", "What the test states.";
        "request": Request, "request = { action = \"Bash\", input = { command = \"git push\" } }", "The request.", Required;
        "expect": Table("expect"), "expect = { effect = \"deny\" }", "The parts of the decision to compare.", Required;
    }
    "expect" {
        "effect": EFFECT, "effect = \"deny\"", "The effect.";
        "rule": Text, "rule = \"no-force-push\"", "The rule that is the basis.";
        "gap": Text, "gap = \"Bash\"", "The action whose default is the basis.";
        "matched": List(&Text), "matched = [\"no-force-push\"]", "The rules that fired, by name.";
        "unknown": List(&Text), "unknown = [\"facts.now\"]", "The fields that were unknown.";
        "shadow": List(&Text), "shadow = []", "The shadow rules that would have fired.";
        "near": List(&Text), "near = []", "The rules that nearly matched.";
        "close_calls": List(&Text), "close_calls = []", "The stricter rules that nearly matched.";
    }
}
