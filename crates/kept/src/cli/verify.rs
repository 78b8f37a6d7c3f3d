//! `kept verify`: checks a receipt or a whole ledger against the ledger's key, without a server.
//! It uses nothing but the ledger's own format, and trusts nothing it reads.

use super::house::unreadable;
use super::{Ending, Failed, Outcome, Place, Terminal};
use kept_ledger::{Entry, Receipt, TileReader, Unavailable, Verifier, verify_log};
use kept_processing::{StoreOptions, database_ledger};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Check a receipt, or a whole ledger, without asking anybody.
///
/// A receipt proves that an entry is in the ledger. All it takes is the receipt and the ledger's
/// key, which `kept audit` prints and which should reach you by another way than the receipt.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept verify erased.tlog-proof --key 'kept.example+1a2b3c4d+AbCd…'
  kept verify --ledger kept-data/ledger --key ledger.vkey
  kept verify --ledger database --store postgres://kept@db.example.com/kept --key ledger.vkey
  kept verify --bundle bundle --key ledger.vkey")]
pub(super) struct Arguments {
    /// The receipt.
    #[arg(required_unless_present_any = ["ledger", "bundle"], conflicts_with_all = ["ledger", "bundle"])]
    receipt: Option<PathBuf>,

    /// The entry that the receipt is for, where it does not carry it.
    #[arg(long, value_name = "FILE", conflicts_with = "ledger")]
    entry: Option<PathBuf>,

    /// The folder of a ledger, to be derived again from its entries; or `database`, where it is in
    /// the one that --store names.
    #[arg(long, value_name = "FOLDER")]
    ledger: Option<PathBuf>,

    /// The folder of a bundle that `kept evidence` wrote.
    #[arg(long, value_name = "FOLDER", conflicts_with = "ledger")]
    bundle: Option<PathBuf>,

    /// The ledger's key as a word, or a file that holds it.
    #[arg(long, value_name = "KEY|FILE")]
    key: String,
}

pub(super) fn run(terminal: &Terminal, place: &Place, arguments: &Arguments) -> Outcome {
    let keys = [key(&arguments.key)?];
    if let Some(folder) = &arguments.bundle {
        return super::evidence::check(terminal, folder, &keys);
    }
    match (&arguments.receipt, &arguments.ledger) {
        (Some(path), _) => receipt(terminal, path, arguments.entry.as_deref(), &keys),
        (None, Some(folder)) if folder == Path::new("database") => {
            let address = place
                .database()?
                .ok_or_else(|| Failed::new("no database is named").help("name it with --store"))?;
            let tables = database_ledger(&address, &StoreOptions::default())?;
            ledger(terminal, &tables, &keys)
        }
        (None, Some(folder)) => ledger(terminal, &Files(folder), &keys),
        (None, None) => Err(Failed::new("name a receipt, or a ledger with --ledger")),
    }
}

fn key(given: &str) -> Result<Verifier, Failed> {
    let path = Path::new(given);
    let text = match path.is_file() {
        true => std::fs::read_to_string(path).map_err(|cause| unreadable(path, &cause))?,
        false => given.to_owned(),
    };
    Verifier::parse(text.trim()).map_err(|malformed| {
        Failed::new(format!(
            "--key is no ledger key and no file that holds one: {malformed}"
        ))
        .help("`kept audit` prints the key of a data folder's ledger")
    })
}

fn receipt(terminal: &Terminal, path: &Path, entry: Option<&Path>, keys: &[Verifier]) -> Outcome {
    let text = std::fs::read_to_string(path).map_err(|cause| unreadable(path, &cause))?;
    let shown = path.display();
    let wrong = |why: String| Failed::new(format!("`{shown}` proves nothing: {why}"));
    let receipt = Receipt::parse(&text).map_err(|malformed| wrong(malformed.to_string()))?;
    let entry = match entry {
        Some(path) => std::fs::read(path).map_err(|cause| unreadable(path, &cause))?,
        None => receipt.extra.clone().ok_or_else(|| {
            wrong("it does not carry its entry".to_owned()).help("name the entry with --entry")
        })?,
    };
    let checkpoint = receipt
        .verify(&entry, keys)
        .map_err(|why| wrong(why.to_string()))?;
    let told = String::from_utf8_lossy(&entry);
    let (index, size) = (receipt.index, checkpoint.size());
    terminal.give(
        format!("genuine: entry {index} of a ledger of {size}\n{told}"),
        || {
            let entry: serde_json::Value =
                serde_json::from_str(&told).unwrap_or_else(|_| json!(told));
            json!({ "genuine": true, "index": index, "size": size, "entry": entry })
        },
    );
    Ok(Ending::Done)
}

fn ledger(terminal: &Terminal, files: &impl TileReader, keys: &[Verifier]) -> Outcome {
    let checkpoint = files.read("checkpoint").map_err(|failure| {
        use std::error::Error as _;
        let cause = failure
            .source()
            .map_or_else(String::new, |cause| format!(": {cause}"));
        Failed::new(format!("the ledger cannot be read{cause}"))
    })?;
    let checkpoint = checkpoint.and_then(|bytes| String::from_utf8(bytes).ok());
    let checkpoint = checkpoint.ok_or_else(|| {
        Failed::new("there is no ledger").help("name the folder that holds its `checkpoint`")
    })?;
    let bar = terminal.progress("entries", None);
    let report = verify_log(files, &checkpoint, keys, &[], |index, bytes| {
        bar.set_position(index);
        Entry::parse(bytes)
            .map(drop)
            .map_err(|malformed| malformed.to_string())
    });
    bar.finish_and_clear();
    let report =
        report.map_err(|fault| Failed::new(format!("the ledger is not sound: {fault}")))?;
    let (size, files) = (report.checkpoint.size(), report.files);
    terminal.give(
        format!("sound: {size} entries in {files} files"),
        || json!({ "sound": true, "entries": size, "files": files, "bytes": report.bytes }),
    );
    Ok(Ending::Done)
}

/// The files of a ledger in a folder.
struct Files<'a>(&'a Path);

impl TileReader for Files<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Unavailable> {
        match std::fs::read(self.0.join(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(Unavailable::new(cause)),
        }
    }
}
