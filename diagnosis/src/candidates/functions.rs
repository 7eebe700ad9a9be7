//! The functions of Windows that a log says failed, and the operations that each makes: a table.

use timeline::Kind::{
    self, FileCreate, FileDelete, FileLink, FileOpen, FileQuery, FileRead, FileRename, FileSetInfo,
    FileSetSecurity, FileWrite, KeyCreate, KeyDelete, KeyLoad, KeyOpen, KeyQuery, KeyRename, KeySetSecurity,
    KeyUnload, ValueDelete, ValueQuery, ValueSet,
};

/// Functions by their names without `Ex`, `A` and `W`, and the kinds of operations that they make in their own process.
const FUNCTIONS: &[(&[&str], &[Kind])] = &[
    (&["RegCreateKey", "RegCreateKeyTransacted", "NtCreateKey"], &[KeyCreate, KeyOpen]),
    (&["RegOpenKey", "RegOpenKeyTransacted", "NtOpenKey"], &[KeyOpen]),
    (&["RegSetValue", "NtSetValueKey"], &[ValueSet]),
    (&["RegSetKeyValue"], &[ValueSet, KeyOpen, KeyCreate]),
    (&["RegQueryValue", "NtQueryValueKey"], &[ValueQuery]),
    (&["RegGetValue"], &[ValueQuery, KeyOpen]),
    (&["RegEnumKey", "RegEnumValue", "RegQueryInfoKey"], &[KeyQuery, ValueQuery]),
    (&["RegDeleteKey", "RegDeleteTree", "NtDeleteKey"], &[KeyDelete, KeyOpen, ValueDelete]),
    (&["RegDeleteValue", "RegDeleteKeyValue", "NtDeleteValueKey"], &[ValueDelete, KeyOpen]),
    (&["RegRenameKey", "NtRenameKey"], &[KeyRename, KeyOpen]),
    (&["RegLoadKey", "NtLoadKey"], &[KeyLoad, FileOpen, FileCreate]),
    (&["RegUnLoadKey", "NtUnloadKey"], &[KeyUnload]),
    (&["RegSetKeySecurity"], &[KeySetSecurity]),
    (&["CreateFile", "CreateFile2", "NtCreateFile", "NtOpenFile", "OpenFile"], &[FileOpen, FileCreate]),
    (&["ReadFile", "NtReadFile"], &[FileRead]),
    (&["WriteFile", "NtWriteFile", "FlushFileBuffers"], &[FileWrite, FileQuery]),
    (&["CreateDirectory"], &[FileCreate, FileOpen]),
    (&["RemoveDirectory", "DeleteFile", "NtDeleteFile"], &[FileDelete, FileCreate, FileOpen]),
    (&["GetFileAttributes", "FindFirstFile", "FindNextFile"], &[FileOpen, FileQuery]),
    (&["CreateHardLink"], &[FileLink, FileCreate, FileOpen]),
    (&["SetFileAttributes", "SetFileTime", "SetEndOfFile"], &[FileSetInfo, FileOpen, FileCreate]),
    (
        &["SetFileInformationByHandle", "NtSetInformationFile"],
        &[FileSetInfo, FileRename, FileLink, FileDelete],
    ),
    (
        &["CopyFile", "MoveFile", "MoveFileWithProgress", "ReplaceFile"],
        &[
            FileOpen,
            FileCreate,
            FileRead,
            FileWrite,
            FileRename,
            FileDelete,
            FileSetInfo,
            FileSetSecurity,
            FileQuery,
        ],
    ),
    // They ask for a service, a token or an object of the kernel. Their own process touches no file and no key.
    (
        &[
            "OpenSCManager",
            "OpenService",
            "CreateService",
            "DeleteService",
            "StartService",
            "ControlService",
            "ChangeServiceConfig",
            "ChangeServiceConfig2",
            "QueryServiceConfig",
            "QueryServiceStatus",
            "EnumServicesStatus",
            "LockServiceDatabase",
            "OpenProcess",
            "OpenThread",
            "OpenProcessToken",
            "OpenThreadToken",
            "AdjustTokenPrivileges",
            "GetTokenInformation",
            "SetTokenInformation",
            "DuplicateToken",
            "SetThreadToken",
            "ImpersonateLoggedOnUser",
            "ImpersonateSelf",
            "ImpersonateNamedPipeClient",
            "LogonUser",
            "LookupPrivilegeValue",
            "LookupAccountName",
            "LookupAccountSid",
            "LsaOpenPolicy",
            "LsaAddAccountRights",
            "AccessCheck",
            "CheckTokenMembership",
            "CreateMutex",
            "OpenMutex",
            "CreateEvent",
            "OpenEvent",
            "CreateSemaphore",
            "OpenSemaphore",
            "WaitForSingleObject",
            "WaitForMultipleObjects",
            "CreateThread",
            "TerminateProcess",
            "GetExitCodeProcess",
            "DuplicateHandle",
            "VirtualAlloc",
            "HeapAlloc",
            "InitiateSystemShutdown",
            "InitiateShutdown",
            "FwpmEngineOpen",
            "FwpmTransactionBegin",
            "FwpmTransactionCommit",
        ],
        &[],
    ),
];

/// Families whose functions ask a server, by the begin of their names.
const SERVED: &[&str] = &["Rpc", "Ndr", "Net", "Sam", "Lsa", "WTS", "Evt"];

/// The name of a function without `Ex`, `A` and `W`.
pub(super) fn bare(function: &str) -> &str {
    let bare = function.strip_suffix(['A', 'W']).unwrap_or(function);
    bare.strip_suffix("Ex").unwrap_or(bare)
}

/// The kinds of operations that a function makes in its own process. `None` if the table does not have it.
pub(super) fn kinds_of(function: &str) -> Option<&'static [Kind]> {
    let bare = bare(function);
    let row = FUNCTIONS.iter().find(|(names, _)| names.contains(&bare) || names.contains(&function));
    let is_served = || {
        let rest = SERVED.iter().find_map(|family| function.strip_prefix(family));
        rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
    };
    row.map(|(_, kinds)| *kinds).or_else(|| is_served().then_some(&[]))
}

#[cfg(test)]
mod tests {
    use super::{Kind, kinds_of};

    #[test]
    fn a_function_is_known_with_and_without_its_endings() {
        let create: Option<&[Kind]> = Some(&[Kind::KeyCreate, Kind::KeyOpen]);
        for name in ["RegCreateKey", "RegCreateKeyW", "RegCreateKeyExW", "RegCreateKeyExA"] {
            assert_eq!(kinds_of(name), create, "{name}");
        }
        assert_eq!(kinds_of("RpcBindingSetAuthInfoExW"), Some(&[][..]));
        assert_eq!(kinds_of("OpenSCManagerW"), Some(&[][..]));
        assert_eq!(kinds_of("RegisterManifest"), None, "an installer's own function");
        assert_eq!(kinds_of("Network"), None);
    }
}
