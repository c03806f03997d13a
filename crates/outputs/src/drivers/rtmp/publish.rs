//! A whole publication: one conversation, and when its server asks us to go on elsewhere, the move to the next one. The
//! new server is asked first, while the old one still gets everything; at the next keyframe the packets go to the new one,
//! and the old one gets its rest and a goodbye meanwhile. So no picture is lost and none is sent twice.

use super::conversation::Conversation;
use crate::{Link, OutputError};
use media::{Packet, PacketReceiver, StreamInfo};
use rtmp::{PublishSession, PublishUrl, RtmpError, SessionState};
use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

/// Time for the old server to take what it was given before the move. Nothing waits for it.
const MOVE_FLUSH_LIMIT: Duration = Duration::from_secs(5);

type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A move to another server.
enum Move<'a> {
    /// None is under way.
    None,
    /// The new server is being asked.
    Asking(Later<'a, Result<Conversation, OutputError>>),
    /// The new server waits for a keyframe.
    Ready(Box<Conversation>),
}

/// What happened first.
enum Event {
    Packet(Option<Arc<Packet>>),
    Stepped(Result<(), OutputError>),
    Asked(Result<Box<Conversation>, OutputError>),
    NextStepped(Result<(), OutputError>),
    LeftOld,
}

/// A publication under way.
pub(super) struct Publication<'a> {
    pub(super) address: PublishUrl,
    pub(super) ca_file: &'a str,
    pub(super) info: &'a StreamInfo,
    pub(super) link: &'a Link,
}

impl<'a> Publication<'a> {
    /// Connects to the address.
    pub(super) async fn open(&self) -> Result<Conversation, OutputError> {
        let session = PublishSession::new(&self.address, self.info);
        let (until, link) = (SessionState::Publishing, self.link);
        Conversation::open(&self.address, self.ca_file, session, until, link.to(), Some(link)).await
    }

    /// Sends packets until their end, then says goodbye.
    pub(super) async fn run(self, mut now: Conversation, packets: &PacketReceiver) -> Result<(), OutputError> {
        let link = self.link;
        let mut next = Move::None;
        let mut old: Option<Later<'_, ()>> = None;
        // The streams it gets now, when they are not those that it began with.
        let mut streams: Option<StreamInfo> = None;
        loop {
            self.look_for_wish(&mut now, &mut next);
            let room = now.has_room();
            let event = tokio::select! {
                stepped = now.step(Some(link)) => Event::Stepped(stepped),
                packet = packets.recv_with_data(), if room => Event::Packet(packet),
                event = next.step() => event,
                () = leave(&mut old) => Event::LeftOld,
            };
            match event {
                Event::Stepped(stepped) => stepped?,
                Event::Packet(None) => break,
                Event::Packet(Some(p)) => {
                    let boundary = p.keyframe && (p.is_video() || self.info.video.is_none());
                    if boundary
                        && old.is_none()
                        && let Some(conversation) = next.take_ready()
                    {
                        tracing::info!(destination = link.to(), "goes on at the server it was sent to");
                        let mut left = std::mem::replace(&mut now, *conversation);
                        link.notice(notice(&now));
                        streams.iter().for_each(|s| now.session.change_streams(s));
                        old = Some(Box::pin(async move {
                            left.say_goodbye_within(MOVE_FLUSH_LIMIT, Some(link)).await
                        }));
                    }
                    if let Some(new) = link.new_streams(&p) {
                        now.session.change_streams(&new);
                        streams = Some(new);
                    }
                    now.send(p)?;
                }
                Event::Asked(Ok(conversation)) => next = Move::Ready(conversation),
                Event::Asked(Err(e)) | Event::NextStepped(Err(e)) => {
                    next = Move::None;
                    link.notice(Some(format!(
                        "The server asked to go on elsewhere, which did not work: {e} The stream stays where it is."
                    )));
                }
                Event::NextStepped(Ok(())) => {}
                Event::LeftOld => old = None,
            }
        }
        if let Move::Ready(mut unused) = next {
            unused.say_goodbye(None).await;
        }
        now.say_goodbye(Some(link)).await;
        leave_now(old).await;
        Ok(())
    }

    /// Follows the server's wish to go elsewhere, unless we are on the way already.
    fn look_for_wish(&self, now: &mut Conversation, next: &mut Move<'a>) {
        let Some(wish) = now.session.take_reconnect() else {
            return;
        };
        if !matches!(next, Move::None) {
            return;
        }
        match wish {
            Ok(address) => *next = Move::Asking(Box::pin(self.ask(address))),
            Err(e) => self.cannot_follow(&e),
        }
    }

    fn ask(
        &self,
        address: PublishUrl,
    ) -> impl Future<Output = Result<Conversation, OutputError>> + Send + 'a + use<'a> {
        let (ca_file, info, link) = (self.ca_file, self.info, self.link);
        async move {
            let session = PublishSession::new(&address, info);
            Conversation::open(&address, ca_file, session, SessionState::Publishing, link.to(), None).await
        }
    }

    fn cannot_follow(&self, e: &RtmpError) {
        let text =
            format!("The server asked to go on elsewhere, which can't be done: {e} The stream stays where it is.");
        tracing::warn!(destination = self.link.to(), error = %e, "can't follow a request to reconnect");
        self.link.notice(Some(text));
    }
}

impl Move<'_> {
    /// One step of the move; never ready while none is under way.
    async fn step(&mut self) -> Event {
        match self {
            Self::None => std::future::pending().await,
            Self::Asking(asking) => Event::Asked(asking.await.map(Box::new)),
            Self::Ready(conversation) => Event::NextStepped(conversation.step(None).await),
        }
    }

    /// The new server, if it is ready; the move is done then.
    fn take_ready(&mut self) -> Option<Box<Conversation>> {
        match std::mem::replace(self, Self::None) {
            Self::Ready(conversation) => Some(conversation),
            other => {
                *self = other;
                None
            }
        }
    }
}

/// What the creator should know of a server that has let us publish.
pub(super) fn notice(c: &Conversation) -> Option<String> {
    let doubts = c.session.doubts();
    (!doubts.is_empty()).then(|| doubts.join(" "))
}

async fn leave(old: &mut Option<Later<'_, ()>>) {
    match old {
        Some(goodbye) => goodbye.await,
        None => std::future::pending().await,
    }
}

async fn leave_now(old: Option<Later<'_, ()>>) {
    if let Some(goodbye) = old {
        goodbye.await;
    }
}
