//! `/api/pictures`: the WebSocket on which a page gets pictures. The page says which it wants and acknowledges each one it has
//! drawn; only then the next one of that wish is sent, the newest there is by then. So a slow page sees fewer pictures, never
//! old ones, and a page that does not draw costs nothing.

use crate::Site;
use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::Response,
};
use bytes::{BufMut, Bytes, BytesMut};
use engine::{MonitorPicture, PictureTap, PictureWish};
use serde::Deserialize;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::sync::Notify;

/// Who does not take a picture for this long is let go.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often it is looked whether another show runs.
const LOOK: Duration = Duration::from_millis(250);
/// Wishes of one page.
const MOST: usize = 64;
/// Longest message of a page, bytes.
const LONGEST: usize = 32 * 1024;

/// What a page says.
#[derive(Deserialize)]
struct Said {
    want: Option<Vec<Want>>,
    ack: Option<u32>,
}

#[derive(Deserialize)]
struct Want {
    id: u32,
    target: String,
    width: u32,
    height: u32,
    #[serde(default = "usual_rate")]
    fps: f64,
}

fn usual_rate() -> f64 {
    30.0
}

impl Want {
    fn wish(&self) -> Result<PictureWish, String> {
        Ok(PictureWish {
            target: self.target.parse()?,
            width: self.width,
            height: self.height,
            // As casts go: what is no number, or below, is 0, and 1 is the least.
            fps: self.fps.round() as u32,
        })
    }
}

/// `GET /api/pictures`
pub(crate) async fn open(State(site): State<Arc<Site>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        .max_message_size(LONGEST)
        .max_frame_size(LONGEST)
        .write_buffer_size(0)
        .on_upgrade(|socket| async move {
            let line = Line {
                generation: site.house.generation(),
                socket,
                site,
                wants: BTreeMap::new(),
                arrived: Arc::default(),
            };
            line.run().await;
        })
}

/// The other side went away.
struct Gone;

struct Line {
    socket: WebSocket,
    site: Arc<Site>,
    generation: u64,
    wants: BTreeMap<u32, (PictureWish, PictureTap)>,
    arrived: Arc<Notify>,
}

impl Line {
    async fn run(mut self) {
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            let arrived = self.arrived.clone();
            let went = tokio::select! {
                () = arrived.notified() => self.hand_out().await,
                message = self.socket.recv() => self.hear(message).await,
                _ = look.tick() => {
                    self.follow();
                    Ok(())
                }
            };
            if went.is_err() {
                return;
            }
        }
    }

    async fn hear(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), Gone> {
        let text = match message {
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Gone),
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(_)) => return Ok(()),
        };
        match serde_json::from_str::<Said>(&text) {
            Ok(said) => {
                if let Some((_, tap)) = said.ack.and_then(|id| self.wants.get(&id)) {
                    tap.ask();
                }
                match said.want.map(|w| self.change(w)) {
                    Some(Err(wrong)) => self.complain(wrong).await,
                    _ => Ok(()),
                }
            }
            Err(e) => self.complain(format!("this is not understood: {e}")).await,
        }
    }

    /// Puts other wishes in place of the present ones; those that stay go on as they are.
    fn change(&mut self, wants: Vec<Want>) -> Result<(), String> {
        if wants.len() > MOST {
            return Err(format!("{} pictures at once are too many; {MOST} are the most", wants.len()));
        }
        let mut next = BTreeMap::new();
        let mut wrong = Ok(());
        for want in wants {
            let wish = match want.wish() {
                Ok(wish) => wish,
                Err(e) => {
                    wrong = Err(e);
                    continue;
                }
            };
            let kept = self.wants.remove(&want.id).filter(|(w, _)| *w == wish);
            next.insert(want.id, kept.unwrap_or_else(|| (wish.clone(), self.tap(wish))));
        }
        self.wants = next;
        wrong
    }

    /// A wish whose first picture is asked for.
    fn tap(&self, wish: PictureWish) -> PictureTap {
        let arrived = self.arrived.clone();
        let tap = self.site.house.remote().pictures(wish, move || arrived.notify_one());
        tap.ask();
        tap
    }

    /// When another show runs, the wishes are its now.
    fn follow(&mut self) {
        let generation = self.site.house.generation();
        if generation == self.generation {
            return;
        }
        self.generation = generation;
        let wishes: Vec<_> = self.wants.iter().map(|(id, (wish, _))| (*id, wish.clone())).collect();
        self.wants = wishes
            .into_iter()
            .map(|(id, wish)| (id, (wish.clone(), self.tap(wish))))
            .collect();
    }

    async fn hand_out(&mut self) -> Result<(), Gone> {
        let ready: Vec<_> = self
            .wants
            .iter()
            .filter_map(|(id, (_, tap))| Some((*id, tap.take()?)))
            .collect();
        for (id, picture) in ready {
            self.send(Message::Binary(packed(id, &picture))).await?;
        }
        Ok(())
    }

    async fn complain(&mut self, text: String) -> Result<(), Gone> {
        let message = serde_json::json!({ "error": text }).to_string();
        self.send(Message::text(message)).await
    }

    async fn send(&mut self, message: Message) -> Result<(), Gone> {
        match tokio::time::timeout(PATIENCE, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Gone),
        }
    }
}

/// Bytes before the planes.
const HEAD: usize = 16;

/// A picture as it travels: id, width, height, sequence, flags, then Y, U and V without gaps.
fn packed(id: u32, picture: &MonitorPicture) -> Bytes {
    let f = &picture.frame;
    let planes = (0..3).map(|i| f.format.plane_size(i, f.width, f.height));
    let mut out = BytesMut::with_capacity(HEAD + planes.map(|(w, h)| w * h).sum::<usize>());
    out.put_u32_le(id);
    // No picture is larger than the monitor makes them.
    out.put_u16_le(f.width as u16);
    out.put_u16_le(f.height as u16);
    out.put_u32_le(picture.sequence);
    out.put_u32_le(u32::from(picture.blank));
    for (i, plane) in f.planes.iter().enumerate().take(3) {
        let (bytes, rows) = f.format.plane_size(i, f.width, f.height);
        for y in 0..rows {
            out.put_slice(plane.row(y, bytes));
        }
    }
    out.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::{AlphaMode, ColorInfo, MediaTime, PixelFormat, Plane, VideoFrame};

    #[test]
    fn planes_travel_without_gaps() {
        let plane = |value: u8, stride: usize, rows: usize| Plane {
            data: (0..stride * rows)
                .map(|i| if i % stride < stride - 3 { value } else { 99 })
                .collect(),
            stride,
        };
        let frame = VideoFrame::new(
            PixelFormat::I420,
            4,
            2,
            vec![plane(1, 7, 2), plane(2, 5, 1), plane(3, 5, 1)],
            ColorInfo::BT709_LIMITED,
            AlphaMode::Opaque,
            MediaTime::ZERO,
        );
        let picture = MonitorPicture {
            sequence: 0x0102_0304,
            blank: true,
            frame: Arc::new(frame.expect("frame")),
        };
        let b = packed(7, &picture);
        assert_eq!(b[..16], [7, 0, 0, 0, 4, 0, 2, 0, 4, 3, 2, 1, 1, 0, 0, 0]);
        assert_eq!(b[16..], [1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 3]);
    }

    #[test]
    fn wishes_are_checked() {
        let want = |text: &str| serde_json::from_str::<Want>(text).map_err(|e| e.to_string()).and_then(|w| w.wish());
        assert!(want(r#"{"id":1,"target":"program","width":960,"height":540}"#).is_ok_and(|w| w.fps == 30));
        assert!(want(r#"{"id":1,"target":"program","width":960,"height":540,"fps":-7}"#).is_ok_and(|w| w.fps == 0));
        assert!(want(r#"{"id":1,"target":"/etc","width":960,"height":540}"#).is_err());
        assert!(want(r#"{"id":1,"target":"program","width":-1,"height":540}"#).is_err());
    }
}
