//! Dropping old generations, and then what no generation names any more.
//! The list goes first: a list never names what is not there.

use super::files::{self, Digest};
use super::{BLOBS, Backup, Generation, Stage, Watch};
use crate::blob::BlobId;
use crate::store::Failure;
use data_encoding::HEXLOWER;
use std::collections::HashSet;
use std::path::Path;

impl Backup {
    /// Keeps the newest so many generations, one at least.
    pub(super) fn prune(
        &self,
        generations: &mut Vec<Generation>,
        keep: usize,
        watch: Watch<'_>,
    ) -> Result<(), Failure> {
        let many = generations.len().saturating_sub(keep.max(1));
        for (done, old) in (0..).zip(generations.drain(..many)) {
            watch(Stage::Pruning, done, many as u64);
            self.drop_generation(&old)?;
        }
        let (mut named, mut blobs) = (HashSet::<Digest>::new(), HashSet::<BlobId>::new());
        let objects = self.objects();
        for generation in generations.iter() {
            named.extend([generation.rows, generation.blobs_list]);
            named.extend(generation.intake);
            named.extend(objects.list(&generation.rows)?);
            named.extend(objects.list(&generation.blobs_list)?);
            blobs.extend(self.listed(generation)?.into_keys());
        }
        let is_named = |name: &str| {
            let name = HEXLOWER.decode(name.as_bytes()).ok();
            let name = name.and_then(|name| Digest::try_from(name).ok());
            name.is_some_and(|name| named.contains(&name))
        };
        delete_others(objects.folder(), &is_named)?;
        let is_listed = |name: &str| BlobId::parse(name).is_some_and(|id| blobs.contains(&id));
        delete_others(&self.path().join(BLOBS), &is_listed)?;
        watch(Stage::Pruning, many as u64, many as u64);
        Ok(())
    }
}

/// Deletes the files in the folders of a folder that are not wanted, with what interrupted runs
/// left.
fn delete_others(folder: &Path, wanted: &dyn Fn(&str) -> bool) -> Result<(), Failure> {
    for inner in entries(folder)? {
        for file in entries(&inner)? {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            if !wanted(&name) {
                files::delete(&file)?;
            }
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<std::path::PathBuf>, Failure> {
    let listed = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(|error| files::failed(folder, &error))?,
    };
    listed
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(|error| files::failed(folder, &error))
}
