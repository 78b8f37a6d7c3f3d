//! The pages as people meet them: a real browser, with scripts and without, by keyboard only, at the
//! width of a phone, in four languages, with an accessibility checker on each page.
//! `scripts/test` installs the browser and the checker; without them these tests fail and say so.

#[path = "../attempts/house.rs"]
mod house;

mod about_me;
mod asking;
mod browser;
mod driving;
mod everywhere;
