//! The sequencer: takes staged entries into the ledger's files and signs what it took.
//! It never changes an entry, and never lets go of one before the files that hold it are durable.

use crate::store::{Failure, Store};
use kept_ledger::checkpoint::Checkpoint;
use kept_ledger::note::{SigningKey, sign};
use kept_ledger::{File, Log, TileReader, Unavailable, Verifier};
use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// The file that says how far the ledger goes.
pub const CHECKPOINT: &str = "checkpoint";

/// The file that holds the ledger's public key, for whoever verifies from the folder.
pub const PUBLIC_KEY: &str = "vkey";

/// How many entries one step takes at most.
const STEP: usize = 16_384;

/// The ledger's files in a folder, in the layout of C2SP tlog-tiles.
#[derive(Clone, Debug)]
pub struct LedgerFolder {
    root: PathBuf,
    /// Folders below it of which this process knows that they themselves are durable.
    settled: Arc<Mutex<BTreeSet<PathBuf>>>,
}

impl LedgerFolder {
    /// The ledger in a folder, which need not exist yet.
    pub fn new(root: impl Into<PathBuf>) -> LedgerFolder {
        LedgerFolder {
            root: root.into(),
            settled: Arc::default(),
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// The signed checkpoint; nothing before the first.
    pub fn checkpoint(&self) -> Result<Option<String>, Failure> {
        match self.read(CHECKPOINT) {
            Ok(Some(bytes)) => String::from_utf8(bytes)
                .map(Some)
                .map_err(|_| Failure::Corrupt("the ledger's checkpoint is not text".to_owned())),
            Ok(None) => Ok(None),
            Err(failure) => Err(unavailable(&failure)),
        }
    }

    /// Writes files and makes them and their folders durable.
    fn write(&self, files: &[File]) -> Result<(), Failure> {
        let mut folders = BTreeSet::new();
        for File { path, bytes } in files {
            let put = self.put(path, bytes);
            folders.insert(put.map_err(|cause| unwritten(path, &cause))?);
        }
        for folder in &folders {
            let settled = self.settle(folder);
            settled.map_err(|cause| unwritten(&folder.display().to_string(), &cause))?;
        }
        Ok(())
    }

    fn write_one(&self, path: &str, bytes: Vec<u8>) -> Result<(), Failure> {
        let path = path.to_owned();
        self.write(&[File { path, bytes }])
    }

    /// Writes a file beside its place, makes what it holds durable, and moves it there in one step;
    /// the answer is the folder that has to be made durable.
    fn put(&self, path: &str, bytes: &[u8]) -> std::io::Result<PathBuf> {
        let place = self.root.join(path);
        let folder = place.parent().unwrap_or(&self.root);
        let fresh = place.with_extension("new");
        fs::create_dir_all(folder)?;
        let mut file = fs::File::create(&fresh)?;
        file.write_all(bytes)?;
        file.sync_data()?;
        fs::rename(&fresh, &place)?;
        Ok(folder.to_owned())
    }

    /// Makes durable what a folder lists, and the folder itself, where it may be new.
    fn settle(&self, folder: &Path) -> std::io::Result<()> {
        let mut settled = self.settled.lock().unwrap_or_else(|p| p.into_inner());
        // A folder made on the way is durable only once the folder it stands in is.
        let above = folder
            .ancestors()
            .take_while(|above| above.starts_with(&self.root))
            .take(if settled.contains(folder) {
                1
            } else {
                usize::MAX
            });
        for folder in above {
            fs::File::open(folder)?.sync_all()?;
        }
        settled.insert(folder.to_owned());
        Ok(())
    }

    /// Deletes the partial tiles that full ones have outgrown. Nobody reads them, so failing to is
    /// no harm.
    fn tidy(&self, earlier: u64, later: u64) {
        for tile in kept_ledger::tile::completed(earlier, later) {
            let folder = self.root.join(tile.partial_folder());
            let mut settled = self.settled.lock().unwrap_or_else(|p| p.into_inner());
            settled.remove(&folder);
            let _ = fs::remove_dir_all(folder);
        }
    }
}

impl TileReader for LedgerFolder {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Unavailable> {
        // A path of the ledger never climbs out of its folder.
        if path
            .split('/')
            .any(|part| part.is_empty() || part.starts_with('.'))
        {
            return Ok(None);
        }
        match fs::read(self.root.join(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(Unavailable::new(cause)),
        }
    }
}

fn unwritten(path: &str, cause: &std::io::Error) -> Failure {
    Failure::Unavailable(format!(
        "the ledger's file `{path}` cannot be written: {cause}"
    ))
}

fn unavailable(failure: &Unavailable) -> Failure {
    Failure::Unavailable(format!("the ledger cannot be read: {failure}"))
}

/// The checkpoint in a folder, where its signature is right.
fn checkpoint(folder: &LedgerFolder, key: &SigningKey) -> Result<Option<Checkpoint>, Failure> {
    let Some(note) = folder.checkpoint()? else {
        return Ok(None);
    };
    let verifiers: [Verifier; 1] = [key.verifier().clone()];
    let opened = Checkpoint::open(&note, &verifiers);
    opened
        .map(Some)
        .map_err(|rejected| Failure::Corrupt(format!("the ledger's checkpoint: {rejected}")))
}

fn resumed(checkpoint: &Checkpoint, folder: &LedgerFolder) -> Result<Log, Failure> {
    Log::resume(checkpoint, folder)
        .map_err(|fault| Failure::Corrupt(format!("the ledger: {fault}")))
}

/// Takes staged entries into the ledger, one step at a time. There is one sequencer for a ledger at
/// a time.
pub struct Sequencer {
    folder: LedgerFolder,
    log: Log,
    key: SigningKey,
    /// Whether the store is known to have let go of what the ledger holds: an interrupted run may
    /// have taken entries that it still keeps.
    let_go: bool,
}

impl Sequencer {
    /// Takes up the ledger where its last checkpoint left it. The key's name is the ledger's
    /// origin.
    ///
    /// # Errors
    /// [`Failure::Corrupt`], naming the file, if the folder does not hold what the checkpoint says.
    pub fn resume(folder: LedgerFolder, key: SigningKey) -> Result<Sequencer, Failure> {
        let log = match checkpoint(&folder, &key)? {
            None => Log::new(),
            Some(checkpoint) => resumed(&checkpoint, &folder)?,
        };
        folder.write_one(PUBLIC_KEY, format!("{}\n", key.verifier()).into_bytes())?;
        Ok(Sequencer {
            folder,
            log,
            key,
            let_go: false,
        })
    }

    /// Takes up what another sequencer of the folder has taken meanwhile. It is asked by whoever
    /// has the turn, before the next step.
    ///
    /// # Errors
    /// [`Failure::Corrupt`] where the ledger has become shorter, or does not hold what its
    /// checkpoint says.
    pub fn follow(&mut self) -> Result<(), Failure> {
        let checkpoint = checkpoint(&self.folder, &self.key)?;
        let size = checkpoint.as_ref().map_or(0, Checkpoint::size);
        if size < self.log.size() {
            return Err(Failure::Corrupt(format!(
                "the ledger had {} entries and has {size}",
                self.log.size()
            )));
        }
        if let Some(checkpoint) = checkpoint.filter(|_| size > self.log.size()) {
            self.log = resumed(&checkpoint, &self.folder)?;
            self.let_go = false;
        }
        Ok(())
    }

    /// How many entries the ledger has.
    pub fn size(&self) -> u64 {
        self.log.size()
    }

    /// Takes up to some thousands of staged entries into the ledger; the answer is how many it
    /// took.
    ///
    /// The order is: files durable, checkpoint durable, entries let go. What a crash leaves in
    /// between is said in [`kept_ledger::log`].
    pub async fn step<S: Store>(
        &mut self,
        store: &S,
        visit: &mut (dyn FnMut(u64, &[u8]) + Send),
    ) -> Result<usize, Failure> {
        let before = self.log.size();
        let staged = store.staged(before, STEP).await?;
        if staged.first().is_some_and(|first| first.index != before) {
            let found = staged.first().map_or(0, |first| first.index);
            return Err(Failure::Corrupt(format!(
                "the ledger has {before} entries and the next one staged is number {found}"
            )));
        }
        if staged.is_empty() {
            return Ok(0);
        }
        let entries: Vec<&[u8]> = staged
            .iter()
            .map(|staged| staged.entry.as_slice())
            .collect();
        let mut log = self.log.clone();
        let files = log
            .append(&entries)
            .map_err(|_| Failure::Invalid("a ledger entry"))?;
        self.folder.write(&files)?;
        let checkpoint = log
            .checkpoint(self.key.name())
            .map_err(|_| Failure::Invalid("the ledger's name"))?;
        let note = sign(&checkpoint.body(), &[&self.key])
            .map_err(|_| Failure::Invalid("the ledger's checkpoint"))?;
        self.folder.write_one(CHECKPOINT, note.into_bytes())?;
        (self.log, self.let_go) = (log, false);
        for staged in &staged {
            visit(staged.index, &staged.entry);
        }
        self.let_go(store).await?;
        self.folder.tidy(before, self.log.size());
        Ok(staged.len())
    }

    /// Takes everything that is staged now, and shows each entry taken to `visit`.
    pub async fn catch_up<S: Store>(
        &mut self,
        store: &S,
        visit: &mut (dyn FnMut(u64, &[u8]) + Send),
    ) -> Result<u64, Failure> {
        while self.step(store, visit).await? == STEP {}
        if !self.let_go {
            self.let_go(store).await?;
        }
        Ok(self.log.size())
    }

    /// Has the store let go of what the ledger holds.
    async fn let_go<S: Store>(&mut self, store: &S) -> Result<(), Failure> {
        store.sequenced(self.log.size()).await?;
        self.let_go = true;
        Ok(())
    }
}
