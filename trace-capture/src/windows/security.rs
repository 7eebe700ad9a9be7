//! Rights and owners.

use std::path::Path;

use windows::Win32::Foundation::{CloseHandle, HANDLE, HLOCAL, LUID, LocalFree};
use windows::Win32::Security::Authorization::{
    ConvertSidToStringSidW, ConvertStringSecurityDescriptorToSecurityDescriptorW, GetNamedSecurityInfoW,
    SDDL_REVISION_1, SE_FILE_OBJECT,
};
use windows::Win32::Security::{
    ACCESS_ALLOWED_ACE, ACL, AdjustTokenPrivileges, CheckTokenMembership, CreateWellKnownSid,
    DACL_SECURITY_INFORMATION, GetAce, GetTokenInformation, INHERIT_ONLY_ACE, LUID_AND_ATTRIBUTES,
    LookupPrivilegeValueW, OWNER_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, PSID, SE_BACKUP_NAME,
    SE_PRIVILEGE_ENABLED, SE_RESTORE_NAME, SE_SYSTEM_PROFILE_NAME, SECURITY_ATTRIBUTES,
    SECURITY_MAX_SID_SIZE, SetFileSecurityW, TOKEN_ADJUST_PRIVILEGES, TOKEN_PRIVILEGES, TOKEN_QUERY,
    TOKEN_USER, TokenUser, WinBuiltinAdministratorsSid,
};
use windows::Win32::Storage::FileSystem::CreateDirectoryW;
use windows::Win32::System::SystemServices::ACCESS_ALLOWED_ACE_TYPE;
use windows::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};
use windows::core::{BOOL, HSTRING, PCWSTR, PWSTR, w};

use crate::error::{CaptureError, Result};
use crate::messages::errors;

/// Owner Administrators; full access for SYSTEM and Administrators, inherited by all below; nothing from above.
const ADMINISTRATORS_ONLY: PCWSTR = w!("O:BAG:BAD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)");

/// Whether the process runs with administrator rights, not only for a member of the group.
pub(super) fn is_administrator() -> bool {
    let mut sid = [0u8; SECURITY_MAX_SID_SIZE as usize];
    let mut length = SECURITY_MAX_SID_SIZE;
    let psid = PSID(sid.as_mut_ptr().cast());
    let mut member = BOOL(0);
    // SAFETY: `sid` has the size that the system names as the largest, and outlives both calls.
    unsafe {
        CreateWellKnownSid(WinBuiltinAdministratorsSid, None, Some(psid), &mut length).is_ok()
            && CheckTokenMembership(None, psid, &mut member).is_ok()
            && member.as_bool()
    }
}

struct Token(HANDLE);

impl Token {
    fn open() -> Option<Self> {
        let mut token = HANDLE::default();
        // SAFETY: the handle is closed when the token goes.
        unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &mut token) }
            .ok()?;
        Some(Self(token))
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        // SAFETY: opened by `open`, closed once.
        let _ = unsafe { CloseHandle(self.0) };
    }
}

/// Enables the rights to read and write whatever the permissions say, and to trace the kernel. What cannot be enabled
/// shows where it is needed.
pub(super) fn take_privileges() {
    let Some(token) = Token::open() else { return };
    for name in [SE_BACKUP_NAME, SE_RESTORE_NAME, SE_SYSTEM_PROFILE_NAME] {
        let mut luid = LUID::default();
        // SAFETY: the name is a constant that ends with NUL; the state outlives the call.
        unsafe {
            if LookupPrivilegeValueW(PCWSTR::null(), name, &mut luid).is_ok() {
                let privileges = [LUID_AND_ATTRIBUTES { Luid: luid, Attributes: SE_PRIVILEGE_ENABLED }];
                let state = TOKEN_PRIVILEGES { PrivilegeCount: 1, Privileges: privileges };
                let _ = AdjustTokenPrivileges(token.0, false, Some(&state), 0, None, None);
            }
        }
    }
}

/// The user's SID as text.
pub(super) fn user_sid() -> Result<String> {
    let failed = || CaptureError::System {
        what: errors::FIND_USER,
        why: errors::NO_TOKEN_USER.plain(),
        advice: errors::SIGN_OUT,
    };
    let token = Token::open().ok_or_else(failed)?;
    // TOKEN_USER has a pointer in it: aligned for it.
    let mut buffer = [0u64; 32];
    let mut length = 0;
    let size = u32::try_from(size_of_val(&buffer)).map_err(|_| failed())?;
    // SAFETY: the buffer is larger than TOKEN_USER with the longest SID, aligned, and outlives its use.
    unsafe {
        GetTokenInformation(token.0, TokenUser, Some(buffer.as_mut_ptr().cast()), size, &mut length)
            .map_err(|_| failed())?;
        let user = &*buffer.as_ptr().cast::<TOKEN_USER>();
        sid_text(user.User.Sid).ok_or_else(failed)
    }
}

/// A SID as text.
///
/// # Safety
/// `sid` must point to a SID.
unsafe fn sid_text(sid: PSID) -> Option<String> {
    let mut text = PWSTR::null();
    // SAFETY: the SID is one by the caller's word; the text is copied before it is freed.
    unsafe {
        ConvertSidToStringSidW(sid, &mut text).ok()?;
        let copy = text.to_string().ok();
        LocalFree(Some(HLOCAL(text.0.cast())));
        copy
    }
}

/// A security descriptor that the system allocated.
struct Descriptor(PSECURITY_DESCRIPTOR);

impl Drop for Descriptor {
    fn drop(&mut self) {
        // SAFETY: allocated by the system with LocalAlloc, freed once.
        unsafe { LocalFree(Some(HLOCAL(self.0.0))) };
    }
}

impl Descriptor {
    fn administrators_only() -> windows::core::Result<Self> {
        let mut descriptor = PSECURITY_DESCRIPTOR::default();
        // SAFETY: the text is a constant; the descriptor is freed by `Drop`.
        unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                ADMINISTRATORS_ONLY,
                SDDL_REVISION_1,
                &mut descriptor,
                None,
            )?;
        }
        Ok(Self(descriptor))
    }
}

/// Creates a folder for administrators only; the permissions are there from its first moment.
pub(super) fn create_folder(path: &Path) -> windows::core::Result<()> {
    let descriptor = Descriptor::administrators_only()?;
    let attributes = SECURITY_ATTRIBUTES {
        nLength: u32::try_from(size_of::<SECURITY_ATTRIBUTES>()).unwrap_or_default(),
        lpSecurityDescriptor: descriptor.0.0,
        bInheritHandle: BOOL(0),
    };
    let path = HSTRING::from(path);
    // SAFETY: path, attributes and descriptor outlive the call.
    unsafe { CreateDirectoryW(PCWSTR(path.as_ptr()), Some(&attributes)) }
}

/// Who may own and write what runs as administrator: Administrators, SYSTEM, TrustedInstaller.
const TRUSTED: [&str; 3] =
    ["S-1-5-32-544", "S-1-5-18", "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"];
/// Rights with which something can be planted in a folder: FILE_ADD_FILE, FILE_ADD_SUBDIRECTORY, FILE_DELETE_CHILD,
/// WRITE_DAC, WRITE_OWNER, GENERIC_ALL, GENERIC_WRITE.
const PLANT: u32 = 0x2 | 0x4 | 0x40 | 0x4_0000 | 0x8_0000 | 0x1000_0000 | 0x4000_0000;

/// Owner and access control list of a file or folder.
struct Security {
    /// Owns what the other two point to.
    _descriptor: Descriptor,
    owner: PSID,
    list: *mut ACL,
}

impl Security {
    fn of(path: &Path) -> Option<Self> {
        let name = HSTRING::from(path);
        let mut owner = PSID::default();
        let mut list = std::ptr::null_mut();
        let mut descriptor = PSECURITY_DESCRIPTOR::default();
        // SAFETY: all pointers outlive the call; what they get belongs to the descriptor.
        let code = unsafe {
            GetNamedSecurityInfoW(
                PCWSTR(name.as_ptr()),
                SE_FILE_OBJECT,
                OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                Some(&mut owner),
                None,
                Some(&mut list),
                None,
                &mut descriptor,
            )
        };
        let _descriptor = Descriptor(descriptor);
        code.is_ok().then_some(Self { _descriptor, owner, list })
    }

    fn owner(&self) -> Option<String> {
        // SAFETY: the owner is a SID of the descriptor.
        unsafe { sid_text(self.owner) }
    }

    /// Whether an entry lets somebody who is not trusted plant something.
    fn is_open(&self) -> bool {
        // SAFETY: the list belongs to the descriptor; GetAce gives entries of it, each as long as its type says.
        unsafe {
            let Some(list) = self.list.as_ref() else { return true };
            (0..u32::from(list.AceCount)).any(|index| {
                let mut entry = std::ptr::null_mut();
                if GetAce(self.list, index, &mut entry).is_err() {
                    return true;
                }
                let Some(ace) = entry.cast::<ACCESS_ALLOWED_ACE>().as_ref() else { return true };
                let allows = u32::from(ace.Header.AceType) == ACCESS_ALLOWED_ACE_TYPE;
                let only_below = u32::from(ace.Header.AceFlags) & INHERIT_ONLY_ACE.0 != 0;
                let who = sid_text(PSID((&raw const ace.SidStart).cast_mut().cast()));
                let is_trusted = who.is_some_and(|sid| TRUSTED.contains(&sid.as_str()));
                allows && !only_below && ace.Mask & PLANT != 0 && !is_trusted
            })
        }
    }
}

/// The folder, where somebody who is no administrator owns it or can write to it. `None` where nobody can, or where its
/// permissions cannot be read.
pub(super) fn open_folder(folder: &Path) -> Option<String> {
    let security = Security::of(folder)?;
    let is_trusted = security.owner().is_some_and(|sid| TRUSTED.contains(&sid.as_str()));
    (!is_trusted || security.is_open()).then(|| folder.display().to_string())
}

/// Takes an existing folder over for administrators only, where it is theirs already, or belongs to whom Windows itself
/// belongs.
pub(super) fn adopt_folder(path: &Path, windows: &Path) -> Result<()> {
    let owner = Security::of(path).and_then(|s| s.owner());
    let owner_of_windows = || Security::of(windows).and_then(|s| s.owner());
    let is_ours = owner.is_some_and(|sid| TRUSTED.contains(&sid.as_str()) || Some(sid) == owner_of_windows());
    if !is_ours {
        return Err(CaptureError::ForeignFolder { path: path.display().to_string() });
    }
    let refused =
        |e: windows::core::Error| CaptureError::io(errors::PROTECT, path.display().to_string())(e.into());
    let descriptor = Descriptor::administrators_only().map_err(refused)?;
    let name = HSTRING::from(path);
    // SAFETY: name and descriptor outlive the call.
    unsafe { SetFileSecurityW(PCWSTR(name.as_ptr()), DACL_SECURITY_INFORMATION, descriptor.0) }
        .ok()
        .map_err(refused)
}
