//! Gigabytes.
