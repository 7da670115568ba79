//! What senders do.

use subrosa_shared::problem::ProblemType;

use super::caller::Caller;
use crate::client::Error;
use crate::client::package::Package;
use crate::exactly_n::history::Deed;
use crate::exactly_n::planned_share::{PlannedShare, Sealed};

impl Caller {
    /// Sends all of it; whether it is there then.
    pub(crate) async fn send(&mut self, share: &PlannedShare) -> bool {
        let case = self.case;
        let sealed = share.sealed.get_or_init(async || share.seal(case)).await;
        let client = self.client.clone();
        match sealed {
            Sealed::Share { package, link, .. } => {
                let upload = async || upload(&client, package).await;
                self.until_answered(Deed::Create, upload).await.is_ok()
                    && self.until_answered(Deed::AddLink, async || client.put_link(package, link).await).await.is_ok()
            }
            Sealed::Push { push, .. } => {
                self.until_answered(Deed::Create, async || client.push(push).await).await.is_ok()
            }
        }
    }
}

/// Sends what is missing and completes it. If the answer to that was lost, the parts are fixed
/// already.
async fn upload(client: &crate::client::Client, package: &Package) -> Result<(), Error> {
    match client.upload(package).await {
        Err(error) if error.problem() == Some(ProblemType::AlreadyComplete) => client.complete(package).await.map(drop),
        result => result.map(drop),
    }
}
