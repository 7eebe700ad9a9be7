//! Win32 errors: what GetLastError returns.

use std::fmt;

use crate::hresult::HResult;
use crate::ntstatus::Win32Mapping;
use crate::tables::{PAIRS, PAIRS_BY_WIN32, WIN32_NAMES, run};

/// A Win32 error code, or a raw SetupAPI one (0xE0000xxx).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Win32Error(pub u32);

impl Win32Error {
    /// The name to print, `ERROR_…` if there is one.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        WIN32_NAMES.of(self.0).first().map(|row| row.name)
    }

    /// Every name of the code, [`name`](Self::name) first.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        WIN32_NAMES.of(self.0).iter().map(|row| row.name)
    }

    /// The codes of a name, ignoring case.
    pub fn named(name: &str) -> impl Iterator<Item = Self> + use<> {
        WIN32_NAMES.named(name).map(|row| Self(row.code))
    }

    /// Whether the code is a raw SetupAPI one, made with APPLICATION_ERROR_MASK and error severity.
    #[must_use]
    pub fn is_setupapi(self) -> bool {
        self.0 & 0xE000_0000 == 0xE000_0000
    }

    /// HRESULT_FROM_SETUPAPI, which is HRESULT_FROM_WIN32 for all but SetupAPI's own codes: 0xE0000100 becomes
    /// 0x800F0100. A code that is an HRESULT already stays what it is.
    #[must_use]
    pub fn to_hresult(self) -> HResult {
        match self.0 {
            0 => HResult(0),
            code if self.is_setupapi() => HResult(code & 0xFFFF | 0x800F_0000),
            code if code & 0x8000_0000 != 0 => HResult(code),
            code => HResult(code & 0xFFFF | 0x8007_0000),
        }
    }

    /// Every status that RtlNtStatusToDosError turns into this code, by number. If the [`win32`](Win32Mapping::win32)
    /// of a status is another code, only older Windows turns it into this one.
    ///
    /// The statuses made of the code by rule (0xC007xxxx and the like) are not listed.
    pub fn ntstatuses(self) -> impl Iterator<Item = Win32Mapping> {
        let found = run(&PAIRS_BY_WIN32, |row| row.0.cmp(&self.0));
        found.iter().filter_map(|row| PAIRS.get(usize::from(row.1))).map(Win32Mapping::from)
    }
}

impl fmt::Display for Win32Error {
    /// The number in decimal, as Windows' tools print it; a SetupAPI code as `0xE0000100`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 > 0xFFFF { write!(f, "0x{:08X}", self.0) } else { write!(f, "{}", self.0) }
    }
}
