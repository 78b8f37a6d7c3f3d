//! Unpacking, within a budget that all of a file's parts share. It never unpacks past it.

use super::Unread;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use std::io::Read;

/// Unpacks a gzip file.
pub(super) fn gzip(bytes: &[u8], budget: &mut usize) -> Result<Vec<u8>, Unread> {
    whole(MultiGzDecoder::new(bytes), budget)
}

/// Unpacks a deflated member of an archive.
pub(super) fn deflated(bytes: &[u8], budget: &mut usize) -> Result<Vec<u8>, Unread> {
    whole(DeflateDecoder::new(bytes), budget)
}

/// Unpacks a zlib stream as far as it can be read: PDF files are often cut or padded.
pub(super) fn zlib(bytes: &[u8], budget: &mut usize) -> Result<Vec<u8>, Unread> {
    let mut unpacked = Vec::new();
    let ended = take(ZlibDecoder::new(bytes), budget, &mut unpacked);
    match ended {
        Err(Unread::TooLarge) => Err(Unread::TooLarge),
        Err(why) if unpacked.is_empty() => Err(why),
        Ok(()) | Err(_) => Ok(unpacked),
    }
}

fn whole(reader: impl Read, budget: &mut usize) -> Result<Vec<u8>, Unread> {
    let mut unpacked = Vec::new();
    take(reader, budget, &mut unpacked)?;
    Ok(unpacked)
}

fn take(reader: impl Read, budget: &mut usize, unpacked: &mut Vec<u8>) -> Result<(), Unread> {
    let most = u64::try_from(*budget).unwrap_or(u64::MAX);
    // One byte more tells what is too large from what just fits.
    let ended = reader.take(most.saturating_add(1)).read_to_end(unpacked);
    if unpacked.len() > *budget {
        *budget = 0;
        return Err(Unread::TooLarge);
    }
    *budget -= unpacked.len();
    ended.map(|_| ()).map_err(|_| Unread::Damaged)
}
