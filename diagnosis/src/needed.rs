//! Objects that servicing cannot do without. Results that are ordinary elsewhere are not ordinary here.

use std::sync::LazyLock;

use status_codes::status;
use timeline::{Kind, OpenFacts, Parts, Role, Words};

/// What the object's path looks like, in lower case.
enum Shape {
    /// The path contains the part; the last component does not end with any of the others.
    Contains(&'static str, &'static [&'static str]),
    /// The path contains the part, and leads to a file of a component, not to one of its deltas.
    Store(&'static str),
    /// The path contains the first part, and exactly one component follows it.
    ChildOf(&'static str),
    /// The path contains the part, and the last component begins with the other.
    Under(&'static str, &'static str),
    /// The path ends with this: a backslash and the last component.
    Named(&'static str),
}

/// Which result it is that is not ordinary.
#[derive(PartialEq, Eq)]
enum Result {
    Missing,
    Collision,
}

/// An object that servicing needs.
pub(crate) struct Needed {
    shape: Shape,
    result: Result,
    /// Whether it is a key.
    registry: bool,
    /// Whether only poqexec needs it: TiWorker looks for what may not be there yet.
    by_poqexec: bool,
    en: &'static str,
    zh: &'static str,
}

/// Folders of a component's deltas, which are there or not: reverse, forward, null.
const DELTAS: &[&str] = &[r"\r\", r"\f\", r"\n\"];

/// Precompiled INFs. Windows looks for them, and makes them again if they are missing.
const PRECOMPILED: &[&str] = &[".pnf"];

const fn file(shape: Shape, result: Result, en: &'static str, zh: &'static str) -> Needed {
    Needed { shape, result, registry: false, by_poqexec: false, en, zh }
}

const fn key(shape: Shape, result: Result, en: &'static str, zh: &'static str) -> Needed {
    Needed { shape, result, registry: true, by_poqexec: false, en, zh }
}

const fn store(part: &'static str) -> Needed {
    Needed {
        by_poqexec: true,
        ..file(Shape::Store(part), Result::Missing, "a file of the component store", "组件存储中的文件")
    }
}

/// The objects, from public accounts of failed updates; that a missing one stops the update is inferred.
const NEEDED: &[Needed] = &[
    file(
        Shape::Contains(r"\driverstore\filerepository\", PRECOMPILED),
        Result::Missing,
        "a driver package's folder or file, without which the driver queue cannot go on",
        "驱动程序包的文件夹或文件，缺失则驱动程序操作队列无法继续",
    ),
    file(
        Shape::Contains(r"\windows\inf\", PRECOMPILED),
        Result::Missing,
        "an INF, without which the driver queue cannot go on",
        "INF 文件，缺失则驱动程序操作队列无法继续",
    ),
    key(
        Shape::Contains(r"\component based servicing\driveroperations\", &[]),
        Result::Missing,
        "an entry of the driver queue",
        "驱动程序操作队列中的条目",
    ),
    key(
        Shape::ChildOf(r"\services\"),
        Result::Missing,
        "a service's key, which a driver update changes",
        "服务的注册表项，驱动程序更新会更改它",
    ),
    store(r"\windows\winsxs\amd64_"),
    store(r"\windows\winsxs\x86_"),
    store(r"\windows\winsxs\wow64_"),
    store(r"\windows\winsxs\arm64_"),
    store(r"\windows\winsxs\msil_"),
    key(
        Shape::ChildOf(r"\components\deriveddata\components\"),
        Result::Missing,
        "a component's key in the store",
        "组件在存储中的注册表项",
    ),
    key(
        Shape::Under(r"\components\deriveddata\versionedindex\", "v!"),
        Result::Missing,
        "a version of a component that the store's index lists",
        "组件存储索引所列的组件版本",
    ),
    file(
        Shape::Named(r"\ntuser.dat"),
        Result::Missing,
        "the registry hive of a profile that Windows lists",
        "Windows 所列配置文件的注册表配置单元",
    ),
    file(
        Shape::Contains(r"\windows\system32\tasks\", &[]),
        Result::Missing,
        "a scheduled task's file",
        "计划任务的文件",
    ),
    key(
        Shape::Contains(r"\schedule\taskcache\", &[]),
        Result::Missing,
        "a scheduled task's key",
        "计划任务的注册表项",
    ),
    file(
        Shape::Contains(r"\windows\system32\catroot\", &[]),
        Result::Collision,
        "a catalog that is to be made anew",
        "要新建的编录文件 (.cat)",
    ),
    file(
        Shape::Contains(r"\temp\", &[]),
        Result::Collision,
        "a temporary file, whose name should be free",
        "临时文件，其名称应未被占用",
    ),
];

/// One of these is in the path of each object.
static PARTS: LazyLock<Parts> = LazyLock::new(|| {
    let parts: Vec<&str> = NEEDED.iter().map(|needed| needed.shape.part()).collect();
    Parts::new(&parts)
});

/// The object that an operation with this result was about, where servicing cannot do without it. Who makes a folder
/// is served if it is there. `path` is in lower case.
pub(crate) fn row(
    role: Role,
    kind: Kind,
    status: u32,
    path: &str,
    open: Option<OpenFacts>,
) -> Option<&'static Needed> {
    let is_folder = open.is_some_and(|open| open.of_folder());
    let result = match status {
        status::OBJECT_NAME_COLLISION if kind == Kind::FileCreate && !is_folder => Result::Collision,
        _ if is_missing(status) => Result::Missing,
        _ => return None,
    };
    if !PARTS.are_in(path) {
        return None;
    }
    NEEDED.iter().find(|n| {
        n.result == result
            && n.registry == kind.is_registry()
            && (!n.by_poqexec || role == Role::Poqexec)
            && n.shape.fits(path)
    })
}

/// Whether the status says that a name is not there.
pub(crate) fn is_missing(status: u32) -> bool {
    matches!(status, status::OBJECT_NAME_NOT_FOUND | status::OBJECT_PATH_NOT_FOUND | status::NO_SUCH_FILE)
}

impl Shape {
    fn fits(&self, path: &str) -> bool {
        match self {
            Self::Contains(part, except) => {
                path.contains(part) && !except.iter().any(|ending| path.ends_with(ending))
            }
            Self::Store(part) => path.contains(part) && !DELTAS.iter().any(|folder| path.contains(folder)),
            Self::ChildOf(part) => {
                path.rsplit_once(part).is_some_and(|(_, child)| !child.is_empty() && !child.contains('\\'))
            }
            Self::Under(part, begin) => {
                path.contains(part) && path.rsplit('\\').next().is_some_and(|last| last.starts_with(begin))
            }
            Self::Named(end) => path.ends_with(end),
        }
    }

    /// What is in each path that fits. It begins with a backslash.
    fn part(&self) -> &'static str {
        match self {
            Self::Contains(part, _)
            | Self::Store(part)
            | Self::ChildOf(part)
            | Self::Under(part, _)
            | Self::Named(part) => part,
        }
    }
}

impl Needed {
    /// What it is, in words.
    pub(crate) fn words(&self) -> Words {
        Words::new(self.en, self.zh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(role: Role, kind: Kind, status: u32, path: &str) -> bool {
        row(role, kind, status, &path.to_ascii_lowercase(), None).is_some()
    }

    fn is_needed(kind: Kind, status: u32, path: &str) -> bool {
        of(Role::TiWorker, kind, status, path)
    }

    #[test]
    fn what_servicing_needs_is_told_from_what_it_looks_for() {
        let store = r"C:\Windows\System32\DriverStore\FileRepository\cpu.inf_amd64_58ad293bce5709bc";
        assert!(is_needed(Kind::FileOpen, status::OBJECT_NAME_NOT_FOUND, store));
        assert!(!is_needed(Kind::FileOpen, status::OBJECT_NAME_NOT_FOUND, &format!(r"{store}\cpu.PNF")));
        assert!(is_needed(
            Kind::KeyOpen,
            status::OBJECT_NAME_NOT_FOUND,
            r"HKLM\System\CurrentControlSet\Services\flpydisk"
        ));
        assert!(!is_needed(
            Kind::KeyOpen,
            status::OBJECT_NAME_NOT_FOUND,
            r"HKLM\System\CurrentControlSet\Services\flpydisk\Parameters"
        ));
        assert!(is_needed(Kind::FileOpen, status::OBJECT_NAME_NOT_FOUND, r"C:\Users\old\NTUSER.DAT"));
        assert!(!is_needed(
            Kind::FileOpen,
            status::OBJECT_NAME_NOT_FOUND,
            r"C:\Windows\System32\version.dll"
        ));
        assert!(!is_needed(Kind::FileOpen, status::ACCESS_DENIED, store));
        assert!(is_needed(Kind::FileCreate, status::OBJECT_NAME_COLLISION, r"C:\Windows\Temp\tmp12.tmp"));
        assert!(!is_needed(Kind::FileCreate, status::OBJECT_NAME_COLLISION, r"C:\Windows\Logs\CBS"));
        let store =
            r"C:\Windows\WinSxS\amd64_microsoft-windows-win32k_31bf3856ad364e35_10.0.17763.1_none_0\a.sys";
        assert!(!is_needed(Kind::FileOpen, status::OBJECT_NAME_NOT_FOUND, store));
        assert!(of(Role::Poqexec, Kind::FileOpen, status::OBJECT_NAME_NOT_FOUND, store));
        let delta = store.replace(r"\a.sys", r"\r\a.sys");
        assert!(!of(Role::Poqexec, Kind::FileOpen, status::OBJECT_NAME_NOT_FOUND, &delta));
    }
}
