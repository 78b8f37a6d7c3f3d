//! The files a policy is written in, as text.
//! It reads no disk; whoever calls the compiler brings the bytes.

use crate::diagnostic::{Code, Diagnostic};

/// One file of a policy's folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// The file's name within the folder, with `/` between folders.
    pub file: String,
    /// What it says.
    pub text: String,
}

impl Source {
    /// A file of this name and text.
    pub fn new(file: impl Into<String>, text: impl Into<String>) -> Source {
        Source {
            file: file.into(),
            text: text.into(),
        }
    }

    /// A file as it was read, which may not be text at all.
    ///
    /// # Errors
    /// A diagnostic where the bytes are not UTF-8; the span begins at the first byte that is not.
    pub fn from_bytes(file: impl Into<String>, bytes: Vec<u8>) -> Result<Source, Diagnostic> {
        let file = file.into();
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Source { file, text }),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let message = format!("byte {at} of this file is not UTF-8");
                Err(Diagnostic::new(Code::NotUtf8, file, at..at, message)
                    .help("save the file as UTF-8"))
            }
        }
    }
}
