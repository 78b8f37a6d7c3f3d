//! The samples that come with Kept, written out beside the data folder so that they are taken in
//! like any other file. Everybody in them is invented.

use crate::cli::Failed;
use crate::cli::collect::Arguments;
use std::path::{Path, PathBuf};

macro_rules! sample {
    ($name:literal) => {
        (
            $name,
            include_bytes!(concat!("../../../../samples/", $name)).as_slice(),
        )
    };
}

/// Their names and contents.
const SAMPLES: &[(&str, &[u8])] = &[
    sample!("contacts.csv"),
    sample!("contacts.ndjson"),
    sample!("courses.csv"),
    sample!("access.log"),
    sample!("access.json.log.gz"),
    sample!("mail/01-invoice-question.eml"),
    sample!("mail/02-invoice-answer.eml"),
    sample!("mail/03-invoice-thanks.eml"),
    sample!("mail/04-order-attached.eml"),
    sample!("mail/05-delete-my-data.eml"),
    sample!("mail/06-training-postponed.eml"),
    sample!("mail/07-report-query.eml"),
    sample!("mail/08-out-of-office.eml"),
];

/// The recording of a call: three seconds of tones.
pub(super) const RECORDING: &[u8] = include_bytes!("../../../../samples/recording.wav");

/// Writes the samples out beside the data folder, which holds nothing that is readable, and says
/// how each is taken in.
pub(super) fn unpack(data: &Path) -> Result<Vec<Arguments>, Failed> {
    let mut folder = data.as_os_str().to_owned();
    folder.push("-samples");
    let folder = PathBuf::from(folder);
    for (name, content) in SAMPLES {
        write(&folder.join(name), content)?;
    }
    let parcel = |inputs: &[&str], channel: Option<&str>, maps: &[&str]| Arguments {
        inputs: inputs
            .iter()
            .map(|name| folder.join(name))
            .collect::<Vec<PathBuf>>(),
        channel: channel.map(str::to_owned),
        maps: maps.iter().map(|map| (*map).to_owned()).collect(),
        ..Arguments::default()
    };
    let course = ["course=course-{status}", "date=collected-at"];
    Ok(vec![
        parcel(&["contacts.csv"], Some("client-contract"), &[]),
        parcel(&["contacts.ndjson"], Some("api"), &[]),
        parcel(&["courses.csv"], Some("training-import"), &course),
        parcel(&["access.log", "access.json.log.gz"], None, &[]),
        Arguments {
            own: vec!["support@example.org".to_owned()],
            ..parcel(&["mail"], None, &[])
        },
    ])
}

/// Writes a file where it is not there already; one that is left as it is has not changed.
fn write(path: &Path, content: &[u8]) -> Result<(), Failed> {
    if std::fs::read(path).is_ok_and(|there| there == content) {
        return Ok(());
    }
    let write = || {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, content)
    };
    write().map_err(|cause: std::io::Error| {
        Failed::new(format!("`{}` cannot be written: {cause}", path.display()))
    })
}
