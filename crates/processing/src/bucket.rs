//! Where the blobs of a house are: in its data folder, or in a bucket that it names. It never
//! opens one place for blobs that are in the other.

use crate::Failure;
use crate::folder::{Folder, Standing};
use crate::restoring::{unwritable, write_durably};
use kept_vault::blob::{BlobStore, Bucket, BucketAddress, FolderBlobs};
use std::sync::Arc;

/// Says in a data folder which bucket has its blobs.
const BUCKET: &str = "blobs.bucket";

/// Reads the address of a bucket: `s3://bucket/prefix`.
///
/// # Errors
/// [`Failure::Unavailable`] where it is none.
pub fn bucket_address(text: &str) -> Result<BucketAddress, Failure> {
    Ok(BucketAddress::parse(text)?)
}

impl Folder {
    /// Opens the place of the blobs.
    pub(crate) fn open_blobs(&self, standing: Standing) -> Result<Arc<dyn BlobStore>, Failure> {
        let here = self.path().join("blobs");
        let note = self.path().join(BUCKET);
        let noted = match std::fs::read_to_string(&note) {
            Ok(text) => Some(text.trim_end().to_owned()),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => None,
            Err(cause) => return Err(unwritable(&note, &cause)),
        };
        let Some(address) = self.bucket() else {
            return match noted {
                None => Ok(Arc::new(match standing {
                    Standing::Alone | Standing::First => FolderBlobs::open(&here)?,
                    Standing::Beside | Standing::Among => FolderBlobs::join(&here)?,
                })),
                Some(noted) => Err(Failure::Unavailable(format!(
                    "the files of this house are in the bucket {noted}: name it with --blobs; or \
                     copy them into `{}` under the same names, and delete `{}`",
                    here.display(),
                    note.display()
                ))),
            };
        };
        let named = format!("s3://{}/{}", address.bucket, address.prefix);
        if let Some(noted) = noted.filter(|noted| *noted != named) {
            return Err(Failure::Unavailable(format!(
                "the files of this house are in the bucket {noted}, not in {named}: name that one \
                 with --blobs; or copy them there under the same names, and delete `{}`",
                note.display()
            )));
        }
        if here.exists() && !FolderBlobs::join(&here)?.list(None, 1)?.is_empty() {
            return Err(Failure::Unavailable(format!(
                "the data folder holds files in `{}`, and a bucket is named as well: copy them \
                 there under the same names and move the folder away, or name no bucket",
                here.display()
            )));
        }
        let bucket = Bucket::open(address)?;
        write_durably(&note, &format!("{named}\n")).map_err(|cause| unwritable(&note, &cause))?;
        Ok(Arc::new(bucket))
    }
}
