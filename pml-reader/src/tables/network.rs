//! The tables of host and port names at the end of the file.

use std::collections::HashMap;

use crate::{PmlError, PmlText, cursor::Cursor};

/// Names by address and by port. The texts are ranges of the file.
#[derive(Debug, Default)]
pub(crate) struct NetworkNames {
    hosts: HashMap<[u8; 16], (u64, u32)>,
    ports: HashMap<(u16, bool), (u64, u32)>,
}

impl NetworkNames {
    /// Hosts: u32 count x { u8 ip[16], u32 bytes, UTF-16 name }. Ports: u32 count x { u16 port, u16 is TCP, u32 bytes, name }.
    pub(crate) fn read(file: &[u8], start: u64) -> Result<Self, PmlError> {
        let mut names = Self::default();
        let mut cursor = Cursor::over(file, start, file.len() as u64, "host table")?;
        for _ in 0..cursor.u32()? {
            let ip = cursor.array::<16>()?;
            let range = Self::name(&mut cursor)?;
            names.hosts.insert(ip, range);
        }
        for _ in 0..cursor.u32()? {
            let (port, tcp) = (cursor.u16()?, cursor.u16()? != 0);
            let range = Self::name(&mut cursor)?;
            names.ports.insert((port, tcp), range);
        }
        Ok(names)
    }

    fn name(cursor: &mut Cursor<'_>) -> Result<(u64, u32), PmlError> {
        let bytes = cursor.u32()?;
        let at = cursor.offset();
        cursor.skip(bytes as usize)?;
        Ok((at, bytes))
    }

    fn text<'a>(file: &'a [u8], range: Option<&(u64, u32)>) -> Option<PmlText<'a>> {
        let (at, bytes) = *range?;
        let cursor = Cursor::over(file, at, at + u64::from(bytes), "name").ok()?;
        Some(PmlText::Utf16(cursor.rest()).until_nul()).filter(|t| !t.is_empty())
    }

    /// Every address of the table with its name, which may be empty; in no order.
    pub(crate) fn hosts<'a>(&'a self, file: &'a [u8]) -> impl Iterator<Item = ([u8; 16], PmlText<'a>)> {
        self.hosts.iter().map(|(ip, range)| (*ip, Self::text(file, Some(range)).unwrap_or(PmlText::EMPTY)))
    }

    /// Every port of the table, whether it is TCP's, and its name; in no order.
    pub(crate) fn ports<'a>(&'a self, file: &'a [u8]) -> impl Iterator<Item = ((u16, bool), PmlText<'a>)> {
        self.ports
            .iter()
            .map(|(port, range)| (*port, Self::text(file, Some(range)).unwrap_or(PmlText::EMPTY)))
    }

    /// The host name that the capturing machine knew for this address.
    pub(crate) fn host<'a>(&self, file: &'a [u8], ip: &[u8; 16]) -> Option<PmlText<'a>> {
        Self::text(file, self.hosts.get(ip))
    }

    /// The service name that the capturing machine knew for this port.
    pub(crate) fn port<'a>(&self, file: &'a [u8], port: u16, tcp: bool) -> Option<PmlText<'a>> {
        Self::text(file, self.ports.get(&(port, tcp)))
    }
}
