//! Tests of `csv`.
