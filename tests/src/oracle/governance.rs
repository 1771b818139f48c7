//! `approvals auth session usage time delegated`: the conditions about people, counters and clocks.

use super::bad;
use super::evaluate::Scene;
use super::fields::Found;
use super::policy::{as_integer, as_text, text_or_list};
use super::request::{canonical, holds_float, texts};
use super::truth::Truth;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use toml::{Table, Value};

/// One such condition, as written.
#[derive(Debug, Clone)]
pub(super) enum Condition {
    Approvals {
        min: i64,
        role: Option<String>,
        from: Option<String>,
        except: Vec<String>,
        max_age: Option<i64>,
        bound: Bound,
    },
    Auth {
        max_age: Option<i64>,
        method: Option<Vec<String>>,
    },
    Session {
        max_age: Option<i64>,
        max_idle: Option<i64>,
        max_count: Option<i64>,
    },
    Usage {
        counter: String,
        over: Option<i64>,
        max: Option<i64>,
        per: String,
        cost: Cost,
    },
    Time {
        from: Option<i64>,
        to: Option<i64>,
        days: Option<Vec<String>>,
        offset: i64,
    },
    Delegated {
        from: String,
        depth: i64,
    },
}

/// What an approval must be bound to.
#[derive(Debug, Clone)]
pub(super) enum Bound {
    Nothing,
    /// `resource.digest`.
    Digest,
    /// The digest over these fields.
    Fields(Vec<String>),
}

/// What one call costs.
#[derive(Debug, Clone)]
pub(super) enum Cost {
    Of(i64),
    Field(String),
}

/// Reads one condition by its key.
pub(super) fn read(key: &str, table: &Table) -> Condition {
    let text = |key: &str| table.get(key).map(|value| as_text(value).to_owned());
    let integer = |key: &str| table.get(key).map(as_integer);
    let age = |key: &str| table.get(key).map(|value| duration(as_text(value)));
    let wanted = |key: &str| text(key).unwrap_or_else(|| bad(&format!("`{key}` is missing")));
    match key {
        "approvals" => Condition::Approvals {
            min: integer("min").unwrap_or(1),
            role: text("role"),
            from: text("from"),
            except: table.get("except").map(text_or_list).unwrap_or_default(),
            max_age: age("max_age"),
            bound: match table.get("bound") {
                Some(Value::Boolean(true)) => Bound::Digest,
                Some(Value::Array(_)) => {
                    Bound::Fields(table.get("bound").map(text_or_list).unwrap_or_default())
                }
                _ => Bound::Nothing,
            },
        },
        "auth" => Condition::Auth {
            max_age: age("max_age"),
            method: table.get("method").map(text_or_list),
        },
        "session" => Condition::Session {
            max_age: age("max_age"),
            max_idle: age("max_idle"),
            max_count: integer("max_count"),
        },
        "usage" => Condition::Usage {
            counter: wanted("counter"),
            over: integer("over"),
            max: integer("max"),
            per: wanted("per"),
            cost: match table.get("cost") {
                Some(Value::String(field)) => Cost::Field(field.clone()),
                Some(number) => Cost::Of(as_integer(number)),
                None => Cost::Of(1),
            },
        },
        "time" => Condition::Time {
            from: text("from").map(|t| time_of_day(&t)),
            to: text("to").map(|t| time_of_day(&t)),
            days: table.get("days").map(text_or_list),
            offset: text("offset").map_or(0, |t| offset(&t)),
        },
        "delegated" => Condition::Delegated {
            from: wanted("from"),
            depth: integer("depth").unwrap_or(1),
        },
        other => bad(&format!("condition `{other}`")),
    }
}

/// `90s 5m 12h 7d` in seconds.
fn duration(text: &str) -> i64 {
    let (number, unit) = text
        .split_at_checked(text.len().saturating_sub(1))
        .unwrap_or_else(|| bad("a duration"));
    let number: i64 = number
        .parse()
        .unwrap_or_else(|_| bad(&format!("duration `{text}`")));
    number
        * match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86_400,
            _ => bad(&format!("duration `{text}`")),
        }
}

/// `09:30` in seconds.
fn time_of_day(text: &str) -> i64 {
    let number = |text: &str| text.parse::<i64>().unwrap_or_else(|_| bad("a time of day"));
    let (hours, minutes) = text.split_once(':').unwrap_or_else(|| bad("a time of day"));
    number(hours) * 3600 + number(minutes) * 60
}

/// `+01:00` in seconds.
fn offset(text: &str) -> i64 {
    match text.split_at_checked(1) {
        Some(("+", rest)) => time_of_day(rest),
        Some(("-", rest)) => -time_of_day(rest),
        _ => bad("an offset begins with + or -"),
    }
}

impl Condition {
    /// The field of the request that this condition is about.
    pub(super) fn field(&self) -> &'static str {
        match self {
            Condition::Approvals { .. } => "facts.approvals",
            Condition::Auth { .. } => "actor.auth",
            Condition::Session { .. } => "actor.session",
            Condition::Usage { .. } => "facts.usage",
            Condition::Time { .. } => "facts.now",
            Condition::Delegated { .. } => "facts.grants",
        }
    }

    /// Whether it holds.
    pub(super) fn eval(&self, scene: &Scene<'_>) -> Truth {
        match self {
            Condition::Approvals { .. } => self.approvals(scene),
            Condition::Auth { max_age, method } => match scene.find("actor.auth") {
                Found::Value(Json::Object(_)) => {
                    let fresh = max_age.map(|bound| age(scene, "actor.auth.age_s", bound));
                    let by = method.as_ref().map(|wanted| {
                        match scene.request.text("actor.auth.method") {
                            Some(method) => Truth::of(wanted.iter().any(|w| w == method)),
                            None => Truth::missing(),
                        }
                    });
                    Truth::all(fresh.into_iter().chain(by))
                }
                other => without_table(other),
            },
            Condition::Session {
                max_age,
                max_idle,
                max_count,
            } => match scene.find("actor.session") {
                Found::Value(Json::Object(_)) => Truth::all(
                    [
                        Some(match scene.request.get("actor.session.revoked") {
                            Some(Json::Bool(revoked)) => Truth::of(!revoked),
                            _ => Truth::missing(),
                        }),
                        max_age.map(|bound| age(scene, "actor.session.age_s", bound)),
                        max_idle.map(|bound| age(scene, "actor.session.idle_s", bound)),
                        max_count.map(|bound| age(scene, "actor.session.count", bound)),
                    ]
                    .into_iter()
                    .flatten(),
                ),
                other => without_table(other),
            },
            Condition::Usage {
                counter,
                over,
                max,
                per,
                cost,
            } => {
                let Some(total) = total(scene, counter, per, cost) else {
                    return Truth::missing();
                };
                Truth::all(
                    over.map(|over| Truth::of(total > i128::from(over)))
                        .into_iter()
                        .chain(max.map(|max| Truth::of(total <= i128::from(max)))),
                )
            }
            Condition::Time {
                from,
                to,
                days,
                offset,
            } => match scene.request.integer("facts.now") {
                Some(now) => Truth::of(in_hours(now + offset, *from, *to, days.as_deref())),
                None => Truth::missing(),
            },
            Condition::Delegated { from, depth } => delegated(scene, from, *depth),
        }
    }

    /// Of a counter: what it would stand at with this call, and its bound.
    pub(super) fn spent(&self, scene: &Scene<'_>) -> Option<(i128, i128)> {
        let Condition::Usage {
            counter,
            over,
            max,
            per,
            cost,
        } = self
        else {
            return None;
        };
        let bound = over.or(*max)?;
        Some((total(scene, counter, per, cost)?, i128::from(bound)))
    }

    fn approvals(&self, scene: &Scene<'_>) -> Truth {
        let Condition::Approvals {
            min,
            role,
            from,
            except,
            max_age,
            bound,
        } = self
        else {
            return Truth::missing();
        };
        let Found::Value(Json::Array(approvals)) = scene.find("facts.approvals") else {
            return Truth::missing();
        };
        let Some(excluded) = excluded(scene, except) else {
            return Truth::missing();
        };
        let wanted_digest = match bound {
            Bound::Nothing => None,
            Bound::Digest => match scene.find("resource.digest") {
                Found::Value(Json::String(digest)) => Some(digest.clone()),
                Found::Value(_) => return Truth::missing(),
                _ => Some(String::new()),
            },
            Bound::Fields(fields) => match digest(scene, fields) {
                Some(digest) => Some(digest),
                None => return Truth::missing(),
            },
        };
        let mut counted: BTreeSet<String> = BTreeSet::new();
        // Reading 14.
        if !approvals.iter().all(Json::is_object) {
            return Truth::missing();
        }
        for approval in approvals {
            let text = |key: &str| approval.get(key).and_then(Json::as_str).unwrap_or_default();
            let by = text("by");
            let roles = approval.get("roles").and_then(texts).unwrap_or_default();
            let holds_role = role
                .as_ref()
                .is_some_and(|role| scene.closed(&roles).contains(role));
            let is_named = from
                .as_ref()
                .is_some_and(|set| scene.set_of(set).iter().any(|member| member == by));
            let may = (role.is_none() && from.is_none()) || holds_role || is_named;
            let fresh = match approval.get("age_s") {
                None | Some(Json::Null) => max_age.is_none(),
                Some(age) => age
                    .as_i64()
                    .is_some_and(|age| age >= 0 && max_age.is_none_or(|bound| age <= bound)),
            };
            let is_bound = wanted_digest
                .as_ref()
                .is_none_or(|wanted| !wanted.is_empty() && text("digest") == wanted);
            let person = person(by);
            if !person.is_empty() && may && !excluded.contains(&person) && fresh && is_bound {
                counted.insert(person);
            }
        }
        Truth::of(i64::try_from(counted.len()).unwrap_or(i64::MAX) >= *min)
    }
}

/// `actor.auth` or `actor.session` that is no table.
fn without_table(found: Found<'_>) -> Truth {
    match found {
        Found::LeftOut | Found::NotAField => Truth::False,
        _ => Truth::missing(),
    }
}

fn age(scene: &Scene<'_>, path: &str, bound: i64) -> Truth {
    match scene.request.integer(path) {
        Some(age) if age >= 0 => Truth::of(age <= bound),
        _ => Truth::missing(),
    }
}

/// Reading 34: who is meant by a name.
fn person(name: &str) -> String {
    name.trim().to_lowercase()
}

/// The people in `except`; `None` when a field is absent.
fn excluded(scene: &Scene<'_>, except: &[String]) -> Option<BTreeSet<String>> {
    let mut people = BTreeSet::new();
    for path in except {
        let Found::Value(value) = scene.find(path) else {
            return None;
        };
        match value {
            // Reading 22.
            Json::String(person) if person.is_empty() => return None,
            Json::String(name) => people.extend([person(name)]),
            list => people.extend(texts(list)?.iter().map(|name| person(name))),
        }
    }
    // An agent counts as each person it acts for.
    let persons = scene.request.get("actor.on_behalf_of").and_then(texts);
    if let (Some(id), Some(persons)) = (scene.request.text("actor.id"), persons) {
        let persons: Vec<String> = persons.iter().map(|name| person(name)).collect();
        if people.contains(&person(id)) {
            people.extend(persons);
        } else if persons.iter().any(|one| people.contains(one)) {
            people.extend([person(id)]);
        }
    }
    Some(people)
}

/// SHA-256 over `[action, resource.type, resource.id, [[field, value], ..]]`; `None` when a float is in it.
fn digest(scene: &Scene<'_>, fields: &[String]) -> Option<String> {
    let value = |path: &str| scene.request.get(path).cloned().unwrap_or(Json::Null);
    let mut fields = fields.to_vec();
    fields.sort();
    let action = if scene.action.is_empty() {
        Json::Null
    } else {
        json!(scene.action)
    };
    let values: Vec<Json> = fields
        .iter()
        .map(|field| {
            json!([
                field,
                if field == "action" {
                    action.clone()
                } else {
                    value(field)
                }
            ])
        })
        .collect();
    let whole = json!([action, value("resource.type"), value("resource.id"), values]);
    if holds_float(&whole) {
        return None;
    }
    Some(
        Sha256::digest(canonical(&whole).as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    )
}

/// `n + cost`; `None` when it cannot be told.
fn total(scene: &Scene<'_>, counter: &str, per: &str, cost: &Cost) -> Option<i128> {
    let Found::Value(Json::Object(usage)) = scene.find("facts.usage") else {
        return None;
    };
    let key = format!("{}/{per}", filled(scene, counter)?);
    let n = match usage.get(&key) {
        None | Some(Json::Null) => 0,
        Some(entry) => entry.get("n")?.as_i64()?,
    };
    let cost = match cost {
        Cost::Of(cost) => *cost,
        Cost::Field(path) => match scene.find(path) {
            Found::Value(value) => value.as_i64()?,
            _ => return None,
        },
    };
    if n < 0 || cost < 0 {
        None
    } else {
        Some(i128::from(n) + i128::from(cost))
    }
}

/// `api:{actor.id}` with the values put in, `: / %` in them escaped.
fn filled(scene: &Scene<'_>, template: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (path, after) = after.split_once('}')?;
        let value = match scene.find(path) {
            Found::Value(Json::String(text)) => text.clone(),
            Found::Value(value) => value.as_i64()?.to_string(),
            _ => return None,
        };
        out.push_str(before);
        out.push_str(
            &value
                .replace('%', "%25")
                .replace(':', "%3A")
                .replace('/', "%2F"),
        );
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

fn in_hours(local: i64, from: Option<i64>, to: Option<i64>, days: Option<&[String]>) -> bool {
    let (day, second) = (local.div_euclid(86_400), local.rem_euclid(86_400));
    // 1970-01-01 was a Thursday.
    let name = |day: i64| {
        ["thu", "fri", "sat", "sun", "mon", "tue", "wed"]
            .into_iter()
            .nth(usize::try_from(day.rem_euclid(7)).unwrap_or_default())
    };
    let on = |day: i64| {
        days.is_none_or(|days| days.iter().any(|wanted| Some(wanted.as_str()) == name(day)))
    };
    let (from, to) = (from.unwrap_or(0), to.unwrap_or(86_400));
    if to < from {
        (second >= from && on(day)) || (second < to && on(day - 1))
    } else {
        second >= from && second < to && on(day)
    }
}

/// A chain of at most `depth` grants leads from the owner to the actor.
fn delegated(scene: &Scene<'_>, from: &str, depth: i64) -> Truth {
    let Found::Value(Json::Array(grants)) = scene.find("facts.grants") else {
        return Truth::missing();
    };
    let Found::Value(Json::String(owner)) = scene.find(from) else {
        return Truth::missing();
    };
    if owner.is_empty()
        || scene.action.is_empty()
        || scene.request.text("actor.id") == Some("")
        || scene.request.text("resource.id") == Some("")
    {
        return Truth::missing();
    }
    let (Some(actor), Some(now)) = (
        scene.request.text("actor.id"),
        scene.request.integer("facts.now"),
    ) else {
        return Truth::missing();
    };
    let Some(resource) = scene.request.text("resource.id") else {
        return Truth::missing();
    };
    let text = |grant: &Json, key: &str| {
        grant
            .get(key)
            .and_then(Json::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let mut reached = BTreeSet::from([owner.clone()]);
    for _ in 0..depth {
        let mut next = reached.clone();
        for grant in grants {
            let about = super::fields::catalogue_name(&text(grant, "action")) == scene.action
                && text(grant, "resource") == resource;
            let lasts = grant
                .get("expires_at")
                .and_then(Json::as_i64)
                .is_some_and(|end| now < end);
            // Reading 22.
            let named = !text(grant, "by").is_empty() && !text(grant, "to").is_empty();
            if about && lasts && named && reached.contains(&text(grant, "by")) {
                next.insert(text(grant, "to"));
                if text(grant, "to") == actor {
                    return Truth::True;
                }
            }
        }
        reached = next;
    }
    Truth::False
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_over_midnight_belongs_to_the_day_it_began() {
        // 1970-01-05 was a Monday.
        let monday = 4 * 86_400;
        let (from, to, days) = (Some(22 * 3600), Some(6 * 3600), ["mon".to_owned()]);
        let inside = |second: i64| in_hours(second, from, to, Some(&days));
        assert!(inside(monday + 23 * 3600) && inside(monday + 86_400 + 5 * 3600));
        assert!(
            !inside(monday + 5 * 3600)
                && !inside(monday + 86_400 + 23 * 3600)
                && !inside(monday + 12 * 3600)
        );
        assert!(
            in_hours(monday + 9 * 3600, Some(9 * 3600), Some(17 * 3600), None)
                && !in_hours(monday + 17 * 3600, Some(9 * 3600), Some(17 * 3600), None)
        );
    }
}
