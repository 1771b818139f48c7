//! What a vector may write short: requests as TOML tables, repeated text, base64.

use std::fmt::Write;

use toml::{Table, Value};

/// Returns the JSON text of a request written as TOML, its `{ repeat, count }` tables expanded.
pub(super) fn json_of(value: &Value) -> Result<String, String> {
    let mut out = String::new();
    write_json(value, &mut out)?;
    Ok(out)
}

/// Returns a text that is written in full, as `{ repeat, count }`, or as a list of such parts.
pub(super) fn text_of(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Table(table) => {
            repeated(table)?.ok_or_else(|| "expected a text or { repeat, count }".to_owned())
        }
        Value::Array(parts) => parts.iter().map(text_of).collect(),
        _ => Err("expected a text, { repeat, count } or a list of these".to_owned()),
    }
}

/// Returns the text of a table `{ repeat, count }`, or nothing when the table is another one.
fn repeated(table: &Table) -> Result<Option<String>, String> {
    let (Some(text), Some(count), 2) = (table.get("repeat"), table.get("count"), table.len())
    else {
        return Ok(None);
    };
    let count = count
        .as_integer()
        .and_then(|count| usize::try_from(count).ok())
        .ok_or("`count` must be 0 or more")?;
    Ok(Some(
        text.as_str()
            .ok_or("`repeat` must be a text")?
            .repeat(count),
    ))
}

fn write_json(value: &Value, out: &mut String) -> Result<(), String> {
    match value {
        Value::String(text) => write_text(text, out),
        Value::Integer(number) => {
            let _ = write!(out, "{number}");
        }
        Value::Float(number) if number.is_finite() => {
            let _ = write!(out, "{number:?}");
        }
        Value::Float(_) => {
            return Err(
                "a request can not hold an infinite float or NaN; write request_json".to_owned(),
            );
        }
        Value::Boolean(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Datetime(_) => {
            return Err("a request can not hold a date; write it as a text".to_owned());
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_json(item, out)?;
            }
            out.push(']');
        }
        Value::Table(table) => {
            if let Some(text) = repeated(table)? {
                write_text(&text, out);
                return Ok(());
            }
            out.push('{');
            for (at, (key, item)) in table.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_text(key, out);
                out.push(':');
                write_json(item, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if u32::from(c) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Returns `bytes` in base64 with padding, as RFC 4648 section 4.
#[must_use]
pub fn base64_encode(bytes: &[u8]) -> String {
    let digit = |bits: u32| char::from(ALPHABET.get((bits & 63) as usize).copied().unwrap_or(b'='));
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        out.push(digit(bits >> 18));
        out.push(digit(bits >> 12));
        out.push(if chunk.len() > 1 {
            digit(bits >> 6)
        } else {
            '='
        });
        out.push(if chunk.len() > 2 { digit(bits) } else { '=' });
    }
    out
}

/// Returns the bytes of a base64 text with padding.
///
/// # Errors
///
/// A text that names the first byte that is no base64 digit, or says that the length is wrong.
pub fn base64_decode(text: &str) -> Result<Vec<u8>, String> {
    let digits = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - digits.len() > 2 {
        return Err("base64 comes in groups of four, padded with at most two `=`".to_owned());
    }
    let mut out = Vec::with_capacity(digits.len() * 3 / 4);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for (at, byte) in digits.bytes().enumerate() {
        let value = ALPHABET
            .iter()
            .position(|known| *known == byte)
            .and_then(|value| u32::try_from(value).ok());
        let value = value.ok_or_else(|| format!("byte {at} is no base64 digit"))?;
        bits = (bits << 6 | value) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.extend(u8::try_from(bits >> held & 0xff));
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_agrees_with_rfc_4648_section_10() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64_encode(plain.as_bytes()), coded);
            assert_eq!(base64_decode(coded).unwrap(), plain.as_bytes());
        }
        assert!(base64_decode("Zg").is_err());
        assert!(base64_decode("Z-==").is_err());
    }

    #[test]
    fn a_repeat_expands_inside_a_request() {
        let table: Table =
            "a = { repeat = 'xy', count = 2 }\nb = { repeat = 'z', count = 1, more = 1 }"
                .parse()
                .unwrap();
        assert_eq!(
            json_of(&Value::Table(table)).unwrap(),
            r#"{"a":"xyxy","b":{"count":1,"more":1,"repeat":"z"}}"#
        );
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(
            json_of(&Value::String("a\n\"\\\u{1}é".to_owned())).unwrap(),
            r#""a\u000a\"\\\u0001é""#
        );
    }
}
