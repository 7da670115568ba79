//! HTTP: a thin skin over [`store`](crate::store) and [`blobs`](crate::blobs). A handler extracts, asks, answers.
//!
//! [`router`] lists the calls; the files beside it have one resource each. `extract` and `upload`
//! check what comes in, `permit` says when it is worked on, `min_rate` and `buffered_bytes` bound
//! what a body costs, `download` streams what goes out, `error` says what went wrong, `openapi`
//! describes it all, `cors` lets pages of other servers in, [`connection`] deals with sockets.
//! `pages` serves the `files` under their `paths`, in the form and language that a client accepts
//! (`accept`).

pub mod router;

mod config;
mod contents;
mod keyrings;
mod large;
mod leases;
mod links;
mod manifest;
mod note;
mod openapi;
mod owner_links;
mod parts;
mod pushes;
mod shares;

mod accept;
mod buffered_bytes;
pub mod connection;
mod cors;
mod download;
mod error;
mod extract;
mod files;
mod headers;
mod health;
mod middleware;
mod min_rate;
mod pages;
mod paths;
mod permit;
mod security_txt;
mod upload;
