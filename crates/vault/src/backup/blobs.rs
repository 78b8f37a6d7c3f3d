//! Blobs on their way into a backup and out of it: sealed bytes, digested as they pass.

use super::files::{self, DIGEST_LENGTH, Digest};
use super::objects::damaged;
use super::{BLOBS, Backup, Generation, Stage, Watch};
use crate::blob::{BlobId, BlobStore};
use crate::store::Failure;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::path::PathBuf;

/// How much is moved at once, in bytes.
const PIECE_LENGTH: u64 = 256 * 1024;
/// How many blobs are listed at once.
const STEP: usize = 10_000;
/// A line of a list: name, digest, length.
const LINE_LENGTH: usize = 16 + DIGEST_LENGTH + 8;

/// Blobs by name, with the digest and length of their sealed bytes.
pub(super) type Listed = BTreeMap<BlobId, (Digest, u64)>;

impl Backup {
    fn blob_path(&self, id: BlobId) -> PathBuf {
        let name = id.to_string();
        let first = name.get(..2).unwrap_or_default();
        self.folder.join(BLOBS).join(first).join(&name)
    }

    /// The blobs of a generation.
    pub(super) fn listed(&self, generation: &Generation) -> Result<Listed, Failure> {
        let objects = self.objects();
        let mut listed = Listed::new();
        for list in objects.list(&generation.blobs_list)? {
            let bytes = objects.get(&list)?;
            let (lines, rest) = bytes.as_chunks::<LINE_LENGTH>();
            let read = lines.iter().map(read_line);
            let read: Option<Vec<_>> = read.collect();
            match read {
                Some(read) if rest.is_empty() => listed.extend(read),
                Some(_) | None => {
                    return Err(damaged(&objects.path(&list), "is not a list of blobs"));
                }
            }
        }
        Ok(listed)
    }

    /// Writes the list of the blobs; the answer is its name.
    pub(super) fn put_listed(&self, listed: &Listed) -> Result<Digest, Failure> {
        let objects = self.objects();
        let mut names = Vec::with_capacity(256 * DIGEST_LENGTH);
        for first in 0..=u8::MAX {
            let mut least = [0; 16];
            least[0] = first;
            let mut most = [u8::MAX; 16];
            most[0] = first;
            let mut bytes = Vec::new();
            for (id, (digest, length)) in listed.range(BlobId(least)..=BlobId(most)) {
                bytes.extend_from_slice(&id.0);
                bytes.extend_from_slice(digest);
                bytes.extend_from_slice(&length.to_be_bytes());
            }
            names.extend_from_slice(&objects.put(&bytes)?.0);
        }
        Ok(objects.put(&names)?.0)
    }

    /// Copies the blobs that are not there yet; the answer is all there are, and how many are new.
    pub(super) fn copy_blobs(
        &self,
        from: &dyn BlobStore,
        known: &Listed,
        watch: Watch<'_>,
    ) -> Result<(Listed, u64), Failure> {
        let mut listed = Listed::new();
        let (mut copied, mut after) = (0, None);
        loop {
            let page = from.list(after, STEP)?;
            for (id, _) in &page {
                watch(Stage::Blobs, listed.len() as u64, listed.len() as u64 + 1);
                let there = self.blob_path(*id);
                let told = match known.get(id) {
                    Some(told) if std::fs::metadata(&there).is_ok_and(|it| it.len() == told.1) => {
                        Some(*told)
                    }
                    Some(_) | None => {
                        copied += 1;
                        self.copy_blob(from, *id)?
                    }
                };
                // One that is gone by now belonged to something destroyed meanwhile.
                listed.extend(told.map(|told| (*id, told)));
            }
            let Some((last, _)) = page.last() else {
                return Ok((listed, copied));
            };
            after = Some(*last);
        }
    }

    fn copy_blob(
        &self,
        from: &dyn BlobStore,
        id: BlobId,
    ) -> Result<Option<(Digest, u64)>, Failure> {
        let Some(mut source) = from.open(id)? else {
            return Ok(None);
        };
        let place = self.blob_path(id);
        files::make_folder(place.parent().unwrap_or(&place))?;
        let part = place.with_extension("part");
        let mut file = files::make(&part)?;
        let length = source.length()?;
        let (mut context, mut done) = (files::context(), 0);
        while done < length {
            let wanted = PIECE_LENGTH.min(length - done);
            let mut piece = vec![0; usize::try_from(wanted).unwrap_or(0)];
            source.read_at(done, &mut piece)?;
            context.update(&piece);
            file.write_all(&piece)
                .map_err(|error| files::failed(&part, &error))?;
            done += wanted;
        }
        file.sync_all()
            .map_err(|error| files::failed(&part, &error))?;
        let told = (files::finish(context), length);
        match files::digest_of(&part)? {
            Some(found) if found == told => files::settle(&part, &place)?,
            Some(_) | None => return Err(damaged(&part, "is not what was written")),
        }
        Ok(Some(told))
    }

    /// Puts the blobs of a generation back where they are missing.
    pub(super) fn put_back_blobs(
        &self,
        to: &dyn BlobStore,
        listed: &Listed,
        watch: Watch<'_>,
    ) -> Result<u64, Failure> {
        let mut put = 0;
        for (done, (id, told)) in (0..).zip(listed) {
            watch(Stage::Blobs, done, listed.len() as u64);
            if to.open(*id)?.is_none() {
                self.put_back_blob(to, *id, *told)?;
                put += 1;
            }
        }
        Ok(put)
    }

    fn put_back_blob(
        &self,
        to: &dyn BlobStore,
        id: BlobId,
        (digest, length): (Digest, u64),
    ) -> Result<(), Failure> {
        self.check_blob(id, (digest, length))?;
        let place = self.blob_path(id);
        let mut file = File::open(&place).map_err(|error| files::failed(&place, &error))?;
        let mut sink = to.create(id)?;
        let mut piece = vec![0; usize::try_from(PIECE_LENGTH).unwrap_or(0)];
        loop {
            let read = file.read(&mut piece);
            let read = read.map_err(|error| files::failed(&place, &error))?;
            match piece.get(..read) {
                Some(piece) if !piece.is_empty() => sink.append(piece)?,
                Some(_) | None => return sink.finish(),
            }
        }
    }

    /// Sees that a blob of the backup is what it was.
    pub(super) fn check_blob(&self, id: BlobId, told: (Digest, u64)) -> Result<(), Failure> {
        let place = self.blob_path(id);
        match files::digest_of(&place)? {
            Some(found) if found == told => Ok(()),
            Some(_) => Err(damaged(
                &place,
                "does not have the digest it was listed with",
            )),
            None => Err(damaged(&place, "is missing")),
        }
    }
}

fn read_line(line: &[u8; LINE_LENGTH]) -> Option<(BlobId, (Digest, u64))> {
    let (id, rest) = line.split_first_chunk::<16>()?;
    let (digest, length) = rest.split_first_chunk::<DIGEST_LENGTH>()?;
    let length = u64::from_be_bytes(length.try_into().ok()?);
    Some((BlobId(*id), (*digest, length)))
}
