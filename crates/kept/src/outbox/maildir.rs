//! Messages as files of a folder, as a maildir has them: written whole under `tmp`, then moved to
//! `new`. For trying things out: what lies there is outside the vault.

use super::letter::Letter;
use std::io::{self, Write as _};
use std::path::Path;

/// Puts a message into a folder, which is made where there is none. The same message written again
/// takes its own place.
pub(super) fn put(folder: &Path, letter: &Letter) -> io::Result<()> {
    let (tmp, new) = (folder.join("tmp"), folder.join("new"));
    std::fs::create_dir_all(&tmp)?;
    std::fs::create_dir_all(&new)?;
    let name = format!("{}.eml", letter.token);
    let written = tmp.join(&name);
    let mut file = std::fs::File::create(&written)?;
    file.write_all(&letter.text)?;
    file.sync_all()?;
    std::fs::rename(&written, new.join(&name))?;
    std::fs::File::open(&new)?.sync_all()
}
