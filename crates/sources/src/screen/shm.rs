//! Memory that we share with the X server: it writes a picture there, and the same memory becomes the frame, without a
//! copy. Segments are used again once nobody holds their frame.

use bytes::Bytes;
use parking_lot::Mutex;
use std::{
    io,
    os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd},
    ptr::NonNull,
    sync::{Arc, Weak},
};
use x11rb::{
    connection::Connection,
    protocol::shm::{ConnectionExt as _, Seg},
    rust_connection::RustConnection,
};

/// Most pictures of one screen that may be in use at a time: on show, in the renderer, in the slot.
const MOST: usize = 12;

/// A piece of shared memory the X server can write to.
pub struct Segment {
    data: NonNull<u8>,
    len: usize,
    /// The server's name for it.
    pub id: Seg,
}

// SAFETY: `data` is a private mapping of ours that is unmapped only by Drop; moving it to another thread changes nothing.
unsafe impl Send for Segment {}
// SAFETY: shared access only reads (`as_ref`); writing needs `&mut`, or a request to the X server that is made only while
// nobody else holds the segment.
unsafe impl Sync for Segment {}

impl Segment {
    fn new(conn: &RustConnection, len: usize) -> Result<Self, io::Error> {
        let fd = memfd(len)?;
        // SAFETY: a new mapping of `len` bytes chosen by the kernel; nothing else is touched.
        let data = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                len,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED,
                fd.as_fd().as_raw_fd(),
                0,
            )
        };
        if data == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let data = NonNull::new(data.cast()).ok_or_else(io::Error::last_os_error)?;
        // From here on Drop unmaps it.
        let mut segment = Self { data, len, id: 0 };
        segment.id = conn.generate_id().map_err(io::Error::other)?;
        conn.shm_attach_fd(segment.id, fd, false)
            .map_err(io::Error::other)?
            .check()
            .map_err(io::Error::other)?;
        Ok(segment)
    }
    /// The bytes, to draw into before the picture is published.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: the mapping is `len` bytes long and lives as long as `self`; `&mut self` says nobody else of this
        // process uses it, and the X server writes only while it answers a request made by `grab`, which waits for it.
        unsafe { std::slice::from_raw_parts_mut(self.data.as_ptr(), self.len) }
    }
}

impl AsRef<[u8]> for Segment {
    fn as_ref(&self) -> &[u8] {
        // SAFETY: as in `bytes_mut`; once published nobody writes until the segment is back in its pool.
        unsafe { std::slice::from_raw_parts(self.data.as_ptr(), self.len) }
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        // SAFETY: the mapping made in `new`, unmapped once; no slice of it outlives `self`.
        unsafe { libc::munmap(self.data.as_ptr().cast(), self.len) };
    }
}

/// Anonymous memory of `len` bytes that can be sent to the server. Needs no limits of System V shared memory and can't
/// be left behind by a crash.
fn memfd(len: usize) -> io::Result<OwnedFd> {
    let size = libc::off_t::try_from(len).map_err(io::Error::other)?;
    // SAFETY: the name is a C string; the result is checked before use.
    let fd = unsafe { libc::memfd_create(c"footlight-screen".as_ptr(), libc::MFD_CLOEXEC) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: a descriptor we were just given and nobody else owns.
    let fd = unsafe { OwnedFd::from_raw_fd(fd) };
    // SAFETY: a valid descriptor and a plain number.
    if unsafe { libc::ftruncate(fd.as_raw_fd(), size) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(fd)
}

/// The segments of one connection and one picture size.
pub struct Pool {
    len: usize,
    made: usize,
    free: Arc<Mutex<Vec<Segment>>>,
}

impl Pool {
    /// A pool for pictures of `len` bytes.
    pub fn new(len: usize) -> Self {
        let free = Arc::new(Mutex::new(Vec::with_capacity(MOST)));
        Self { len, made: 0, free }
    }
    /// A segment nobody uses; `None` when too many pictures are in use.
    ///
    /// # Errors
    /// The server takes no shared memory, or there is no memory.
    pub fn take(&mut self, conn: &RustConnection) -> io::Result<Option<Segment>> {
        if let Some(s) = self.free.lock().pop() {
            return Ok(Some(s));
        }
        if self.made == MOST {
            return Ok(None);
        }
        self.made += 1;
        Segment::new(conn, self.len).map(Some)
    }
    /// Gives a segment back that was not published.
    pub fn give_back(&self, segment: Segment) {
        self.free.lock().push(segment);
    }
    /// Freezes a segment into shared bytes; it comes back to the pool when the last user drops them.
    pub fn publish(&self, segment: Segment) -> Bytes {
        Bytes::from_owner(Published {
            segment: Some(segment),
            home: Arc::downgrade(&self.free),
        })
    }
}

struct Published {
    segment: Option<Segment>,
    /// Weak: frames may outlive the connection, then the memory just goes.
    home: Weak<Mutex<Vec<Segment>>>,
}

impl AsRef<[u8]> for Published {
    fn as_ref(&self) -> &[u8] {
        self.segment.as_ref().map_or(&[], |s| s.as_ref())
    }
}

impl Drop for Published {
    fn drop(&mut self) {
        if let (Some(segment), Some(home)) = (self.segment.take(), self.home.upgrade()) {
            home.lock().push(segment);
        }
    }
}
