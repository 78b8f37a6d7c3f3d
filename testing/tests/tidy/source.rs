//! One file of the tree, its text beside its code. It never changes a file.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// One text file of the tree.
pub struct Source {
    /// Path from the root of the workspace, with `/`.
    pub path: String,
    /// The file as it stands.
    pub text: String,
    /// `text` with comments and literals blanked, line for line and column for column.
    pub code: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let is_rust = path.ends_with(".rs");
        let code = if is_rust {
            code_of(text)
        } else {
            String::new()
        };
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code,
        }
    }

    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether the whole file is test code: tests, benches and the shared harness.
    pub fn is_test(&self) -> bool {
        let folders = ["/tests/", "/benches/"];
        self.path.starts_with("testing/")
            || self.path.ends_with("/tests.rs")
            || folders.iter().any(|folder| self.path.contains(folder))
    }

    /// The lines before a trailing `#[cfg(test)] mod tests { … }`; none in a file of tests.
    pub fn shipped_lines(&self) -> Vec<&str> {
        if self.is_test() {
            return Vec::new();
        }
        let lines: Vec<&str> = self.code.lines().collect();
        let opens_tests = |at: &usize| {
            let mut head = lines.iter().skip(*at).take(4);
            head.next() == Some(&"#[cfg(test)]") && head.any(|line| line.starts_with("mod tests {"))
        };
        let end = (0..lines.len()).find(opens_tests).unwrap_or(lines.len());
        lines.into_iter().take(end).collect()
    }
}

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every text file of ours: what is generated, fetched or stored is not read.
pub fn tree() -> io::Result<Vec<Source>> {
    let mut sources = Vec::new();
    read_folder(&root(), &root(), &mut sources)?;
    Ok(sources)
}

fn read_folder(root: &Path, folder: &Path, sources: &mut Vec<Source>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let hidden = name.starts_with('.') && name != ".ci";
        let generated = ["target", "kept-data"].contains(&name.as_ref());
        if path.is_dir() {
            if !hidden && !generated {
                read_folder(root, &path, sources)?;
            }
        } else if let Ok(text) = String::from_utf8(fs::read(&path)?)
            && (is_ours(&path) || text.starts_with("#!/"))
        {
            let relative = path.strip_prefix(root).unwrap_or(&path);
            sources.push(Source::new(&relative.to_string_lossy(), &text));
        }
    }
    Ok(())
}

/// Sources and documents by their extension. Sample input and the licence say what they say.
fn is_ours(path: &Path) -> bool {
    let known = "rs toml md sh sql html css js json yml ftl";
    let extension = path.extension().and_then(|it| it.to_str());
    extension.is_some_and(|it| known.split(' ').any(|known| known == it))
}

/// Blanks comments, strings and characters; keeps lines and columns.
pub fn code_of(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let at = |index: usize| chars.get(index).copied().unwrap_or('\0');
    let mut code = String::with_capacity(text.len());
    let mut here = 0;
    while here < chars.len() {
        let end = match (at(here), at(here + 1)) {
            ('/', '/') => here + chars.iter().skip(here).take_while(|c| **c != '\n').count(),
            ('/', '*') => end_of_block_comment(&chars, here),
            ('"', _) => end_of_quoted(&chars, here, '"'),
            ('r', '"' | '#') if !is_inside_word(&code) => end_of_raw_string(&chars, here),
            ('\'', '\\') => end_of_quoted(&chars, here, '\''),
            ('\'', _) if at(here + 2) == '\'' => here + 3,
            _ => here,
        };
        if end == here {
            code.push(at(here));
            here += 1;
        } else {
            let blanked = chars.iter().take(end).skip(here);
            code.extend(blanked.map(|c| if *c == '\n' { '\n' } else { ' ' }));
            here = end;
        }
    }
    code
}

/// Whether an `r` after `code` continues a word; after `b` alone it opens a raw byte string.
fn is_inside_word(code: &str) -> bool {
    let before = code.strip_suffix('b').unwrap_or(code);
    before.chars().next_back().is_some_and(is_word)
}

/// Whether `c` can be part of a Rust word.
pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn end_of_block_comment(chars: &[char], start: usize) -> usize {
    let mut depth = 0_usize;
    let mut here = start;
    while here < chars.len() {
        match (chars.get(here), chars.get(here + 1)) {
            (Some('/'), Some('*')) => (depth, here) = (depth + 1, here + 2),
            (Some('*'), Some('/')) => (depth, here) = (depth - 1, here + 2),
            _ => here += 1,
        }
        if depth == 0 {
            return here;
        }
    }
    chars.len()
}

fn end_of_quoted(chars: &[char], start: usize, quote: char) -> usize {
    let mut here = start + 1;
    while let Some(c) = chars.get(here) {
        match *c {
            '\\' => here += 2,
            c if c == quote => return here + 1,
            _ => here += 1,
        }
    }
    chars.len()
}

/// The end of `r"…"` or `r#"…"#`; `start` itself when it is a raw identifier such as `r#type`.
fn end_of_raw_string(chars: &[char], start: usize) -> usize {
    let hashes_from = |at: usize| chars.iter().skip(at).take_while(|c| **c == '#').count();
    let hashes = hashes_from(start + 1);
    let open = start + 1 + hashes;
    if chars.get(open) != Some(&'"') {
        return start;
    }
    let closes = |at: &usize| chars.get(*at) == Some(&'"') && hashes_from(at + 1) >= hashes;
    let close = (open + 1..chars.len()).find(closes);
    close.map_or(chars.len(), |at| at + 1 + hashes)
}

/// Literals and comments vanish; what only looks like one stays.
#[test]
fn code_is_told_from_comments_and_literals() {
    let cases = [
        ("a /* b /* c */ d */ e", "a                   e"),
        ("a // b", "a     "),
        ("a(\"\\\"{\") + b", "a(     ) + b"),
        ("a(r#\"{\"\"#, b)", "a(       , b)"),
        ("a(br\"{\", b)", "a(b    , b)"),
        ("let r#type = '{';", "let r#type =    ;"),
        ("fn a<'b>(c: &'b str)", "fn a<'b>(c: &'b str)"),
        ("for\"x\"", "for   "),
        ("'\\''; {", "    ; {"),
    ];
    for (text, expected) in cases {
        assert_eq!(code_of(text), expected, "{text}");
    }
}
