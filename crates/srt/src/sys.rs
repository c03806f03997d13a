//! The part of libsrt's C interface that is used (srt.h of 1.4.4 and later), written by hand. No logic.

use std::ffi::{c_char, c_int, c_void};

pub(crate) type Sock = c_int;

/// `SRT_INVALID_SOCK` and `SRT_ERROR`.
pub(crate) const ERROR: c_int = -1;

// `SRT_SOCKOPT`
pub(crate) const SNDSYN: c_int = 1;
pub(crate) const RCVSYN: c_int = 2;
pub(crate) const STATE_KM_SEND: c_int = 40;
pub(crate) const LATENCY: c_int = 23;
pub(crate) const PASSPHRASE: c_int = 26;
pub(crate) const PBKEYLEN: c_int = 27;
pub(crate) const CONNTIMEO: c_int = 36;
pub(crate) const PEERLATENCY: c_int = 44;
pub(crate) const STREAMID: c_int = 46;
pub(crate) const PAYLOADSIZE: c_int = 49;
pub(crate) const ENFORCEDENCRYPTION: c_int = 53;

// `SRT_SOCKSTATUS`
pub(crate) const CONNECTED: c_int = 5;
pub(crate) const BROKEN: c_int = 6;

// `SRT_EPOLL_OPT`
pub(crate) const EPOLL_IN: c_int = 1;
pub(crate) const EPOLL_OUT: c_int = 4;
pub(crate) const EPOLL_ERR: c_int = 8;

// `SRT_ERRNO`
pub(crate) const EASYNCSND: c_int = 6001;
pub(crate) const EASYNCRCV: c_int = 6002;

/// `SRT_EPOLL_EVENT`
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct EpollEvent {
    pub(crate) fd: Sock,
    pub(crate) events: c_int,
}

/// The head of `CBytePerfMon`. Later versions add fields at the end, and the library fills all it knows.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Perf {
    pub(crate) ms_time_stamp: i64,
    pub(crate) pkt_sent_total: i64,
    pub(crate) pkt_recv_total: i64,
    pub(crate) pkt_snd_loss_total: c_int,
    pub(crate) pkt_rcv_loss_total: c_int,
    pub(crate) pkt_retrans_total: c_int,
    pub(crate) pkt_sent_ack_total: c_int,
    pub(crate) pkt_recv_ack_total: c_int,
    pub(crate) pkt_sent_nak_total: c_int,
    pub(crate) pkt_recv_nak_total: c_int,
    pub(crate) us_snd_duration_total: i64,
    pub(crate) pkt_snd_drop_total: c_int,
    pub(crate) pkt_rcv_drop_total: c_int,
    pub(crate) pkt_rcv_undecrypt_total: c_int,
    pub(crate) bytes_total: [u64; 7],
    pub(crate) pkt_sent: i64,
    pub(crate) pkt_recv: i64,
    pub(crate) counts: [c_int; 8],
    pub(crate) mbps_send_rate: f64,
    pub(crate) mbps_recv_rate: f64,
    pub(crate) us_snd_duration: i64,
    pub(crate) pkt_reorder_distance: c_int,
    pub(crate) pkt_rcv_avg_belated_time: f64,
    pub(crate) pkt_rcv_belated: i64,
    pub(crate) drops: [c_int; 3],
    pub(crate) bytes: [u64; 7],
    pub(crate) us_pkt_snd_period: f64,
    pub(crate) pkt_flow_window: c_int,
    pub(crate) pkt_congestion_window: c_int,
    pub(crate) pkt_flight_size: c_int,
    pub(crate) ms_rtt: f64,
    pub(crate) mbps_bandwidth: f64,
    pub(crate) byte_avail_snd_buf: c_int,
    pub(crate) byte_avail_rcv_buf: c_int,
    pub(crate) mbps_max_bw: f64,
    pub(crate) byte_mss: c_int,
    pub(crate) pkt_snd_buf: c_int,
    pub(crate) byte_snd_buf: c_int,
    pub(crate) ms_snd_buf: c_int,
    pub(crate) ms_snd_tsbpd_delay: c_int,
    /// The rest of 1.5, and room for what later versions add.
    pub(crate) rest: [u64; 128],
}

pub(crate) type LogHandler = extern "C" fn(
    opaque: *mut c_void,
    level: c_int,
    file: *const c_char,
    line: c_int,
    area: *const c_char,
    text: *const c_char,
);

unsafe extern "C" {
    pub(crate) fn srt_startup() -> c_int;
    pub(crate) fn srt_setloglevel(level: c_int);
    pub(crate) fn srt_setloghandler(opaque: *mut c_void, handler: Option<LogHandler>);
    pub(crate) fn srt_create_socket() -> Sock;
    pub(crate) fn srt_close(u: Sock) -> c_int;
    pub(crate) fn srt_bind(u: Sock, name: *const c_void, len: c_int) -> c_int;
    pub(crate) fn srt_listen(u: Sock, backlog: c_int) -> c_int;
    pub(crate) fn srt_accept(u: Sock, addr: *mut c_void, len: *mut c_int) -> Sock;
    pub(crate) fn srt_connect(u: Sock, name: *const c_void, len: c_int) -> c_int;
    pub(crate) fn srt_rendezvous(
        u: Sock,
        local: *const c_void,
        local_len: c_int,
        remote: *const c_void,
        remote_len: c_int,
    ) -> c_int;
    pub(crate) fn srt_getsockflag(u: Sock, option: c_int, value: *mut c_void, len: *mut c_int) -> c_int;
    pub(crate) fn srt_setsockflag(u: Sock, option: c_int, value: *const c_void, len: c_int) -> c_int;
    pub(crate) fn srt_getsockstate(u: Sock) -> c_int;
    pub(crate) fn srt_getrejectreason(u: Sock) -> c_int;
    pub(crate) fn srt_sendmsg2(u: Sock, data: *const c_char, len: c_int, control: *mut c_void) -> c_int;
    pub(crate) fn srt_recvmsg2(u: Sock, data: *mut c_char, len: c_int, control: *mut c_void) -> c_int;
    pub(crate) fn srt_bstats(u: Sock, perf: *mut Perf, clear: c_int) -> c_int;
    pub(crate) fn srt_epoll_create() -> c_int;
    pub(crate) fn srt_epoll_add_usock(eid: c_int, u: Sock, events: *const c_int) -> c_int;
    pub(crate) fn srt_epoll_uwait(eid: c_int, events: *mut EpollEvent, size: c_int, ms: i64) -> c_int;
    pub(crate) fn srt_epoll_release(eid: c_int) -> c_int;
    pub(crate) fn srt_getlasterror(errno: *mut c_int) -> c_int;
    pub(crate) fn srt_getlasterror_str() -> *const c_char;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Offsets as a C compiler lays `CBytePerfMon` out (x86-64, libsrt 1.5.1).
    #[test]
    fn the_head_of_the_figures_lies_where_c_puts_it() {
        assert_eq!(std::mem::offset_of!(Perf, pkt_snd_drop_total), OFFSETS[0]);
        assert_eq!(std::mem::offset_of!(Perf, mbps_send_rate), OFFSETS[1]);
        assert_eq!(std::mem::offset_of!(Perf, ms_rtt), OFFSETS[2]);
        assert_eq!(std::mem::offset_of!(Perf, ms_snd_tsbpd_delay), OFFSETS[3]);
    }
    const OFFSETS: [usize; 4] = [64, 184, 328, 376];
}
