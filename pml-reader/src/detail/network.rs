//! Network events.

use std::fmt::Write as _;

use crate::{
    PmlError, PmlEvent, PmlFile,
    cursor::Cursor,
    detail::fields::{Fields, multi_sz},
    text::push_decimal,
};

struct Endpoints {
    flags: u16,
    source: ([u8; 16], u16),
    target: ([u8; 16], u16),
    length: u32,
}

pub(crate) const SOURCE_IPV4: u16 = 1;
pub(crate) const TARGET_IPV4: u16 = 2;
pub(crate) const TCP: u16 = 4;

fn read(c: &mut Cursor<'_>) -> Result<Endpoints, PmlError> {
    let flags = c.u16()?;
    c.skip(2)?;
    let length = c.u32()?;
    let (source, target) = (c.array()?, c.array()?);
    Ok(Endpoints { flags, length, source: (source, c.u16()?), target: (target, c.u16()?) })
}

pub(crate) fn push_path(event: &PmlEvent<'_>, out: &mut String) -> Result<(), PmlError> {
    let ends = read(&mut event.detail_cursor())?;
    let tcp = ends.flags & TCP != 0;
    push_endpoint(event.file(), out, &ends.source, ends.flags & SOURCE_IPV4 != 0, tcp);
    out.push_str(" -> ");
    push_endpoint(event.file(), out, &ends.target, ends.flags & TARGET_IPV4 != 0, tcp);
    Ok(())
}

/// Names as the capturing machine knew them, otherwise the address. Like Process Monitor, it prints IPv6 without zero
/// compression.
fn push_endpoint(file: &PmlFile, out: &mut String, (ip, port): &([u8; 16], u16), ipv4: bool, tcp: bool) {
    match file.host(ip) {
        Some(name) => name.push_to(out),
        None if ipv4 => {
            let [a, b, c, d, ..] = ip;
            let _ = write!(out, "{a}.{b}.{c}.{d}");
        }
        None => {
            for (i, group) in ip.as_chunks::<2>().0.iter().enumerate() {
                let _ = write!(out, "{}{:x}", if i == 0 { "" } else { ":" }, u16::from_be_bytes(*group));
            }
        }
    }
    out.push(':');
    match file.port(*port, tcp) {
        Some(name) => name.push_to(out),
        None => push_decimal(out, (*port).into()),
    }
}

pub(crate) fn push_detail(event: &PmlEvent<'_>, fields: &mut Fields<'_>) -> Result<(), PmlError> {
    let mut c = event.detail_cursor();
    let ends = read(&mut c)?;
    push_decimal(fields.field("Length"), ends.length.into());
    let mut texts = multi_sz(c.rest());
    while let (Some(key), Some(value)) = (texts.next(), texts.next()) {
        value.push_to(fields.field(&key.to_string()));
    }
    Ok(())
}
