//! What an approval is bound to: a digest of the request's fields.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use sha2::{Digest, Sha256};

use super::Request;
use crate::catalogue::{FieldPath, canonical_name};
use crate::value::{Value, canonical_json};

/// Returns the SHA-256, in lower-case hex, that an approval with `bound = [fields..]` must carry: over the canonical
/// JSON of `[action, resource.type, resource.id, [[field, value], ..]]`, fields sorted, each once, null for an absent
/// value. `None` when a value holds a float, which front ends write differently, or a name is no field of a request.
///
/// ```
/// use doorward::{Request, digest};
///
/// let one = Request::from_json(br#"{"action":"proposal.apply","resource":{"diff":"+a"}}"#)?;
/// let two = Request::from_json(br#"{"action":"proposal.apply","resource":{"diff":"+b"}}"#)?;
/// assert_ne!(digest(&one, &["resource.diff"]), digest(&two, &["resource.diff"]));
/// # Ok::<(), doorward::RequestError>(())
/// ```
pub fn digest(request: &Request, fields: &[&str]) -> Option<String> {
    let paths: Option<Vec<FieldPath>> =
        fields.iter().map(|field| FieldPath::parse(field)).collect();
    digest_of(request, &paths?)
}

pub(crate) fn digest_of(request: &Request, fields: &[FieldPath]) -> Option<String> {
    let value = |path: &FieldPath| match request.get(path) {
        None => Some(Value::Null),
        Some(value) => (!holds_float(value)).then(|| value.clone()),
    };
    let field = |name: &str| FieldPath::parse(name).map_or(Some(Value::Null), |path| value(&path));
    let sorted: BTreeSet<String> = fields.iter().map(ToString::to_string).collect();
    let pairs: Option<Vec<Value>> = sorted
        .iter()
        .map(|name| {
            Some(Value::List(alloc::vec![
                Value::Text(name.clone()),
                field(name)?
            ]))
        })
        .collect();
    let action = request
        .action()
        .map_or(Value::Null, |action| canonical_name(action).into());
    let whole = Value::List(alloc::vec![
        action,
        field("resource.type")?,
        field("resource.id")?,
        Value::List(pairs?)
    ]);
    Some(sha256_hex(canonical_json(&whole).as_bytes()))
}

/// Returns the SHA-256 of `bytes` in lower-case hex.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn holds_float(value: &Value) -> bool {
    match value {
        Value::Float(_) => true,
        Value::List(items) => items.iter().any(holds_float),
        Value::Table(entries) => entries.values().any(holds_float),
        _ => false,
    }
}
