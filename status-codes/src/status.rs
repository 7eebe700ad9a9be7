//! Named constants for the NTSTATUS that other crates compare with. The names are Microsoft's, without `STATUS_`.

/// Defines each constant, and the list that the test holds against the table of names.
macro_rules! statuses {
    ($($name:ident = $code:literal;)*) => {
        $(#[doc = concat!("`", stringify!($name), "`, in Microsoft's headers mostly with `STATUS_` before it")] pub const $name: u32 = $code;)*
        #[cfg(test)]
        const ALL: &[(&str, u32)] = &[$((stringify!($name), $code)),*];
    };
}

statuses! {
    ACCESS_DENIED = 0xC000_0022;
    ACCESS_VIOLATION = 0xC000_0005;
    BAD_NETWORK_NAME = 0xC000_00CC;
    BAD_NETWORK_PATH = 0xC000_00BE;
    BUFFER_OVERFLOW = 0x8000_0005;
    BUFFER_TOO_SMALL = 0xC000_0023;
    CANCELLED = 0xC000_0120;
    CANNOT_DELETE = 0xC000_0121;
    CHILD_MUST_BE_VOLATILE = 0xC000_0181;
    COMPRESSION_NOT_BENEFICIAL = 0xC000_046F;
    CRC_ERROR = 0xC000_003F;
    DBG_TERMINATE_PROCESS = 0x4001_0004;
    DELETE_PENDING = 0xC000_0056;
    DEVICE_DATA_ERROR = 0xC000_009C;
    DIRECTORY_NOT_EMPTY = 0xC000_0101;
    DISK_CORRUPT_ERROR = 0xC000_0032;
    DISK_FULL = 0xC000_007F;
    END_OF_FILE = 0xC000_0011;
    FILE_CORRUPT_ERROR = 0xC000_0102;
    FILE_IS_A_DIRECTORY = 0xC000_00BA;
    FILE_LOCKED_WITH_ONLY_READERS = 0x0000_012A;
    FLT_DISALLOW_FAST_IO = 0xC01C_0004;
    INFO_LENGTH_MISMATCH = 0xC000_0004;
    INVALID_DEVICE_REQUEST = 0xC000_0010;
    INVALID_IMAGE_HASH = 0xC000_0428;
    INVALID_INFO_CLASS = 0xC000_0003;
    INVALID_OPLOCK_PROTOCOL = 0xC000_00E3;
    INVALID_PARAMETER = 0xC000_000D;
    IO_DEVICE_ERROR = 0xC000_0185;
    KEY_DELETED = 0xC000_017C;
    LOG_FULL = 0xC01A_001D;
    LOG_GROWTH_FAILED = 0xC019_0019;
    MEDIA_WRITE_PROTECTED = 0xC000_00A2;
    NETWORK_UNREACHABLE = 0xC000_023C;
    NOT_A_DIRECTORY = 0xC000_0103;
    NOT_A_REPARSE_POINT = 0xC000_0275;
    NOT_SAME_DEVICE = 0xC000_00D4;
    NOT_SUPPORTED = 0xC000_00BB;
    NO_EAS_ON_FILE = 0xC000_0052;
    NO_MORE_ENTRIES = 0x8000_001A;
    NO_MORE_FILES = 0x8000_0006;
    NO_SUCH_DEVICE = 0xC000_000E;
    NO_SUCH_FILE = 0xC000_000F;
    OBJECTID_NOT_FOUND = 0xC000_02F0;
    OBJECT_NAME_COLLISION = 0xC000_0035;
    OBJECT_NAME_INVALID = 0xC000_0033;
    OBJECT_NAME_NOT_FOUND = 0xC000_0034;
    OBJECT_NOT_EXTERNALLY_BACKED = 0xC000_046D;
    OBJECT_PATH_NOT_FOUND = 0xC000_003A;
    OBJECT_TYPE_MISMATCH = 0xC000_0024;
    OFFLOAD_READ_FLT_NOT_SUPPORTED = 0xC000_A2A1;
    OPLOCK_NOT_GRANTED = 0xC000_00E2;
    PRIVILEGE_NOT_HELD = 0xC000_0061;
    REGISTRY_CORRUPT = 0xC000_014C;
    RM_NOT_ACTIVE = 0xC019_0005;
    SHARING_VIOLATION = 0xC000_0043;
    TRANSACTIONAL_CONFLICT = 0xC019_0001;
    TRANSACTION_NOT_ACTIVE = 0xC019_0003;
    UNSUCCESSFUL = 0xC000_0001;
    USER_MAPPED_FILE = 0xC000_0243;
    VIRUS_INFECTED = 0xC000_0906;
}

#[cfg(test)]
mod tests {
    use super::ALL;
    use crate::NtStatus;

    #[test]
    fn every_constant_has_the_code_of_its_name() {
        for (name, code) in ALL {
            let names = [format!("STATUS_{name}"), (*name).to_owned()];
            let found: Vec<u32> =
                names.iter().flat_map(|name| NtStatus::named(name)).map(|status| status.0).collect();
            assert_eq!(found, [*code], "{name}");
        }
    }
}
