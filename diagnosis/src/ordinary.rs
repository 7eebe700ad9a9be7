//! Ordinary results, by operation and context, never by the text of the result alone.

use std::sync::LazyLock;

use crate::needed::{self, is_missing};
use status_codes::status;
use timeline::{Event, Kind, OpenFacts, Parts, Role, Words};

/// A row of the table: statuses, kinds of operation (none for all), why it is ordinary, in both languages.
type Row = (&'static [u32], &'static [Kind], &'static str, &'static str);

const ROWS: &[Row] = &[
    (
        &[status::FLT_DISALLOW_FAST_IO],
        &[],
        "a filter driver declined fast I/O; the operation follows as an IRP",
        "筛选器驱动程序拒绝快速 I/O；操作随后以 IRP 进行",
    ),
    (
        &[
            status::OBJECT_NAME_NOT_FOUND,
            status::OBJECT_PATH_NOT_FOUND,
            status::NO_SUCH_FILE,
            status::NO_SUCH_DEVICE,
            status::FILE_IS_A_DIRECTORY,
            status::NOT_A_DIRECTORY,
        ],
        &[Kind::FileOpen, Kind::FileQuery, Kind::KeyOpen, Kind::KeyQuery, Kind::ValueQuery],
        "looking for something that need not be there",
        "查找未必存在的对象",
    ),
    (
        &[
            status::INVALID_DEVICE_REQUEST,
            status::INVALID_PARAMETER,
            status::NOT_SUPPORTED,
            status::INVALID_INFO_CLASS,
            status::INFO_LENGTH_MISMATCH,
            status::NOT_A_REPARSE_POINT,
            status::OBJECTID_NOT_FOUND,
            status::NO_EAS_ON_FILE,
            status::OBJECT_NOT_EXTERNALLY_BACKED,
            status::COMPRESSION_NOT_BENEFICIAL,
            status::OFFLOAD_READ_FLT_NOT_SUPPORTED,
        ],
        &[Kind::FileQuery, Kind::KeyQuery, Kind::FileSetInfo],
        "the file system does not offer what was asked; the caller goes on without it",
        "文件系统不提供所请求的功能；调用方会跳过",
    ),
    (
        &[status::BUFFER_TOO_SMALL],
        &[],
        "the caller asks again with a larger buffer",
        "调用方会用更大的缓冲区重试",
    ),
    (&[status::END_OF_FILE], &[Kind::FileRead], "the end of the file", "文件末尾"),
    (
        &[status::CANCELLED],
        &[Kind::FileQuery, Kind::FileRead],
        "a wait that its caller took back",
        "调用方撤回的等待",
    ),
    (
        &[status::OPLOCK_NOT_GRANTED, status::INVALID_OPLOCK_PROTOCOL],
        &[],
        "the file system does not grant an oplock; the caller goes on without it",
        "文件系统未授予机会锁；调用方会跳过",
    ),
    (
        &[status::OBJECT_NAME_NOT_FOUND, status::NO_SUCH_FILE],
        &[Kind::FileCreate, Kind::FileDelete, Kind::KeyDelete, Kind::ValueDelete],
        "what is to be changed or removed is not there",
        "要更改或删除的对象不存在",
    ),
    (
        &[status::DIRECTORY_NOT_EMPTY],
        &[Kind::FileDelete],
        "a folder that still holds something is kept",
        "文件夹非空，予以保留",
    ),
    (
        &[status::CANNOT_DELETE],
        &[Kind::KeyDelete],
        "a key that still has keys below it is kept",
        "注册表项仍有子项，予以保留",
    ),
    (
        &[status::CANNOT_DELETE, status::ACCESS_DENIED],
        &[Kind::KeyUnload],
        "a hive with open keys stays loaded",
        "仍有打开的项，配置单元保持加载",
    ),
    (
        &[status::PRIVILEGE_NOT_HELD],
        &[Kind::FileOpen, Kind::FileQuery, Kind::KeyQuery],
        "a privilege for auditing that the caller does without",
        "仅审核需要的特权，没有也不影响调用方",
    ),
    (
        &[status::OBJECT_NAME_COLLISION],
        &[Kind::FileCreate],
        "creating what is there already, as programs do to be sure of it",
        "创建已存在的对象，程序借此确认其存在",
    ),
    (
        &[status::USER_MAPPED_FILE],
        &[Kind::FileSetInfo, Kind::FileQuery],
        "the cache manager cannot shrink a mapped file; it is kept",
        "文件已映射，缓存管理器无法缩小",
    ),
];

/// Why the result of an operation by a process of this role is ordinary; `None` if it is not.
#[must_use]
pub fn benign(role: Role, event: &Event) -> Option<Words> {
    ordinary(role, event.kind, event.status, &event.path, event.open)
}

/// [`benign`] of what an operation is and met.
pub(crate) fn ordinary(
    role: Role,
    kind: Kind,
    status: u32,
    path: &str,
    open: Option<OpenFacts>,
) -> Option<Words> {
    let lower = path.to_ascii_lowercase();
    let books = books(&lower);
    if books.aftermath {
        return Some(Words::new(
            "CBS gathers it for the report on a failure that happened before",
            "CBS 为已发生的失败收集报告所用",
        ));
    }
    if books.log {
        return Some(Words::new(
            "it is a log of servicing, which goes on without it",
            "这是服务堆栈的日志，写不了也会继续",
        ));
    }
    if books.tracing {
        return Some(Words::new(
            "a setting of a component's own trace, which goes on without it",
            "组件自身跟踪的设置，写不了也会继续",
        ));
    }
    if status == status::SHARING_VIOLATION && open.is_some() && is_held(&lower) {
        return Some(Words::new(
            "Windows holds this file for as long as it runs",
            "Windows 运行期间一直占用该文件",
        ));
    }
    // Where the access is not recorded, the open may have been for a change.
    if status == status::DELETE_PENDING
        && kind == Kind::FileOpen
        && open.is_some_and(|open| open.only_reads())
    {
        return Some(Words::new("looking for something that is about to go", "查找即将被删除的对象"));
    }
    if open.is_some_and(|open| open.only_reads()) && BESIDE.iter().any(|end| lower.ends_with(end)) {
        return Some(Words::new(
            "looking beside a file for what need not be there",
            "在文件旁查找未必存在的附属文件",
        ));
    }
    // A name in a folder that is not there is missing like one that is not there, where it was to go.
    let status = if status == status::OBJECT_PATH_NOT_FOUND && open.is_some_and(|o| o.only_deletes()) {
        status::OBJECT_NAME_NOT_FOUND
    } else {
        status
    };
    let row = ROWS.iter().find(|(statuses, kinds, ..)| {
        statuses.contains(&status) && (kinds.is_empty() || kinds.contains(&kind))
    })?;
    if needed::row(role, kind, status, &lower, open).is_some() {
        return None;
    }
    Some(Words::new(row.2, row.3))
}

/// Files that Windows holds from its start on: ends of paths, lower case. COMPONENTS is not among them: it is loaded
/// when servicing needs it.
const HELD: &[&str] = &[
    r"\system32\config\system",
    r"\system32\config\software",
    r"\system32\config\sam",
    r"\system32\config\security",
    r"\system32\config\default",
    r"\pagefile.sys",
    r"\swapfile.sys",
    r"\hiberfil.sys",
];

/// Ends of the names of a hive's logs.
const HIVE_LOGS: &[&str] = &[".log", ".log1", ".log2"];

/// Event logs, which their service holds: a part of their paths, and the end, lower case.
const EVENT_LOGS: (&str, &str) = (r"\system32\winevt\logs\", ".evtx");

/// The key at which libraries of networking keep what they trace of each program; a part of paths, lower case.
const TRACING: &[&str] = &[r"\software\microsoft\tracing\"];

/// What the loader and SetupAPI look for beside a file: ends of paths, lower case.
const BESIDE: &[&str] = &[".local", ".mui", ".pnf"];

/// Whether a status is ordinary in any operation.
pub(crate) fn is_always(status: u32) -> bool {
    ROWS.iter().any(|(statuses, kinds, ..)| kinds.is_empty() && statuses.contains(&status))
}

/// Whether Windows holds a file, its path in lower case, for as long as it runs.
fn is_held(path: &str) -> bool {
    let hive = HIVE_LOGS.iter().find_map(|end| path.strip_suffix(end)).unwrap_or(path);
    HELD.iter().any(|end| hive.ends_with(end)) || path.contains(EVENT_LOGS.0) && path.ends_with(EVENT_LOGS.1)
}

/// What CBS touches when it reports a failure: ends of paths, lower case. None of it can have caused that failure.
const AFTERMATH: &[&str] = &[
    r"\disablewerreporting",
    r"\winsxs\pending.xml.bad",
    r"\winsxs\poqexec.log",
    r"\logs\cbs\filterlist.log",
    r"\logfiles\scm\scm.evm",
    r"\winsxs\temp\logfiles\ntfslog.etl",
];

/// Whether an ordinary result can count as a failure if a log or the plan names its object: a name that is missing or
/// taken, or something else than was wanted, or what cannot be deleted. Precompiled INFs are made again if they are missing.
pub(crate) fn can_be_raised(event: &Event) -> bool {
    let says_something = is_missing(event.status)
        || matches!(
            event.status,
            status::OBJECT_NAME_COLLISION
                | status::CANNOT_DELETE
                | status::DIRECTORY_NOT_EMPTY
                | status::NOT_A_DIRECTORY
                | status::FILE_IS_A_DIRECTORY
        );
    says_something && !event.path.to_ascii_lowercase().ends_with(".pnf")
}

/// Whether an operation looks for a setting, a library, or something to be removed, or makes sure of a folder. Every
/// program looks for some that need not be there. So its exit status does not come from that.
pub(crate) fn is_lookup(event: &Event) -> bool {
    let removes = event.open.is_some_and(|open| open.only_deletes())
        || matches!(event.kind, Kind::KeyDelete | Kind::ValueDelete) && is_missing(event.status);
    let is_there = event.status == status::OBJECT_NAME_COLLISION && event.open.is_some_and(|o| o.of_folder());
    let lists = event.name == "QueryDirectory";
    let opens = matches!(event.kind, Kind::FileOpen | Kind::FileQuery);
    let reads_key = matches!(event.kind, Kind::KeyOpen | Kind::KeyQuery | Kind::ValueQuery);
    removes || is_there || lists || reads_key || opens && event.path.to_ascii_lowercase().ends_with(".dll")
}

/// Files and folders that servicing writes its logs to: parts of paths in lower case.
const LOGS: &[&str] =
    &[r"\logs\cbs\", r"\logs\dism\", r"\poqexec.log", r"\setupapi.dev.log", r"\setupapi.setup.log"];

/// Keys and folders of Windows Error Reporting: parts of paths in lower case.
const REPORTING: &[&str] =
    &[r"\windows error reporting", r"\microsoft\windows\wer\", r"\crashdumps\", r"\minidump\"];

/// Keys and values in which CBS and CSI note how far they are, and what failed: parts of paths in lower case.
const STATE: &[&str] = &[
    r"\component based servicing\interface",
    r"\component based servicing\sessionspending",
    r"\component based servicing\disablewerreporting",
    r"\executestate",
    r"\originalfailurestatus",
    r"\winsxs\pending.xml",
    r"\session manager\setupexecute",
];

/// The hive of the component store. Its own values are state. Deeper keys are servicing's work.
const STORE: &str = r"hklm\components";

static BOOKS: LazyLock<Parts> = LazyLock::new(|| Parts::grouped(&[LOGS, REPORTING, STATE, TRACING]));

/// Whether servicing only keeps its books at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Books {
    /// It is a log of servicing.
    pub(crate) log: bool,
    /// CBS touches it when it reports a failure.
    pub(crate) aftermath: bool,
    /// It is servicing's state.
    pub(crate) state: bool,
    /// It is what a library of networking traces of each program.
    tracing: bool,
}

/// Which books are at a path in lower case.
pub(crate) fn books(path: &str) -> Books {
    let groups = BOOKS.groups_in(path);
    let below_store = path.strip_prefix(STORE).map(|rest| rest.strip_prefix('\\').unwrap_or(rest));
    Books {
        log: groups & 1 != 0,
        aftermath: groups & 2 != 0 || AFTERMATH.iter().any(|tail| path.ends_with(tail)),
        tracing: groups & 8 != 0 && path.starts_with("hklm"),
        state: groups & 4 != 0 || below_store.is_some_and(|rest| !rest.contains('\\')),
    }
}

/// Lines about that report, and about no failure of their own: parts of them.
pub(crate) const AFTERMATH_LINES: &[&str] = &["DisableWerReporting", "Windows Error Report"];

#[cfg(test)]
mod tests {
    use super::{benign, is_lookup};
    use status_codes::status;
    use timeline::{Event, Kind, OpenFacts, Role};

    fn is_ordinary(kind: Kind, path: &str, status: u32, desired_access: u32, options: u32) -> bool {
        let open = Some(OpenFacts { desired_access, share: 7, options });
        let event = Event { kind, path: path.into(), status, open, ..Event::blank() };
        benign(Role::TiWorker, &event).is_some()
    }

    #[test]
    fn files_that_windows_holds_are_told_from_those_that_servicing_loads() {
        let held = |path| is_ordinary(Kind::FileOpen, path, status::SHARING_VIOLATION, 0x12_0089, 0x60);
        assert!(held(r"C:\Windows\System32\config\SYSTEM"));
        assert!(held(r"C:\Windows\System32\config\Software.LOG2"));
        assert!(held(r"C:\Windows\System32\winevt\Logs\Setup.evtx"));
        assert!(!held(r"C:\Windows\System32\config\COMPONENTS"));
        assert!(!held(r"C:\Windows\System32\drivers\a.sys"));
    }

    #[test]
    fn a_folder_that_exists_serves_and_a_file_that_exists_is_in_the_way() {
        let taken = |options| {
            let file = r"C:\Windows\Temp\a.tmp";
            is_ordinary(Kind::FileCreate, file, status::OBJECT_NAME_COLLISION, 0x12_0196, options)
        };
        assert!(taken(0x21));
        assert!(!taken(0x60));
    }

    #[test]
    fn a_file_about_to_go_is_missed_by_readers_alone() {
        let file = r"C:\Windows\System32\a.dll";
        let going = |access| is_ordinary(Kind::FileOpen, file, status::DELETE_PENDING, access, 0x60);
        assert!(going(0x12_0089) && !going(0x1_0080));
        let event = Event {
            kind: Kind::FileOpen,
            path: file.into(),
            status: status::DELETE_PENDING,
            ..Event::blank()
        };
        assert_eq!(benign(Role::Poqexec, &event), None);
    }

    #[test]
    fn texts_beside_a_file_are_looked_for_and_installed() {
        let file = r"C:\Windows\System32\en-US\a.dll.mui";
        assert!(is_ordinary(Kind::FileOpen, file, status::ACCESS_DENIED, 0x12_0089, 0x60));
        assert!(!is_ordinary(Kind::FileCreate, file, status::ACCESS_DENIED, 0x12_0196, 0x60));
    }

    #[test]
    fn settings_and_libraries_are_looked_up_and_sources_are_not() {
        for (kind, path, expected) in [
            (
                Kind::KeyOpen,
                r"HKLM\Software\Microsoft\Windows NT\CurrentVersion\Image File Execution Options\a.exe",
                true,
            ),
            (
                Kind::ValueQuery,
                r"HKLM\System\CurrentControlSet\Control\Session Manager\SafeDllSearchMode",
                true,
            ),
            (Kind::FileOpen, r"C:\Windows\System32\USERENV.DLL", true),
            (Kind::FileOpen, r"C:\Windows\WinSxS\Temp\PendingRenames\a.cat", false),
            (Kind::FileRename, r"C:\Windows\WinSxS\Temp\PendingRenames\a.dll", false),
            (Kind::KeyDelete, r"HKLM\System\CurrentControlSet\Services\a", false),
        ] {
            let event = Event { kind, path: path.into(), ..Event::blank() };
            assert_eq!(is_lookup(&event), expected, "{kind:?} {path}");
        }
    }
}
