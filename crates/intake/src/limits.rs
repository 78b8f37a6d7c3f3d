//! The limits of reading. They bound memory; they never judge what a record says.

/// How large a record may be before it is rejected. Every reader holds at most a small multiple
/// of one record in memory, whatever the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one CSV record, one JSON line or one log line, as written.
    pub record_bytes: usize,
    /// Columns of a CSV file, and values of one record.
    pub values: usize,
    /// Bytes of a single value.
    pub value_bytes: usize,
    /// Bytes of one e-mail message with its attachments, as written.
    pub message_bytes: usize,
    /// Attachments of one e-mail message.
    pub attachments: usize,
    /// How often a quote that never closes may be stepped over before the whole file is given up.
    /// Each time costs reading up to `record_bytes` twice.
    pub open_quotes: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            record_bytes: 1 << 20,
            values: 512,
            value_bytes: 256 << 10,
            message_bytes: 32 << 20,
            attachments: 100,
            open_quotes: 64,
        }
    }
}
