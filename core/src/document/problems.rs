//! Collects what is wrong with one file, each remark with its place.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::error::{Diagnostic, Severity};

/// The remarks on one file.
#[derive(Debug)]
pub(crate) struct Problems<'s> {
    file: &'s str,
    text: &'s str,
    /// Byte offset of the start of each line.
    lines: Vec<usize>,
    found: Vec<Diagnostic>,
}

impl<'s> Problems<'s> {
    pub(crate) fn new(file: &'s str, text: &'s str) -> Self {
        let starts = text
            .bytes()
            .enumerate()
            .filter(|(_, byte)| *byte == b'\n')
            .map(|(at, _)| at + 1);
        Self {
            file,
            text,
            lines: core::iter::once(0).chain(starts).collect(),
            found: Vec::new(),
        }
    }

    pub(crate) fn error(
        &mut self,
        code: &'static str,
        span: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<Option<String>>,
    ) {
        self.add(Severity::Error, code, span, message.into(), hint.into());
    }

    pub(crate) fn warning(
        &mut self,
        code: &'static str,
        span: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<Option<String>>,
    ) {
        self.add(Severity::Warning, code, span, message.into(), hint.into());
    }

    /// Returns how many errors there are by now.
    pub(crate) fn errors(&self) -> usize {
        self.found
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .count()
    }

    /// Returns the line of a byte offset, from 1.
    pub(crate) fn line(&self, offset: usize) -> u32 {
        u32::try_from(self.lines.partition_point(|start| *start <= offset)).unwrap_or(u32::MAX)
    }

    /// Returns every remark, by place.
    pub(crate) fn into_diagnostics(mut self) -> Vec<Diagnostic> {
        self.found
            .sort_by(|a, b| (a.line, a.column, a.code).cmp(&(b.line, b.column, b.code)));
        self.found.dedup();
        self.found
    }

    /// Returns an error at `span` without adding it.
    pub(crate) fn at(
        &self,
        code: &'static str,
        span: Range<usize>,
        message: String,
        hint: Option<String>,
    ) -> Diagnostic {
        self.diagnostic(Severity::Error, code, span, message, hint)
    }

    fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        span: Range<usize>,
        message: String,
        hint: Option<String>,
    ) {
        let diagnostic = self.diagnostic(severity, code, span, message, hint);
        self.found.push(diagnostic);
    }

    fn diagnostic(
        &self,
        severity: Severity,
        code: &'static str,
        span: Range<usize>,
        message: String,
        hint: Option<String>,
    ) -> Diagnostic {
        let line = self.line(span.start);
        let index = usize::try_from(line)
            .unwrap_or(usize::MAX)
            .saturating_sub(1);
        let start = self.lines.get(index).copied().unwrap_or(0);
        let column = self
            .text
            .get(start..span.start)
            .map_or(0, |before| before.chars().count());
        let column = u32::try_from(column).unwrap_or(u32::MAX).saturating_add(1);
        Diagnostic {
            severity,
            code,
            message,
            file: self.file.into(),
            line,
            column,
            span,
            hint,
        }
    }
}
