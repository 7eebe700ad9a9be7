//! What to do about a failing operation: by its result, its object and who stood in the way. Safe steps only: what to
//! look at and what to back up first.

use crate::{
    candidates::Candidate,
    commands::{self, Names},
    needed,
    remedy::{Remedy, RemedyKind},
    rules::Rule,
};
use status_codes::status;
use timeline::{Timeline, Words};

/// A row: statuses (a prefix of 16 bits if the low half is 0), title and text in both languages, reference.
type Row = (&'static [u32], [&'static str; 2], [&'static str; 2], &'static str);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    (
        &[status::ACCESS_DENIED, status::DELETE_PENDING, status::CANNOT_DELETE],
        ["See who denies access to it", "查明谁拒绝访问"],
        [
            "Compare the permissions of the object with those on a healthy machine of the same build (icacls, or regedit for a key), \
             and list the filter drivers (fltmc filters): security software can deny access that permissions grant. \
             Change nothing before you have a backup.",
            "与内部版本相同的正常计算机比较该对象的权限（icacls，注册表项用 regedit），并列出筛选器驱动程序 (fltmc filters):\
             安全软件可能拒绝权限本来允许的访问。更改之前请先备份。",
        ],
        "https://learn.microsoft.com/troubleshoot/windows-server/installing-updates-features-roles/troubleshoot-windows-update-issues",
    ),
    (
        &[status::SHARING_VIOLATION],
        ["See who uses it", "查明谁在使用"],
        [
            "Another program has the file open without sharing it. Keep that program from starting with Windows, \
             or add the file to its exclusions, and install the update again.",
            "另一程序以不共享方式打开了该文件。请阻止其随 Windows 启动，或将该文件加入其排除列表，然后重新安装更新。",
        ],
        "https://learn.microsoft.com/windows/win32/fileio/creating-and-opening-files",
    ),
    (
        &[status::DISK_FULL],
        ["Free disk space", "释放磁盘空间"],
        ["The volume is full. Free space on it and install the update again.", "卷已满。请释放空间后重新安装更新。"],
        "https://support.microsoft.com/windows/free-up-space-for-windows-updates",
    ),
    (
        &[status::NOT_SAME_DEVICE],
        ["See whether a system folder was moved to another volume", "检查系统文件夹是否被移到其他卷"],
        [
            "A file cannot be linked or renamed across volumes. Move the folder back to the system volume, or remove the junction that leads away.",
            "无法跨卷链接或重命名文件。请将该文件夹移回系统卷，或删除指向别处的目录联接。",
        ],
        "https://learn.microsoft.com/windows/win32/fileio/hard-links-and-junctions",
    ),
    (
        &[0xC019_0000, 0xC01A_0000],
        ["Look at the transaction logs", "检查事务日志"],
        [
            "A transaction of the file system or the registry could not go on. See how the resource manager is set (fsutil resource info C:\\) \
             and how large its logs may grow; look for ghost devices when driver updates are being uninstalled. Back up before you change anything.",
            "文件系统或注册表的事务无法继续。请查看资源管理器设置 (fsutil resource info C:\\) 及其日志可增长的大小；\
             若正在卸载驱动程序更新，请查找不存在的设备。更改之前请先备份。",
        ],
        "https://learn.microsoft.com/windows-server/administration/windows-commands/fsutil-resource",
    ),
    (
        &[status::OBJECT_NAME_COLLISION],
        ["See what has that name already", "查明已存在的同名对象"],
        [
            "An object with that name is there already and was to be made new. See when it was made and by what (the report shows who else touches it), \
             compare with a healthy machine of the same build, keep a copy of it, and take it away only where it belongs to nothing that is installed.",
            "要新建的对象已有同名者。请查看它由谁、何时创建（报告显示还有谁使用它），与内部版本相同的正常计算机比较，先保留副本；仅当它不属于任何已安装内容时才移走。",
        ],
        "https://learn.microsoft.com/windows/win32/fileio/creating-and-opening-files",
    ),
    (
        &[status::CRC_ERROR, status::IO_DEVICE_ERROR, status::DEVICE_DATA_ERROR, status::DISK_CORRUPT_ERROR, status::FILE_CORRUPT_ERROR, status::REGISTRY_CORRUPT],
        ["Check the disk", "检查磁盘"],
        [
            "The disk or the file system is damaged. Back up, then run chkdsk /scan and look at the System event log for disk and Ntfs events.",
            "磁盘或文件系统已损坏。请先备份，再运行 chkdsk /scan，并查看“系统”日志中的 disk 与 Ntfs 事件。",
        ],
        "https://learn.microsoft.com/windows-server/administration/windows-commands/chkdsk",
    ),
];

/// What a rule says to do; its first sentence is the first step.
pub(crate) fn of_rule(rule: &Rule, names: &Names<'_>) -> Remedy {
    let first = |text: &str, end: &str| {
        let sentence = text.trim().split_once(end).map_or(text, |(sentence, _)| sentence);
        sentence.trim().trim_end_matches(['.', '。']).to_owned()
    };
    Remedy {
        kind: RemedyKind::of_repair(rule.repairs_store),
        rule: rule.id.clone(),
        title: Words::new(first(&rule.remedy.en, ". "), first(&rule.remedy.zh, "。")),
        text: Words::new(rule.remedy.en.clone(), rule.remedy.zh.clone()),
        command: names.command(rule),
        reference: rule.reference.clone(),
    }
}

/// What to do about who had the file open.
pub(crate) fn of_holder(timeline: &Timeline<'_>, candidate: &Candidate) -> Option<Remedy> {
    let path = &candidate.event.path;
    let holder = candidate.holder?;
    let process = timeline.process(holder.process)?;
    let (name, who) = (&process.name, process.with_company());
    let (title, text) = if holder.explains {
        (
            Words::new(format!("Keep {name} away from the file"), format!("让 {name} 不再占用该文件")),
            Words::new(
                format!(
                    "{who} had {path} open when the operation failed. Keep it from starting with Windows, or exclude the file in it, and install the update again."
                ),
                format!(
                    "操作失败时 {who} 打开着 {path}。请阻止其随 Windows 启动，或在其中排除该文件，然后重新安装更新。"
                ),
            ),
        )
    } else {
        (
            Words::new(
                format!(
                    "See whether the product of {who}, which has the file open, has a filter driver that denies (fltmc filters)"
                ),
                format!("查明打开着该文件的 {who} 所属产品是否有拒绝访问的筛选器驱动程序 (fltmc filters)"),
            ),
            Words::new(
                format!(
                    "{who} had {path} open when it was denied. An open alone gives SHARING VIOLATION: if the product has a filter driver (fltmc filters), exclude the file in it or keep it from starting, and install the update again. If it is denied still, the permissions are the reason."
                ),
                format!(
                    "访问被拒绝时 {who} 打开着 {path}。仅打开只会得到 SHARING VIOLATION：若该产品有筛选器驱动程序 (fltmc filters)，请在其中排除该文件或阻止其启动，然后重新安装更新。若仍被拒绝，原因在于权限。"
                ),
            ),
        )
    };
    let command = if holder.explains { commands::of_process(name) } else { "fltmc filters".to_owned() };
    Some(Remedy {
        kind: RemedyKind::Other,
        rule: String::new(),
        title,
        text,
        command,
        reference: String::new(),
    })
}

/// What to do about the failing operation if no rule knows more: by its status.
pub(crate) fn of_status(candidate: &Candidate) -> Vec<Remedy> {
    let event = &candidate.event;
    let mut remedies = Vec::new();
    let row = ROWS.iter().find(|(statuses, ..)| {
        statuses.iter().any(|s| *s == event.status || s & 0xFFFF == 0 && s >> 16 == event.status >> 16)
    });
    if let Some((_, title, text, reference)) = row {
        remedies.push(Remedy {
            kind: RemedyKind::Other,
            rule: String::new(),
            title: Words::new(title[0], title[1]),
            text: Words::new(text[0], text[1]),
            command: commands::of_status(event),
            reference: (*reference).to_owned(),
        });
    }
    if needed::is_missing(event.status) {
        remedies.push(Remedy {
            kind: RemedyKind::Other,
            rule: String::new(),
            title: Words::new("Restore what is missing", "恢复缺失的对象"),
            text: Words::new(
                format!("Compare with a healthy machine of the same build and restore {} from it or from the installation medium.", event.path),
                format!("与内部版本相同的正常计算机比较，并从其或安装介质恢复 {}。", event.path),
            ),
            command: commands::of_status(event),
            reference: "https://learn.microsoft.com/windows-hardware/manufacture/desktop/repair-a-windows-image".to_owned(),
        });
    }
    if remedies.is_empty() {
        remedies.push(Remedy {
            kind: RemedyKind::Other,
            rule: String::new(),
            title: Words::new("Look at the object on this machine", "检查此计算机上的该对象"),
            text: Words::new(
                format!("Compare {} with a healthy machine of the same build: whether it is there, its permissions, its size and version. The report shows who else uses it in this boot. Keep a copy before you change it.", event.path),
                format!("与内部版本相同的正常计算机比较 {}：是否存在、权限、大小与版本。报告显示此次启动中还有谁使用它。更改之前请先保留副本。", event.path),
            ),
            command: commands::of_status(event),
            reference: String::new(),
        });
    }
    remedies
}
