//! What has to hold at any time, by the promises of the README.

/// A promise. The text is how the checker names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Promise {
    /// With N downloads or views allowed, at most N leases ever receive a byte.
    ALimitIsALimit,
    /// A retry, a reload or a crash never counts again.
    CountedOnce,
    /// What was handed out counts, for ever.
    UsedStaysUsed,
    /// What was granted and never began is free again, for somebody else.
    UnusedGoesBack,
    /// A recipient can go on within an hour, for a day in all.
    GoingOn,
    /// A link is spent when its last download has ended, and not before.
    SavedBeforeDestroyed,
    /// After an end nothing that is sealed is handed out.
    GoneIsGone,
    /// An end is for ever, and stays what it was.
    EndsAreFinal,
    /// Nothing sealed is kept of what has ended.
    NothingSealedStays,
    /// Blobs that something still needs are not deleted.
    BlobsStay,
    /// Blobs of what has ended are deleted, and the reaper is told that it is due.
    BlobsGo,
    /// What was answered is in the ledger.
    AnsweredIsCommitted,
    /// Whether a password was right is told only after the ledger has taken a step.
    ComparedIsStored,
    /// Every wrong password that somebody could learn of counts.
    GuessesCount,
    /// A link ends after so many wrong passwords, if its owner chose that, and locks at the latest
    /// after 200.
    GuessingEnds,
    /// Counters are what the timeline says.
    CountersAreTheTimeline,
    /// Time changes nothing before a record is due, and something when it is.
    DueIsHonest,
    /// An id cannot be used again before 97 days are over.
    BurnedStaysBurned,
    /// A stored record is read as it was written.
    StoredIsRead,
    /// A step with one link loaded is the step with all of them.
    OneLinkIsEnough,
    /// A download reads the content that it began with, whatever is put behind its link meanwhile;
    /// and keys, lists and parts that are handed out belong to one content.
    NobodyGetsAMix,
    /// A content that a live link shows, or a download reads, is there.
    ContentsStay,
    /// One that nothing needs goes, but for the newest and the one before it.
    ContentsGo,
    /// A share holds at most three contents, of which at most one is uploaded.
    AtMostThree,
    /// Nothing newer comes behind a link that has ended.
    EndedLinksGetNothingNew,
}

impl Promise {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ALimitIsALimit => "a limit is a limit",
            Self::CountedOnce => "a retry never counts again",
            Self::UsedStaysUsed => "what was handed out counts for ever",
            Self::UnusedGoesBack => "what never began goes back",
            Self::GoingOn => "a lost connection is not a lost download",
            Self::SavedBeforeDestroyed => "saved before destroyed",
            Self::GoneIsGone => "gone is gone",
            Self::EndsAreFinal => "an end is final",
            Self::NothingSealedStays => "nothing sealed stays after an end",
            Self::BlobsStay => "no blob is deleted that something needs",
            Self::BlobsGo => "blobs of what is gone are deleted",
            Self::AnsweredIsCommitted => "acknowledged is durable",
            Self::ComparedIsStored => "right and wrong are told after a durable step",
            Self::GuessesCount => "every wrong password counts",
            Self::GuessingEnds => "guessing ends",
            Self::CountersAreTheTimeline => "counters are the timeline",
            Self::DueIsHonest => "due is honest",
            Self::BurnedStaysBurned => "a burned id is not used again",
            Self::StoredIsRead => "what is stored is read as it was written",
            Self::OneLinkIsEnough => "a step with one link is the step with all",
            Self::NobodyGetsAMix => "nobody gets a mix",
            Self::ContentsStay => "a content stays while something needs it",
            Self::ContentsGo => "a content goes that nothing needs",
            Self::AtMostThree => "at most three contents",
            Self::EndedLinksGetNothingNew => "an ended link gets nothing newer",
        }
    }
}

/// Promises that were broken on the way to a state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Broken(u32);

impl Broken {
    pub(crate) fn demand(&mut self, promise: Promise, holds: bool) {
        self.0 |= u32::from(!holds) << promise as u32;
    }

    /// Those that were broken.
    pub(crate) fn promises(self) -> impl Iterator<Item = Promise> {
        ALL.into_iter().filter(move |promise| self.0 & 1 << *promise as u32 != 0)
    }
}

const ALL: [Promise; 25] = [
    Promise::ALimitIsALimit,
    Promise::CountedOnce,
    Promise::UsedStaysUsed,
    Promise::UnusedGoesBack,
    Promise::GoingOn,
    Promise::SavedBeforeDestroyed,
    Promise::GoneIsGone,
    Promise::EndsAreFinal,
    Promise::NothingSealedStays,
    Promise::BlobsStay,
    Promise::BlobsGo,
    Promise::AnsweredIsCommitted,
    Promise::ComparedIsStored,
    Promise::GuessesCount,
    Promise::GuessingEnds,
    Promise::CountersAreTheTimeline,
    Promise::DueIsHonest,
    Promise::BurnedStaysBurned,
    Promise::StoredIsRead,
    Promise::OneLinkIsEnough,
    Promise::NobodyGetsAMix,
    Promise::ContentsStay,
    Promise::ContentsGo,
    Promise::AtMostThree,
    Promise::EndedLinksGetNothingNew,
];
