//! Finding statements that tell a special category of personal data about a person, and striking
//! them out. It looks for statements, not words: it never refuses a healthy pipeline, it never
//! stores a text, and what it finds never contains one.
//!
//! Rules and words are data, one file for each language in `src/lexicon/`; its `README.md` gives
//! the format.
#![deny(missing_docs)]

mod age;
mod document;
mod fold;
mod lexicon;
mod matcher;
mod redact;
mod screener;
mod token;

pub use age::said_age;
pub use document::{Reading, Unread, is_media, read_document};
pub use redact::{redact, strike, strike_but};
pub use screener::{Finding, Screener, screen};
