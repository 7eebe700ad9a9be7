//! HRESULT: what COM, servicing and Windows Update return.

use std::fmt;

use crate::ntstatus::NtStatus;
use crate::tables::{self, HRESULT_NAMES};
use crate::win32::Win32Error;

/// A result of COM and of everything built on it.
///
/// Bits, from the top: failure (1), reserved (1), customer (1), NTSTATUS (1), reserved (1), facility (11), code (16)
/// ([MS-ERREF] 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HResult(pub u32);

impl HResult {
    /// The name to print, if the code has one of its own. A code made of a Win32 code mostly has none: see
    /// [`spelled`](Self::spelled).
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        HRESULT_NAMES.of(self.0).first().map(|row| row.name)
    }

    /// Every name of the code, [`name`](Self::name) first. A servicing code can have a newer and an older one.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        HRESULT_NAMES.of(self.0).iter().map(|row| row.name)
    }

    /// The codes of a name, ignoring case.
    pub fn named(name: &str) -> impl Iterator<Item = Self> + use<> {
        HRESULT_NAMES.named(name).map(|row| Self(row.code))
    }

    /// Whether the top bit says failure.
    #[must_use]
    pub fn is_failure(self) -> bool {
        self.0 & 0x8000_0000 != 0
    }

    /// The facility's number, 11 bits. It has no meaning if the HRESULT holds an NTSTATUS.
    #[must_use]
    pub fn facility(self) -> u16 {
        ((self.0 >> 16) & 0x07FF) as u16
    }

    /// The facility's name, without `FACILITY_`. If the number has several names, they are joined by `/`.
    #[must_use]
    pub fn facility_name(self) -> Option<&'static str> {
        tables::facility(&tables::HRESULT_FACILITIES, self.facility())
    }

    /// The low 16 bits.
    #[must_use]
    pub fn code(self) -> u16 {
        (self.0 & 0xFFFF) as u16
    }

    /// The Win32 code that the HRESULT is made of: the low word of 0x8007xxxx, or 0xE0000xxx of a SetupAPI
    /// 0x800F0xxx.
    ///
    /// Servicing puts its own codes (0x800F08xx, 0x800F09xx) in SetupAPI's facility. They are not made of another
    /// code.
    #[must_use]
    pub fn win32(self) -> Option<Win32Error> {
        let low = self.0 & 0xFFFF;
        match self.0 >> 16 {
            0 if low == 0 => Some(Win32Error(0)),
            0x8007 => Some(Win32Error(low)),
            0x800F => Some(Win32Error(low | 0xE000_0000)).filter(|raw| raw.name().is_some()),
            _ => None,
        }
    }

    /// The status that the HRESULT is made of, if bit 28 says so: 0xD000042A holds 0xC000042A.
    #[must_use]
    pub fn ntstatus(self) -> Option<NtStatus> {
        (self.0 & 0x1000_0000 != 0).then_some(NtStatus(self.0 & !0x1000_0000))
    }

    /// How the HRESULT is written if it is made of another code: `HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED)`. It uses
    /// the name if one is known.
    #[must_use]
    pub fn spelled(self) -> Option<String> {
        let or_number = |name: Option<&str>, number: &dyn fmt::Display| {
            name.map_or_else(|| number.to_string(), str::to_owned)
        };
        if let Some(status) = self.ntstatus() {
            return Some(format!("HRESULT_FROM_NT({})", or_number(status.name(), &status)));
        }
        let win32 = self.win32().filter(|code| code.0 != 0)?;
        let call = if win32.is_setupapi() { "HRESULT_FROM_SETUPAPI" } else { "HRESULT_FROM_WIN32" };
        Some(format!("{call}({})", or_number(win32.name(), &win32)))
    }
}

impl fmt::Display for HResult {
    /// The number as `0x80070005`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:08X}", self.0)
    }
}
