//! Zip files, and the office documents that are zip files. It reads the central directory and
//! believes none of its sizes.

use super::{Reader, Unread, inflate, markup};

const END: &[u8] = b"PK\x05\x06";
const ENTRY: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";

/// Parts of office documents that say how something looks, not what.
const APPEARANCE: &[&str] = &[
    "styles.xml",
    "theme",
    "fontTable.xml",
    "settings.xml",
    "webSettings.xml",
    "[Content_Types].xml",
    ".rels",
    "slideMasters",
    "slideLayouts",
    "META-INF",
    "Thumbnails",
];

/// Where the pictures of an office document stand.
const PICTURES: &[&str] = &["media/", "Pictures/"];

/// Where an OpenDocument file says what it is made of.
const MANIFEST: &str = "META-INF/manifest.xml";

/// One file in an archive.
struct Member<'a> {
    name: String,
    encrypted: bool,
    method: u16,
    packed: &'a [u8],
}

/// Reads every file in an archive.
pub(super) fn read(reader: &mut Reader, bytes: &[u8], depth: usize) {
    let Some(members) = members(bytes, reader) else {
        return reader.note(Unread::Damaged);
    };
    let is_part =
        |member: &Member<'_>| member.name == "[Content_Types].xml" || member.name == "content.xml";
    let is_office = members.iter().any(is_part);
    let has_pictures = members
        .iter()
        .any(|it| PICTURES.iter().any(|part| it.name.contains(part)));
    let before = reader.text.len();
    for member in members {
        if is_office && member.name == MANIFEST && is_sealed(reader, &member) {
            return reader.note(Unread::Encrypted);
        }
        if is_office && APPEARANCE.iter().any(|part| member.name.contains(part)) {
            continue;
        }
        if member.encrypted {
            reader.note(Unread::Encrypted);
            continue;
        }
        let unpacked = match member.method {
            0 => spend(reader, member.packed),
            8 => inflate::deflated(member.packed, &mut reader.budget),
            _ => Err(Unread::UnknownKind),
        };
        match unpacked {
            Ok(unpacked) if is_office && member.name.ends_with(".xml") => {
                let text = String::from_utf8_lossy(&unpacked);
                reader.add(&markup::text(&text));
            }
            // What else stands in an office document is pictures and fonts, or embedded files.
            Ok(unpacked) if is_office && !member.name.contains("embed") => drop(unpacked),
            Ok(unpacked) => {
                if !unpacked.is_empty() {
                    reader.read(&unpacked, depth + 1);
                }
            }
            Err(why) => reader.note(why),
        }
        // An archive's names are stored with it, and may tell as much as a text.
        if !is_office {
            reader.add(&member.name);
        }
    }
    let told = reader.text.get(before..).unwrap_or("");
    if is_office && has_pictures && told.trim().is_empty() {
        reader.note(Unread::NoText);
    }
}

/// Whether the manifest of an OpenDocument file says that its parts are encrypted.
fn is_sealed(reader: &mut Reader, manifest: &Member<'_>) -> bool {
    let unpacked = inflate::deflated(manifest.packed, &mut reader.budget);
    let marks = |bytes: &[u8]| super::contains(bytes, b"encryption-data");
    unpacked.is_ok_and(|it| marks(&it)) || marks(manifest.packed)
}

fn spend(reader: &mut Reader, packed: &[u8]) -> Result<Vec<u8>, Unread> {
    let left = reader.budget.checked_sub(packed.len());
    reader.budget = left.ok_or(Unread::TooLarge)?;
    Ok(packed.to_vec())
}

/// The files of the central directory; nothing where there is none, or it is broken.
fn members<'a>(bytes: &'a [u8], reader: &mut Reader) -> Option<Vec<Member<'a>>> {
    let end = memchr::memmem::rfind(bytes, END)?;
    let count = usize::from(number16(bytes, end + 10)?);
    let mut at = number32(bytes, end + 16)?;
    let mut members = Vec::new();
    for _ in 0..count {
        let Some(left) = reader.members.checked_sub(1) else {
            reader.note(Unread::TooLarge);
            break;
        };
        reader.members = left;
        let entry = bytes.get(at..)?;
        if !entry.starts_with(ENTRY) {
            return None;
        }
        let lengths = [28, 30, 32].map(|place| number16(entry, place).map(usize::from));
        let [Some(name), Some(extra), Some(remark)] = lengths else {
            return None;
        };
        let local = bytes.get(number32(entry, 42)?..)?;
        if !local.starts_with(LOCAL) {
            return None;
        }
        let skipped = usize::from(number16(local, 26)?) + usize::from(number16(local, 28)?);
        let packed = local.get(30 + skipped..)?;
        let packed = packed.get(..number32(entry, 20)?)?;
        let spelled = String::from_utf8_lossy(entry.get(46..46 + name)?).into_owned();
        members.push(Member {
            encrypted: number16(entry, 8)? & 1 == 1,
            method: number16(entry, 10)?,
            packed,
            name: spelled,
        });
        at += 46 + name + extra + remark;
    }
    Some(members)
}

fn number16(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..)?.first_chunk::<2>()?;
    Some(u16::from_le_bytes(*two))
}

fn number32(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..)?.first_chunk::<4>()?;
    usize::try_from(u32::from_le_bytes(*four)).ok()
}
