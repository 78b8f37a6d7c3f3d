//! Files in the vault, and values that change their place: sealed anew without being let out.
//! It never opens anything without a permit.

use super::*;

/// How many blobs one step of a clearing looks at.
const BLOBS_PAGE: usize = 1_000;

/// What is sealed in place of a file's content.
#[derive(Serialize, Deserialize)]
struct FileNote {
    name: String,
    media_type: String,
    blob: [u8; 24],
}

impl<S: Store> Vault<S> {
    /// Seals a file for its place: the content goes to the blobs, durable when this returns; the
    /// item says where.
    pub fn seal_file(
        &self,
        permit: &Permit,
        seen: &Seen,
        placed: Placed,
        name: &str,
        media_type: &str,
        content: &[u8],
    ) -> Result<StoredItem, Failure> {
        let key = self.key(seen, placed)?;
        let mut writer = BlobWriter::create(&key, &*self.blobs, &*self.randomness)?;
        writer.write(content)?;
        let note = FileNote {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            blob: writer.finish()?.to_bytes(),
        };
        let note = postcard::to_stdvec(&note).map_err(|_| Failure::Invalid("a file's name"))?;
        self.seal(permit, seen, placed, &note)
    }

    /// The change that sets a person aside whose items have become another's: nothing looks at
    /// them any more.
    pub fn set_aside(&self, seen: &Seen) -> Result<Write, Failure> {
        let state = PersonState {
            erasing: true,
            ..PersonState::default()
        };
        let Write::PutState(state) = self.put_state(seen, &state)? else {
            return Err(Failure::Invalid("a person's state"));
        };
        Ok(Write::SetAside {
            person: seen.id,
            version: seen.version,
            state,
            unclaimed: seen.state.identifiers.iter().map(|(_, it)| *it).collect(),
        })
    }

    /// Begins a file whose content is still coming.
    pub fn begin_file(&self, _permit: &Permit) -> Result<Incoming, Failure> {
        Incoming::begin(&*self.blobs, &*self.randomness)
    }

    /// Seals a file that has come for its place: from now on the item says how it opens.
    pub fn seal_arrived(
        &self,
        permit: &Permit,
        seen: &Seen,
        placed: Placed,
        name: &str,
        media_type: &str,
        arrived: &Arrived,
    ) -> Result<StoredItem, Failure> {
        let note = FileNote {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            blob: arrived.description.to_bytes(),
        };
        let note = postcard::to_stdvec(&note).map_err(|_| Failure::Invalid("a file's name"))?;
        let mut note = Zeroizing::new(note);
        note.extend_from_slice(&arrived.key[..]);
        self.seal(permit, seen, placed, &note)
    }

    /// Deletes a file that has come and was not taken. One that stays all the same is deleted with
    /// the blobs that no item stands in.
    pub fn discard(&self, arrived: &Arrived) {
        let _ = self.blobs.delete(arrived.blob());
    }

    /// Seals what is stored in one place for another, of the same person or somebody else, a file's
    /// content included; nothing where it cannot be opened any more. The keys of the new place must
    /// be there; the value does not leave.
    pub fn reseal(
        &self,
        permit: &Permit,
        (owner, item): (&Seen, &StoredItem),
        seen: &Seen,
        placed: Placed,
        kind: FieldKind,
    ) -> Result<Option<StoredItem>, Failure> {
        let old = place(owner.id, item.into());
        let Some(old) = self.keyring.item(&owner.keys, &old)? else {
            return Ok(None);
        };
        let opened = old.open(&item.sealed)?;
        if !kind.is_large() {
            return self.seal(permit, seen, placed, &opened).map(Some);
        }
        let damaged = || Failure::Corrupt("the note of a stored file cannot be read".to_owned());
        let (mut note, own) =
            postcard::take_from_bytes::<FileNote>(&opened).map_err(|_| damaged())?;
        if !own.is_empty() {
            // A file that was sealed as it came has a key of its own, which moves with its note.
            return self.seal(permit, seen, placed, &opened).map(Some);
        }
        let description = BlobDescription::from_bytes(&note.blob).ok_or_else(damaged)?;
        let missing = || Failure::Corrupt(format!("blob {} is missing", description.id));
        let reader = BlobReader::open(&old, description, &*self.blobs)?;
        let mut reader = reader.ok_or_else(missing)?;
        let key = self.key(seen, placed)?;
        let mut writer = BlobWriter::create(&key, &*self.blobs, &*self.randomness)?;
        for position in 0..reader.chunks() {
            if let Some(chunk) = reader.chunk(position)? {
                writer.write(&chunk)?;
            }
        }
        note.blob = writer.finish()?.to_bytes();
        let note = postcard::to_stdvec(&note).map_err(|_| Failure::Invalid("a file's name"))?;
        self.seal(permit, seen, placed, &note).map(Some)
    }

    pub(super) fn open_file(
        &self,
        key: &crate::seal::ItemKey,
        opened: &[u8],
        view: View,
    ) -> Result<Option<Shown>, Failure> {
        if view == View::Masked {
            return Ok(Some(Shown::Masked(mask(FieldKind::Document, ""))));
        }
        let damaged = || Failure::Corrupt("the note of a stored file cannot be read".to_owned());
        let (note, own) = postcard::take_from_bytes::<FileNote>(opened).map_err(|_| damaged())?;
        let description = BlobDescription::from_bytes(&note.blob).ok_or_else(damaged)?;
        let reader = match own.first_chunk() {
            // It was sealed as it came, under a key of its own.
            Some(own) => BlobReader::under(own, description, &*self.blobs)?,
            None => BlobReader::open(key, description, &*self.blobs)?,
        };
        let missing = || Failure::Corrupt(format!("blob {} is missing", description.id));
        let content = Box::new(reader.ok_or_else(missing)?);
        Ok(Some(Shown::File {
            name: note.name,
            media_type: note.media_type,
            content,
        }))
    }

    /// The blob that an item's value stands in; nothing where the item's key is gone, or its value
    /// is no file.
    pub fn blob_of(&self, seen: &Seen, item: &StoredItem) -> Result<Option<BlobId>, Failure> {
        let Some(key) = self
            .keyring
            .item(&seen.keys, &place(seen.id, item.into()))?
        else {
            return Ok(None);
        };
        let opened = key.open(&item.sealed)?;
        let note: Option<FileNote> = postcard::from_bytes(&opened).ok();
        let description = note.and_then(|note| BlobDescription::from_bytes(&note.blob));
        Ok(description.map(|description| description.id))
    }

    /// Deletes blobs that no item stands in any more; the answer is how many. Those finished after
    /// `before` are left alone: their items may be on their way.
    pub fn clear_blobs(&self, live: &HashSet<BlobId>, before: Timestamp) -> Result<u64, Failure> {
        let (mut after, mut cleared) = (None, 0);
        loop {
            let page = self.blobs.list(after, BLOBS_PAGE)?;
            let Some((last, _)) = page.last() else {
                return Ok(cleared);
            };
            after = Some(*last);
            for (id, finished) in page {
                if finished < before && !live.contains(&id) {
                    self.blobs.delete(id)?;
                    cleared += 1;
                }
            }
        }
    }
}
