//! How much the API takes at once. What is beyond a limit is refused whole, before anything is
//! done.
//! These are the API's own; the policy and the vault have theirs.

use std::time::Duration;

/// The longest JSON body, in bytes.
pub const BODY_BYTES_MAX: usize = 1 << 20;
/// The longest body of somebody who shows no token, in bytes.
pub const SAID_BYTES_MAX: usize = 64 << 10;
/// The longest body that may carry files, in bytes: 64 MiB of content in base64, and the record
/// around it.
pub const FILES_BODY_BYTES_MAX: usize = 88 << 20;
/// The longest draft of a policy, in bytes.
pub const DRAFT_BYTES_MAX: usize = 8 << 20;
/// The most that the files of one record may hold together, in bytes.
pub const FILES_BYTES_MAX: usize = 64 << 20;
/// The longest file that comes as the body of a request, in bytes.
pub const UPLOAD_BYTES_MAX: u64 = 8 << 30;
/// How long the next part of such a file may take to come.
pub const UPLOAD_PAUSE_MAX: Duration = Duration::from_secs(30);
/// The most such files that come in at once.
pub const UPLOADS_MAX: usize = 64;
/// The longest name of a file, in bytes.
pub const FILE_NAME_LENGTH_MAX: usize = 255;
/// The longest media type, in bytes.
pub const MEDIA_TYPE_LENGTH_MAX: usize = 127;
/// The longest identifier of a message, in bytes.
pub const LETTER_NAME_LENGTH_MAX: usize = 998;
/// The most messages that one refers to.
pub const LETTER_ANSWERS_MAX: usize = 200;
/// The longest line of a bulk request, in bytes. The request as a whole has no limit.
pub const LINE_BYTES_MAX: usize = 1 << 20;
/// The most lines of a bulk request that are made durable together.
pub const BATCH_LINES_MAX: usize = 256;
/// The most bytes of lines that wait to be made durable together.
pub const BATCH_BYTES_MAX: usize = 4 << 20;
/// The deepest nesting of JSON, which is that of the parser.
pub const DEPTH_MAX: usize = 127;
/// The longest idempotency key, in characters.
pub const KEY_LENGTH_MAX: usize = 200;
/// The longest bearer token, in characters.
pub const TOKEN_LENGTH_MAX: usize = 200;
/// How long a request may take to come in and be answered; bulk requests, exports and
/// administration are exempt.
pub const REQUEST_TIME_MAX: Duration = Duration::from_secs(30);
/// How long the head of a request may take to come in.
pub const HEAD_TIME_MAX: Duration = Duration::from_secs(10);
/// The longest head of a request, in bytes.
pub const HEAD_BYTES_MAX: usize = 32 << 10;
/// The most headers of a request.
pub const HEADERS_MAX: usize = 64;
/// The most connections at once, unless the operator says otherwise.
pub const CONNECTIONS_MAX: usize = 1024;
/// The most acts under way at once.
pub const ACTS_MAX: u32 = 4096;
/// The most entries that one page of a trail shows.
pub const TRAIL_PAGE_MAX: usize = 200;
/// How many tokens that open nothing one address may show in a minute.
pub const FAILURES_MAX: u32 = 10;
/// The most addresses that are watched for such tokens.
pub const ADDRESSES_MAX: usize = 10_000;
