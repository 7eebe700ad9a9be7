//! Network events.

use std::net::{IpAddr, SocketAddr};

use crate::{
    EventClass, PmlError,
    detail::network::{SOURCE_IPV4, TARGET_IPV4, TCP},
    write::encode::{Bytes, Layout, Payload},
};

/// What happened on the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum NetworkOperation {
    Unknown = 0,
    Other = 1,
    Send = 2,
    Receive = 3,
    Accept = 4,
    Connect = 5,
    Disconnect = 6,
    Reconnect = 7,
    Retransmit = 8,
    TcpCopy = 9,
}

/// A network event.
#[derive(Debug, Clone, Copy)]
pub struct NetworkEvent<'a> {
    /// What happened.
    pub operation: NetworkOperation,
    /// TCP, otherwise UDP.
    pub tcp: bool,
    /// This machine's end.
    pub source: SocketAddr,
    /// The other end.
    pub target: SocketAddr,
    /// Bytes moved.
    pub length: u32,
    /// What more ETW says: names and values.
    pub values: &'a [(&'a str, &'a str)],
}

impl NetworkEvent<'_> {
    /// # Errors
    /// None now; details of all classes are made alike.
    pub fn encode(&self, _layout: Layout) -> Result<Payload, PmlError> {
        let flag = |set, flag| if set { flag } else { 0 };
        let flags = flag(self.source.is_ipv4(), SOURCE_IPV4)
            | flag(self.target.is_ipv4(), TARGET_IPV4)
            | flag(self.tcp, TCP);
        let mut detail = Bytes::default();
        detail.u16(flags).u16(0).u32(self.length);
        detail
            .raw(&address(self.source))
            .raw(&address(self.target))
            .u16(self.source.port())
            .u16(self.target.port());
        detail.multi_sz(self.values.iter().flat_map(|(name, value)| [*name, *value]));
        Ok(Payload::new(EventClass::Network, self.operation as u16, detail))
    }
}

/// IPv4 in the first four bytes.
fn address(end: SocketAddr) -> [u8; 16] {
    match end.ip() {
        IpAddr::V6(ip) => ip.octets(),
        IpAddr::V4(ip) => {
            let mut bytes = [0; 16];
            let [a, b, c, d] = ip.octets();
            [bytes[0], bytes[1], bytes[2], bytes[3]] = [a, b, c, d];
            bytes
        }
    }
}
