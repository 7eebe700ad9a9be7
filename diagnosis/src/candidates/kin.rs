//! Which Win32 errors an operation's result becomes in the functions above it.

use status_codes::status;

/// Results of operations, and Win32 errors that functions above them make of each.
const KIN: &[(&[u32], &[u32])] = &[
    // Functions say whether a file, a folder or an entry is missing: ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND,
    // ERROR_MOD_NOT_FOUND, ERROR_NOT_FOUND.
    (
        &[status::OBJECT_NAME_NOT_FOUND, status::OBJECT_PATH_NOT_FOUND, status::NO_SUCH_FILE],
        &[2, 3, 126, 1168],
    ),
    // A damaged hive: ERROR_BADDB, ERROR_REGISTRY_CORRUPT.
    (&[status::REGISTRY_CORRUPT], &[1009, 1015]),
];

/// Whether Windows turns a status into this Win32 error. CreateFile gives ERROR_FILE_EXISTS for a name that is taken.
/// Other functions give ERROR_ALREADY_EXISTS.
pub(super) fn is_win32_of(status: u32, win32: u32) -> bool {
    const FILE_EXISTS: u32 = 80;
    let maps = status_codes::NtStatus(status).to_win32();
    maps.is_some_and(|m| win32 == m.win32.0 || m.older.is_some_and(|older| win32 == older.0))
        || status == status::OBJECT_NAME_COLLISION && win32 == FILE_EXISTS
}

/// Whether a function above the operation may give this error for its result.
pub(super) fn is_kin(status: u32, win32: u32) -> bool {
    is_win32_of(status, win32)
        || KIN.iter().any(|(results, errors)| results.contains(&status) && errors.contains(&win32))
}

#[cfg(test)]
mod tests {
    use super::{is_kin, is_win32_of};
    use status_codes::status;

    #[test]
    fn what_is_not_there_has_several_errors() {
        assert!(is_win32_of(status::OBJECT_NAME_NOT_FOUND, 2));
        assert!(!is_win32_of(status::OBJECT_NAME_NOT_FOUND, 126));
        for error in [2, 3, 126, 1168] {
            assert!(is_kin(status::OBJECT_NAME_NOT_FOUND, error), "{error}");
            assert!(!is_kin(status::ACCESS_DENIED, error), "{error}");
        }
        assert!(is_kin(status::REGISTRY_CORRUPT, 1015) && !is_kin(status::ACCESS_DENIED, 1015));
        assert!(is_kin(status::OBJECT_NAME_COLLISION, 80) && is_kin(status::OBJECT_NAME_COLLISION, 183));
    }
}
