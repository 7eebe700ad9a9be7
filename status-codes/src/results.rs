//! Named constants for the HRESULT that other crates compare with. The names are Microsoft's.

/// Defines each constant, and the list that the test holds against the tables of names.
macro_rules! results {
    ($($name:ident = $code:literal;)*) => {
        $(#[doc = concat!("`", stringify!($name), "`, as an HRESULT")] pub const $name: u32 = $code;)*
        #[cfg(test)]
        const ALL: &[(&str, u32)] = &[$((stringify!($name), $code)),*];
    };
}

results! {
    CBS_E_ABORT = 0x800F_0821;
    CBS_E_CANCEL = 0x800F_0820;
    CBS_E_CANNOT_REMOVE = 0x800F_0825;
    CBS_E_DPX_JOB_STATE_SAVED = 0x800F_0816;
    CBS_E_INSTALLERS_FAILED = 0x800F_0922;
    CBS_E_INVALID_PACKAGE = 0x800F_0805;
    CBS_E_MANIFEST_INVALID_ITEM = 0x800F_080D;
    CBS_E_NOT_APPLICABLE = 0x800F_081E;
    CBS_E_SOURCE_MODIFIED = 0x800F_0911;
    CBS_E_STORE_CORRUPTION = 0x800F_0831;
    ERROR_ACCESS_DENIED = 0x8007_0005;
    ERROR_DISK_FULL = 0x8007_0070;
    ERROR_FAIL_REBOOT_REQUIRED = 0x8007_0BC9;
    ERROR_FILE_NOT_FOUND = 0x8007_0002;
    ERROR_NOT_FOUND = 0x8007_0490;
    ERROR_SUCCESS_REBOOT_REQUIRED = 0x8007_0BC2;
    ERROR_SXS_ASSEMBLY_MISSING = 0x8007_3701;
    ERROR_SXS_ASSEMBLY_NOT_FOUND = 0x8007_36B3;
    ERROR_SXS_COMPONENT_STORE_CORRUPT = 0x8007_3712;
    ERROR_SXS_TRANSACTION_CLOSURE_INCOMPLETE = 0x8007_371B;
    E_FAIL = 0x8000_4005;
    PSFX_E_MATCHING_BINARY_MISSING = 0x800F_0984;
}

/// The HRESULT of a Win32 error, whatever its value: HRESULT_FROM_WIN32 of the low 16 bits. 0 stays a failure here.
#[must_use]
pub const fn from_win32(code: u32) -> u32 {
    0x8007_0000 | code & 0xFFFF
}

#[cfg(test)]
mod tests {
    use super::ALL;
    use crate::{HResult, Win32Error};

    #[test]
    fn every_constant_has_the_code_of_its_name() {
        for (name, code) in ALL {
            let own = HResult::named(name).map(|code| code.0);
            let made = Win32Error::named(name).map(|code| code.to_hresult().0);
            assert!(own.chain(made).any(|found| found == *code), "{name}");
        }
    }
}
