//! What an entry is spelled like, and what is not an entry.
