//! Tests of `ndjson`.
