//! What was missing, as a person reads it: the rule, each condition, and a caret under the byte where a text died.

use std::fmt;

use doorward::{BlockedBy, Flips, Missing, MissingKind, NearMiss, Request, Shown, Status};

use super::page::{bold, dim, row, short};
use crate::terminal::printable;

/// The most characters of a text that are shown on either side of the caret.
const BEFORE: usize = 80;
const AFTER: usize = 60;

/// Writes the near misses of a decision on `request`.
pub(super) fn near(page: &mut String, request: &Request, near: &[NearMiss]) -> fmt::Result {
    for miss in near {
        row(
            page,
            "near",
            &format!("{} {}", bold(&short(&miss.rule)), headline(miss)),
        )?;
        lacks(page, request, miss)?;
    }
    Ok(())
}

/// Writes the stricter rules that nearly fired.
pub(super) fn close_calls(page: &mut String, request: &Request, calls: &[NearMiss]) -> fmt::Result {
    for call in calls {
        let verb = call.effect.as_str();
        row(
            page,
            "close",
            &format!("{} nearly applied ({verb})", bold(&short(&call.rule))),
        )?;
        lacks(page, request, call)?;
    }
    Ok(())
}

fn headline(miss: &NearMiss) -> String {
    let effect = miss.effect.as_str();
    let how = match miss.status {
        Status::Pending => format!("({effect}) is about it and waits for this"),
        Status::Near => format!("({effect}) nearly fits"),
        Status::Exempt => format!("({effect}) would be off with this"),
    };
    let then = match miss.flips {
        Some(Flips::Yes) => "mended, it is allowed".to_owned(),
        Some(Flips::No) if miss.blocked_by.is_empty() => "nothing mends that".to_owned(),
        Some(Flips::No) => {
            let by = miss.blocked_by.iter().map(|blocker| match &blocker.by {
                BlockedBy::Rule(rule) => short(rule),
                BlockedBy::Gap(_) => "a gap".to_owned(),
            });
            let mut by: Vec<String> = by.collect();
            by.dedup();
            format!("mended, it is still held up by {}", by.join(", "))
        }
        Some(Flips::Maybe) | None => "mended, it may be allowed".to_owned(),
    };
    format!("{how}; {then}:")
}

fn lacks(page: &mut String, request: &Request, miss: &NearMiss) -> fmt::Result {
    for missing in &miss.missing {
        row(page, "", &format!("- {}", said(missing)))?;
        caret(page, request, missing)?;
        // Stand-ins for people who have yet to agree are no command to follow.
        let stand_ins = missing.kind == MissingKind::Approvals;
        if let Some(fix) = missing.fix.as_ref().filter(|_| !stand_ins) {
            row(
                page,
                "",
                &format!(
                    "  {}",
                    dim(&format!("{} = {}", short(&fix.set), json(&fix.to)))
                ),
            )?;
        }
    }
    Ok(())
}

/// Says of one condition what is wanted and what is there.
fn said(missing: &Missing) -> String {
    let field = short(&missing.field);
    let want = json(&missing.want);
    let retry = missing
        .retry_after_s
        .map(|seconds| format!("in {seconds} s"));
    // Where a caret stands below the text, the text is there.
    let seen = missing
        .seen
        .as_ref()
        .filter(|_| missing.at.is_none())
        .map(json);
    let mut notes = Vec::new();
    match missing.kind {
        MissingKind::Approvals => {
            notes.push(format!(
                "{} of {} count",
                missing.have.unwrap_or(0),
                missing.need.unwrap_or(0)
            ));
            notes.extend(missing.ignored.iter().map(|ignored| {
                let by = if ignored.by.is_empty() {
                    "nobody"
                } else {
                    &ignored.by
                };
                format!("{} does not: {}", short(by), ignored.why.as_str())
            }));
        }
        MissingKind::Usage => {
            if let (Some(have), Some(need)) = (missing.have, missing.need) {
                notes.push(format!("{have} of {need}"));
            }
            notes.extend(missing.left.map(|left| format!("{left} left")));
        }
        MissingKind::Auth | MissingKind::Session => {
            notes.extend(seen.map(|seen| format!("it is {seen} s")));
        }
        _ => notes.extend(seen.map(|seen| format!("it is {seen}"))),
    }
    notes.extend(retry);
    if notes.is_empty() {
        format!("{field} {want}")
    } else {
        format!("{field} {want}; {}", notes.join(", "))
    }
}

/// Draws the request's own text with a caret under the byte where it died.
fn caret(page: &mut String, request: &Request, missing: &Missing) -> fmt::Result {
    let (Some(at), Some(expected)) = (missing.at, &missing.expected) else {
        return Ok(());
    };
    let field = missing.fix.as_ref().map_or_else(
        || match missing.field.as_str() {
            "command" => "input.command",
            "path" => "input.file_path",
            "url" => "input.url",
            "cwd" => "facts.cwd",
            field => field,
        },
        |fix| fix.set.as_str(),
    );
    let text = request.text(field).unwrap_or_default();
    let Some((before, after)) = text.split_at_checked(at) else {
        return Ok(());
    };
    let before = before.rsplit('\n').next().unwrap_or_default();
    let after = after.split('\n').next().unwrap_or_default();
    let skipped = before.chars().count().saturating_sub(BEFORE);
    let mut shown: String = before.chars().skip(skipped).collect();
    if skipped > 0 {
        shown.insert(0, '…');
    }
    let shown = printable(&shown);
    let rest: String = after.chars().take(AFTER).collect();
    row(page, "", &format!("  {shown}{}", printable(&rest)))?;
    let wanted = if expected.is_empty() {
        "the word should end here".to_owned()
    } else {
        format!("expected `{}`", short(expected))
    };
    let pad = " ".repeat(shown.chars().count());
    row(
        page,
        "",
        &format!("  {pad}{}", bold(&format!("^ {wanted}"))),
    )
}

/// Returns a value as JSON, cut when it is long.
fn json(value: &Shown) -> String {
    short(&value.to_string())
}
