//! Reading a request, compared with what `serde_json` reads.

use doorward::{Request, RequestBuilder, RequestError, RequestErrorKind};
use serde_json::Value;

/// Codes of requests that are JSON objects all the same: we refuse more than `serde_json` does.
const STRICTER: [&str; 4] = [
    "duplicate-key",
    "number-out-of-range",
    "too-deep",
    "too-large",
];

/// Codes that the beginning of a good request may get: the cut can fall into a character, an escape, or a number whose
/// fraction or exponent is gone.
const CUT: [&str; 5] = [
    "truncated",
    "invalid-utf8",
    "lone-surrogate",
    "number-out-of-range",
    "not-finite",
];

/// Checks that reading `data` never panics, accepts nothing that `serde_json` refuses, reads the same values, refuses
/// what is cut off, and names what it refuses.
pub fn check(data: &[u8]) {
    let theirs = serde_json::from_slice::<Value>(data);
    match Request::from_json(data) {
        Ok(request) => {
            let theirs = theirs.expect("serde_json accepts what we accept");
            accepted(data, &request, &theirs);
        }
        Err(error) => {
            refused(data, &error);
            if theirs.is_ok_and(|value| value.is_object()) {
                assert!(STRICTER.contains(&error.code()), "{error}");
            }
        }
    }
}

fn accepted(data: &[u8], request: &Request, theirs: &Value) {
    assert_eq!(
        request.action(),
        theirs.get("action").and_then(Value::as_str)
    );
    // serde_json reads `-0` as a float; nothing else differs.
    if !has_negative_zero(theirs) {
        let mut builder = RequestBuilder::new();
        build(&mut builder, theirs).expect("the values are within range");
        let built = builder.finish().expect("the value is a table");
        assert_eq!(*request, built, "both ways in read the same request");
    }
    let padded = [b" \n".as_slice(), data, b"\t\r\n"].concat();
    assert_eq!(Request::from_json(&padded).as_ref(), Ok(request));

    let text = data.trim_ascii();
    let at = usize::from(data[data.len() / 2]) * 7919 % text.len();
    let error = Request::from_json(&text[..at]).expect_err("a beginning is no request");
    assert!(CUT.contains(&error.code()), "cut at byte {at}: {error}");
    refused(&text[..at], &error);

    if let Some(key) = theirs.as_object().and_then(|entries| entries.keys().next()) {
        let respelled: String = key
            .encode_utf16()
            .map(|unit| format!("\\u{unit:04x}"))
            .collect();
        let again = [
            &text[..text.len() - 1],
            format!(",\"{respelled}\":0}}").as_bytes(),
        ]
        .concat();
        let error = Request::from_json(&again).expect_err("one key stands twice");
        assert_eq!(error.code(), "duplicate-key");
    }

    let twice = [text, text].concat();
    let error = Request::from_json(&twice).expect_err("two requests are no request");
    assert_eq!(
        (error.code(), error.offset()),
        ("trailing-data", Some(text.len()))
    );
}

fn refused(data: &[u8], error: &RequestError) {
    assert!(RequestErrorKind::CODES.contains(&error.code()));
    assert!(
        error.offset().is_none_or(|offset| offset <= data.len()),
        "{error}"
    );
    let json = doorward::wire::error_json(error);
    let json: Value = serde_json::from_str(&json).expect("an error is JSON");
    assert_eq!(json["error"]["code"], error.code());
    assert_eq!(json["error"]["message"], error.to_string());
}

fn has_negative_zero(value: &Value) -> bool {
    match value {
        Value::Number(number) => number
            .as_f64()
            .is_some_and(|float| float == 0.0 && float.is_sign_negative()),
        Value::Array(items) => items.iter().any(has_negative_zero),
        Value::Object(entries) => entries.values().any(has_negative_zero),
        _ => false,
    }
}

/// Walks `value` as a binding walks a mapping of its language.
fn build(builder: &mut RequestBuilder, value: &Value) -> Result<(), RequestError> {
    match value {
        Value::Null => builder.null(),
        Value::Bool(value) => builder.boolean(*value),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => builder.integer(integer),
            None => builder.float(number.as_f64().expect("no arbitrary precision")),
        },
        Value::String(text) => builder.text(text),
        Value::Array(items) => {
            builder.begin_list()?;
            items.iter().try_for_each(|item| build(builder, item))?;
            builder.end_list()
        }
        Value::Object(entries) => {
            builder.begin_table()?;
            for (key, value) in entries {
                builder.key(key)?;
                build(builder, value)?;
            }
            builder.end_table()
        }
    }
}
