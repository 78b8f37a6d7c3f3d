//! The documents of a policy as files of a folder.
//! It reads texts; what they mean is the compiler's to say.

use crate::Failure;
use std::path::Path;

/// Reads the documents of a folder, as name and text, in order of name.
pub fn read(folder: &Path) -> Result<super::Files, Failure> {
    let shown = folder.display();
    let entries = std::fs::read_dir(folder).map_err(|cause| {
        Failure::Invalid(format!(
            "the folder of policies `{shown}` cannot be read: {cause}"
        ))
    })?;
    let mut files = Vec::new();
    for entry in entries {
        let unreadable = |cause: std::io::Error| {
            Failure::Invalid(format!("a document in `{shown}` cannot be read: {cause}"))
        };
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let text = std::fs::read_to_string(&path).map_err(|cause| {
            Failure::Invalid(format!(
                "the document `{}` cannot be read: {cause}",
                path.display()
            ))
        })?;
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        files.push((name, text));
    }
    if files.is_empty() {
        return Err(Failure::Invalid(format!(
            "the folder of policies `{shown}` has no `.md` file"
        )));
    }
    files.sort();
    Ok(files)
}
