//! Event classes and operations, with the names that Process Monitor prints.

use std::{collections::HashMap, sync::LazyLock};

/// The class of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventClass {
    /// Processes, threads, images.
    Process = 1,
    /// Registry.
    Registry = 2,
    /// File system.
    FileSystem = 3,
    /// Process Monitor's own sampling.
    Profiling = 4,
    /// TCP and UDP, from ETW; absent from boot logs.
    Network = 5,
    /// Named pipes and mailslots, since Process Monitor 4.1; uses the file system's operation numbers.
    Ipc = 6,
}

impl EventClass {
    /// The class with this number.
    #[inline]
    #[must_use]
    pub fn from_raw(class: u32) -> Option<Self> {
        Some(match class {
            1 => Self::Process,
            2 => Self::Registry,
            3 => Self::FileSystem,
            4 => Self::Profiling,
            5 => Self::Network,
            6 => Self::Ipc,
            _ => return None,
        })
    }

    /// All classes.
    pub const ALL: [Self; 6] =
        [Self::Process, Self::Registry, Self::FileSystem, Self::Profiling, Self::Network, Self::Ipc];

    /// The class with this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// The name in Process Monitor's "Event Class" column.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Process => "Process",
            Self::Registry => "Registry",
            Self::FileSystem => "File System",
            Self::Profiling => "Profiling",
            Self::Network => "Network",
            Self::Ipc => "IPC",
        }
    }
}

/// What Process Monitor prints for a number it has no name for.
pub const UNKNOWN: &str = "<Unknown>";

/// An operation: the number within its class, and what narrows it further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Operation {
    /// Event class as a number.
    pub class: u32,
    /// Operation number within the class.
    pub code: u16,
    /// File operations: information class or minor function. Network: 1 for TCP. Otherwise 0.
    pub sub: u8,
}

impl Operation {
    /// The name, for example `RegQueryValue` or `SetRenameInformationFile`; [`UNKNOWN`] if there is none.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.named().map_or(UNKNOWN, |n| n.name)
    }

    /// The operation that Process Monitor prints as `name`; of several with one name that of the IRP.
    pub fn of_name(name: &str) -> Option<Self> {
        BY_NAME.get(name).copied()
    }

    /// Every name that Process Monitor prints, in no order; [`UNKNOWN`] is none of them.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BY_NAME.keys().copied()
    }

    /// The name as the Process Monitor of that time exports it: 3.53 does not know the newest information classes, and
    /// 3.0, which wrote version 7, called one of them otherwise.
    #[must_use]
    pub fn procmon_name(self, pml_version: u32) -> &'static str {
        if pml_version == 7
            && (self.class, self.code, self.sub)
                == (EventClass::FileSystem as u32, file::SET_INFORMATION, 0x13)
        {
            return "SetAllInformationFile";
        }
        self.named().filter(|n| !n.newer).map_or(UNKNOWN, |n| n.name)
    }

    fn named(self) -> Option<Named> {
        let table: &[&'static str] = match EventClass::from_raw(self.class)? {
            EventClass::Process => PROCESS,
            EventClass::Registry => REGISTRY,
            EventClass::Profiling => PROFILING,
            EventClass::Network => {
                if self.sub == 0 {
                    UDP
                } else {
                    TCP
                }
            }
            EventClass::FileSystem | EventClass::Ipc => {
                if let Some(sub) = sub_table(self.code)
                    && self.sub != 0
                {
                    return sub.iter().find(|(code, _)| *code == self.sub).map(|(_, named)| *named);
                }
                FILE_SYSTEM
            }
        };
        table.get(usize::from(self.code)).map(|name| Named { name, newer: false })
    }
}

static BY_NAME: LazyLock<HashMap<&'static str, Operation>> = LazyLock::new(by_name);

/// Every name with its operation. If two operations share a name, the first one here counts.
fn by_name() -> HashMap<&'static str, Operation> {
    let mut names: HashMap<&'static str, Operation> = HashMap::new();
    let mut add = |name: &'static str, class: EventClass, code, sub| {
        names.entry(name).or_insert(Operation { class: class as u32, code, sub });
    };
    let plain = [(EventClass::Process, PROCESS, 0), (EventClass::Registry, REGISTRY, 0)];
    let network = [(EventClass::Network, TCP, 1), (EventClass::Network, UDP, 0)];
    for (class, table, sub) in plain.into_iter().chain(network).chain([(EventClass::Profiling, PROFILING, 0)])
    {
        (0..).zip(table).for_each(|(code, name)| add(name, class, code, sub));
    }
    let (fast, irp): (Vec<_>, Vec<_>) = (0..).zip(FILE_SYSTEM).partition(|(code, _)| *code < file::CREATE);
    for (code, name) in irp.into_iter().chain(fast) {
        add(name, EventClass::FileSystem, code, 0);
        for (sub, named) in sub_table(code).unwrap_or_default() {
            add(named.name, EventClass::FileSystem, code, *sub);
        }
    }
    // Process Monitor 3.0's name of one.
    add("SetAllInformationFile", EventClass::FileSystem, file::SET_INFORMATION, 0x13);
    names
}

/// File system operation numbers: the IRP's major function + 20, below that fast I/O and filter callbacks.
pub mod file {
    #![allow(missing_docs)]
    pub const PREPARE_MDL_WRITE: u16 = 3;
    pub const MDL_READ: u16 = 5;
    pub const QUERY_OPEN: u16 = 6;
    pub const ACQUIRE_FOR_MOD_WRITE: u16 = 17;
    pub const CREATE_FILE_MAPPING: u16 = 19;
    pub const CREATE: u16 = 20;
    pub const CREATE_PIPE: u16 = 21;
    pub const CLOSE: u16 = 22;
    pub const READ: u16 = 23;
    pub const WRITE: u16 = 24;
    pub const QUERY_INFORMATION: u16 = 25;
    pub const SET_INFORMATION: u16 = 26;
    pub const QUERY_EA: u16 = 27;
    pub const SET_EA: u16 = 28;
    pub const FLUSH: u16 = 29;
    pub const QUERY_VOLUME: u16 = 30;
    pub const SET_VOLUME: u16 = 31;
    pub const DIRECTORY_CONTROL: u16 = 32;
    pub const FILE_SYSTEM_CONTROL: u16 = 33;
    pub const DEVICE_CONTROL: u16 = 34;
    pub const LOCK: u16 = 37;
    pub const CLEANUP: u16 = 38;
    pub const CREATE_MAILSLOT: u16 = 39;
    pub const QUERY_SECURITY: u16 = 40;
    pub const SET_SECURITY: u16 = 41;
    pub const PNP: u16 = 47;
}

/// Registry operation numbers.
pub mod registry {
    #![allow(missing_docs)]
    pub const OPEN_KEY: u16 = 0;
    pub const CREATE_KEY: u16 = 1;
    pub const CLOSE_KEY: u16 = 2;
    pub const QUERY_KEY: u16 = 3;
    pub const SET_VALUE: u16 = 4;
    pub const QUERY_VALUE: u16 = 5;
    pub const ENUM_VALUE: u16 = 6;
    pub const ENUM_KEY: u16 = 7;
    pub const SET_INFO_KEY: u16 = 8;
    pub const DELETE_KEY: u16 = 9;
    pub const DELETE_VALUE: u16 = 10;
    pub const FLUSH_KEY: u16 = 11;
    pub const LOAD_KEY: u16 = 12;
    pub const UNLOAD_KEY: u16 = 13;
    pub const RENAME_KEY: u16 = 14;
    pub const QUERY_MULTIPLE: u16 = 15;
    pub const SET_SECURITY: u16 = 16;
    pub const QUERY_SECURITY: u16 = 17;
}

/// Process operation numbers.
pub mod process {
    #![allow(missing_docs)]
    pub const DEFINED: u16 = 0;
    pub const CREATE: u16 = 1;
    pub const EXIT: u16 = 2;
    pub const THREAD_CREATE: u16 = 3;
    pub const THREAD_EXIT: u16 = 4;
    pub const LOAD_IMAGE: u16 = 5;
    pub const THREAD_PROFILE: u16 = 6;
    pub const START: u16 = 7;
    pub const STATISTICS: u16 = 8;
    pub const SYSTEM_STATISTICS: u16 = 9;
}

const PROCESS: &[&str] = &[
    "Process Defined",
    "Process Create",
    "Process Exit",
    "Thread Create",
    "Thread Exit",
    "Load Image",
    "Thread Profile",
    "Process Start",
    "Process Statistics",
    "System Statistics",
];

const REGISTRY: &[&str] = &[
    "RegOpenKey",
    "RegCreateKey",
    "RegCloseKey",
    "RegQueryKey",
    "RegSetValue",
    "RegQueryValue",
    "RegEnumValue",
    "RegEnumKey",
    "RegSetInfoKey",
    "RegDeleteKey",
    "RegDeleteValue",
    "RegFlushKey",
    "RegLoadKey",
    "RegUnloadKey",
    "RegRenameKey",
    "RegQueryMultipleValueKey",
    "RegSetKeySecurity",
    "RegQueryKeySecurity",
];

const PROFILING: &[&str] = &["Thread Profiling", "Process Profiling", "Debug Output Profiling"];

const TCP: &[&str] = &[
    "TCP Unknown",
    "TCP Other",
    "TCP Send",
    "TCP Receive",
    "TCP Accept",
    "TCP Connect",
    "TCP Disconnect",
    "TCP Reconnect",
    "TCP Retransmit",
    "TCP TCPCopy",
];

const UDP: &[&str] = &[
    "UDP Unknown",
    "UDP Other",
    "UDP Send",
    "UDP Receive",
    "UDP Accept",
    "UDP Connect",
    "UDP Disconnect",
    "UDP Reconnect",
    "UDP Retransmit",
    "UDP TCPCopy",
];

const FILE_SYSTEM: &[&str] = &[
    "VolumeDismount",
    "VolumeMount",
    "FASTIO_MDL_WRITE_COMPLETE",
    "WriteFile",
    "FASTIO_MDL_READ_COMPLETE",
    "ReadFile",
    "QueryOpen",
    "FASTIO_CHECK_IF_POSSIBLE",
    "IRP_MJ_12",
    "IRP_MJ_11",
    "IRP_MJ_10",
    "IRP_MJ_9",
    "IRP_MJ_8",
    "FASTIO_NOTIFY_STREAM_FO_CREATION",
    "FASTIO_RELEASE_FOR_CC_FLUSH",
    "FASTIO_ACQUIRE_FOR_CC_FLUSH",
    "FASTIO_RELEASE_FOR_MOD_WRITE",
    "FASTIO_ACQUIRE_FOR_MOD_WRITE",
    "FASTIO_RELEASE_FOR_SECTION_SYNCHRONIZATION",
    "CreateFileMapping",
    "CreateFile",
    "CreatePipe",
    "IRP_MJ_CLOSE",
    "ReadFile",
    "WriteFile",
    "QueryInformationFile",
    "SetInformationFile",
    "QueryEAFile",
    "SetEAFile",
    "FlushBuffersFile",
    "QueryVolumeInformation",
    "SetVolumeInformation",
    "DirectoryControl",
    "FileSystemControl",
    "DeviceIoControl",
    "InternalDeviceIoControl",
    "Shutdown",
    "LockUnlockFile",
    "CloseFile",
    "CreateMailSlot",
    "QuerySecurityFile",
    "SetSecurityFile",
    "Power",
    "SystemControl",
    "DeviceChange",
    "QueryFileQuota",
    "SetFileQuota",
    "PlugAndPlay",
];

#[derive(Debug, Clone, Copy)]
struct Named {
    name: &'static str,
    /// Not known to Process Monitor 3.53, whose exports show [`UNKNOWN`] for such an operation.
    newer: bool,
}

type SubTable = &'static [(u8, Named)];

const fn known(name: &'static str) -> Named {
    Named { name, newer: false }
}

const fn newer(name: &'static str) -> Named {
    Named { name, newer: true }
}

/// The operations whose name depends on the information class or minor function.
fn sub_table(code: u16) -> Option<SubTable> {
    Some(match code {
        file::QUERY_INFORMATION => QUERY_INFORMATION,
        file::SET_INFORMATION => SET_INFORMATION,
        file::QUERY_VOLUME => QUERY_VOLUME,
        file::SET_VOLUME => SET_VOLUME,
        file::DIRECTORY_CONTROL => DIRECTORY_CONTROL,
        file::LOCK => LOCK,
        file::PNP => PNP,
        _ => return None,
    })
}

/// FILE_INFORMATION_CLASS, queried. Spellings are Process Monitor's. That 3.53 does not know 71, 72 and 74 is seen in
/// its exports; that its list ends at 69 follows from its list of class names.
#[rustfmt::skip]
const QUERY_INFORMATION: SubTable = &[
    (0x04, known("QueryBasicInformationFile")),
    (0x05, known("QueryStandardInformationFile")),
    (0x06, known("QueryFileInternalInformationFile")),
    (0x07, known("QueryEaInformationFile")),
    (0x09, known("QueryNameInformationFile")),
    (0x0E, known("QueryPositionInformationFile")),
    (0x12, known("QueryAllInformationFile")),
    (0x14, known("QueryEndOfFile")),
    (0x16, known("QueryStreamInformationFile")),
    (0x1C, known("QueryCompressionInformationFile")),
    (0x1D, known("QueryId")),
    (0x1F, known("QueryMoveClusterInformationFile")),
    (0x22, known("QueryNetworkOpenInformationFile")),
    (0x23, known("QueryAttributeTagFile")),
    (0x25, known("QueryIdBothDirectory")),
    (0x27, known("QueryValidDataLength")),
    (0x28, known("QueryShortNameInformationFile")),
    (0x2B, known("QueryIoPiorityHint")),
    (0x2E, known("QueryLinks")),
    (0x2F, newer("QueryProcessIdsUsingFileInformation")),
    (0x30, known("QueryNormalizedNameInformationFile")),
    (0x31, known("QueryNetworkPhysicalNameInformationFile")),
    (0x32, known("QueryIdGlobalTxDirectoryInformation")),
    (0x33, known("QueryIsRemoteDeviceInformation")),
    (0x34, known("QueryAttributeCacheInformation")),
    (0x35, known("QueryNumaNodeInformation")),
    (0x36, known("QueryStandardLinkInformation")),
    (0x37, known("QueryRemoteProtocolInformation")),
    (0x38, known("QueryRenameInformationBypassAccessCheck")),
    (0x39, known("QueryLinkInformationBypassAccessCheck")),
    (0x3A, known("QueryVolumeNameInformation")),
    (0x3B, known("QueryIdInformation")),
    (0x3C, known("QueryIdExtdDirectoryInformation")),
    (0x3E, known("QueryHardLinkFullIdInformation")),
    (0x3F, known("QueryIdExtdBothDirectoryInformation")),
    (0x43, known("QueryDesiredStorageClassInformation")),
    (0x44, known("QueryStatInformation")),
    (0x45, known("QueryMemoryPartitionInformation")),
    (0x46, newer("QuerySatLxInformation")),
    (0x47, newer("QueryCaseSensitiveInformation")),
    (0x48, newer("QueryLinkInformationEx")),
    (0x49, newer("QueryLinkInfomraitonBypassAccessCheck")),
    (0x4A, newer("QueryStorageReservedIdInformation")),
    (0x4B, newer("QueryCaseSensitiveInformationForceAccessCheck")),
];

/// FILE_INFORMATION_CLASS, set. `SetCaseSensitiveInformation` and `SetLinkInformationEx` follow the class's name;
/// Process Monitor's own spelling of them was not seen.
#[rustfmt::skip]
const SET_INFORMATION: SubTable = &[
    (0x04, known("SetBasicInformationFile")),
    (0x0A, known("SetRenameInformationFile")),
    (0x0B, known("SetLinkInformationFile")),
    (0x0D, known("SetDispositionInformationFile")),
    (0x0E, known("SetPositionInformationFile")),
    (0x13, known("SetAllocationInformationFile")),
    (0x14, known("SetEndOfFileInformationFile")),
    (0x16, known("SetFileStreamInformation")),
    (0x17, known("SetPipeInformation")),
    (0x27, known("SetValidDataLengthInformationFile")),
    (0x28, known("SetShortNameInformation")),
    (0x3D, known("SetReplaceCompletionInformation")),
    (0x40, known("SetDispositionInformationEx")),
    (0x41, known("SetRenameInformationEx")),
    (0x42, known("SetRenameInformationExBypassAccessCheck")),
    (0x47, newer("SetCaseSensitiveInformation")),
    (0x48, newer("SetLinkInformationEx")),
    (0x4A, newer("SetStorageReservedIdInformation")),
];

/// FS_INFORMATION_CLASS, queried. No Process Monitor whose export was seen knows class 11.
const QUERY_VOLUME: SubTable = &[
    (0x1, known("QueryInformationVolume")),
    (0x2, known("QueryLabelInformationVolume")),
    (0x3, known("QuerySizeInformationVolume")),
    (0x4, known("QueryDeviceInformationVolume")),
    (0x5, known("QueryAttributeInformationVolume")),
    (0x6, known("QueryControlInformationVolume")),
    (0x7, known("QueryFullSizeInformationVolume")),
    (0x8, known("QueryObjectIdInformationVolume")),
    (0xB, newer("QuerySectorSizeInformationVolume")),
];

const SET_VOLUME: SubTable = &[
    (0x1, known("SetControlInformationVolume")),
    (0x2, known("SetLabelInformationVolume")),
    (0x8, known("SetObjectIdInformationVolume")),
];

const DIRECTORY_CONTROL: SubTable = &[(0x1, known("QueryDirectory")), (0x2, known("NotifyChangeDirectory"))];

const LOCK: SubTable = &[
    (0x1, known("LockFile")),
    (0x2, known("UnlockFileSingle")),
    (0x3, known("UnlockFileAll")),
    (0x4, known("UnlockFileByKey")),
];

/// IRP_MN_* of IRP_MJ_PNP; minor function 0 (StartDevice) prints as the operation itself.
#[rustfmt::skip]
const PNP: SubTable = &[
    (0x01, known("QueryRemoveDevice")),
    (0x02, known("RemoveDevice")),
    (0x03, known("CancelRemoveDevice")),
    (0x04, known("StopDevice")),
    (0x05, known("QueryStopDevice")),
    (0x06, known("CancelStopDevice")),
    (0x07, known("QueryDeviceRelations")),
    (0x08, known("QueryInterface")),
    (0x09, known("QueryCapabilities")),
    (0x0A, known("QueryResources")),
    (0x0B, known("QueryResourceRequirements")),
    (0x0C, known("QueryDeviceText")),
    (0x0D, known("FilterResourceRequirements")),
    (0x0F, known("ReadConfig")),
    (0x10, known("WriteConfig")),
    (0x11, known("Eject")),
    (0x12, known("SetLock")),
    (0x13, known("QueryId")),
    (0x14, known("QueryPnpDeviceState")),
    (0x15, known("QueryBusInformation")),
    (0x16, known("DeviceUsageNotification")),
    (0x17, known("SurpriseRemoval")),
    (0x18, known("QueryLegacyBusInformation")),
];
