//! What owners do.

use subrosa_lifecycle::{Refusal, UploadFault};
use subrosa_shared::api::{CreateShare, EndReason, Event, PatchLink, PutLink};
use subrosa_shared::id::LinkId;

use super::{Answer, Link, Model, Share, gone_for};
use crate::command::OwnerAction;
use crate::world::{DAY, SECOND};

impl Model {
    pub(super) fn create(&mut self, request: &CreateShare) -> Result<Answer, Refusal> {
        let now = self.now;
        match &self.share {
            Some(share) if gone_for(share.gone, now) >= 7 * DAY => Err(Refusal::AlreadyExists),
            Some(Share { gone: Some(gone), .. }) => Err(Refusal::Gone(*gone)),
            Some(share) if share.body == *request => Ok(Answer::Share),
            Some(_) => Err(Refusal::AlreadyExists),
            None => {
                let expires = now + self.life(request.expires_in_secs)?;
                self.share = Some(Share {
                    created: now,
                    body: request.clone(),
                    expires,
                    completed: None,
                    paused: false,
                    gone: None,
                    blobs_deleted: false,
                    content_lost: None,
                    links: Vec::new(),
                });
                self.say(None, Event::Created);
                Ok(Answer::Share)
            }
        }
    }

    pub(super) fn life(&self, secs: i64) -> Result<u64, Refusal> {
        let (min, max) = (self.policy.limits.expiry_secs_min, self.policy.limits.expiry_secs_max);
        if secs < i64::try_from(min).unwrap() || secs > i64::try_from(max).unwrap() {
            return Err(Refusal::ExpiryOutOfRange { min, max });
        }
        Ok(u64::try_from(secs).unwrap() * SECOND)
    }

    pub(super) fn downloads(&self, max: u32) -> Result<(), Refusal> {
        let most = self.policy.limits.downloads_max;
        if max == 0 || max > most { Err(Refusal::DownloadsOutOfRange { min: 1, max: most.into() }) } else { Ok(()) }
    }

    pub(super) fn owner(&mut self, action: &OwnerAction) -> Result<Answer, Refusal> {
        let now = self.now;
        let share = self.share.as_mut().unwrap();
        let gone = share.gone;
        match action {
            OwnerAction::ChangePush { .. } => return Err(Refusal::NotFound),
            OwnerAction::Status => {}
            OwnerAction::Revoke if gone.is_some() => {}
            OwnerAction::Revoke => self.end_share(EndReason::Revoked),
            OwnerAction::RevokeLink { link } => {
                let link = share.links.iter_mut().find(|known| known.id == *link).ok_or(Refusal::NotFound)?;
                if link.gone.is_none() {
                    link.end(EndReason::Revoked, now);
                    let id = link.id;
                    self.say(Some(id), Event::Revoked);
                }
            }
            _ if gone.is_some() => return Err(Refusal::Gone(gone.unwrap())),
            OwnerAction::StorePart { .. } | OwnerAction::StoreManifest { .. } => {
                return if share.completed.is_some() { Err(Refusal::AlreadyComplete) } else { Ok(Answer::Allowed) };
            }
            OwnerAction::StoreNote | OwnerAction::ReadBack => return Ok(Answer::Allowed),
            OwnerAction::Complete { request, stored } => match &share.completed {
                Some(done) if done == request => {}
                Some(_) => return Err(Refusal::AlreadyComplete),
                None => {
                    if stored.parts.len() < 2 {
                        return Err(Refusal::IncompleteUpload(UploadFault::Parts { part_count: 2 }));
                    }
                    if stored.manifest.is_none_or(|manifest| manifest.digest != request.manifest_digest) {
                        return Err(Refusal::IncompleteUpload(UploadFault::Manifest));
                    }
                    share.completed = Some(request.clone());
                    self.say(None, Event::Completed);
                }
            },
            OwnerAction::AddLink { link, request } => self.put_link(*link, request)?,
            OwnerAction::ChangeLink { link, request } => self.patch_link(*link, request)?,
            OwnerAction::ChangeShare { request } => {
                let expires = request.expires_in_secs.map(|secs| self.life(secs)).transpose()?.map(|life| now + life);
                let share = self.share.as_mut().unwrap();
                let changed = expires.is_some_and(|expires| expires != share.expires);
                share.expires = expires.unwrap_or(share.expires);
                for link in share.links.iter_mut().filter(|link| link.gone.is_none()) {
                    link.expires = link.expires.min(share.expires);
                }
                let paused = request.paused.filter(|paused| *paused != share.paused);
                share.paused = paused.unwrap_or(share.paused);
                if changed {
                    self.say(None, Event::Changed);
                }
                if let Some(paused) = paused {
                    self.say(None, if paused { Event::Paused } else { Event::Resumed });
                }
            }
        }
        Ok(Answer::Share)
    }

    pub(super) fn put_link(&mut self, id: LinkId, request: &PutLink) -> Result<(), Refusal> {
        let now = self.now;
        let share = self.share.as_ref().unwrap();
        if let Some(link) = share.links.iter().find(|link| link.id == id) {
            return if link.body == *request { Ok(()) } else { Err(Refusal::AlreadyExists) };
        }
        if share.completed.is_none() {
            return Err(Refusal::NotComplete);
        }
        if share.links.len() >= self.policy.limits.links_max as usize {
            return Err(Refusal::TooManyLinks { max: self.policy.limits.links_max.into() });
        }
        self.downloads(request.downloads_max)?;
        let life = request.expires_in_secs.map(|secs| self.life(secs)).transpose()?;
        let before = |id| share.links.iter().find(|link| link.id == id).ok_or(Refusal::NotFound);
        let before = request.replaces.map(before).transpose()?;
        let expires = match (life, before) {
            (Some(life), _) => (now + life).min(share.expires),
            (None, Some(before)) if before.expires > now => before.expires.min(share.expires),
            _ => share.expires,
        };
        self.share.as_mut().unwrap().links.push(Link {
            id,
            body: request.clone(),
            lock: request.lock.clone(),
            max: request.downloads_max,
            expires,
            may_destroy: request.recipient_may_destroy,
            paused: false,
            locked: false,
            streak: 0,
            guesses: 0,
            closed_until: 0,
            devices: Vec::new(),
            opened: Vec::new(),
            started: Vec::new(),
            given_back: 0,
            finished: Vec::new(),
            wrong: Vec::new(),
            receipts: Vec::new(),
            leases: Vec::new(),
            gone: None,
        });
        self.say(Some(id), Event::LinkAdded);
        let links = &mut self.share.as_mut().unwrap().links;
        let before = links.iter_mut().find(|link| Some(link.id) == request.replaces);
        if let Some(before) = before.filter(|link| link.gone.is_none()) {
            before.end(EndReason::Revoked, now);
            let id = before.id;
            self.say(Some(id), Event::Revoked);
        }
        Ok(())
    }

    pub(super) fn patch_link(&mut self, id: LinkId, request: &PatchLink) -> Result<(), Refusal> {
        let now = self.now;
        let share = self.share.as_ref().unwrap();
        let place = share.links.iter().position(|link| link.id == id).ok_or(Refusal::NotFound)?;
        if let Some(gone) = share.links[place].gone {
            return Err(Refusal::Gone(gone));
        }
        request.downloads_max.map(|max| self.downloads(max)).transpose()?;
        let life = request.expires_in_secs.map(|secs| self.life(secs)).transpose()?;
        let share = self.share.as_mut().unwrap();
        let link = &mut share.links[place];
        let expires = life.map(|life| (now + life).min(share.expires));
        let new_lock = request.lock.as_ref().filter(|lock| **lock != link.lock);
        let changed = request.downloads_max.is_some_and(|max| max != link.max)
            || expires.is_some_and(|expires| expires != link.expires)
            || request.recipient_may_destroy.is_some_and(|may| may != link.may_destroy)
            || new_lock.is_some();
        link.max = request.downloads_max.unwrap_or(link.max);
        link.expires = expires.unwrap_or(link.expires);
        link.may_destroy = request.recipient_may_destroy.unwrap_or(link.may_destroy);
        if let Some(lock) = new_lock {
            link.lock = lock.clone();
            link.leases.iter_mut().for_each(|lease| lease.anew = true);
            (link.streak, link.guesses, link.closed_until) = (0, 0, 0);
            link.devices.clear();
        }
        let event = match request.paused {
            Some(true) if !link.paused => Some(Event::Paused),
            Some(false) if link.paused || link.locked => Some(Event::Resumed),
            _ => None,
        };
        link.paused = request.paused.unwrap_or(link.paused);
        if request.paused == Some(false) {
            (link.streak, link.guesses, link.closed_until, link.locked) = (0, 0, 0, false);
        }
        if changed {
            self.say(Some(id), Event::Changed);
        }
        if let Some(event) = event {
            self.say(Some(id), event);
        }
        Ok(())
    }
}
