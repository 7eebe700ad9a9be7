//! NTSTATUS: what the kernel returns.

use std::fmt;

use crate::evidence::{Evidence, MAPPED_BY_RULE};
use crate::hresult::HResult;
use crate::said::{Said, said};
use crate::tables::{self, NTSTATUS_NAMES, PAIRS, Pair};
use crate::win32::Win32Error;

/// A status of the kernel, as Process Monitor and ETW record it.
///
/// Bits, from the top: severity (2), customer (1), reserved, 0 but in an HRESULT (1), facility (12), code (16)
/// ([MS-ERREF] 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NtStatus(pub u32);

/// The two top bits of an NTSTATUS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// `0x0…`: done.
    Success,
    /// `0x4…`: done, with a message.
    Informational,
    /// `0x8…`: partly done, or a condition the caller asked to hear of.
    Warning,
    /// `0xC…`: not done.
    Error,
}

impl Severity {
    /// `success`, `informational`, `warning` or `error`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Informational => "informational",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    pub(crate) fn said(self) -> Said {
        let zh = match self {
            Self::Success => "成功",
            Self::Informational => "信息",
            Self::Warning => "警告",
            Self::Error => "错误",
        };
        said(self.as_str(), zh)
    }
}

/// What RtlNtStatusToDosError makes of a status: a Win32 code, and how that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Win32Mapping {
    /// The status.
    pub ntstatus: NtStatus,
    /// What current Windows gives.
    pub win32: Win32Error,
    /// What older Windows gives, if it is known to differ. For example, STATUS_NO_SUCH_DEVICE is 433 since Windows 10
    /// 1903 and was 2 before.
    pub older: Option<Win32Error>,
    /// How it is known.
    pub evidence: Evidence,
}

impl From<&Pair> for Win32Mapping {
    fn from(pair: &Pair) -> Self {
        Self {
            ntstatus: NtStatus(pair.ntstatus),
            win32: Win32Error(pair.win32),
            older: pair.older.map(Win32Error),
            evidence: *pair.evidence,
        }
    }
}

impl NtStatus {
    /// The name to print, `STATUS_…` if there is one.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        NTSTATUS_NAMES.of(self.0).first().map(|row| row.name)
    }

    /// Every name of the status, [`name`](Self::name) first.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NTSTATUS_NAMES.of(self.0).iter().map(|row| row.name)
    }

    /// The statuses of a name, ignoring case.
    pub fn named(name: &str) -> impl Iterator<Item = Self> + use<> {
        NTSTATUS_NAMES.named(name).map(|row| Self(row.code))
    }

    /// The two top bits.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self.0 >> 30 {
            0 => Severity::Success,
            1 => Severity::Informational,
            2 => Severity::Warning,
            _ => Severity::Error,
        }
    }

    /// The facility's number, 12 bits.
    #[must_use]
    pub fn facility(self) -> u16 {
        ((self.0 >> 16) & 0x0FFF) as u16
    }

    /// The facility's name, without `FACILITY_`. If the number has several names, they are joined by `/`.
    #[must_use]
    pub fn facility_name(self) -> Option<&'static str> {
        tables::facility(&tables::NTSTATUS_FACILITIES, self.facility())
    }

    /// What RtlNtStatusToDosError makes of the status. `None` if none is known, or if it has no answer. It then
    /// returns ERROR_MR_MID_NOT_FOUND, 317.
    #[must_use]
    pub fn to_win32(self) -> Option<Win32Mapping> {
        let code = match self.0 {
            0 => return Some(self.by_rule(0)),
            code if code & 0x2000_0000 != 0 => return Some(self.by_rule(code)),
            code if code >> 28 == 0xD => code & !0x1000_0000,
            code => code,
        };
        if matches!(code >> 16, 0xC001 | 0x8007 | 0xC007) {
            return Some(self.by_rule(code & 0xFFFF));
        }
        let at = PAIRS.binary_search_by_key(&code, |pair| pair.ntstatus).ok()?;
        PAIRS.get(at).map(|pair| Win32Mapping { ntstatus: self, ..pair.into() })
    }

    fn by_rule(self, win32: u32) -> Win32Mapping {
        Win32Mapping { ntstatus: self, win32: Win32Error(win32), older: None, evidence: MAPPED_BY_RULE }
    }

    /// HRESULT_FROM_NT: the same number with bit 28 set, so that 0xC… becomes 0xD….
    #[must_use]
    pub fn to_hresult(self) -> HResult {
        HResult(self.0 | 0x1000_0000)
    }
}

impl fmt::Display for NtStatus {
    /// The number as `0xC0000022`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:08X}", self.0)
    }
}
