//! One destination's life: its own task, its own queue, its state, and trying again.
//!
//! ```text
//! idle ─▶ connecting ─▶ live ──────────┐ the show or the creator ends it, in any state ─▶ stopped
//!             ▲  ▲  └──────┬───────────┘
//!             │  │         ├─ may pass by itself (network) ─▶ retrying ─ after a wait, or retry_now ─┐
//!             │  └─────────┼──────────────────────────────────────────────────────────────────────────┘
//!             │            └─ needs somebody (key, address) ─▶ failed ─ retry_now ─┐
//!             └─────────────────────────────────────────────────────────────────────┘
//! ```
//! Waits grow up to a cap and start over once a connection has held for a while. This module knows no protocol; nothing
//! in it can hold up the encoder or another destination.

use crate::{
    Backoff, DestinationKind, DestinationState, DestinationStatus, Driver, Env, Fanout, HandOver, OutputError, delay,
    fanout::Begins,
    handover::Gate,
    link::{Ledger, Link},
};
use media::{Clock, MediaError, MediaTime, PacketQueue, PacketReceiver, PacketSender};
use serde_json::{Map, Value};
use std::{sync::Arc, time::Duration};
use tokio::{runtime, sync::watch, task::AbortHandle, time};

/// Media time a destination's queue holds before frames are dropped.
pub const QUEUE_LIMIT: MediaTime = MediaTime::from_millis(5000);
/// A connection that held this long was a good one: the next wait is a short one again.
const HELD: MediaTime = MediaTime::from_millis(10_000);
/// How long a live destination may take to send what is queued and say goodbye, once it is to stop.
const GOODBYE: Duration = Duration::from_millis(1200);
/// How long [`DestinationHandle::stop`] waits for the task before it is cut off.
const STOP_LIMIT: Duration = Duration::from_millis(1700);
/// How often a waiting destination looks at the clock (which tests may step by hand) and at the end of the show.
const LOOK: Duration = Duration::from_millis(50);

/// What the creator asked for.
#[derive(Clone, Copy, Default)]
struct Wishes {
    stop: bool,
    retries: u64,
}

/// On what terms a destination gets the show.
#[derive(Clone)]
pub struct Terms {
    /// How long it waits before trying again.
    pub backoff: Backoff,
    /// How much later it gets the show; at most ten minutes: 6 Mbit/s are 450 MB by then.
    pub delay: MediaTime,
    /// The picture at lower sizes, for kinds that take several ([`crate::Wants::layers`]), largest first. Not delayed.
    pub layers: Vec<Fanout>,
}

impl From<Backoff> for Terms {
    fn from(backoff: Backoff) -> Self {
        Self {
            backoff,
            delay: MediaTime::ZERO,
            layers: vec![],
        }
    }
}

/// One destination of a running show. Dropping it stops the destination without waiting.
pub struct DestinationHandle {
    ledger: Arc<Ledger>,
    wishes: watch::Sender<Wishes>,
    over: watch::Receiver<bool>,
    task: AbortHandle,
    goes_on: bool,
}

impl DestinationHandle {
    /// Starts a destination of a registered kind on its own task of `rt`.
    ///
    /// # Errors
    /// Wrong settings, or streams this kind can't carry. What happens on the network shows in the status instead.
    pub fn start(
        rt: &runtime::Handle,
        kind: &DestinationKind,
        settings: &Map<String, Value>,
        fanout: &Fanout,
        env: &Env,
        terms: impl Into<Terms>,
    ) -> Result<Self, OutputError> {
        (kind.check_streams)(fanout.info())?;
        let driver = (kind.open)(settings, env)?;
        let to = (kind.redacted_url)(settings);
        Ok(Self::start_driver(rt, to, driver, fanout, env.clock.clone(), terms))
    }

    /// Starts a destination with a driver of one's own; `to` is its name in messages and must hold no secret.
    pub fn start_driver(
        rt: &runtime::Handle,
        to: String,
        driver: Box<dyn Driver>,
        fanout: &Fanout,
        clock: Arc<dyn Clock>,
        terms: impl Into<Terms>,
    ) -> Self {
        let Terms { backoff, delay, layers } = terms.into();
        let begins = if driver.catches_up() {
            Begins::Soon
        } else {
            Begins::Next
        };
        let (packets, queue, line) = attach(rt, fanout, delay, begins, &clock);
        let ledger = Ledger::new(to, clock, fanout.clone(), queue, QUEUE_LIMIT)
            .behind(line, delay)
            .with_layers(layers);
        let ledger = Arc::new(ledger);
        // Whoever asks right after the start hears that it is on its way, also before the task has had its turn.
        ledger.enter(DestinationState::Connecting, None, None);
        let (wishes, wished) = watch::channel(Wishes::default());
        let (over_tx, over) = watch::channel(false);
        let goes_on = driver.goes_on(fanout.info());
        let supervisor = Supervisor {
            driver,
            packets: Arc::new(packets),
            wished,
            backoff,
            first_try: true,
            ending: Ending {
                ledger: ledger.clone(),
                over: over_tx,
            },
        };
        let task = rt.spawn(supervisor.run()).abort_handle();
        Self {
            ledger,
            wishes,
            over,
            task,
            goes_on,
        }
    }

    /// Lets it go over to another encode of the same picture at that one's next keyframe, without a new connection; what has
    /// piled up is thrown away if `drop_backlog`. None where its protocol can't, or it is delayed. Dropping what this gives
    /// before it has gone over leaves it where it is.
    pub fn hand_over(&self, to: &Fanout, drop_backlog: bool) -> Option<HandOver> {
        if !self.goes_on || self.ledger.line.is_some() {
            return None;
        }
        let (ledger, next) = (self.ledger.clone(), to.clone());
        let gate = Gate::new(drop_backlog, Box::new(move |at| ledger.goes_over(at, next)));
        let old = self.ledger.fanout.lock().clone();
        if !old.leave_by(&self.ledger.queue, &gate) {
            return None;
        }
        to.come_by(&self.ledger.queue, &gate);
        Some(HandOver::new(gate))
    }

    /// Says something of a destination that is live, in a sentence; `None` takes it back.
    pub fn remark(&self, text: Option<String>) {
        self.ledger.state.lock().remark = text;
    }

    /// State and figures now. Cheap; takes no lock that an encoder waits for longer than a push.
    pub fn status(&self) -> DestinationStatus {
        self.ledger.status()
    }

    /// Tells listeners what is being played, where the protocol can (Icecast).
    pub fn set_title(&self, title: &str) {
        self.ledger.title.send_replace(title.to_owned());
    }

    /// Tries again at once, if the destination is waiting or has failed.
    pub fn retry_now(&self) {
        self.wishes.send_modify(|w| w.retries += 1);
    }

    /// Lets the delayed part of the show go out, then ends the destination by itself. False when there is nothing to wait
    /// for: it is not delayed, not live, or was told so before; [`DestinationHandle::stop`] it then.
    pub fn finish(&self) -> bool {
        match &self.ledger.line {
            Some(line) if self.ledger.current() == DestinationState::Live && !line.is_ended() => {
                line.end();
                true
            }
            _ => false,
        }
    }

    /// Ends the destination: a live one sends what is queued and says goodbye, for at most a second or so. Returns within
    /// two seconds whatever the server does.
    pub async fn stop(&self) {
        self.ask_to_stop();
        let mut over = self.over.clone();
        let ended = time::timeout(STOP_LIMIT, over.wait_for(|o| *o)).await;
        if ended.is_err() {
            tracing::warn!(destination = %self.ledger.to, "did not end by itself and was cut off");
            self.task.abort();
            self.ledger.enter(DestinationState::Stopped, None, None);
        }
    }

    fn ask_to_stop(&self) {
        if let Some(line) = &self.ledger.line {
            line.end();
        }
        self.ledger.queue.end();
        self.wishes.send_modify(|w| w.stop = true);
    }
}

impl Drop for DestinationHandle {
    fn drop(&mut self) {
        self.ask_to_stop();
    }
}

/// Joins the fan-out, through a line of delay if there is to be one: the destination's queue, both ends, and the line's.
fn attach(
    rt: &runtime::Handle,
    fanout: &Fanout,
    delay: MediaTime,
    begins: Begins,
    clock: &Arc<dyn Clock>,
) -> (PacketReceiver, PacketSender, Option<PacketSender>) {
    if delay <= MediaTime::ZERO {
        let (packets, queue) = fanout.attach(QUEUE_LIMIT, begins);
        return (packets, queue, None);
    }
    let (late, line) = fanout.attach(delay::limit(delay), Begins::Next);
    let (queue, packets) = PacketQueue::bounded(QUEUE_LIMIT, fanout.info().video.is_some());
    rt.spawn(delay::run(late, queue.clone(), delay, clock.clone()));
    (packets, queue, Some(line))
}

/// Tells the handle that the task is over, also when it was cut off or a driver panicked.
struct Ending {
    ledger: Arc<Ledger>,
    over: watch::Sender<bool>,
}

impl Drop for Ending {
    fn drop(&mut self) {
        if self.ledger.current() != DestinationState::Stopped {
            let reason = std::thread::panicking()
                .then(|| "Footlight made a mistake with this destination; please report it.".to_owned());
            let state = if reason.is_some() {
                DestinationState::Failed
            } else {
                DestinationState::Stopped
            };
            self.ledger.enter(state, reason, None);
        }
        self.over.send_replace(true);
    }
}

struct Supervisor {
    driver: Box<dyn Driver>,
    packets: Arc<PacketReceiver>,
    wished: watch::Receiver<Wishes>,
    backoff: Backoff,
    first_try: bool,
    ending: Ending,
}

/// What comes after a wait.
#[derive(PartialEq)]
enum Next {
    TryAgain,
    Stop,
}

impl Supervisor {
    async fn run(mut self) {
        self.wait_for_the_delay().await;
        loop {
            if self.is_to_stop() && self.ledger().line.is_some() {
                break;
            }
            self.ledger().enter(DestinationState::Connecting, None, None);
            let outcome = self.attempt().await;
            let held = {
                let s = self.ledger().state.lock();
                s.state == DestinationState::Live && self.ledger().clock.now() - s.entered >= HELD
            };
            self.ledger().settle(&self.packets);
            self.first_try = false;
            let Some(Err(e)) = outcome else { break };
            if self.is_to_stop() {
                // The goodbye went wrong; the creator wanted the end anyway.
                tracing::debug!(destination = %self.ledger().to, error = %e, "while stopping");
                break;
            }
            if held {
                self.backoff.reset();
            }
            if self.after_error(&e).await == Next::Stop {
                break;
            }
        }
        // What came while it waited for its next try.
        self.ledger().settle(&self.packets);
        self.ledger().enter(DestinationState::Stopped, None, None);
        tracing::info!(destination = %self.ledger().to, "stopped");
    }

    /// A server would give up on a connection over which nothing comes for the length of the delay.
    async fn wait_for_the_delay(&mut self) {
        if self.ledger().line.is_none() {
            return;
        }
        self.ledger().enter(DestinationState::Connecting, None, None);
        while self.ledger().queue.stats().video_in == 0 && self.ledger().queue.stats().queued_bytes == 0 {
            if self.is_to_stop() {
                return;
            }
            let _ = time::timeout(LOOK, self.wished.changed()).await;
        }
    }

    fn ledger(&self) -> &Arc<Ledger> {
        &self.ending.ledger
    }

    /// One connection, from its beginning to its end; `None` when it was cut off because it is to stop.
    async fn attempt(&mut self) -> Option<Result<(), OutputError>> {
        let ledger = self.ending.ledger.clone();
        let streams = ledger.streams();
        let link = Link::new(ledger.clone(), self.packets.clone(), self.first_try);
        let mut wished = self.wished.clone();
        let cut_off = async {
            // An error means that the handle is gone, which is a wish to stop as well.
            let _ = wished.wait_for(|w| w.stop).await;
            if ledger.current() == DestinationState::Live {
                time::sleep(GOODBYE).await;
            }
        };
        tokio::select! {
            biased;
            outcome = self.driver.run(&streams, &self.packets, &link) => Some(outcome),
            () = cut_off => None,
        }
    }

    /// Goes to `retrying` or `failed` and waits there.
    async fn after_error(&mut self, e: &OutputError) -> Next {
        let retries = self.wished.borrow().retries;
        let wait = e.retryable().then(|| match e.server_answered() {
            true => self.backoff.next_wait(),
            false => self.backoff.next_wait_unreached(),
        });
        let until = wait.map(|w| self.ledger().clock.now() + MediaTime::from_duration(w));
        let state = match until {
            Some(_) => DestinationState::Retrying,
            None => DestinationState::Failed,
        };
        tracing::warn!(destination = %self.ledger().to, error = %e, wait_s = wait.map(|w| w.as_secs_f64()), "not live");
        self.ledger().enter(state, Some(e.to_string()), until);
        loop {
            if self.is_to_stop() {
                return Next::Stop;
            }
            if self.wished.borrow_and_update().retries != retries {
                self.backoff.reset();
                return Next::TryAgain;
            }
            let left = until.map(|t| t - self.ledger().clock.now());
            if left.is_some_and(|l| l <= MediaTime::ZERO) {
                return Next::TryAgain;
            }
            let look = left.map_or(LOOK, |l| l.to_duration().min(LOOK));
            let _ = time::timeout(look, self.wished.changed()).await;
        }
    }

    /// The creator stopped it, or the show has ended.
    fn is_to_stop(&self) -> bool {
        self.wished.borrow().stop || self.wished.has_changed().is_err() || self.ending.ledger.queue.is_ended()
    }
}
