//! Markdown as plain text, for messages and excerpts.
//! It keeps the words and drops the dress.

use crate::compile::MARKDOWN;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// How long an excerpt is at most, in characters.
const EXCERPT_MAX: usize = 240;

/// The text of a piece of Markdown, without its marks; raw HTML is left out.
pub(crate) fn plain(markdown: &str) -> String {
    let mut out = String::new();
    for event in Parser::new_ext(markdown, MARKDOWN) {
        match event {
            Event::Text(text) | Event::Code(text) => out.push_str(&text),
            Event::SoftBreak
            | Event::HardBreak
            | Event::Start(Tag::Item)
            | Event::End(TagEnd::Paragraph | TagEnd::TableCell | TagEnd::Item) => out.push(' '),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The beginning of a piece of Markdown as plain text, cut at a word.
pub(crate) fn excerpt(markdown: &str) -> String {
    let text = plain(markdown);
    let Some((end, _)) = text.char_indices().nth(EXCERPT_MAX) else {
        return text;
    };
    let cut = text.get(..end).unwrap_or_default();
    let cut = cut.rsplit_once(' ').map_or(cut, |(before, _)| before);
    format!("{cut} …")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_words_and_no_more() {
        assert_eq!(
            plain("**Who** you are:\n\n- `name`\n- e-mail <b>x</b>"),
            "Who you are: name e-mail x"
        );
        let long = "word ".repeat(100);
        assert!(excerpt(&long).ends_with("word …") && excerpt(&long).len() < 250);
    }
}
