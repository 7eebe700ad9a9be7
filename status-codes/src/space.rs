//! The three families of codes.

/// What a code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Space {
    /// A status of the kernel.
    NtStatus,
    /// An error of the Win32 API, or a raw one of SetupAPI.
    Win32,
    /// A result of COM, servicing or Windows Update.
    HResult,
}

impl Space {
    /// `NTSTATUS`, `Win32` or `HRESULT`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NtStatus => "NTSTATUS",
            Self::Win32 => "Win32",
            Self::HResult => "HRESULT",
        }
    }
}
