//! A random request: what a policy of [`super::policies`] asks about, with gaps.

use super::random::Random;
use super::words::{
    CATEGORIES, COMMANDS, DIGESTS, EMPTY, FILES, IDS, KINDS, LABELS, METHODS, OPAQUE, PATHS,
    PEOPLE, PLACES, REAL, REDIRECTS, ROLES, SCORES, SEPARATORS, SHELLS, STATUSES, TENANTS, TYPES,
    UNDECLARED, URLS,
};
use super::{Compound, Level};
use serde_json::{Map, Value, json};

type Table = Map<String, Value>;

/// A request; about one field in five is absent, null or of another type.
pub(super) fn request(r: &mut Random, level: Level) -> Value {
    let whole = level == Level::Whole;
    let mut out = Table::new();
    let action = match r.below(if whole { 12 } else { 7 }) {
        0..=2 => r.pick(UNDECLARED),
        3..=5 => r.pick(SHELLS),
        6..=8 => r.pick(FILES),
        9 => "WebFetch",
        10 => r.pick(&["note.add", "note.add", "tree.sync"]),
        _ => r.pick(&["Grep", "Glob", "apply_patch", "tree.sync"]),
    };
    if r.chance(98) {
        out.insert("action".into(), json!(action));
    } else {
        put(r, &mut out, "action", 0, json!(action));
    }
    let actor = actor(r, whole);
    put(r, &mut out, "actor", 95, actor);
    let resource = resource(r);
    put(r, &mut out, "resource", 90, resource);
    let input = input(r, action, whole);
    put(r, &mut out, "input", 95, input);
    let facts = facts(r, whole, &out);
    put(r, &mut out, "facts", 95, facts);
    Value::Object(out)
}

/// Puts a value as it should be in `percent` of the cases, else leaves it out, nulls it or gives it another type.
fn put(r: &mut Random, table: &mut Table, key: &str, percent: usize, value: Value) {
    let value = if r.chance(percent) {
        value
    } else {
        match r.below(8) {
            0..=3 => return,
            4 => Value::Null,
            5 => json!(7),
            6 => json!(1.5),
            _ => r.pick(&["x", ""]).into(),
        }
    };
    table.insert(key.into(), value);
}

fn actor(r: &mut Random, whole: bool) -> Value {
    let mut actor = Table::new();
    let id = r.pick(PEOPLE);
    put(r, &mut actor, "id", 88, json!(id));
    let kind = r.pick(KINDS);
    put(r, &mut actor, "kind", 85, json!(kind));
    let roles = if r.chance(15) {
        json!([])
    } else {
        json!(r.some(ROLES, 2))
    };
    put(r, &mut actor, "roles", 85, roles);
    let tenant = r.pick(TENANTS);
    put(r, &mut actor, "tenant", 60, json!(tenant));
    if kind == "agent" || r.chance(10) {
        let persons = if r.chance(15) {
            json!(["ana", 1])
        } else {
            json!(r.some(PEOPLE, 2))
        };
        put(r, &mut actor, "on_behalf_of", 75, persons);
    }
    if whole {
        let mut auth = Table::new();
        let age = r.pick(&[10, 300, 301, 3600, 9000, -1]);
        put(r, &mut auth, "age_s", 88, json!(age));
        let method = r.pick(METHODS);
        put(r, &mut auth, "method", 88, json!(method));
        put(r, &mut actor, "auth", 80, Value::Object(auth));
        let mut session = Table::new();
        put(r, &mut session, "id", 90, json!("s1"));
        let age = r.pick(&[60, 3600, 43_200, 43_201, 90_000, -5]);
        put(r, &mut session, "age_s", 88, json!(age));
        let idle = r.pick(&[5, 90, 91, 1800, 1801]);
        put(r, &mut session, "idle_s", 88, json!(idle));
        let revoked = r.chance(25);
        put(r, &mut session, "revoked", 88, json!(revoked));
        let count = r.pick(&[0, 1, 2, 3, -1]);
        put(r, &mut session, "count", 80, json!(count));
        put(r, &mut actor, "session", 80, Value::Object(session));
    }
    Value::Object(actor)
}

fn resource(r: &mut Random) -> Value {
    let mut resource = Table::new();
    for (key, words) in [
        ("type", TYPES),
        ("id", IDS),
        ("status", STATUSES),
        ("owner", PEOPLE),
        ("created_by", PEOPLE),
        ("assignee", PEOPLE),
        ("digest", DIGESTS),
    ] {
        let word = r.pick(words);
        put(r, &mut resource, key, 80, json!(word));
    }
    let shared = if r.chance(10) {
        json!(["ana", 2])
    } else {
        json!(r.some(PEOPLE, 2))
    };
    put(r, &mut resource, "shared_with", 70, shared);
    let weight = r.between(1, 9);
    put(r, &mut resource, "weight", 75, json!(weight));
    Value::Object(resource)
}

fn input(r: &mut Random, action: &str, whole: bool) -> Value {
    let mut input = Table::new();
    if SHELLS.contains(&action) {
        let line = line(r);
        put(r, &mut input, "command", 94, json!(line));
    } else if FILES.contains(&action) {
        let path = r.pick(PATHS);
        put(r, &mut input, "file_path", 92, json!(path));
    }
    match action {
        "WebFetch" => {
            let url = r.pick(URLS);
            put(r, &mut input, "url", 92, json!(url));
        }
        "Grep" | "Glob" => {
            let path = r.pick(PATHS);
            put(r, &mut input, "path", 80, json!(path));
        }
        "apply_patch" => {
            let mut patch = String::from("*** Begin Patch\n");
            for _ in 0..r.pick(&[0, 1, 1, 1, 2]) {
                let header = r.pick(&[
                    "*** Add File: ",
                    "*** Update File: ",
                    "*** Delete File: ",
                    "*** Move to: ",
                    " *** Add File:",
                    "+*** Add File: ",
                ]);
                patch.push_str(&format!("{header}{}\n", r.pick(PATHS)));
            }
            patch.push_str("*** End Patch\n");
            put(r, &mut input, "patch", 92, json!(patch));
        }
        "tree.sync" => {
            let tree = r.pick(PATHS);
            put(r, &mut input, "tree", 85, json!(tree));
            let copy = r.pick(PATHS);
            put(r, &mut input, "copy", 70, json!(copy));
            let line = line(r);
            put(r, &mut input, "after", 60, json!(line));
            let url = r.pick(URLS);
            put(r, &mut input, "from", 60, json!(url));
        }
        "note.add" => {
            let path = r.pick(PATHS);
            put(r, &mut input, "target", 60, json!(path));
        }
        _ => {}
    }
    let priority = r.between(1, 9);
    put(r, &mut input, "priority", 80, json!(priority));
    let category = r.pick(CATEGORIES);
    put(r, &mut input, "category", 80, json!(category));
    let labels = if r.chance(10) {
        json!([1.5])
    } else {
        json!(r.some(LABELS, 2))
    };
    put(r, &mut input, "labels", 75, labels);
    let verified = r.chance(50);
    put(r, &mut input, "verified", 70, json!(verified));
    if whole && UNDECLARED.contains(&action) {
        let level = r.pick(&["high", "low"]);
        put(r, &mut input, "settings", 70, json!({"level": level}));
        if r.chance(20) {
            let path = r.pick(&[
                "~/.ssh/id_rsa",
                "/etc/passwd",
                "./src/a.rs",
                "see ~/.ssh",
                "https://docs.rs/serde",
                "https://a.example.org/x",
            ]);
            input.insert("target".into(), json!(path));
        }
        if r.chance(10) {
            let command = r.pick(&["git push -f", "rm -rf build", "$X push", "echo hi"]);
            input.insert("command".into(), json!(command));
        }
    }
    Value::Object(input)
}

/// A shell line: mostly simple commands, sometimes several, sometimes one that is not followed.
fn line(r: &mut Random) -> String {
    if r.chance(14) {
        return r.pick(OPAQUE).into();
    }
    if r.chance(4) {
        return r.pick(EMPTY).into();
    }
    let mut line = String::new();
    let count = if r.chance(55) { 1 } else { 2 + r.below(2) };
    for number in 0..count {
        if number > 0 {
            line.push_str(r.pick(SEPARATORS));
        }
        line.push_str(r.pick(COMMANDS));
        if r.chance(25) {
            line.push_str(r.pick(REDIRECTS));
        }
    }
    line
}

/// Commands that are plain by themselves.
fn plain_command(r: &mut Random) -> &'static str {
    loop {
        let command = r.pick(COMMANDS);
        // An assignment, and a reserved word, are not.
        if !command.starts_with("x= ") && !command.starts_with("in ") {
            return command;
        }
    }
}

/// Two to four plain commands, with and without redirects.
pub(super) fn compound(r: &mut Random) -> Compound {
    let count = 2 + r.below(3);
    let commands = (0..count).map(|_| {
        let mut redirects = String::new();
        while r.chance(30) {
            let redirect = r.pick(REDIRECTS);
            // A `~` is not plain, and `> x y` is a word more of the command.
            if redirect != " > ~" && redirect != " > x y" {
                redirects.push_str(redirect);
            }
        }
        (plain_command(r).to_owned(), redirects)
    });
    let commands = commands.collect();
    let separators = (1..count).map(|_| r.pick(SEPARATORS).to_owned()).collect();
    Compound {
        commands,
        separators,
    }
}

/// One plain command without quotes, and the same spelled in another way.
pub(super) fn respelled(r: &mut Random) -> (String, String) {
    let command = loop {
        let command = plain_command(r);
        if !command.contains(['\'', '"', '\\', ']']) {
            break command;
        }
    };
    let mut other = String::new();
    for word in command.split_ascii_whitespace() {
        other.push_str(r.pick(&[" ", "  ", "\t", " \\\n ", "\\\n "]));
        for c in word.chars() {
            match r.below(8) {
                0 => other.push_str(&format!("'{c}'")),
                1 => other.push_str(&format!("\"{c}\"")),
                2 => other.push_str(&format!("\\{c}")),
                3 => other.push_str(&format!("''{c}\"\"")),
                4 => other.push_str(&format!("\\\n{c}")),
                _ => other.push(c),
            }
        }
    }
    (command.to_owned(), other)
}

fn facts(r: &mut Random, whole: bool, request: &Table) -> Value {
    let mut facts = Table::new();
    let now = r.pick(&[
        1_790_000_000_i64,
        1_790_000_001,
        1_789_974_000,
        1_790_550_000,
        1_798_761_599,
        1_798_761_600,
    ]);
    put(r, &mut facts, "now", 85, json!(now));
    let cwd = r.pick(PLACES);
    put(r, &mut facts, "cwd", 85, json!(cwd));
    put(r, &mut facts, "home", 85, json!("/home/user"));
    put(r, &mut facts, "project", 80, json!("/home/user/project"));
    if whole {
        if r.chance(40) {
            let mut resolved = Table::new();
            for path in [
                "/home/user/project/src/a.rs",
                "/etc/passwd",
                "/home/user/.ssh/id_rsa",
                "/etc",
                "/home/user/project/out.txt",
                "/home/user/project/src",
                "~/.ssh/id_rsa",
                "/home/user/project",
                "/home/user/project/src/../../.ssh/x",
                "/home/user/a/../../x",
            ] {
                if r.chance(60) {
                    let real = r.pick(REAL);
                    let real = match r.chance(20) {
                        true => json!([real, r.pick(REAL)]),
                        false => json!(real),
                    };
                    put(r, &mut resolved, path, 85, real);
                }
            }
            put(r, &mut facts, "resolved", 93, Value::Object(resolved));
        }
        let risk = r.between(1, 9);
        put(r, &mut facts, "risk", 80, json!(risk));
        let region = r.pick(&["east", "west"]);
        put(r, &mut facts, "region", 65, json!(region));
        let score = r.pick(SCORES);
        put(
            r,
            &mut facts,
            "llm",
            80,
            json!({"score": score, "tokens": 0.5}),
        );
        let usage = usage(r);
        put(r, &mut facts, "usage", 85, usage);
        let approvals: Vec<Value> = (0..r.below(4)).map(|_| approval(r)).collect();
        put(r, &mut facts, "approvals", 85, json!(approvals));
        let grants: Vec<Value> = (0..r.below(4)).map(|_| grant(r, now, request)).collect();
        put(r, &mut facts, "grants", 85, json!(grants));
    }
    Value::Object(facts)
}

fn usage(r: &mut Random) -> Value {
    let mut usage = Table::new();
    for key in [
        "api:ana/1m",
        "api:ben/1m",
        "api:eva/1m",
        "res:t1/1h",
        "res:t2/1h",
        "res:a%2Fb%3Ac/1h",
        "all/1d",
    ] {
        let n = r.pick(&[0, 24, 25, 26, 29, 30, 31, 100, -1]);
        put(r, &mut usage, key, 70, json!({"n": n, "reset_s": 12}));
    }
    Value::Object(usage)
}

fn approval(r: &mut Random) -> Value {
    let mut approval = Table::new();
    let by = r.pick(&["ana", "ben", "eva", "bot", ""]);
    put(r, &mut approval, "by", 95, json!(by));
    let roles = r.some(ROLES, 2);
    put(r, &mut approval, "roles", 95, json!(roles));
    let age = r.pick(&[0, 60, 3600, 3601, 604_800, 604_801]);
    put(r, &mut approval, "age_s", 95, json!(age));
    let digest = r.pick(&["9f", "9f", "9f", "9e", ""]);
    put(r, &mut approval, "digest", 90, json!(digest));
    if r.chance(3) {
        return json!("ana");
    }
    Value::Object(approval)
}

/// A grant, mostly from the owner to the actor about what the request asks for.
fn grant(r: &mut Random, now: i64, request: &Table) -> Value {
    let of = |table: &str, key: &str| {
        request
            .get(table)
            .and_then(|table| table.get(key))
            .and_then(Value::as_str)
            .unwrap_or("ana")
            .to_owned()
    };
    let mostly = |r: &mut Random, fits: String, words: &[&str]| {
        if r.chance(75) {
            fits
        } else if r.chance(10) {
            String::new()
        } else {
            r.pick(words).to_owned()
        }
    };
    let mut grant = Table::new();
    let by = mostly(r, of("resource", "owner"), PEOPLE);
    put(r, &mut grant, "by", 97, json!(by));
    let to = mostly(r, of("actor", "id"), PEOPLE);
    put(r, &mut grant, "to", 97, json!(to));
    let name = request
        .get("action")
        .and_then(Value::as_str)
        .unwrap_or("Bash")
        .to_owned();
    let action = mostly(r, name, &["task.update", "Bash"]);
    put(r, &mut grant, "action", 97, json!(action));
    let id = mostly(r, of("resource", "id"), IDS);
    put(r, &mut grant, "resource", 97, json!(id));
    let end = now + r.pick(&[-60, 60, 3600]);
    put(r, &mut grant, "expires_at", 97, json!(end));
    if r.chance(3) {
        return json!(["ana"]);
    }
    Value::Object(grant)
}
