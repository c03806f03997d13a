//! Which address of this computer leads to the server, looked at now and then: when another network is joined, the way that a
//! session was agreed on is not there any more, and it takes the WebRTC stack many seconds to find out.

use crate::Routes;
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

/// The way to a server.
pub(super) struct Way {
    routes: Arc<dyn Routes>,
    there: SocketAddr,
    from: IpAddr,
    /// Another address that was seen at the last look.
    seen: Option<IpAddr>,
}

impl Way {
    /// None without one.
    pub(super) fn find(there: SocketAddr, routes: Arc<dyn Routes>) -> Option<Self> {
        let from = routes.own_address(there)?;
        Some(Self {
            routes,
            there,
            from,
            seen: None,
        })
    }

    /// The address that is sent from.
    pub(super) fn from(&self) -> IpAddr {
        self.from
    }

    /// Whether it leads from another address now. That is believed at the second look: while a network is joined, addresses
    /// come and go. Without any there is nothing to be done.
    pub(super) fn has_changed(&mut self) -> bool {
        let Some(now) = self.routes.own_address(self.there) else {
            return false;
        };
        if now == self.from {
            self.seen = None;
            return false;
        }
        if self.seen.replace(now) != Some(now) {
            return false;
        }
        self.from = now;
        self.seen = None;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parking_lot::Mutex;

    struct Scripted(Mutex<Option<IpAddr>>);

    impl Routes for Scripted {
        fn own_address(&self, _: SocketAddr) -> Option<IpAddr> {
            *self.0.lock()
        }
    }

    #[test]
    fn another_address_is_believed_at_the_second_look() {
        let ip = |n: u8| IpAddr::from([192, 0, 2, n]);
        let routes = Arc::new(Scripted(Mutex::new(Some(ip(1)))));
        let mut way = Way::find(([203, 0, 113, 9], 443).into(), routes.clone()).expect("a way");
        let mut look = |to: Option<u8>| {
            *routes.0.lock() = to.map(ip);
            way.has_changed()
        };
        assert!(!look(Some(1)));
        assert!(!look(Some(2)) && !look(Some(1)) && !look(Some(2)), "it comes and goes");
        assert!(look(Some(2)));
        assert!(!look(Some(2)), "told once");
        assert!(!look(None) && !look(None), "offline");
        assert!(!look(Some(3)) && !look(None));
        assert!(look(Some(3)));
    }

    #[test]
    fn the_system_knows_its_way_to_itself() {
        let there: SocketAddr = ([127, 0, 0, 1], 9).into();
        assert_eq!(crate::SystemRoutes.own_address(there), Some(there.ip()));
    }
}
