//! Paints on an X display.

use x11rb::{
    connection::Connection,
    protocol::xproto::{ChangeGCAux, ConnectionExt as _, CreateGCAux, Rectangle},
    rust_connection::RustConnection,
    wrapper::ConnectionExt as _,
};

/// Fills rectangles (x, y, width, height) of the root window with colours 0xRRGGBB. They stay after the painter has left.
pub fn paint(display: &str, rectangles: &[(u32, [i16; 4])]) {
    let (conn, n) = RustConnection::connect(Some(display)).expect("display");
    let root = conn.setup().roots[n].root;
    let gc = conn.generate_id().expect("id");
    conn.create_gc(gc, root, &CreateGCAux::new()).expect("gc");
    for &(color, [x, y, width, height]) in rectangles {
        conn.change_gc(gc, &ChangeGCAux::new().foreground(color))
            .expect("colour");
        let area = Rectangle {
            x,
            y,
            width: width as u16,
            height: height as u16,
        };
        conn.poly_fill_rectangle(root, gc, &[area]).expect("fill");
    }
    conn.sync().expect("sync");
}
