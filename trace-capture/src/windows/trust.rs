//! Who signed a program. wintrust.dll and crypt32.dll are loaded when they are needed and from System32 only: they could
//! be planted beside the program, and WinPE may lack them.

use std::ffi::c_void;
use std::path::Path;

use windows::Win32::Foundation::{HANDLE, HMODULE, HWND};
use windows::Win32::Security::Cryptography::{
    CERT_CHAIN_CONTEXT, CERT_CHAIN_POLICY_MICROSOFT_ROOT, CERT_CHAIN_POLICY_PARA, CERT_CHAIN_POLICY_STATUS,
    CERT_CONTEXT, CERT_NAME_SIMPLE_DISPLAY_TYPE,
    MICROSOFT_ROOT_CERT_CHAIN_POLICY_CHECK_APPLICATION_ROOT_FLAG,
};
use windows::Win32::Security::WinTrust::{
    CRYPT_PROVIDER_DATA, CRYPT_PROVIDER_SGNR, WINTRUST_ACTION_GENERIC_VERIFY_V2, WINTRUST_DATA,
    WINTRUST_DATA_0, WINTRUST_FILE_INFO, WTD_CHOICE_FILE, WTD_REVOKE_NONE, WTD_STATEACTION_CLOSE,
    WTD_STATEACTION_VERIFY, WTD_UI_NONE,
};
use windows::Win32::System::LibraryLoader::{GetProcAddress, LOAD_LIBRARY_SEARCH_SYSTEM32, LoadLibraryExW};
use windows::core::{BOOL, GUID, HSTRING, PCSTR, PCWSTR, s, w};

use crate::machine::Signer;

/// A function of a library, before it is known which.
type Address = unsafe extern "system" fn() -> isize;
type Verify = unsafe extern "system" fn(HWND, *mut GUID, *mut c_void) -> i32;
type ProviderData = unsafe extern "system" fn(HANDLE) -> *mut CRYPT_PROVIDER_DATA;
type ProviderSigner =
    unsafe extern "system" fn(*mut CRYPT_PROVIDER_DATA, u32, BOOL, u32) -> *mut CRYPT_PROVIDER_SGNR;
type Name = unsafe extern "system" fn(*const CERT_CONTEXT, u32, u32, *const c_void, *mut u16, u32) -> u32;
type Policy = unsafe extern "system" fn(
    PCSTR,
    *const CERT_CHAIN_CONTEXT,
    *const CERT_CHAIN_POLICY_PARA,
    *mut CERT_CHAIN_POLICY_STATUS,
) -> BOOL;

/// The functions of both DLLs.
struct Functions {
    verify: Verify,
    data: ProviderData,
    signer: ProviderSigner,
    name: Name,
    policy: Policy,
}

impl Functions {
    fn load() -> Option<Self> {
        let library = |name: PCWSTR| {
            // SAFETY: the name is a constant that ends with NUL.
            unsafe { LoadLibraryExW(name, None, LOAD_LIBRARY_SEARCH_SYSTEM32) }.ok()
        };
        let (trust, crypt) = (library(w!("wintrust.dll"))?, library(w!("crypt32.dll"))?);
        // SAFETY: each type is the documented one of the function of that name; the libraries stay loaded.
        unsafe {
            Some(Self {
                verify: std::mem::transmute::<Address, Verify>(address(trust, s!("WinVerifyTrust"))?),
                data: std::mem::transmute::<Address, ProviderData>(address(
                    trust,
                    s!("WTHelperProvDataFromStateData"),
                )?),
                signer: std::mem::transmute::<Address, ProviderSigner>(address(
                    trust,
                    s!("WTHelperGetProvSignerFromChain"),
                )?),
                name: std::mem::transmute::<Address, Name>(address(crypt, s!("CertGetNameStringW"))?),
                policy: std::mem::transmute::<Address, Policy>(address(
                    crypt,
                    s!("CertVerifyCertificateChainPolicy"),
                )?),
            })
        }
    }
}

fn address(library: HMODULE, name: PCSTR) -> Option<Address> {
    // SAFETY: the library is loaded and the name ends with NUL.
    unsafe { GetProcAddress(library, name) }
}

/// Who signed the file, by the system's own check. A signature counts as Microsoft's by its root, not by its name.
pub(super) fn signer(file: &Path) -> Signer {
    let Some(functions) = Functions::load() else {
        return Signer::Invalid("this Windows has no wintrust.dll to check its signature with".into());
    };
    let path = HSTRING::from(file);
    let mut file = WINTRUST_FILE_INFO {
        cbStruct: size::<WINTRUST_FILE_INFO>(),
        pcwszFilePath: PCWSTR(path.as_ptr()),
        ..WINTRUST_FILE_INFO::default()
    };
    let mut data = WINTRUST_DATA {
        cbStruct: size::<WINTRUST_DATA>(),
        dwUIChoice: WTD_UI_NONE,
        // Revocation needs a network that the failing machine may not have.
        fdwRevocationChecks: WTD_REVOKE_NONE,
        dwUnionChoice: WTD_CHOICE_FILE,
        Anonymous: WINTRUST_DATA_0 { pFile: &mut file },
        dwStateAction: WTD_STATEACTION_VERIFY,
        ..WINTRUST_DATA::default()
    };
    let mut action = WINTRUST_ACTION_GENERIC_VERIFY_V2;
    // SAFETY: path, file and data outlive the calls; what the state gives is used before it is closed.
    unsafe {
        let result = (functions.verify)(HWND::default(), &mut action, (&raw mut data).cast());
        let signer = if result == 0 {
            signer_of(&functions, data.hWVTStateData)
        } else {
            Signer::Invalid(format!("its signature does not hold (0x{result:08X})"))
        };
        data.dwStateAction = WTD_STATEACTION_CLOSE;
        (functions.verify)(HWND::default(), &mut action, (&raw mut data).cast());
        signer
    }
}

/// The signer of a file whose signature holds.
///
/// # Safety
/// `state` must be the state of a verification that is not closed.
unsafe fn signer_of(functions: &Functions, state: HANDLE) -> Signer {
    // SAFETY: every pointer is looked at before it is followed; all belong to the state.
    unsafe {
        let provider = (functions.data)(state);
        let Some(signer) = (!provider.is_null()).then(|| (functions.signer)(provider, 0, BOOL(0), 0)) else {
            return Signer::Invalid("its signer is not known".into());
        };
        let Some(signer) = signer.as_ref() else { return Signer::Invalid("it has no signer".into()) };
        let Some(certificate) = signer.pasCertChain.as_ref() else {
            return Signer::Invalid("its signer has no certificate".into());
        };
        let mut name = [0u16; 256];
        let length = u32::try_from(name.len()).unwrap_or_default();
        (functions.name)(
            certificate.pCert,
            CERT_NAME_SIMPLE_DISPLAY_TYPE,
            0,
            std::ptr::null(),
            name.as_mut_ptr(),
            length,
        );
        let end = name.iter().position(|u| *u == 0).unwrap_or(name.len());
        let name = String::from_utf16_lossy(name.get(..end).unwrap_or_default());
        let parameters = CERT_CHAIN_POLICY_PARA {
            cbSize: size::<CERT_CHAIN_POLICY_PARA>(),
            dwFlags: MICROSOFT_ROOT_CERT_CHAIN_POLICY_CHECK_APPLICATION_ROOT_FLAG,
            ..CERT_CHAIN_POLICY_PARA::default()
        };
        let mut status = CERT_CHAIN_POLICY_STATUS {
            cbSize: size::<CERT_CHAIN_POLICY_STATUS>(),
            ..CERT_CHAIN_POLICY_STATUS::default()
        };
        let checked = (functions.policy)(
            CERT_CHAIN_POLICY_MICROSOFT_ROOT,
            signer.pChainContext,
            &parameters,
            &mut status,
        );
        if checked.as_bool() && status.dwError == 0 {
            Signer::Valid(name)
        } else {
            Signer::Invalid(format!("signed by {name}, whose root is not Microsoft's"))
        }
    }
}

fn size<T>() -> u32 {
    u32::try_from(size_of::<T>()).unwrap_or_default()
}
