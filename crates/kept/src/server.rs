//! The server, in the making.
