//! Striking out what was found. It never keeps a byte of what it strikes but the line breaks.

use crate::{Finding, Screener};
use kept_terms::SpecialCategory;
use std::ops::Range;

/// What stands where something was struck out.
const STRUCK: &str = "[removed]";

/// How often a text is looked at again. What is left may tell something once what stood between is
/// gone; hardly any text needs a second look.
const LOOKS_MAX: usize = 8;

/// A text without what tells a special category about a person: nothing is found in what is given.
/// Where striking statements does not come to an end, nothing of the text is left.
pub fn strike(screener: &Screener, text: &str) -> String {
    strike_but(screener, text, None)
}

/// The same, but for one category, which may be told.
pub fn strike_but(screener: &Screener, text: &str, told: Option<SpecialCategory>) -> String {
    let mut left = text.to_owned();
    for _ in 0..LOOKS_MAX {
        let mut findings = screener.screen(&left);
        findings.retain(|finding| Some(finding.category) != told);
        if findings.is_empty() {
            return left;
        }
        left = redact(&left, &findings);
    }
    STRUCK.to_owned()
}

/// Replaces each finding's span by `[removed]`; spans that overlap or touch are struck as one.
/// Line breaks inside a span stay, so that lines keep their numbers. A span that does not fit the
/// text is widened or cut until it does: rather a word too many than half a statement.
pub fn redact(text: &str, findings: &[Finding]) -> String {
    let fitted = findings.iter().map(|it| fit(text, &it.span));
    let mut spans: Vec<Range<usize>> = fitted.filter(|it| it.start < it.end).collect();
    spans.sort_by_key(|it| (it.start, it.end));
    let mut redacted = String::with_capacity(text.len());
    let mut done = 0;
    let mut spans = spans.into_iter().peekable();
    while let Some(mut span) = spans.next() {
        while let Some(next) = spans.next_if(|next| next.start <= span.end) {
            span.end = span.end.max(next.end);
        }
        redacted.push_str(text.get(done..span.start).unwrap_or(""));
        redacted.push_str(STRUCK);
        let struck = text.get(span.clone()).unwrap_or("");
        redacted.extend(struck.chars().filter(|it| matches!(it, '\n' | '\r')));
        done = span.end;
    }
    redacted.push_str(text.get(done..).unwrap_or(""));
    redacted
}

/// The smallest range of whole characters that covers `span` within `text`.
fn fit(text: &str, span: &Range<usize>) -> Range<usize> {
    let mut start = span.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = span.end.min(text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;
    use kept_terms::SpecialCategory;

    #[track_caller]
    fn check(text: &str, spans: &[(usize, usize)], expected: &str) {
        let finding = |(start, end): &(usize, usize)| Finding {
            category: SpecialCategory::Health,
            span: *start..*end,
        };
        let findings: Vec<Finding> = spans.iter().map(finding).collect();
        assert_eq!(redact(text, &findings), expected);
    }

    #[test]
    fn spans_are_struck() {
        check("one two three", &[], "one two three");
        check("one two three", &[(4, 7)], "one [removed] three");
        check(
            "one two three",
            &[(8, 13), (0, 3), (2, 5)],
            "[removed]wo [removed]",
        );
        check("one\r\ntwo\nthree", &[(1, 11)], "o[removed]\r\n\nree");
    }

    #[test]
    fn spans_that_do_not_fit_are_widened() {
        check("aé b", &[(2, 9)], "a[removed]");
        check("aé b", &[(7, 9)], "aé b");
        check("aé b", &[(3, 1)], "aé b");
    }
}
