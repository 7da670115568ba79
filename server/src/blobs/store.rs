//! What a place for blobs has to be able to do. Nothing goes around it.

use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;

use super::BlobsError;
use super::budget::Budget;

/// The pieces of a range.
pub type BlobStream = BoxStream<'static, Result<Bytes, BlobsError>>;

/// A place where blobs lie under names of `a/b/c`: parts of lower-case letters, digits, `-` and
/// `.`, with `/` between them.
///
/// What is stored is whole and durable before it is answered, or not visible under its name at all.
/// An error never means that a blob is lost unless it is [`BlobsError::Lost`] or
/// [`BlobsError::NotFound`].
#[async_trait]
pub trait BlobStore: Send + Sync + 'static {
    /// Begins a blob of that length. Nothing is stored before the first piece of it came.
    ///
    /// # Errors
    /// There is no room for it, or the store fails.
    async fn create(&self, name: &str, len: u64) -> Result<Box<dyn BlobWriter>, BlobsError>;

    /// Reads a range of a blob that has so many bytes in all, in pieces. The first one is read
    /// before this answers: what is missing, cut or unreadable is found before anything is told of
    /// it.
    ///
    /// # Errors
    /// The blob is lost, or the store fails.
    async fn read(&self, name: &str, whole_len: u64, range: Range<u64>) -> Result<BlobStream, BlobsError>;

    /// Stores a small object whole. `false`: there is one of that name, and it may not be replaced.
    /// The floor of free space is not looked at: see [`expect_room`](Self::expect_room).
    ///
    /// # Errors
    /// The disk is full, or the store fails.
    async fn put(&self, name: &str, bytes: Bytes, mode: PutMode) -> Result<bool, BlobsError>;

    /// Reads a small object whole. `None`: there is none.
    ///
    /// # Errors
    /// The store fails.
    async fn get(&self, name: &str) -> Result<Option<Bytes>, BlobsError>;

    /// Deletes blobs, durably. Fine if there are none.
    ///
    /// # Errors
    /// The store fails; some may be deleted then.
    async fn delete(&self, names: &[String]) -> Result<(), BlobsError>;

    /// Deletes everything below `prefix/`, durably: half-written blobs too. Fine if there is
    /// nothing.
    ///
    /// # Errors
    /// The store fails; some may be deleted then.
    async fn delete_prefix(&self, prefix: &str) -> Result<(), BlobsError>;

    /// Everything below `prefix/`, at any depth, half-written blobs too; with an empty prefix
    /// everything there is. In no order.
    fn list(&self, prefix: &str) -> BoxStream<'static, Result<StoredBlob, BlobsError>>;

    /// The parts of names that come right behind `prefix/` and have something below them.
    ///
    /// # Errors
    /// The store fails.
    async fn list_folders(&self, prefix: &str) -> Result<Vec<String>, BlobsError>;

    /// Whether there is room for more, as far as the store knows: one without a floor always has.
    ///
    /// # Errors
    /// There is none.
    fn expect_room(&self) -> Result<(), BlobsError>;

    /// Whether blobs can be written, made durable and deleted, as seen not long ago.
    ///
    /// # Errors
    /// They cannot.
    async fn probe(&self) -> Result<(), BlobsError>;
}

/// A blob that is being written. Dropped or given up before it is finished, it is nowhere.
#[async_trait]
pub trait BlobWriter: Send {
    /// Bytes that it keeps in memory when so many more were written and others have to count them.
    fn keeps_with(&self, more: usize) -> usize;

    /// Whether others wait for what it and its like keep in memory: then who sends it may not be
    /// slow.
    fn pressure(&self) -> Pressure {
        Pressure::default()
    }

    /// Appends.
    ///
    /// # Errors
    /// There is no room, or the store fails.
    async fn write(&mut self, bytes: &[u8]) -> Result<(), BlobsError>;

    /// Makes it durable and gives it its name.
    ///
    /// # Errors
    /// There is no room, or the store fails.
    async fn finish(self: Box<Self>) -> Result<(), BlobsError>;

    /// Gives it up and removes what was written.
    async fn abort(self: Box<Self>);
}

/// What becomes of an object that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutMode {
    /// It stays.
    Create,
    /// It is replaced, in one step.
    Replace,
}

/// Something that lies in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBlob {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub len: u64,
    /// When something was last written to it, by the store's clock.
    pub written: SystemTime,
}

/// How urgently others need the memory that blobs on their way keep.
#[derive(Clone, Default)]
pub struct Pressure(pub(super) Option<Arc<Budget>>);

impl Pressure {
    /// Whether somebody waits for it.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.0.as_ref().is_some_and(|budget| budget.is_waited_for())
    }
}
