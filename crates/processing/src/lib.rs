//! processing.
