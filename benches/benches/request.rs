//! JSON text to request, beside `serde_json` reading the same text into a value.
#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot be set up must stop"
)]

mod report;

use std::hint::black_box;

use doorward::Request;
use doorward_benches::arguments::Arguments;
use doorward_benches::timing::each;
use doorward_benches::{approvals_request, write_request};
use report::{Pair, Report};
use serde_json::Value;

fn main() {
    let mut report = Report::new(&Arguments::read());
    report.pair(&pair("tool-call-256B", 256, "Write", write_request));
    report.pair(&pair("text-64KiB", 65_536, "Write", write_request));
    report.pair(&pair(
        "list-64KiB",
        65_536,
        "proposal.apply",
        approvals_request,
    ));
    report.finish();
}

fn pair(name: &str, bytes: usize, action: &str, make: fn(usize) -> String) -> Pair {
    let text = make(bytes);
    assert_eq!(text.len(), bytes, "the name says the size");
    let request = Request::from_json(text.as_bytes()).expect("the workload is a request");
    assert_eq!(request.action(), Some(action));
    let value: Value = serde_json::from_str(&text).expect("the workload is JSON");
    assert_eq!(value.get("action").and_then(Value::as_str), Some(action));
    let same = text.clone();
    Pair {
        name: format!("request/{name}"),
        measured: each(move || {
            let request = Request::from_json(black_box(text.as_bytes())).expect("it reads");
            black_box(request);
        }),
        over: "serde_json",
        baseline: each(move || {
            let value = serde_json::from_slice::<Value>(black_box(same.as_bytes()));
            black_box(value.expect("it reads"));
        }),
    }
}
